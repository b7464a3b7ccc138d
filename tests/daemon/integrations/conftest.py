"""Integrations on a real database, with real HTTP on both sides; only WhatsApp is written down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.conversations import people_routes
from daemon.domains.conversations.people import People
from daemon.domains.conversations.phones import typed
from daemon.domains.conversations.store.schema import migrations as conversations
from daemon.domains.finance.store.schema import migrations as finance
from daemon.domains.integrations.ports import Ports, StartFlow
from daemon.domains.integrations.routes import crm, deals, files, hooks, webhooks
from daemon.domains.integrations.routes.views import INTEGRATIONS
from daemon.domains.integrations.service.delivering import Couriers
from daemon.domains.integrations.service.desk import Desk
from daemon.domains.integrations.service.parts import Integrations
from daemon.domains.integrations.store.schema import migrations
from daemon.domains.integrations.tasks import handlers
from daemon.infra.database import Connection, Database
from daemon.infra.outbound import Outbound
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.infra.vault import Vault
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import ConflictError
from daemon.kernel.events import Event
from daemon.kernel.jobs import RetryLaterError
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from daemon.wiring.integrations import Clients, Contacts, Invoices, words_of

Http = TestClient[web.Request, web.Application]
LOCAL = ("127.0.0.0/8",)


@dataclass
class Heard:
    """A request that another program got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Elsewhere:
    """Another program: it writes down what it gets and answers as it is told."""

    url: str = ""
    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        names = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(Heard(request.method, request.path, names, await request.read()))
        if request.path in self.held:
            await self.held[request.path].wait()
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    def at(self, path: str) -> list[Heard]:
        return [one for one in self.heard if one.path == path]


class Phone:
    """WhatsApp's place: what would be sent."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.linked = True

    async def session(self, agent_id: str, session_id: str | None) -> str:  # noqa: ARG002 - the port's own
        if not self.linked:
            raise ConflictError
        return "s1"

    def say(self, _: Connection, *, agent_id: str, session_id: str, to: str, text: str) -> str:
        assert (agent_id, session_id) == ("a1", "s1")
        self.said.append((to, text))
        return f"m{len(self.said)}"

    def digits(self, text: str) -> str | None:
        return typed(text)


@dataclass
class Office:
    """The context, its API and what it needs."""

    client: Http
    desk: Desk
    parts: Integrations
    couriers: Couriers
    phone: Phone
    clock: FakeClock
    folder: Path
    restart: Callable[[], Awaitable[None]]

    async def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        async with self.client.request(method, path, **options) as response:
            text = await response.text()
            assert response.status == status, text
            return None if not text else await response.json(content_type=None)

    async def get(self, path: str, **query: str) -> Any:
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return await self.ask("POST", path, status, json=body)

    async def happen(self, *events: Event) -> None:
        def commit(tx: Connection) -> None:
            for event in events:
                self.desk.outbox.record(tx, event)

        await self.desk.database.write(commit)

    async def deliver(self, seconds: float = 0) -> None:
        """Let time pass, then bring what is due until nothing is."""
        self.clock.advance(seconds)
        while await self.couriers.follow():
            pass
        while await self.couriers.send_due():
            await self.couriers.settled()

    async def work(self) -> None:
        """Run what is queued now."""
        kinds, queue = handlers(self.desk, self.parts), self.desk.queue
        write = self.desk.database.write
        while jobs := await write(lambda tx: queue.lease(tx, 50, tuple(kinds))):
            for job in jobs:
                try:
                    await kinds[job.kind](job)
                except RetryLaterError as error:
                    await write(partial(queue.later, job=job, after_s=error.after_s, reason="?"))
                else:
                    await write(partial(queue.done, job=job))


@pytest.fixture
def clock() -> FakeClock:
    """It stands at the true time: other programs check how old a signature is."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def start_flow() -> StartFlow | None:
    return None


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    program = Elsewhere()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", program.hear)
    async with TestServer(app) as server:
        program.url = f"http://127.0.0.1:{server.port}"
        yield program


@pytest.fixture
async def office(
    db: Database,
    log_of_events: Outbox,
    clock: FakeClock,
    tmp_path: Path,
    start_flow: StartFlow | None,
) -> AsyncIterator[Office]:
    for steps in (conversations, finance, migrations):
        await db.write(steps.apply)
    phone, people = Phone(), People(db, log_of_events, clock, "local")
    ports = Ports(
        words_of, Contacts(people), Invoices(), Clients(clock, "local"), phone, start_flow
    )
    desk = Desk(
        database=db,
        outbox=log_of_events,
        queue=Queue(clock, "local"),
        vault=Vault([b"k" * 32]),
        outbound=Outbound(LOCAL),
        clock=clock,
        tenant_id="local",
        currency="BRL",
        ports=ports,
    )
    parts = Integrations.of(desk, tmp_path / "import")

    async def an_owner(_: web.Request) -> Identity:
        return Identity("local", "u1", "owner", "Ana")

    app = web.Application(middlewares=[last_resort, problems])
    app[INTEGRATIONS], app[people_routes.PEOPLE] = parts, people
    for group in (
        webhooks.routes,
        hooks.routes,
        crm.routes,
        deals.routes,
        files.routes,
        people_routes.routes,
    ):
        mount(app, group.items, an_owner, "local")
    async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as client:

        async def restart() -> None:
            made.couriers = Couriers(desk, parts.webhooks.sealed, parts.crm)
            await made.couriers.begin()

        made = Office(
            client,
            desk,
            parts,
            Couriers(desk, parts.webhooks.sealed, parts.crm),
            phone,
            clock,
            tmp_path / "import",
            restart,
        )
        await made.couriers.begin()
        yield made
        await made.couriers.settled()
