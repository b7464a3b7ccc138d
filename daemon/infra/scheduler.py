"""The calendar: at its time, each entry puts a job into the durable queue. Timing, nothing else.

What was missed while the box was off or asleep is queued once when it is back (coalesced).
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from daemon.kernel.jobs import NewJob

from .database import Database
from .queue import Queue

log = structlog.get_logger(__name__)

WAKE_EVERY_S = 30.0
SET_BACK_S = 5.0
"""So far the clock must be set back before the calendar is made anew; less is drift."""
DEFAULTS = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """One period after the other; those that were slept through are one."""

    def __init__(self, period: timedelta) -> None:
        self._period = period

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the next moment: after the clock was set, as seen from now."""
        following = now if previous is None else previous.astimezone(UTC) + self._period
        return now + self._period if following <= now else following


class At(CronTrigger):  # type: ignore[misc]  # the library has no types
    """Moments of the calendar; those that were slept through are one, found without a walk."""

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Return the next moment."""
        following: datetime | None = super().get_next_fire_time(previous, now)
        if previous is not None and following is not None and following <= now:
            return self.get_next_fire_time(None, now + timedelta(seconds=1))
        return following


class Scheduler:
    """Entries of the calendar; add them before the block begins."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        *,
        zone: tzinfo,
        wake_every_s: float = WAKE_EVERY_S,
    ) -> None:
        self._db, self._queue, self._zone = database, queue, zone
        self._wake_every_s = wake_every_s
        self._calendar = AsyncIOScheduler(timezone=self._zone, job_defaults=DEFAULTS)
        self._waker: asyncio.Task[None] | None = None

    def every(self, period: timedelta, job: NewJob | Callable[[], NewJob]) -> None:
        """Queue the job each `period`, first one period from now."""
        self._add(Every(period), job)

    def cron(self, expression: str, job: NewJob | Callable[[], NewJob]) -> None:
        """Queue the job by a five-field cron expression, in the tenant's time zone."""
        self._add(At.from_crontab(expression, timezone=self._zone), job)

    async def __aenter__(self) -> Self:
        """Begin."""
        self._calendar.start()
        self._waker = asyncio.create_task(self._keep_waking(), name="scheduler-wake")
        return self

    async def __aexit__(self, *_: object) -> None:
        """End; nothing is lost, the calendar is made again at the next start."""
        if self._waker is not None:
            self._waker.cancel()
            await asyncio.gather(self._waker, return_exceptions=True)
        self._calendar.shutdown(wait=False)
        await asyncio.sleep(0)  # it only schedules its own end

    def _add(self, trigger: BaseTrigger, job: NewJob | Callable[[], NewJob]) -> None:
        self._calendar.add_job(self._tick, trigger, args=(job,))

    async def _tick(self, wanted: NewJob | Callable[[], NewJob]) -> None:
        try:
            job = wanted() if callable(wanted) else wanted
            # While one tick still waits, the next adds nothing: a slow box does not pile them up.
            once = job if job.key is not None else replace(job, key="tick")
            await self._db.write(lambda tx: self._queue.add(tx, once))
        except Exception:  # the next tick is the retry
            log.exception("tick_failed")

    async def _keep_waking(self) -> None:
        # Its timer runs on the monotonic clock: after a suspend or a corrected clock it would
        # sleep past its hour.
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(self._wake_every_s)
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - SET_BACK_S:
                # Each entry waits for a moment that is now hours or months away.
                log.warning("clock_set_back", seconds=round(before - ahead))
                for entry in self._calendar.get_jobs():
                    entry.reschedule(entry.trigger)
                await self._db.write(self._queue.clock_set_back)
            self._calendar.wakeup()
