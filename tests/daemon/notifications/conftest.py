"""Notifications on a real database, queue and event log; what they look at is told by the test."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Mail as MailSettings
from daemon.domains.notifications import routes, store
from daemon.domains.notifications.delivering import Deliveries
from daemon.domains.notifications.domain import RULES, Notification, Reading, Readings, RuleId
from daemon.domains.notifications.service import Notifications
from daemon.domains.notifications.tasks import handlers
from daemon.domains.notifications.telling import Teller
from daemon.domains.notifications.watching import Watch
from daemon.infra import outbox, queue
from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.mail import Mail
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.kernel.jobs import Job, RetryLaterError
from daemon.web.auth import Identity
from daemon.web.problems import problems
from daemon.web.routing import mount
from tests.daemon.infra.smtp_stand_in import SmtpStandIn

ZONE = ZoneInfo("America/Sao_Paulo")


@dataclass
class Desk:
    """The context, and the world that it looks at."""

    db: Database
    clock: FakeClock
    jobs: Queue
    watch: Watch
    deliveries: Deliveries
    service: Notifications
    smtp: SmtpStandIn
    seen: dict[RuleId, Sequence[Reading] | None] = field(default_factory=dict)
    number_works: bool = True

    async def look(self, **seen: Sequence[Reading] | None) -> int:
        """Look at a world in which only these things are so."""
        self.seen = {**dict.fromkeys(RULES, ()), **seen}  # type: ignore[dict-item] # rules by name
        return await self.watch.look()

    async def readings(self) -> Readings:
        return self.seen

    def speak(self, tx: Connection, phone: str, texts: Sequence[str], agent_id: str | None) -> bool:
        """Say it as the real one does: by rows of the same transaction."""
        if self.number_works:
            tx.conn.executemany("INSERT INTO said VALUES (?, ?)", [(phone, t) for t in texts])
        return self.number_works and agent_id is None

    async def work(self, *, kill: bool = False) -> int:
        """Run what is due, as the worker does; `kill`: die after each job, before it is done."""
        run = handlers(self.watch, self.deliveries, self.service)
        leased = await self.db.write(lambda tx: self.jobs.lease(tx, 100, tuple(run)))
        for job in leased:
            await self._run(run[job.kind], job, kill=kill)
        return len(leased)

    async def _run(self, handler: Any, job: Job, *, kill: bool) -> None:
        try:
            await handler(job)
        except RetryLaterError as error:
            after, reason = error.after_s, error.reason
            await self.db.write(lambda tx: self.jobs.later(tx, job, after, reason))
        else:
            if kill:
                await self.db.write(lambda tx: self.jobs.recover(tx, all_leases=True))
            else:
                await self.db.write(lambda tx: self.jobs.done(tx, job))

    async def work_all(self) -> None:
        while await self.work():
            pass

    async def said(self) -> list[str]:
        return [row["text"] for row in await self.rows("SELECT text FROM said")]

    async def rows(self, query: str, *values: Any) -> list[Any]:
        return await self.db.read(lambda tx: list(tx.conn.execute(query, values)))

    async def all(self) -> list[Notification]:
        page = await self.service.page(
            unread=False, standing=False, rule=None, cursor=None, limit=200
        )
        return list(page.items)

    async def events(self, name: str) -> list[str]:
        rows = await self.rows("SELECT data FROM events WHERE name = ? ORDER BY seq", name)
        return [row["data"] for row in rows]


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpStandIn]:
    async with SmtpStandIn() as server:
        yield server


@pytest.fixture
async def desk(tmp_path: Path, clock: FakeClock, smtp: SmtpStandIn) -> AsyncIterator[Desk]:
    steps = [queue.migrations, outbox.migrations, store.migrations]
    db = await Database.open(tmp_path / "box.db", steps)
    await db.write(lambda tx: tx.conn.execute("CREATE TABLE said (phone, text)") and None)
    jobs, events = Queue(clock, "local"), Outbox(db, Bus(), clock, "local")
    settings = MailSettings(
        host="127.0.0.1", port=smtp.port, security="none", sender="box@example.com", timeout_s=30
    )
    made: list[Desk] = []
    ports: dict[str, Any] = {
        "speak": lambda *given: made[0].speak(*given),  # noqa: PLW0108 - made below
        "post": Mail(settings, clock),
    }
    teller = Teller(events, jobs, clock, "local", ZONE)
    watch = Watch(
        db,
        jobs,
        clock,
        "local",
        look=lambda: made[0].readings(),  # noqa: PLW0108 - made below
        teller=teller,
        post=ports["post"],
    )
    deliveries = Deliveries(db, jobs, clock, "local", ZONE, **ports)
    service = Notifications(db, events, clock, "local", ZONE, teller=teller, **ports)
    made.append(Desk(db, clock, jobs, watch, deliveries, service, smtp))
    yield made[0]
    await db.close()


@pytest.fixture
async def reached(desk: Desk) -> Desk:
    """A desk whose owner can be reached."""
    await desk.service.prefer({"phone": "5511987654321", "emails": ("dona@example.com",)})
    return desk


@pytest.fixture
async def api(desk: Desk) -> AsyncIterator["TestClient[Any, Any]"]:
    async def guard(_: web.BaseRequest) -> Identity:
        return Identity(tenant_id="local", user_id="u", role="owner", name="Ana")

    application = web.Application(middlewares=[problems])
    application[routes.NOTIFICATIONS] = desk.service
    mount(application, routes.routes.items, guard, "local")
    headers = {"x-tenant-id": "local"}
    async with TestClient(TestServer(application), headers=headers) as client:
        yield client
