"""The dashboard over HTTP, on a box whose every table is real."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Settings
from daemon.domains.dashboard import routes
from daemon.domains.dashboard.domain import Satisfaction
from daemon.domains.dashboard.service import Dashboard
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.parts import Finance
from daemon.domains.metrics.service import Asked, Figures
from daemon.infra.database import Connection
from daemon.kernel.clock import FakeClock
from daemon.kernel.events import Recorded
from daemon.kernel.jobs import NewJob
from daemon.web.auth import Identity
from daemon.web.problems import problems
from daemon.web.routing import mount
from daemon.wiring.dashboard import OVERDUE, OWNERS, Composed
from daemon.wiring.ground import Ground, ground
from tests.daemon.metrics.conftest import Chats

ZONE = ZoneInfo("America/Sao_Paulo")


@dataclass
class Box:
    """A box, its chats, and the dashboard of it."""

    base: Ground
    chats: Chats
    finance: Finance
    dashboard: Dashboard
    client: "TestClient[Any, Any]"
    clock: FakeClock
    csat: Satisfaction | None = None

    async def get(self, status: int = 200, **query: str) -> Any:
        async with self.client.get("/dashboard", params=query) as answer:
            found = await answer.json()
            assert answer.status == status, found
            return found

    async def run(self, query: str, *values: Any) -> None:
        await self.base.database.write(lambda tx: tx.conn.execute(query, values) and None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
async def box(settings: Settings, clock: FakeClock) -> AsyncIterator[Box]:
    async with ground(settings, clock) as base:
        chats = Chats(base.database, clock)
        figures: Figures = chats.figures
        desk = Desk(
            database=base.database,
            outbox=base.outbox,
            clock=clock,
            tenant_id="local",
            zone=ZONE,
            currency="BRL",
            record=lambda *_: None,
        )
        finance = Finance.of(desk)
        made: list[Box] = []

        async def csat(_: Asked) -> Satisfaction | None:
            return made[0].csat

        async def sessions() -> dict[str, int]:
            return {"WORKING": 2, "RECONNECTING": 1}

        async def notifications() -> dict[str, int]:
            return {"unread": 4, "open": 2, "critical": 1}

        composed = Composed(
            base,
            ZONE,
            figures=figures,
            finance=finance,
            sessions=sessions,
            notifications=notifications,
            csat=csat,
        )
        dashboard = Dashboard(clock, ZONE, composed.sources())

        async def guard(_: web.BaseRequest) -> Identity:
            return Identity(tenant_id="local", user_id="u", role="viewer", name="Ana")

        application = web.Application(middlewares=[problems])
        application[routes.DASHBOARD] = dashboard
        mount(application, routes.routes.items, guard, "local")
        headers = {"x-tenant-id": "local"}
        async with TestClient(TestServer(application), headers=headers) as client:
            made.append(Box(base, chats, finance, dashboard, client, clock))
            yield made[0]
            await dashboard.settle()


async def test_an_empty_box_shows_zeros_and_no_shares(box: Box) -> None:
    found = await box.get()
    assert found["messages"]["received"] == {"value": 0, "previous": 0, "change": None}
    assert len(found["messages"]["items"]) == 30
    assert found["service"]["containmentRate"]["value"] is None
    assert found["service"]["csat"] is None
    assert found["money"]["mrrCentavos"]["value"] == 0
    assert len(found["money"]["months"]) == 12
    assert len(found["hours"]["items"]) == 168
    assert found["notifications"] == {"unread": 4, "open": 2, "critical": 1}
    assert found["sessions"]["working"] == 2
    assert found["disk"]["freeBytes"] > 0


async def test_today_stands_beside_the_same_hours_of_yesterday(box: Box) -> None:
    box.clock.advance(-timedelta(days=1).total_seconds())
    chat = await box.chats.chat()
    await box.chats.write(chat)  # yesterday, at the same hour
    box.chats.wait(hours=10)
    await box.chats.write(chat)  # yesterday evening: later than now
    box.chats.wait(hours=14)
    for _ in range(3):
        await box.chats.write(chat)
    await box.chats.answer(chat)
    found = await box.get(period="today")
    assert found["messages"]["received"] == {"value": 3, "previous": 1, "change": 2.0}
    assert found["messages"]["sent"]["value"] == 1
    assert found["messages"]["granularity"] == "hour"
    assert sum(point["received"] for point in found["messages"]["items"]) == 3
    assert found["previousEnd"] == "2026-01-04T10:00:00-03:00"


async def test_service_and_what_nobody_could_answer(box: Box) -> None:
    for name, how in (("ana", "extractive"), ("bia", "refusal"), ("caio", "refusal")):
        chat = await box.chats.chat(name=name)
        await box.chats.write(chat)
        box.chats.wait(seconds=4)
        await box.chats.answer(chat, how, question="aceita cachorro grande?")  # type: ignore[arg-type] # names of modes
    await box.run("UPDATE conversations SET owner = 'waiting' WHERE id = ?", chat)
    found = await box.get(period="7d")
    service = found["service"]
    assert (service["cases"]["value"], service["containmentRate"]["value"]) == (3, 1.0)
    assert (service["answered"]["value"], service["refused"]["value"]) == (1, 2)
    assert service["refusalRate"]["value"] == 0.6667
    assert service["firstResponseP50Seconds"]["value"] == 4.0
    assert found["topics"][0]["questions"] == 2
    assert found["topics"][0]["example"] == "aceita cachorro grande?"
    assert found["hours"]["busiest"][0]["received"] == 3
    assert found["conversations"] == {"open": 3, "bot": 2, "waiting": 1, "human": 0, "closed": 0}


async def test_another_agents_messages_are_not_this_ones(box: Box) -> None:
    await box.chats.write(await box.chats.chat("a1"))
    await box.chats.write(await box.chats.chat("a2", "bia"))
    assert (await box.get(agentId="a1"))["messages"]["received"]["value"] == 1
    assert (await box.get())["messages"]["received"]["value"] == 2


async def test_what_customers_said_is_shown_once_they_were_asked(box: Box) -> None:
    box.csat = Satisfaction(4.5, 12)
    assert (await box.get())["service"]["csat"] == {"score": 4.5, "answers": 12}


async def test_the_queue_says_how_late_it_is(box: Box) -> None:
    def commit(tx: Connection) -> None:
        box.base.queue.add(tx, NewJob("x", run_at=box.clock.now() - timedelta(seconds=90)))
        box.base.queue.add(tx, NewJob("y", run_at=box.clock.now() + timedelta(hours=1)))

    await box.base.database.write(commit)
    found = await box.get()
    assert found["queue"] == {"waiting": 2, "running": 0, "parked": 0, "lateSeconds": 90}


async def test_what_is_overdue_is_summed_and_new_once_money_moves(box: Box) -> None:
    assert (await box.get())["money"]["overdueCentavos"] == 0
    now = box.clock.now().isoformat()
    await box.run(
        "INSERT INTO finance_clients (id, tenant_id, name, status, created_at, updated_at) "
        "VALUES ('c1', 'local', 'Padaria', 'active', ?, ?)",
        now,
        now,
    )
    await box.run(
        "INSERT INTO finance_invoices (id, tenant_id, kind, number, client_id, period, "
        "currency, issued_at, due_on, total, paid, credited, status, corrects, reason) VALUES ("
        "'i', 'local', 'invoice', 1, 'c1', '2025-12', 'BRL', "
        "?, '2026-01-04', 9900, 0, 900, 'open', NULL, NULL)",
        now,
    )
    assert (await box.get())["money"]["overdueCentavos"] == 0  # kept
    await box.dashboard.heard(Recorded(1, "invoice.issued", now, {}))
    money = (await box.get())["money"]
    assert (money["overdueCentavos"], money["overdueInvoices"]) == (9000, 1)
    fall = money["waterfall"]
    assert fall["endCentavos"] == fall["startCentavos"] + fall["newCentavos"]
    assert money["definition_version"]


@pytest.mark.parametrize("query", [{"period": "1d"}, {"agentId": ""}, {"x": "1"}])
async def test_a_wrong_question_is_400(box: Box, query: dict[str, str]) -> None:
    assert (await box.get(400, **query))["field"] == next(iter(query))


async def test_it_works_at_midnight_sharp(box: Box) -> None:
    box.clock.advance(timedelta(hours=15).total_seconds())
    found = await box.get(period="today")
    assert found["start"] == "2026-01-06T00:00:00-03:00"
    assert len(found["messages"]["items"]) == 1


async def test_no_query_of_its_own_reads_a_growing_table(box: Box) -> None:
    def read(tx: Connection) -> list[str]:
        plans = []
        for query, values in ((OWNERS, ()), (OVERDUE, ("2026", "BRL"))):
            rows = tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", values)
            plans.append("; ".join(row["detail"] for row in rows))
        return plans

    owners, overdue = await box.base.database.read(read)
    assert owners == "SCAN conversations USING COVERING INDEX conversations_owner"
    assert "finance_invoices_status" in overdue
