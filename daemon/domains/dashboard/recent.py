"""Keeps an answer for a while: at once when it is fresh, and while a newer one is being made."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import structlog

from daemon.kernel.clock import Clock

log = structlog.get_logger(__name__)

T = TypeVar("T")
MOST = 64


@dataclass(frozen=True)
class Age:
    """Past `fresh_s` a newer answer is made; one older than `stale_s` is never shown."""

    fresh_s: float
    stale_s: float


@dataclass(frozen=True)
class Kept(Generic[T]):
    """An answer, and when it was begun."""

    value: T
    at: datetime
    since: float


class Recent(Generic[T]):
    """One question by key; however many ask at once, it is answered once."""

    def __init__(self, clock: Clock, age: Age) -> None:
        self._clock, self._age = clock, age
        self._kept: OrderedDict[Hashable, Kept[T]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Kept[T]]] = {}
        self._tasks: set[asyncio.Task[Kept[T]]] = set()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> Kept[T]:
        """Return the answer, or the last one while a newer one is made in the background."""
        kept = self._kept.get(key)
        age = 0.0 if kept is None else self._clock.monotonic() - kept.since
        if kept is not None and age < self._age.fresh_s:
            return kept
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, make), name="dashboard")
            self._making[key] = task
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._made(key, done))
        if kept is not None and age < self._age.stale_s:
            return kept
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Drop what is known to be old."""
        self._kept.clear()
        self._making.clear()  # who waits for one of these gets it; nobody new does

    async def settle(self) -> None:
        """Wait for what is being made; an error of it is nobody's."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> Kept[T]:
        at, since = self._clock.now(), self._clock.monotonic()
        kept = Kept(await make(), at, since)
        if self._making.get(key) is asyncio.current_task():
            self._kept[key] = kept
            self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return kept

    def _made(self, key: Hashable, task: "asyncio.Task[Kept[T]]") -> None:
        self._tasks.discard(task)
        if self._making.get(key) is task:
            del self._making[key]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("dashboard_figures_failed", error=type(error).__name__)
