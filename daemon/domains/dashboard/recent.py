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
FRESH_S = 10.0
STALE_S = 60.0
"""Nothing older than this is ever shown."""
MOST = 64


@dataclass(frozen=True)
class Kept(Generic[T]):
    """An answer, and when it was begun."""

    value: T
    at: datetime
    since: float


class Recent(Generic[T]):
    """One question by key; however many ask at once, it is answered once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Hashable, Kept[T]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Kept[T]]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> Kept[T]:
        """Return the answer: at most `STALE_S` old, made again in the background past `FRESH_S`."""
        kept = self._kept.get(key)
        age = STALE_S if kept is None else self._clock.monotonic() - kept.since
        if kept is not None and age < FRESH_S:
            return kept
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, make), name="dashboard")
            self._making[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        if kept is not None and age < STALE_S:
            return kept
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for what is being made; an error of it is nobody's."""
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> Kept[T]:
        at, since = self._clock.now(), self._clock.monotonic()
        kept = Kept(await make(), at, since)
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return kept

    def _made(self, key: Hashable, task: "asyncio.Task[Kept[T]]") -> None:
        self._making.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("dashboard_figures_failed", error=type(error).__name__)
