"""The dashboard: the figures of metrics and finance, and the state of the box, side by side."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.domains.dashboard import routes
from daemon.domains.dashboard.domain import (
    DAYS,
    Live,
    Money,
    Point,
    Satisfaction,
    Served,
    Span,
    Topic,
    Traffic,
)
from daemon.domains.dashboard.ports import Sources
from daemon.domains.dashboard.service import MONEY_MOVED, Dashboard
from daemon.domains.finance.domain.movements import DEFINITION_VERSION
from daemon.domains.finance.service.parts import Finance
from daemon.domains.metrics.periods import Period
from daemon.domains.metrics.satisfaction import added
from daemon.domains.metrics.service import Asked, Figures, Sums
from daemon.domains.notifications.routes import NOTIFICATIONS
from daemon.infra.database import Connection
from daemon.infra.queue import counts
from daemon.kernel.clock import stamp

from .figures import Measuring
from .finance import Money as Accounts
from .ground import Ground
from .noticing import LATE
from .part import Part
from .talk import Talk

TOPICS = 5
OWNERS = "SELECT owner, count(*) AS number FROM conversations GROUP BY owner"
# The plus keeps the planner from reading every invoice there is by its kind.
OVERDUE = (
    "SELECT count(*), coalesce(sum(total - paid - credited), 0) FROM finance_invoices "
    "WHERE status = 'open' AND +kind = 'invoice' AND due_on < ? AND currency = ?"
)
Csat = Callable[[Asked], Awaitable[Satisfaction | None]]
Counts = Callable[[], Awaitable[dict[str, int]]]


def satisfaction(figures: Figures) -> Csat:
    """Return what customers said when they were asked; None if nobody answered."""

    async def said(asked: Asked) -> Satisfaction | None:
        found = added((await figures.csat(asked)).values())
        if found.average is None:
            return None
        return Satisfaction(found.average, found.answers)

    return said


class Composed:
    """Answers the dashboard's questions from the contexts that know."""

    def __init__(
        self,
        base: Ground,
        zone: ZoneInfo,
        *,
        figures: Figures,
        finance: Finance,
        sessions: Counts,
        notifications: Counts,
        csat: Csat,
    ) -> None:
        self._base, self._zone, self._figures, self._finance = base, zone, figures, finance
        self._sessions, self._notifications, self._csat = sessions, notifications, csat

    def sources(self) -> Sources:
        """Return what the dashboard asks."""
        return Sources(
            traffic=self.traffic,
            topics=self.topics,
            csat=self.csat,
            money=self.money,
            live=self.live,
        )

    async def traffic(self, span: Span) -> Traffic:
        """Return messages and service of a period and of the one before."""
        figures, asked = self._figures, self._asked(span)
        # As many days earlier, at the same hours: this morning stands beside yesterday's.
        back = 24 * DAYS[span.name]
        earlier = replace(asked, period=Period(asked.period.low - back, asked.period.high - back))
        (cut, sums), now, previous, week = await asyncio.gather(
            figures.series(asked, span.granularity),
            figures.service(asked),
            figures.service(earlier),
            figures.week(asked),
        )
        return Traffic(
            start=asked.period.start,
            end=asked.period.end,
            before=(earlier.period.start, earlier.period.end),
            now=_served(now.sums, now.first_response.p50, now.first_response.p95),
            previous=_served(
                previous.sums, previous.first_response.p50, previous.first_response.p95
            ),
            series=[
                Point(part.start, found["received"], _sent(found))
                for part, found in zip(cut, sums, strict=True)
            ],
            week=week,
        )

    async def topics(self, span: Span) -> Sequence[Topic]:
        """Return what was asked most and not answered."""
        _, found = await self._figures.unanswered(self._asked(span))
        return [
            Topic(
                stems=topic.label(),
                questions=len(topic.questions),
                conversations=len({one.conversation_id for one in topic.questions} - {None}),
                last_at=topic.last_at,
                example=topic.examples()[0].question,
            )
            for topic in found[:TOPICS]
        ]

    async def csat(self, span: Span) -> Satisfaction | None:
        """Return what customers said."""
        return await self._csat(self._asked(span))

    async def money(self) -> Money:
        """Return the last twelve months and what is overdue now."""
        figures, currency = self._finance.figures, self._finance.desk.currency
        periods = await figures.periods(figures.span(None, None))
        today = self._base.clock.now().astimezone(self._zone).date().isoformat()

        def late(tx: Connection) -> tuple[int, int]:
            row = tx.conn.execute(OVERDUE, (today, currency)).fetchone()
            return int(row[0]), int(row[1])

        number, amount = await self._base.database.read(late)
        return Money(
            currency=currency,
            definition_version=DEFINITION_VERSION,
            months=[(str(period.month), period.figures) for period in periods],
            overdue=amount,
            overdue_invoices=number,
        )

    async def live(self) -> Live:
        """Return how things are now."""
        now = self._base.clock.now()

        def read(tx: Connection) -> tuple[dict[str, int], dict[str, int], str | None]:
            owners = {row["owner"]: row["number"] for row in tx.conn.execute(OWNERS)}
            late = tx.conn.execute(LATE, (stamp(now),)).fetchone()
            return owners, counts(tx), None if late is None else str(late["run_at"])

        (owners, jobs, late), sessions, notifications, disk = await asyncio.gather(
            self._base.database.read(read),
            self._sessions(),
            self._notifications(),
            asyncio.to_thread(shutil.disk_usage, self._base.paths.state),
        )
        return Live(
            owners=owners,
            sessions=sessions,
            jobs=jobs,
            oldest_job_at=None if late is None else datetime.fromisoformat(late),
            disk_free=disk.free,
            disk_total=disk.total,
            notifications=notifications,
        )

    def _asked(self, span: Span) -> Asked:
        local = self._base.clock.now().astimezone(self._zone)
        # Sums are by the hour: with the second to come, the hour that just began counts.
        start, end = span.starts(local), local + timedelta(seconds=1)
        return self._figures.asked(start.isoformat(), end.isoformat(), span.agent_id)


async def dashboard(
    base: Ground,
    measured: Measuring,
    accounts: Accounts,
    talking: Talk,
    noticed: Part,
) -> Part:
    """Build the context."""
    zone = await asyncio.to_thread(ZoneInfo, base.settings.tenant.timezone)
    composed = Composed(
        base,
        zone,
        figures=measured.figures,
        finance=accounts.finance,
        sessions=talking.numbers.counts,
        notifications=noticed.services[NOTIFICATIONS].counts,
        csat=satisfaction(measured.figures),
    )
    service = Dashboard(base.clock, zone, composed.sources())
    for name in MONEY_MOVED:
        base.bus.subscribe(name, service.heard)
    return Part({routes.DASHBOARD: service})


def _sent(sums: Sums) -> int:
    return sums["bot"] + sums["phone"] + sums["operator"]


def _served(sums: Sums, p50: float | None, p95: float | None) -> Served:
    return Served(
        received=sums["received"],
        sent=_sent(sums),
        failed=sums["failed"],
        cases=sums["cases"],
        contained=sums["contained"],
        deflected=sums["deflected"],
        handed_over=sums["handed_over"],
        answers=sums["answers"],
        refusals=sums["refusals"],
        first_p50=p50,
        first_p95=p95,
    )
