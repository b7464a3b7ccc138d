import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Reports as Limits
from config.settings import Settings
from daemon.domains.reports import routes
from daemon.domains.reports.domain import Delivery, Filters, Kind
from daemon.domains.reports.files import Shelf
from daemon.domains.reports.making.worker import make
from daemon.domains.reports.ports import Parcel
from daemon.domains.reports.runner import Runner
from daemon.domains.reports.schedules import Schedules
from daemon.domains.reports.service import DELIVER, MAKE, Desk, Reports
from daemon.domains.reports.tasks import Brand, ReportTasks
from daemon.domains.reports.views import REPORTS, SCHEDULES
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.infra.worker import Worker
from daemon.kernel.clock import FakeClock, stamp
from daemon.kernel.errors import NextAgentError
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from daemon.wiring.ground import Ground, ground
from daemon.wiring.report_rows import ReportRows
from daemon.wiring.reports import MAKER

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
BRAND = Brand("Clínica Bela", "#7c3aed", None, "Bela Ltda.", "(11) 4002-8922")

MONTH = {
    "mrr_start": 100_00,
    "new": 50_00,
    "expansion": 20_00,
    "contraction": 5_00,
    "churn": 15_00,
    "reactivation": 0,
    "mrr": 150_00,
    "clients_start": 2,
    "clients": 3,
    "revenue": 12345_67,
    "billed": 200_00,
    "usage": 0,
    "upsell": 0,
    "gross_revenue_churn": "20.00",
    "nrr": "100.00",
    "grr": "80.00",
    "logo_churn": None,
}
SERVED: dict[str, Any] = {
    **dict.fromkeys(("cases", "replied", "contained", "deflected", "handed_over"), 4),
    "answers": 7,
    "refusals": 1,
    "containment": "75.00",
    "deflection": "50.00",
    "hand_over_rate": "25.00",
    "first_p50": 3.5,
    "first_p95": 61.0,
    "resolution_p50": None,
}
USED = dict.fromkeys(
    (
        *("received", "bot", "people", "failed", "answers", "refusals", "cases"),
        *("tokens_in", "tokens_out"),
    ),
    11,
)
FACTS: dict[Kind, dict[str, Any]] = {
    "conversations": {},
    "finance": {"definition_version": "v", "months": [{"month": "2026-02", **MONTH}]},
    "performance": {
        "definition_version": "v",
        "all": SERVED,
        "agents": [{"agent": "a1", **SERVED}, {"agent": "gone", **SERVED}],
        "topics": [{"question": "=abre aos domingos?", "count": 3, "last": stamp(NOW)}],
    },
    "usage": {
        "definition_version": "v",
        "granularity": "day",
        "parts": [{"start": stamp(NOW), **USED}],
        "week": [[1, 0]] * 168,
    },
}


CONTACT = (
    "INSERT INTO contacts (id, tenant_id, name, phone, created_at) "
    "VALUES (?, 'local', ?, '5511987654321', ?)"
)
CHAT = (
    "INSERT INTO conversations (id, tenant_id, agent_id, session_id, contact_id, chat, owner, "
    "owner_since, created_at, updated_at) VALUES (?, 'local', 'a1', 's1', ?, 'x', ?, ?, ?, ?)"
)


