"""A control plane, bad links, and a fleet, ready to run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from rich.console import Console
from rich.table import Table

from sync.central.app import build
from sync.central.device_api import token_hash
from sync.central.parts import Central
from sync.central.sqlite_store import SqliteStore
from sync.central.store import Store
from sync.signing import PrivateKey
from tests.bench.fleet.faults import FaultProxy
from tests.bench.fleet.fleet import Figures, Fleet
from tests.sync.doubles import StillClock


@asynccontextmanager
async def a_fleet(
    folder: Path,
    boxes: int,
    *,
    tenants: int = 10,
    faults: float = 0.0,
    database_url: str = "",
) -> AsyncIterator[tuple[Fleet, FaultProxy, StillClock]]:
    """A control plane, a proxy before it, and enrolled boxes behind that."""
    clock = StillClock()
    async with AsyncExitStack() as stack:
        store = await _open(folder, database_url, clock)
        stack.push_async_callback(store.close)
        runner = web.AppRunner(
            build(Central(store, clock, PrivateKey.generate(), folder)), access_log=None
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        server = f"http://127.0.0.1:{runner.addresses[0][1]}"
        proxy = FaultProxy(server, faults, seed=3)
        before = await stack.enter_async_context(proxy.serve())
        base = before if faults else server
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64))
        )
        tokens = await _tokens(store, clock, boxes, tenants)
        fleet = Fleet(store, clock, base, seed=5)
        await fleet.enroll(session, boxes, tenants, tokens)
        yield fleet, proxy, clock
        await asyncio.to_thread(fleet.close)


async def _open(folder: Path, database_url: str, clock: StillClock) -> Store:
    if not database_url:
        return await SqliteStore.open(folder / "central")
    from sync.central.pg_store import PostgresStore  # noqa: PLC0415 - asyncpg is an extra

    return await PostgresStore.open(database_url, clock.now())


async def _tokens(store: Store, clock: StillClock, boxes: int, tenants: int) -> list[str]:
    now = clock.now()
    await store.add_reseller("norte", "norte", now)
    for number in range(tenants):
        await store.add_tenant(f"t{number}", "norte", f"t{number}", now)
    tokens = [f"T{number}" for number in range(boxes)]
    for number, token in enumerate(tokens):
        until = now + timedelta(days=1)
        await store.add_token(f"t{number % tenants}", token_hash(token), now, until)
    return tokens


def show(title: str, figures: Figures) -> None:
    table = Table("figure", "value", title=title)
    for name, value in figures.rows():
        table.add_row(name, value)
    Console().print(table)
