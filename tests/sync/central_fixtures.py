"""A real control plane on a loopback port, and boxes that talk to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from aiohttp import web

from sync.central.access import Access, Role
from sync.central.app import build
from sync.central.device_api import token_hash
from sync.central.parts import Central
from sync.central.store import PLATFORM, Store
from sync.client import Client
from sync.http import HttpTransport
from sync.pauses import Pauses
from sync.ports import Reply, TransportError
from sync.signing import PrivateKey
from sync.state import open_ledger
from tests.sync.doubles import Box, OpenSeal, StillClock

Fault = Callable[[str, Callable[[], Awaitable[Reply]]], Awaitable[Reply]]


@dataclass
class Plane:
    """A running control plane."""

    store: Store
    clock: StillClock
    session: aiohttp.ClientSession
    base: str
    central: Central
    tokens: int = 0

    async def key(self, role: Role = "platform", reseller: str = "") -> str:
        """Make an API key."""
        return (await Access(self.store, self.clock).create(PLATFORM, "t", role, reseller)).key

    async def call(
        self, method: str, path: str, key: str, body: object = None
    ) -> tuple[int, dict[str, Any]]:
        """Ask the office."""
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
        async with self.session.request(
            method, self.base + path, json=body, headers=headers
        ) as response:
            return response.status, await response.json(content_type=None)

    async def token(self, tenant: str = "acme", reseller: str = "norte") -> str:
        """Make a tenant, if need be, and a token for one of its boxes."""
        self.tokens += 1
        token = f"TOKEN{self.tokens}"
        now = self.clock.now()
        await self.store.add_reseller(reseller, reseller, now)
        await self.store.add_tenant(tenant, reseller, tenant, now)
        await self.store.add_token(tenant, token_hash(token), now, now + timedelta(days=1))
        return token


@asynccontextmanager
async def a_plane(
    store: Store, clock: StillClock, blobs: Path, **options: Any
) -> AsyncIterator[Plane]:
    """Serve a store on a free loopback port."""
    central = Central(store, clock, PrivateKey(b"s" * 32), blobs, **options)
    runner = web.AppRunner(await asyncio.to_thread(build, central))  # it reads the pages
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        yield Plane(store, clock, session, f"http://127.0.0.1:{port}", central)
    await runner.cleanup()


@dataclass
class Line:
    """The link of a box, which a test can cut, or listen in on."""

    transport: HttpTransport
    fault: Fault | None = None
    sent: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        self.sent.append((method, path, headers, body))

        async def go() -> Reply:
            return await self.transport.send(method, path, headers, body)

        reply = await (go() if self.fault is None else self.fault(path, go))
        self.replies.append(reply)
        return reply

    def receive(
        self, path: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[bytes]]]:
        return self.transport.receive(path, headers)


@dataclass
class TestBox:
    """A virtual box: the real client over a real database and a clock that stands still."""

    __test__ = False

    db: Box
    client: Client
    line: Line
    clock: StillClock
    alarms: list[str]
    documents: list[str]

    async def use(self, count: int = 1, **meters: int) -> None:
        """Let messages arrive."""
        data = {"meters": meters or {"messages_in": 1}}

        def commit(tx: Any) -> None:
            for _ in range(count):
                self.client.ledger.append(tx, "message.received", data, self.clock.now())

        await self.db.write(commit)

    async def pay(self, count: int = 1) -> None:
        """Write events that are synced as they are."""
        data = {"payment": "p1", "currency": "BRL", "total_centavos": 100}

        def commit(tx: Any) -> None:
            for _ in range(count):
                self.client.ledger.append(tx, "payment.received", data, self.clock.now())

        await self.db.write(commit)


async def a_box(plane: Plane, path: Path, clock: StillClock | None = None) -> TestBox:
    """Return a box on a database file, new or as it was left."""
    clock = clock or plane.clock
    db = await asyncio.to_thread(Box, path)
    alarms: list[str] = []
    documents: list[str] = []

    async def note(kinds: Any) -> None:
        documents.extend(kinds)

    line = Line(HttpTransport(plane.session, plane.base, timeout_s=10))
    client = Client(
        await open_ledger(db, OpenSeal(), clock, "acme"),
        db=db,
        sealer=OpenSeal(),
        transport=line,
        clock=clock,
        version="1.0",
        on_alarm=lambda code, _: alarms.append(code),
        on_documents=note,
        pauses=Pauses(Random(1)),  # noqa: S311 - a repeatable draw
        mark=path.with_suffix(".mark"),
    )
    return TestBox(db, client, line, clock, alarms, documents)


async def an_enrolled_box(plane: Plane, path: Path, tenant: str = "acme") -> TestBox:
    """Return a box of a tenant."""
    box = await a_box(plane, path)
    await box.client.enroll(await plane.token(tenant))
    return box


async def cut(_: str, __: Callable[[], Awaitable[Reply]]) -> Reply:
    """Lose the request."""
    raise TransportError("cut")  # noqa: EM101 - one word


async def cut_after(_: str, go: Callable[[], Awaitable[Reply]]) -> Reply:
    """Let the request arrive, and lose the answer."""
    await go()
    raise TransportError("cut")  # noqa: EM101 - one word
