"""The upsell signal: at least 80 % of an entitlement for two cycles in a row."""

from collections.abc import Sequence
from dataclasses import dataclass

from .money import Ratio

SHARE_PERCENT = 80
CYCLES = 2


@dataclass(frozen=True)
class Cycle:
    """What was used of what is included, in one month."""

    period: str
    used: int
    included: int

    @property
    def full(self) -> bool:
        """Whether it reaches the share."""
        return self.used * 100 >= self.included * SHARE_PERCENT

    @property
    def percent(self) -> str | None:
        """The share, as text."""
        return Ratio(self.used, self.included).percent


@dataclass(frozen=True)
class Signal:
    """A meter that is nearly used up, and the cycles that show it."""

    meter: str
    cycles: tuple[Cycle, ...]


def signals(meter: str, cycles: Sequence[Cycle]) -> Signal | None:
    """Look for two full cycles in a row that end with the last or the running one."""
    for last in (len(cycles), len(cycles) - 1):
        evidence = tuple(cycles[last - CYCLES : last])
        if len(evidence) == CYCLES and all(cycle.full for cycle in evidence):
            return Signal(meter, evidence)
    return None
