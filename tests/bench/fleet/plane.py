"""The control plane of a simulated fleet, in a process of its own, under the fleet's clock.

The time is a few bytes in a file that both processes map: the fleet moves it, the plane reads it.
"""

import asyncio
import mmap
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import typer
from aiohttp import web

from sync.central.app import build
from sync.central.parts import Central
from sync.central.sqlite_store import SqliteStore
from sync.central.store import Store
from sync.signing import PrivateKey
from tests.sync.doubles import StillClock

UP = struct.Struct("<d")


class SharedClock(StillClock):
    """A clock that stands still in every process that maps its file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._start = self.up
        if not path.exists():
            path.write_bytes(UP.pack(self.up))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), UP.size)

    def now(self) -> datetime:
        """Return the wall clock."""
        return self.wall + timedelta(seconds=self.monotonic() - self._start)

    def monotonic(self) -> float:
        """Return seconds since long ago."""
        return float(UP.unpack_from(self._shared)[0])

    def advance(self, **amount: float) -> None:
        """Move on, for everybody."""
        self.up = self.monotonic() + timedelta(**amount).total_seconds()
        UP.pack_into(self._shared, 0, self.up)


async def open_store(folder: Path, database_url: str, clock: StillClock) -> Store:
    """Open the store of a run: PostgreSQL if there is an address, else files in the folder."""
    if not database_url:
        return await SqliteStore.open(folder / "central")
    from sync.central.pg_store import PostgresStore  # noqa: PLC0415 - asyncpg is an extra

    return await PostgresStore.open(database_url, clock.now())


@asynccontextmanager
async def a_control_plane(folder: Path, database_url: str) -> AsyncIterator[str]:
    """Run one in a process of its own; yield its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.fleet.plane", folder, "--database-url", database_url),
        stdin=asyncio.subprocess.PIPE,  # it ends when we do
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


def main(folder: Path, database_url: str = "") -> None:
    """Serve until our parent has gone."""
    asyncio.run(_serve(folder, database_url))


async def _serve(folder: Path, database_url: str) -> None:
    clock = SharedClock(folder / "clock")
    store = await open_store(folder, database_url, clock)
    app = build(Central(store, clock, PrivateKey.generate(), folder))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
    await store.close()


if __name__ == "__main__":
    typer.run(main)
