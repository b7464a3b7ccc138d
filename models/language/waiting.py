"""The line in front of the engine, in order of rank and arrival; safe between threads."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING

from models.errors import ModelOverloadedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .generation import Generation


class WaitingLine:
    """Requests that have no slot yet."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._line: list[Generation] = []
        self._changed = threading.Condition()
        self._numbers = count(1)
        self._rung = False

    def __len__(self) -> int:
        return len(self._line)

    def join(self, generation: Generation) -> None:
        """Take a new request. Raises ModelOverloadedError."""
        with self._changed:
            if len(self._line) >= self._limit:
                raise ModelOverloadedError(waiting=len(self._line))
            generation.order = next(self._numbers)
            self._insert(generation)

    def rejoin(self, generation: Generation) -> None:
        """Take back a request that lost its slot, at its old place."""
        with self._changed:
            self._insert(generation)

    def first(self, fits: Callable[[Generation], bool]) -> Generation | None:
        """Return the first in line for which ``fits`` holds; it stays in line."""
        with self._changed:
            return next((one for one in self._line if fits(one)), None)

    def leave(self, generation: Generation) -> None:
        """Take a request out of the line."""
        with self._changed:
            self._line.remove(generation)

    def drop(self, gone: Callable[[Generation], bool]) -> list[Generation]:
        """Take out and return all for which ``gone`` holds."""
        with self._changed:
            dropped = [one for one in self._line if gone(one)]
            self._line = [one for one in self._line if one not in dropped]
            return dropped

    def ring(self) -> None:
        """Wake whoever waits in :meth:`wait`."""
        with self._changed:
            self._rung = True
            self._changed.notify()

    def wait(self, timeout_s: float) -> None:
        """Sleep until something arrives or rings, or the time is over."""
        with self._changed:
            if not self._rung:
                self._changed.wait(timeout_s)
            self._rung = False

    def _insert(self, generation: Generation) -> None:
        self._line.append(generation)
        self._line.sort(key=lambda one: one.sort_key)
        self._rung = True
        self._changed.notify()
