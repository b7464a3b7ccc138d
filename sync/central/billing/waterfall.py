"""MRR and how it moved from month to month, closing to the centavo. Pure.

A tenant's MRR on a day is what the version of its plan in force promises per month. A month
compares each tenant's MRR at its two edges; what came and went in between is no movement.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sync.central.billing.book import Move, Plan
from sync.central.billing.money import Month, bps, half_up

Kind = Literal["new", "expansion", "contraction", "churn", "reactivation"]
Row = dict[str, object]


@dataclass(frozen=True)
class Change:
    """One tenant's movement over one month."""

    tenant_id: str
    reseller_id: str
    kind: Kind
    start: int
    end: int

    @property
    def amount(self) -> int:
        """Its size, never negative."""
        return abs(self.end - self.start)


@dataclass(frozen=True)
class Fall:
    """One month from edge to edge."""

    month: Month
    start: int
    end: int
    logos_start: int
    logos_end: int
    changes: tuple[Change, ...]

    def total(self, kind: Kind) -> int:
        """Return the sum of one kind."""
        return sum(change.amount for change in self.changes if change.kind == kind)

    def count(self, *kinds: Kind) -> int:
        """Return how many tenants moved so."""
        return sum(change.kind in kinds for change in self.changes)

    def row(self) -> Row:
        """Return the month as it is shown."""
        kept = self.start - self.total("contraction") - self.total("churn")
        return {
            "period": str(self.month),
            "start_centavos": self.start,
            **{
                f"{kind}_centavos": self.total(kind)
                for kind in ("new", "expansion", "contraction", "churn", "reactivation")
            },
            "end_centavos": self.end,
            "logos_start": self.logos_start,
            "logos_new": self.count("new", "reactivation"),
            "logos_lost": self.count("churn"),
            "logos_end": self.logos_end,
            "revenue_churn_bps": bps(self.start - kept, self.start),
            "logo_churn_bps": bps(self.count("churn"), self.logos_start),
            "nrr_bps": bps(kept + self.total("expansion"), self.start),
            "grr_bps": bps(kept, self.start),
            "arpa_centavos": half_up(self.end, self.logos_end) if self.logos_end else None,
        }


class Worth:
    """What each tenant is worth on a day, by one tier and currency."""

    def __init__(
        self, moves: Iterable[Move], plans: Mapping[str, Plan], *, currency: str, wholesale: bool
    ) -> None:
        self._plans, self._currency, self._wholesale = plans, currency, wholesale
        self._moves: dict[str, list[Move]] = defaultdict(list)
        for move in moves:
            self._moves[move.tenant_id].append(move)
        self._days = {tenant: [one.day for one in found] for tenant, found in self._moves.items()}

    @property
    def tenants(self) -> Iterable[str]:
        """Everybody who ever subscribed."""
        return self._moves

    def reseller(self, tenant: str) -> str:
        """Return who sells to a tenant now."""
        return self._moves[tenant][-1].reseller_id

    def at(self, tenant: str, day: date) -> int:
        """Return a tenant's MRR at the beginning of a day, before that day's changes."""
        place = bisect_right(self._days[tenant], day.toordinal() - 1, key=date.toordinal)
        if place == 0:
            return 0
        plan = self._plans.get(self._moves[tenant][place - 1].plan_id)
        if plan is not None and self._wholesale:
            plan = self._plans.get(plan.wholesale_id)
        version = None if plan is None else plan.at(date.fromordinal(day.toordinal() - 1))
        if version is None or version.currency != self._currency:
            return 0
        return version.monthly


def falls(worth: Worth, months: Sequence[Month]) -> list[Fall]:
    """Return the waterfall of each of a run of months."""
    if not months:
        return []
    known = {tenant: _ever(worth, tenant, months[0].first) for tenant in worth.tenants}
    opening = {tenant: worth.at(tenant, months[0].first) for tenant in worth.tenants}
    found = []
    for month in months:
        closing = {tenant: worth.at(tenant, month.next.first) for tenant in worth.tenants}
        changes = [
            Change(tenant, worth.reseller(tenant), kind, opening[tenant], closing[tenant])
            for tenant in sorted(closing)
            if (kind := _kind(opening[tenant], closing[tenant], known=known[tenant]))
        ]
        found.append(
            Fall(
                month,
                sum(opening.values()),
                sum(closing.values()),
                sum(value > 0 for value in opening.values()),
                sum(value > 0 for value in closing.values()),
                tuple(changes),
            )
        )
        for tenant, value in closing.items():
            known[tenant] = known[tenant] or value > 0
        opening = closing
    return found


def _ever(worth: Worth, tenant: str, day: date) -> bool:
    """Say whether a tenant was worth something at the edge of a month before."""
    first = worth._days[tenant][0]  # noqa: SLF001 - one module
    month = Month(first.year, first.month)
    while month.first < day:
        month = month.next
        if month.first <= day and worth.at(tenant, month.first) > 0:
            return True
    return False


def _kind(start: int, end: int, *, known: bool) -> Kind | None:
    if start == end:
        return None
    if start == 0:
        return "reactivation" if known else "new"
    if end == 0:
        return "churn"
    return "expansion" if end > start else "contraction"
