"""How much to do in one step, and with how many threads, from what the last steps took."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .threads import Load, ThreadGovernor

ALONE_S, SHARED_S = 0.5, 0.25
"""A step reads prompts for about this long, less while somebody's answer is being written. Between
steps is the only time to notice a busy neighbour and to give a thread back."""
LEAST_CHUNK = 32
FIRST_RATE = 256.0
LEARNING = 0.3


class Pace:
    """Learns the speed of reading and watches the neighbours. Of the engine's thread."""

    def __init__(self, governor: ThreadGovernor, neighbours: Load) -> None:
        self._governor, self._neighbours = governor, neighbours
        self._rate = FIRST_RATE  # prompt tokens a second

    @property
    def threads(self) -> int:
        """How many threads to decode with now."""
        return self._governor.threads

    def look_around(self, now: float) -> int:
        """Take the present load into account and return the number of threads."""
        others = self._neighbours.others(now)
        return self.threads if others is None else self._governor.decide(others)

    def prompt_budget(self, *, writing: bool) -> int:
        """Return how many prompt tokens the next step may read."""
        return max(int(self._rate * (SHARED_S if writing else ALONE_S)), LEAST_CHUNK)

    def learn(self, tokens: int, elapsed_s: float) -> None:
        """Note how long a step took; small ones say nothing about reading."""
        if tokens > LEAST_CHUNK:
            self._rate += LEARNING * (tokens / max(elapsed_s, 1e-6) - self._rate)
