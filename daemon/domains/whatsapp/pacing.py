"""A person's pace, in seconds: look, think, type. Pure, so that it can be read and tested."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Pace:
    """How a reply of a program goes out. `enabled=False`: at once, without seen and typing."""

    enabled: bool = True
    seen: bool = True
    typing: bool = True
    chars_per_second: float = 25.0
    min_s: float = 0.8
    max_s: float = 6.0


@dataclass(frozen=True)
class Plan:
    """What happens before one message: seconds until seen, then seconds of typing."""

    look_s: float = 0.0
    typing_s: float = 0.0


AT_ONCE = Plan()
OFF = Pace(enabled=False)


def plan(pace: Pace, text: str, *, random: Random) -> Plan:
    """Return how long a person would look at the chat and type this text, within the limits."""
    if not pace.enabled:
        return AT_ONCE
    by_length = len(text) / max(pace.chars_per_second, 1.0)
    spread = random.uniform(0.85, 1.15)
    typing = min(max(by_length * spread, pace.min_s), max(pace.max_s, pace.min_s))
    return Plan(look_s=random.uniform(0.2, 0.7), typing_s=typing)
