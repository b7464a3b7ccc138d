"""`python -m tests.bench.fleet.page [--postgres]`: the office on a large fleet.

Fills a hundred thousand boxes by plain SQL and asks for pages, filters, searches and the map over
HTTP; prints how long each took. It measures the embedded store, or PostgreSQL in a private cluster
on loopback, after the VACUUM ANALYZE that a live server does by itself within minutes.
"""

import asyncio
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import typer
from rich.console import Console
from rich.table import Table
from uuid_utils import uuid7

from sync.central.sqlite_store import SqliteStore
from sync.central.store import PLATFORM, Store
from tests.sync.central_fixtures import Plane, a_plane
from tests.sync.doubles import StillClock

RESELLERS, PER_TENANT, ROWS = 20, 10, 1_000
REPORT = '{"ok":true,"parts":{"bridge":"running"},"pad":"' + "x" * 400 + '"}'
PAGES = {
    "first page": "/api/fleet",
    "of a reseller": "/api/fleet?resellerId=r7",
    "down": "/api/fleet?health=down",
    "silent, oldest first": "/api/fleet?health=silent&sort=seenAt",
    "last seen first": "/api/fleet?sort=-seenAt",
    "a version, of a reseller": "/api/fleet?resellerId=r7&version=1.3",
    "logged out": "/api/fleet?whatsapp=logged_out",
    "licence ending": "/api/fleet?licence=ending",
    "search a tenant": "/api/fleet?q=cliente+4711",
    "search nothing there": "/api/fleet?q=zzz",
    "500 boxes": "/api/fleet?limit=500",
    "deep page": "/api/fleet?sort=version&cursor={deep}",
}


def main(*, boxes: int = 100_000, rounds: int = 40, postgres: bool = False) -> None:
    """Fill, measure, print."""
    table = Table("call", "p50, ms", "p95, ms", title=f"{boxes:,} boxes")
    with ExitStack() as stack:
        url = ""
        if postgres:
            from tests.sync.cluster import a_cluster  # noqa: PLC0415 - asyncpg is an extra

            options = "-c shared_buffers=256MB -c fsync=off"
            url = asyncio.run(stack.enter_context(a_cluster(options)).database())
        measured = asyncio.run(_measure(boxes, rounds, url))
    for name, times in measured.items():
        cuts = quantiles(times, n=20)
        table.add_row(name, f"{cuts[9]:.1f}", f"{cuts[18]:.1f}")
    Console().print(table)


async def _measure(boxes: int, rounds: int, url: str) -> dict[str, list[float]]:
    clock = StillClock()
    with TemporaryDirectory(prefix="na-fleet-") as folder:
        store = await _open(Path(folder), url, clock)
        await fill(store, clock, boxes)
        await _settle(url)
        async with a_plane(store, clock, Path(folder)) as plane:
            found = await measure(plane, clock, rounds)
        await store.close()
    return found


async def _open(folder: Path, url: str, clock: StillClock) -> Store:
    if not url:
        return await SqliteStore.open(folder / "central")
    from sync.central.pg_store import PostgresStore  # noqa: PLC0415 - asyncpg is an extra

    return await PostgresStore.open(url, clock.now())


async def _settle(url: str) -> None:
    """Do what autovacuum does on a server that has run for a while."""
    if url:
        import asyncpg  # noqa: PLC0415 - an extra

        owner = await asyncpg.connect(url)
        await owner.execute("VACUUM ANALYZE")
        await owner.close()


async def fill(store: Store, clock: StillClock, boxes: int) -> None:
    """Write resellers, tenants and boxes, a thousand rows a statement."""
    now, dice = clock.now(), Random(1)  # noqa: S311 - a repeatable fleet
    for number in range(RESELLERS):
        await store.add_reseller(f"r{number}", f"Revenda {number}", now)
    tenants = max(1, boxes // PER_TENANT)
    await _insert(
        store,
        "tenants (id, reseller_id, name, created_at, folded)",
        [
            (f"t{n}", f"r{n % RESELLERS}", f"Cliente {n}", now, f"cliente {n}")
            for n in range(tenants)
        ],
    )
    columns = (
        "devices (tenant_id, id, reseller_id, status, receipt, version, health, enrolled_at, "
        "seen_at, condition, whatsapp, model, licence_ends_at)"
    )
    rows = []
    for number in range(boxes):
        tenant = number % tenants
        odd = dice.random()
        seen = now - (timedelta(days=3) if odd < 0.02 else timedelta(seconds=dice.random() * 900))
        rows.append(
            (
                f"t{tenant}",
                str(uuid7()),
                f"r{tenant % RESELLERS}",
                "active" if odd < 0.99 else "revoked",
                b"receipt",
                f"1.{dice.randrange(5)}",
                REPORT,
                now,
                seen,
                "down" if odd < 0.03 else "degraded" if odd < 0.05 else "ok",
                "logged_out" if odd < 0.03 else "working",
                "nano",
                now + timedelta(days=dice.randrange(400)),
            )
        )
    await _insert(store, columns, rows)


async def _insert(store: Store, into: str, rows: list[tuple[Any, ...]]) -> None:
    width = len(rows[0])
    most = min(ROWS, 30_000 // width)
    for first in range(0, len(rows), most):
        part = rows[first : first + most]
        marks = ", ".join(
            "(" + ", ".join(f"${n * width + m + 1}" for m in range(width)) + ")"
            for n in range(len(part))
        )
        values = [value for row in part for value in row]
        await store.query(PLATFORM, f"INSERT INTO {into} VALUES {marks}", *values)


async def measure(plane: Plane, clock: StillClock, rounds: int) -> dict[str, list[float]]:
    """Ask each page some times; the map is asked anew each time."""
    key = await plane.key()
    deep = await _deep(plane, key)
    pages = {name: path.replace("{deep}", deep) for name, path in PAGES.items()}
    box = (await plane.call("GET", "/api/fleet?limit=1&health=ok", key))[1]["items"][0]["id"]
    pages |= {
        "map": "/api/fleet/map",
        "map of a reseller": "/api/fleet/map?resellerId=r3",
        "one box": f"/api/devices/{box}/overview",
        "alert counts": "/api/alerts/counts",
        "summary": "/api/figures/summary",
    }
    found: dict[str, list[float]] = {name: [] for name in pages}
    headers = {"Authorization": f"Bearer {key}"}
    for _ in range(rounds):
        for name, path in pages.items():
            clock.up += 61  # what was counted before is too old to be shown
            found[name].append(await _ask(plane.session, plane.base + path, headers))
    return found


async def _ask(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    async with session.get(url, headers=headers) as response:
        await response.read()
        assert response.status == 200, url
    return (time.perf_counter() - began) * 1000


async def _deep(plane: Plane, key: str) -> str:
    cursor = ""
    for _ in range(5):
        path = f"/api/fleet?sort=version&limit=500&cursor={cursor}"
        cursor = (await plane.call("GET", path, key))[1]["nextCursor"] or ""
    return cursor


if __name__ == "__main__":
    typer.run(main)