class Rows:
    """Writes what other contexts would have written."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def run(self, *statements: tuple[str, Sequence[Any]]) -> None:
        def commit(tx: Connection) -> None:
            for statement, values in statements:
                tx.conn.execute(statement, values)

        await self.database.write(commit)

    async def chat(self, number: str, owner: str = "bot", name: str = "Ana") -> None:
        at = stamp(NOW)
        await self.run(
            (
                CONTACT,
                (f"k{number}", name, at),
            ),
            (
                CHAT,
                (number, f"k{number}", owner, at, at, at),
            ),
        )

    async def say(self, text: str, *, at: datetime = NOW, chat: str = "c1", **more: Any) -> None:
        row = {
            "id": f"m{at.timestamp()}{text[:20]}{chat}{more.get('agent_id', '')}",
            "tenant_id": "local",
            "conversation_id": chat,
            "agent_id": "a1",
            "session_id": "s1",
            "chat": "x",
            "wa_id": f"{at.timestamp()}{text[:20]}",
            "from_me": 0,
            "author": "contact",
            "kind": "text",
            "text": text,
            "state": "received",
            "at": stamp(at),
            "received_at": stamp(at),
            **more,
        }
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        await self.run((f"INSERT INTO messages ({names}) VALUES ({marks})", tuple(row.values())))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state")


@pytest.fixture
async def base(settings: Settings, clock: FakeClock) -> AsyncIterator[Ground]:
    async with ground(settings, clock) as built:
        yield built


@pytest.fixture
async def rows(base: Ground) -> Rows:
    found = Rows(base.database)
    await found.chat("c1")
    return found


@dataclass
class Press:
    """Makes files as the maker does, but in this process."""

    base: Ground
    folder: Path
    told: list[tuple[float, int]] = field(default_factory=list)

    def order(self, kind: Kind, form: str, **more: Any) -> dict[str, Any]:
        return {
            "kind": kind,
            "format": form,
            "language": "pt-BR",
            "table": None,
            "filters": {},
            "start": "2026-02-01T03:00:00.000000+00:00",
            "end": "2026-04-01T03:00:00.000000+00:00",
            "made_at": stamp(NOW),
            "zone": ZONE.key,
            "brand": vars(BRAND),
            "facts": FACTS[kind],
            "database": str(self.base.database.path),
            "out": str(self.folder / "out"),
            "scratch": str(self.folder),
            "pdf_rows": 10,
            **more,
        }

    async def make(self, kind: Kind, form: str, **more: Any) -> bytes:
        def print_it() -> bytes:
            order = self.order(kind, form, **more)
            rows = ReportRows(self.base.database.path)
            make(order, rows, lambda share, count: self.told.append((share, count)))
            return Path(order["out"]).read_bytes()

        return await asyncio.to_thread(print_it)


@pytest.fixture
def press(base: Ground, tmp_path: Path) -> Press:
    return Press(base, tmp_path)


class Telling:
    async def __call__(
        self, kind: Kind, start: datetime, end: datetime, filters: Filters
    ) -> dict[str, Any]:
        assert start < end, filters
        return orjson.loads(orjson.dumps(FACTS[kind]))  # type: ignore[no-any-return]


@dataclass
class Outside:
    """Takes what is sent; refuses what it is told to."""

    refuse: NextAgentError | None = None
    letters: list[tuple[Parcel, tuple[str, ...]]] = field(default_factory=list)
    messages: list[tuple[Parcel, str]] = field(default_factory=list)

    async def __call__(self, parcel: Parcel, to: Sequence[str]) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.letters.append((parcel, tuple(to)))

    async def prepare(self, parcel: Parcel) -> Path:
        if self.refuse is not None:
            raise self.refuse
        return parcel.path

    def send(self, tx: Connection, parcel: Parcel, path: Path, delivery: Delivery) -> None:
        assert tx.conn.in_transaction
        assert path.is_file()
        self.messages.append((parcel, delivery.to[0]))


class Office:
    """The context on a real database with a real worker and real makers."""

    def __init__(self, client: TestClient[Any, Any], desk: Desk, outside: Outside) -> None:
        self.client, self.desk, self.outside = client, desk, outside
        self.schedules = Schedules(desk)

    async def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        response = await self.client.request(method, path, **options)
        body = await response.read()
        assert response.status == status, body
        return json.loads(body) if body else None

    async def wish(self, status: int = 202, **wish: Any) -> Any:
        wanted = {"kind": "usage", "format": "csv", **wish}
        return await self.ask("POST", "/reports", status, json=wanted)

    async def done(self, number: str) -> Any:
        async with asyncio.timeout(15):
            while True:
                found = await self.ask("GET", f"/reports/{number}")
                waits = any(one["state"] == "waiting" for one in found["deliveries"])
                if found["state"] in {"ready", "failed"} and (
                    found["state"] == "failed" or not waits
                ):
                    return found
                await asyncio.sleep(0.05)

    async def events(self, name: str) -> list[dict[str, Any]]:
        found = await self.desk.outbox.since(0)
        return [event.data for event in found if event.name == name]


@pytest.fixture
def limits() -> Limits:
    return Limits(waiting=3, keep_days=30)


@pytest.fixture
async def office(
    base: Ground, rows: Rows, clock: FakeClock, limits: Limits
) -> AsyncIterator[Office]:
    assert rows
    shelf, outside = Shelf(base.paths.reports), Outside()
    await asyncio.to_thread(shelf.prepare)
    desk = Desk(
        database=base.database,
        queue=Queue(clock, "local"),
        outbox=Outbox(base.database, base.bus, clock, "local"),
        clock=clock,
        tenant_id="local",
        zone=ZONE,
        limits=limits,
        shelf=shelf,
        runner=Runner(MAKER, timeout_s=limits.timeout_s),
    )
    reports, schedules = Reports(desk), Schedules(desk)
    tasks = ReportTasks(
        desk, reports, schedules, brand=BRAND, facts=Telling(), post=outside, hand=outside
    )

    async def somebody(request: web.Request) -> Identity:
        role: Any = request.headers.get("role", "owner")
        return Identity("local", "u1", role, "Ana")

    app = web.Application(middlewares=[last_resort, problems])
    app[REPORTS], app[SCHEDULES] = reports, schedules
    mount(app, routes.routes.items, somebody, "local")
    worker = Worker(base.database, desk.queue, desk.outbox, clock, tasks.handlers())
    async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as client, worker:
        assert {MAKE, DELIVER} <= tasks.handlers().keys()
        yield Office(client, desk, outside)
