"""The upsell signals, each for two cycles in a row and with its evidence.

At least 80 % of an entitlement; customers who wait past the budget; questions without an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .money import Ratio

SHARE_PERCENT = 80
CYCLES = 2
LEAST_CASES = 20  # fewer say nothing about a month
UNANSWERED_PERCENT = 20


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


@dataclass(frozen=True)
class Load:
    """What a month asked of the box: p95 of the wait for a first reply, and what it refused."""

    period: str
    waits: int
    wait_p95_ms: int | None
    questions: int
    unanswered: int


@dataclass(frozen=True)
class Strain:
    """The box as a whole is close to its limit, and the months that show it."""

    kind: Literal["wait", "unanswered"]
    loads: tuple[Load, ...]


def strains(loads: Sequence[Load], budget_ms: int) -> list[Strain]:
    """Look for two strained months in a row that end with the last or the running one."""

    def late(load: Load) -> bool:
        return load.waits >= LEAST_CASES and (load.wait_p95_ms or 0) > budget_ms

    def silent(load: Load) -> bool:
        share = load.unanswered * 100 >= load.questions * UNANSWERED_PERCENT
        return load.questions >= LEAST_CASES and share

    found = list[Strain]()
    for last in (len(loads), len(loads) - 1):
        evidence = tuple(loads[last - CYCLES : last])
        if len(evidence) != CYCLES:
            continue
        known = {one.kind for one in found}
        if "wait" not in known and all(map(late, evidence)):
            found.append(Strain("wait", evidence))
        if "unanswered" not in known and all(map(silent, evidence)):
            found.append(Strain("unanswered", evidence))
    return found
