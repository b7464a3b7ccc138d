"""Back-pressure: so many batches at a time, so many waiting, and longer pauses under load."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sync.protocol.problems import SyncError

LONGEST_STRETCH = 4
BEHIND_S = 5


@dataclass(frozen=True)
class Capacity:
    """What the control plane takes at once."""

    at_once: int = 16
    waiting: int = 512
    per_second: float = 200.0


class Pressure:
    """Lets batches in. Who finds the waiting room full is told when to come back."""

    def __init__(self, capacity: Capacity, interval_s: int) -> None:
        self._capacity = capacity
        self._interval_s = interval_s
        self._slots = asyncio.Semaphore(capacity.at_once)
        self._inside = 0

    @property
    def waiting(self) -> int:
        """How many batches wait for their turn."""
        return max(0, self._inside - self._capacity.at_once)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises rate_limited if too many wait already."""
        if self.waiting >= self._capacity.waiting:
            seconds = math.ceil(self.waiting / self._capacity.per_second) + 1
            raise SyncError(code="rate_limited", retry_after_s=seconds)
        self._inside += 1
        try:
            async with self._slots:
                yield
        finally:
            self._inside -= 1

    def next_after_s(self, *, behind: bool = False) -> int:
        """Return when a box should come again: later, the fuller it is here.

        One that is behind, after weeks without a link, goes on at once while nobody else waits.
        """
        if behind and not self.waiting:
            return BEHIND_S
        fullness = self.waiting / max(1, self._capacity.waiting)
        return math.ceil(self._interval_s * (1 + (LONGEST_STRETCH - 1) * fullness))
