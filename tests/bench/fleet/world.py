"""A control plane, bad links, and a fleet, ready to run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from sync.central.device_api import token_hash
from sync.central.store import Store
from tests.bench.fleet.faults import FaultProxy
from tests.bench.fleet.fleet import Figures, Fleet
from tests.bench.fleet.plane import SharedClock, a_control_plane, open_store
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
    clock = SharedClock(folder / "clock")
    async with AsyncExitStack() as stack:
        store = await open_store(folder, database_url, clock)
        stack.push_async_callback(store.close)
        tokens = await _tokens(store, clock, boxes, tenants)
        server = await stack.enter_async_context(a_control_plane(folder, database_url))
        proxy = FaultProxy(server, faults, seed=3)
        before = await stack.enter_async_context(proxy.serve())
        base = before if faults else server
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64))
        )
        fleet = Fleet(store, clock, base, seed=5)
        await fleet.enroll(session, boxes, tenants, tokens)
        yield fleet, proxy, clock
        await asyncio.to_thread(fleet.close)


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
