"""Keeps the roll-ups: from the event log, exactly once, and from the raw rows on demand.

An event only says what moved; the figures are then derived from the raw rows, in the transaction
that also moves the mark in the event log. A crash at any moment leaves both or neither.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Self

import orjson
import structlog

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.events import Recorded

from .domain import hour_of
from .ports import Raw
from .store import rollups

log = structlog.get_logger(__name__)

REFRESH = "metrics.refresh"
REBUILD = "metrics.rebuild"
HEARD = ("message.received", "message.queued", "message.updated", "turn.answered")
BATCH = 300  # events of one transaction: a customer's message waits behind it for milliseconds
PAGE = 100  # conversations or answers of one transaction of a rebuild
SPAN_HOURS = 24 * 31
COALESCE_S = 1.0
EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Keeper:
    """Feeds the roll-ups while the block runs; `catch_up` is safe to call at any time."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str, raw: Raw) -> None:
        self._db, self._clock, self._tenant, self._raw = database, clock, tenant_id, raw
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def heard(self, _: Recorded) -> None:
        """Note that something moved; subscribe it for the names in `HEARD`."""
        self._moved.set()

    async def catch_up(self) -> None:
        """Take in every event recorded so far; without a mark in the log, derive everything."""
        if await self._db.read(self._is_lost):
            await self.rebuild()
        while await self._db.read(self._is_behind):
            await self._db.write(self._step)

    async def rebuild(self, since: datetime = EVER) -> None:
        """Derive the figures since a moment again, in small transactions beside the daily work.

        What came in meanwhile is taken in from the event log as ever.
        """
        await self._db.write(self._mark_newest_if_lost)
        await self._paged(partial(self._answers, since=since))
        await self._paged(partial(self._conversations, since=since))
        for agent_id in await self._db.read(self._agents):
            low, high = await self._db.read(partial(self._span, agent_id=agent_id, since=since))
            for start in range(low, high, SPAN_HOURS):
                end = min(start + SPAN_HOURS, high)
                await self._db.write(partial(self._hours, agent_id=agent_id, low=start, high=end))

    async def refresh(self, days: int = 3) -> None:
        """Derive the last days again: what moved without an event (two contacts made one)."""
        await self.rebuild(self._clock.now() - timedelta(days=days))

    async def __aenter__(self) -> Self:
        """Begin, with what was missed."""
        self._moved.set()
        self._task = asyncio.create_task(self._run(), name="metrics")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what was not taken in yet waits in the event log."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            try:
                await self.catch_up()
            except Exception:
                log.exception("metrics_failed")
            await asyncio.sleep(COALESCE_S)

    # -- from the event log

    def _is_lost(self, tx: Connection) -> bool:
        seq = rollups.seq(tx, self._tenant)
        oldest = tx.conn.execute("SELECT min(seq) FROM events").fetchone()[0]
        return seq is None or (oldest is not None and int(oldest) > seq + 1)

    def _is_behind(self, tx: Connection) -> bool:
        newest = tx.conn.execute("SELECT max(seq) FROM events").fetchone()[0]
        return newest is not None and int(newest) > (rollups.seq(tx, self._tenant) or 0)

    def _step(self, tx: Connection) -> None:
        seq = rollups.seq(tx, self._tenant) or 0
        rows = tx.conn.execute(
            "SELECT seq, name, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (seq, BATCH)
        ).fetchall()
        hours: rollups.Hours = set()
        moved: dict[str, datetime] = {}
        for row in rows:
            if row["name"] in HEARD:
                self._take(tx, row["name"], orjson.loads(row["data"]), hours, moved)
        for conversation_id, since in moved.items():
            hours |= rollups.derive_cases(tx, self._raw, self._tenant, conversation_id, since)
        for agent_id, hour in hours:
            rollups.derive_hours(tx, self._raw, self._tenant, agent_id, range(hour, hour + 1))
        if rows:
            rollups.set_seq(tx, self._tenant, int(rows[-1]["seq"]))

    def _take(
        self,
        tx: Connection,
        name: str,
        data: dict[str, Any],
        hours: rollups.Hours,
        moved: dict[str, datetime],
    ) -> None:
        message_id = data.get("message_id") if name == "turn.answered" else data.get("id")
        if name == "turn.answered":
            fact = self._raw.answer(tx, str(data.get("trace_id")))
            if fact is not None:
                hours.add(rollups.keep_answer(tx, self._tenant, fact))
        place = None if message_id is None else self._raw.place(tx, str(message_id))
        if place is not None:
            hours.add((place.agent_id, hour_of(place.at)))
            before = moved.get(place.conversation_id, place.at)
            moved[place.conversation_id] = min(before, place.at)

    # -- from the raw rows

    async def _paged(self, page: Callable[..., str | None]) -> None:
        after: str | None = ""
        while after is not None:
            after = await self._db.write(partial(page, after=after))

    def _mark_newest_if_lost(self, tx: Connection) -> None:
        if self._is_lost(tx):
            newest = tx.conn.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
            rollups.set_seq(tx, self._tenant, int(newest))

    def _answers(self, tx: Connection, *, since: datetime, after: str) -> str | None:
        facts = self._raw.answers(tx, since, after, PAGE)
        for fact in facts:
            rollups.keep_answer(tx, self._tenant, fact)
        return facts[-1].trace_id if facts else None

    def _conversations(self, tx: Connection, *, since: datetime, after: str) -> str | None:
        found = {
            *self._raw.conversations(tx, since, after, PAGE),
            *rollups.stale_conversations(tx, since, after, PAGE),
        }
        page = sorted(found)[:PAGE]
        for conversation_id in page:
            changed = rollups.derive_cases(tx, self._raw, self._tenant, conversation_id, None)
            for agent_id, hour in changed if since != EVER else ():
                # It may have begun long before `since`: no span below comes to its hour.
                rollups.derive_hours(tx, self._raw, self._tenant, agent_id, range(hour, hour + 1))
        return page[-1] if page else None

    def _agents(self, tx: Connection) -> list[str]:
        return sorted({*self._raw.agents(tx), *rollups.known_agents(tx)})

    def _span(self, tx: Connection, *, agent_id: str, since: datetime) -> tuple[int, int]:
        oldest = self._raw.oldest(tx, agent_id)
        firsts = [None if oldest is None else hour_of(oldest), rollups.first_hour(tx, agent_id)]
        low = min((hour for hour in firsts if hour is not None), default=None)
        high = hour_of(self._clock.now()) + 49  # a phone's clock may run ahead
        if low is None:
            return high, high
        return max(low, hour_of(since)), high

    def _hours(self, tx: Connection, *, agent_id: str, low: int, high: int) -> None:
        rollups.derive_hours(tx, self._raw, self._tenant, agent_id, range(low, high))
