"""The event log: written in the transaction of the fact, told after the commit, kept for resume."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Self

import orjson
import structlog
from sqlite_utils import Migrations

from daemon.kernel.clock import Clock, stamp
from daemon.kernel.events import Event, Recorded

from .bus import Bus
from .database import Connection, Database

log = structlog.get_logger(__name__)

migrations = Migrations("outbox")
BATCH = 500


@migrations()
def create_events(tx: Connection) -> None:
    """Create the log; `seq` never comes back, so that a client can resume by it."""
    tx.conn.execute(
        "CREATE TABLE events ("
        "seq INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id TEXT NOT NULL, name TEXT NOT NULL, "
        "at TEXT NOT NULL, data TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX events_at ON events (at)")


class Outbox:
    """Records events and hands them to the bus, in order, once they are committed."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, tenant_id: str) -> None:
        self._db, self._bus, self._clock, self._tenant = database, bus, clock, tenant_id
        self._wake = asyncio.Event()
        self._told = 0
        self._task: asyncio.Task[None] | None = None

    def record(self, tx: Connection, event: Event) -> None:
        """Write the event in this transaction; it is told only if the transaction commits."""
        tx.conn.execute(
            "INSERT INTO events (tenant_id, name, at, data) VALUES (?, ?, ?, ?)",
            (
                self._tenant,
                event.name,
                stamp(self._clock.now()),
                orjson.dumps(event.data()).decode(),
            ),
        )

    async def since(self, seq: int, limit: int = BATCH) -> list[Recorded]:
        """Return what was recorded after `seq`, oldest first."""
        return await self._db.read(lambda tx: _after(tx, seq, limit))

    async def last(self) -> int:
        """Return the newest number."""
        return await self._db.read(_newest)

    async def prune(self, keep: timedelta) -> None:
        """Drop events older than `keep`; nobody resumes from so far back."""
        before = stamp(self._clock.now() - keep)
        await self._db.write(
            lambda tx: tx.conn.execute("DELETE FROM events WHERE at < ?", (before,)) and None
        )

    async def __aenter__(self) -> Self:
        """Begin to tell, from now on: what subscribers derive can be made again from tables."""
        self._told = await self.last()
        loop = asyncio.get_running_loop()
        self._db.after_commit(lambda: wake(loop, self._wake))
        self._task = asyncio.create_task(self._run(), name="outbox")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop telling."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._tell()
            except Exception:
                log.exception("outbox_failed")

    async def _tell(self) -> None:
        while events := await self.since(self._told):
            for event in events:
                await self._bus.publish(event)
                self._told = event.id


def _after(tx: Connection, seq: int, limit: int) -> list[Recorded]:
    rows = tx.conn.execute(
        "SELECT seq, name, at, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    )
    return [Recorded(row["seq"], row["name"], row["at"], orjson.loads(row["data"])) for row in rows]


def _newest(tx: Connection) -> int:
    return int(tx.conn.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])


def wake(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    """Set the event from the writer thread."""
    with contextlib.suppress(RuntimeError):  # the loop is closed already
        loop.call_soon_threadsafe(event.set)
