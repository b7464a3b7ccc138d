"""Answers questions about a period; the roll-ups are brought up to date first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.jobs import NewJob
from daemon.kernel.pages import Page

from .domain import Prices, Refusal, percentile
from .keeping import REBUILD, Keeper
from .meaning import LEARN
from .periods import Granularity, Part, Period, offsets, parts, period
from .ports import Raw
from .satisfaction import Scores
from .store import figures, meanings, ratings
from .topics import Stems, Topic, topics

T = TypeVar("T")
FREE = Prices()
Sums = dict[str, int]

MAX_REFUSALS = 500
"""The newest refused questions of a period that are grouped."""


@dataclass(frozen=True)
class Asked:
    """Which figures: the period as it was understood, and whose."""

    period: Period
    agent_id: str | None
    zone: ZoneInfo


@dataclass(frozen=True)
class Times:
    """How long something took in the cases in which it happened, and in how many it was read."""

    cases: int
    measured: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True)
class Service:
    """How customers were served."""

    sums: Sums
    first_response: Times
    resolution: Times


class Figures:
    """Figures of messages, cases and answers."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        tenant_id: str,
        zone: ZoneInfo,
        *,
        raw: Raw,
        keeper: Keeper,
        stems: Stems,
        prices: Prices = FREE,
    ) -> None:
        self.prices = prices
        self._db, self._queue, self._clock, self._tenant = database, queue, clock, tenant_id
        self._zone, self._raw, self._keeper, self._stems = zone, raw, keeper, stems

    def asked(self, start: str | None, end: str | None, agent_id: str | None) -> Asked:
        """Read a period. Raises BadInputError naming the field."""
        return Asked(period(start, end, self._zone, self._clock.now()), agent_id, self._zone)

    async def series(
        self, asked: Asked, granularity: Granularity
    ) -> tuple[Sequence[Part], Sequence[Sums]]:
        """Return the sums of each part of the period. Raises BadInputError for too many."""
        cut = parts(asked.period, granularity, self._zone)
        await self._keeper.catch_up()
        found = await self._db.read(
            lambda tx: figures.series(
                tx, self._tenant, [part.hours for part in cut], asked.agent_id
            )
        )
        return cut, found

    async def before(self, asked: Asked) -> Sums:
        """Return the sums of the period of the same length right before."""
        return await self._db.read(
            lambda tx: figures.totals(tx, self._tenant, asked.period.before(), asked.agent_id)
        )

    async def by_agent(self, asked: Asked) -> dict[str, Sums]:
        """Return the sums of each agent."""
        await self._keeper.catch_up()
        return await self._db.read(
            lambda tx: figures.by_agent(tx, self._tenant, asked.period, asked.agent_id)
        )

    async def service(self, asked: Asked) -> Service:
        """Return how customers were served in cases that began in the period."""

        def read(tx: Connection) -> Service:
            sums = figures.totals(tx, self._tenant, asked.period, asked.agent_id)
            found = figures.times(
                tx, self._tenant, asked.period, asked.agent_id, replied=sums["replied"]
            )
            first, resolution = (
                Times(sums["replied"], len(took), percentile(took, 0.5), percentile(took, 0.95))
                for took in found
            )
            return Service(sums, first, resolution)

        await self._keeper.catch_up()
        return await self._db.read(read)

    async def week(self, asked: Asked) -> list[tuple[int, int]]:
        """Return messages received and cases begun by hour of the local week, Monday first."""

        def read(tx: Connection) -> list[tuple[int, int]]:
            spans = offsets(asked.period, self._zone)
            return figures.week(tx, self._tenant, spans, asked.agent_id)

        await self._keeper.catch_up()
        return await self._db.read(read)

    async def unanswered(self, asked: Asked) -> tuple[int, list[Topic]]:
        """Return how many refusals were grouped, and the topics, most asked first."""

        def read(tx: Connection) -> tuple[int, list[Topic], bool]:
            start, end = asked.period.start, asked.period.end
            found: Sequence[Refusal] = self._raw.refusals(
                tx, asked.agent_id, start, end, MAX_REFUSALS
            )
            names = meanings.names(tx, [one.trace_id for one in found])
            fresh = len(names) < len(found)
            return len(found), topics(found, self._stems, names), fresh

        number, grouped, fresh = await self._db.read(read)
        if fresh:  # what their words do not show is found out for the next time
            job = NewJob(LEARN, lock="topics", key="topics")
            await self._db.write(lambda tx: self._queue.add(tx, job))
        return number, grouped

    async def csat(self, asked: Asked) -> dict[str, Scores]:
        """Return what customers said of each agent."""
        found = await self._db.read(
            lambda tx: ratings.sums(tx, self._tenant, asked.period, asked.agent_id)
        )
        counts: dict[str, list[int]] = {}
        for agent_id, score, number in found:
            counts.setdefault(agent_id, [0] * 6)[score or 0] += number
        return {
            agent_id: Scores(sum(row), (row[1], row[2], row[3], row[4], row[5]))
            for agent_id, row in counts.items()
        }

    async def said(self, asked: Asked, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
        """List what customers said, newest first."""
        found = await self._db.read(
            lambda tx: ratings.page(tx, self._tenant, asked.period, asked.agent_id, cursor, limit)
        )
        return Page.of(found, limit, lambda row: str(row["id"]))

    async def rebuild(self) -> datetime:
        """Queue a rebuild from the raw rows; one that waits already is enough."""
        now = self._clock.now()
        await self._db.write(
            lambda tx: self._queue.add(tx, NewJob(REBUILD, lock="metrics", key="rebuild"))
        )
        return now
