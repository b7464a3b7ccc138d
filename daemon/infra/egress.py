"""What left the box, and where to: counted by day, host and purpose, never what was said.

Counting is in memory and costs nothing where data leaves; sums are written once a minute and at the
end. A kill loses at most that minute of the account, and nothing of the box's own data.
"""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import structlog
from sqlite_utils import Migrations

from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page

from .database import Connection, Database

log = structlog.get_logger(__name__)

FLUSH_S = 60.0
KEPT = timedelta(days=396)
CURSOR = re.compile(r"(\d{4}-\d\d-\d\d)~(\d{1,18})")

migrations = Migrations("egress")


@migrations()
def create_egress(tx: Connection) -> None:
    """Create the account; a row is a day of one host and purpose."""
    tx.conn.execute(
        "CREATE TABLE egress (id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, day TEXT NOT NULL, "
        "host TEXT NOT NULL, purpose TEXT NOT NULL, times INTEGER NOT NULL, "
        "sent INTEGER NOT NULL, received INTEGER NOT NULL, UNIQUE (day, host, purpose))"
    )
    tx.conn.execute("CREATE INDEX egress_day ON egress (day, id)")


@dataclass(frozen=True)
class Left:
    """What went to a host for a purpose on a day (UTC)."""

    id: int
    day: str
    host: str
    purpose: str
    times: int
    sent: int
    received: int


class Egress:
    """Counts; use as a context manager, so that it is written down."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._times, self._sent = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
        self._received = Counter[tuple[str, str, str]]()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Write the sums down now and then."""
        self._task = asyncio.create_task(self._forever(), name="egress")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write the rest."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()

    def note(self, host: str, purpose: str, *, sent: int, received: int = 0) -> None:
        """Count one exchange, in bytes of its content."""
        key = (f"{self._clock.now():%Y-%m-%d}", host[:253].lower(), purpose)
        self._times[key] += 1
        self._sent[key] += sent
        self._received[key] += received

    async def flush(self) -> None:
        """Write what was counted since the last time."""
        if not self._times:
            return
        counted = [
            (self._tenant, *key, times, self._sent[key], self._received[key])
            for key, times in self._times.items()
        ]
        for counter in (self._times, self._sent, self._received):
            counter.clear()
        oldest = f"{self._clock.now() - KEPT:%Y-%m-%d}"

        def commit(tx: Connection) -> None:
            tx.conn.executemany(
                "INSERT INTO egress (tenant_id, day, host, purpose, times, sent, received) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, host, purpose) DO UPDATE SET "
                "times = times + excluded.times, sent = sent + excluded.sent, "
                "received = received + excluded.received",
                counted,
            )
            tx.conn.execute("DELETE FROM egress WHERE day < ?", (oldest,))

        await self._db.write(commit)

    async def page(self, cursor: str | None, limit: int) -> Page[Left]:
        """List days, newest first. Raises BadInputError for a cursor that is none."""
        await self.flush()
        day, last = "9999", 0
        if cursor is not None:
            if not (found := CURSOR.fullmatch(cursor)):
                raise BadInputError(
                    field="cursor",
                    problem="is not a cursor of this list",
                    problem_pt="não é um cursor desta lista",
                )
            day, last = found[1], int(found[2])
        rows = await self._db.read(lambda tx: _rows(tx, day, last, limit + 1))
        return Page.of(rows, limit, lambda row: f"{row.day}~{row.id}")

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self.flush()
            except Exception:  # an account that fails must not stop what it counts
                log.exception("egress_not_written")


LIST = (
    "SELECT id, day, host, purpose, times, sent, received FROM egress "
    "WHERE (day, id) < (?, ?) ORDER BY day DESC, id DESC LIMIT ?"
)


def _rows(tx: Connection, day: str, last: int, limit: int) -> list[Left]:
    return [Left(*row) for row in tx.conn.execute(LIST, (day, last, limit))]
