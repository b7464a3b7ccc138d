"""Puts the dashboard together; figures may be a few seconds old, the box's state is of now."""

import asyncio
from zoneinfo import ZoneInfo

from daemon.kernel.clock import Clock
from daemon.kernel.events import Recorded

from .domain import Money, Satisfaction, Shown, Span, Topic, Traffic
from .ports import Sources
from .recent import Age, Recent

QUICK = Age(fresh_s=10.0, stale_s=60.0)
SLOW = Age(fresh_s=60.0, stale_s=300.0)
"""What moves slowly, or takes long to sum up."""
MONEY_MOVED = ("payment.updated", "invoice.issued", "subscription.changed")


class Dashboard:
    """One call, whatever the size of the history."""

    def __init__(self, clock: Clock, zone: ZoneInfo, sources: Sources) -> None:
        self.clock, self.zone, self._sources = clock, zone, sources
        self._traffic = Recent[Traffic](clock, QUICK)
        self._topics = Recent[list[Topic]](clock, SLOW)
        self._csat = Recent[Satisfaction | None](clock, QUICK)
        self._money = Recent[Money](clock, SLOW)

    async def show(self, span: Span) -> Shown:
        """Return everything for a period."""
        traffic, topics, csat, money, live = await asyncio.gather(
            self._traffic.get(span, lambda: self._sources.traffic(span)),
            self._topics.get(span, lambda: self._about(span)),
            self._csat.get(span, lambda: self._sources.csat(span)),
            self._money.get("money", self._sources.money),
            self._sources.live(),
        )
        return Shown(
            span=span,
            as_of=min(traffic.at, topics.at, csat.at, money.at),
            traffic=traffic.value,
            topics=topics.value,
            csat=csat.value,
            money=money.value,
            live=live,
        )

    async def heard(self, _: Recorded) -> None:
        """Forget money at once when it moved; subscribe it for the names in `MONEY_MOVED`."""
        self._money.forget()

    async def settle(self) -> None:
        """Wait for figures that are being made in the background."""
        for recent in (self._traffic, self._topics, self._csat, self._money):
            await recent.settle()

    async def _about(self, span: Span) -> list[Topic]:
        return list(await self._sources.topics(span))
