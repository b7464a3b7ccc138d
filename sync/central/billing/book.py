"""The price book as the pure part reads it: plans, their versions, and who subscribed to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

from sync.central.billing.money import half_up
from sync.protocol.invoice import Price


@dataclass(frozen=True)
class Version:
    """A plan's price from a day on."""

    effective_from: date
    currency: str
    period_months: int
    base_centavos: int
    meters: Mapping[str, Price] = field(default_factory=dict)

    @property
    def monthly(self) -> int:
        """What it promises per month."""
        return half_up(self.base_centavos, self.period_months)


@dataclass(frozen=True)
class Plan:
    """A plan and its versions, the oldest first."""

    id: str
    name: str
    wholesale_id: str
    versions: Sequence[Version]

    def at(self, day: date) -> Version | None:
        """Return the version in force on a day."""
        found = None
        for version in self.versions:
            if version.effective_from <= day:
                found = version
        return found


@dataclass(frozen=True)
class Move:
    """One line of a tenant's subscription; an empty plan ends it."""

    tenant_id: str
    reseller_id: str
    day: date
    plan_id: str


@dataclass(frozen=True)
class Segment:
    """A plan of a tenant from a day, up to and without another; `changed`: to another plan."""

    plan: Plan
    begins: date
    ends: date | None
    changed: bool = False

    def covers(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.begins <= day and (self.ends is None or day < self.ends)


def segments(moves: Sequence[Move], plans: Mapping[str, Plan]) -> list[Segment]:
    """Return a tenant's segments from its moves in order; of two on one day the later counts."""
    by_day: dict[date, str] = {move.day: move.plan_id for move in moves}
    days = sorted(by_day)
    found: list[Segment] = []
    for day, following in zip_longest(days, days[1:]):
        plan = plans.get(by_day[day])
        if plan is None:
            continue
        changed = following is not None and by_day[following] != ""
        if found and found[-1].plan.id == plan.id and found[-1].ends == day:
            found[-1] = Segment(plan, found[-1].begins, following, changed)
        else:
            found.append(Segment(plan, day, following, changed))
    return found
