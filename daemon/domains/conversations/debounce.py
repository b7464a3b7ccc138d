"""How long to wait for the rest of a burst: people send one thought in many messages.

Adaptive: a message that looks finished waits briefly, a fragment longer, and while the customer
types the wait goes on; `max_s` after the first message of the burst it always ends.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

TYPING_LASTS = timedelta(seconds=6)  # WhatsApp repeats "composing" while it goes on
_ENDS = re.compile(
    r"[.!?…)\]\"”]\s*$|\b(obrigad[oa]|valeu|thanks|por favor|pfv?|please)\s*$", re.IGNORECASE
)
_DANGLES = re.compile(
    r"(,|:|\be|\bou|\bde|\bda|\bdo|\ba|\bo|\bcom|\bpara|\bpra|\bque|\band|\bor|\bthe|\bof"
    r"|\.\.\.)\s*$",
    re.IGNORECASE,
)
_FEW_WORDS = 3
_MANY_WORDS = 7


@dataclass(frozen=True)
class Debounce:
    """Bounds of the wait, in seconds; 0 and 0 answer at once."""

    min_s: float = 1.0
    max_s: float = 8.0


@dataclass(frozen=True)
class Burst:
    """What has come in since the last answer: when it began, and the last message of it."""

    first_at: datetime
    last_at: datetime
    last_text: str
    typing_at: datetime | None = None


def quiet_at(burst: Burst, bounds: Debounce) -> datetime:
    """Return the moment at which the burst counts as finished."""
    limit = burst.first_at + timedelta(seconds=bounds.max_s)
    due = burst.last_at + timedelta(seconds=wait_s(burst.last_text, bounds))
    if bounds.max_s > 0 and burst.typing_at is not None and burst.typing_at >= burst.last_at:
        due = max(due, burst.typing_at + TYPING_LASTS)
    return min(due, limit)


def wait_s(text: str, bounds: Debounce) -> float:
    """Return how long to wait after this message, by how finished it looks."""
    low, high = bounds.min_s, max(bounds.min_s, bounds.max_s)
    return low + (high - low) * _unfinished(text)


def _unfinished(text: str) -> float:
    words = text.split()
    if _DANGLES.search(text):
        return 0.6
    if _ENDS.search(text):
        return 0.0
    if len(words) <= _FEW_WORDS:
        return 0.4
    return 0.1 if len(words) >= _MANY_WORDS else 0.2
