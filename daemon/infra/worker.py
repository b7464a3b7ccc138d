"""Runs jobs: leases what is due, hands each to its handler, settles the outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar, Self

import structlog

from daemon.kernel.clock import Clock
from daemon.kernel.events import Event
from daemon.kernel.jobs import Job, ParkError, RetryLaterError

from .database import Connection, Database
from .outbox import Outbox, wake
from .queue import Queue

log = structlog.get_logger(__name__)

Handler = Callable[[Job], Awaitable[None]]

POLL_S = 0.25
RECOVER_EVERY = timedelta(minutes=1)
STOP_S = 8.0


@dataclass(frozen=True)
class JobParked(Event):
    """A job failed too often and waits for a person."""

    name: ClassVar[str] = "job.parked"
    job_id: str
    kind: str
    reason: str


class Worker:
    """One loop that leases, and a task for each running job."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        outbox: Outbox,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 32,
    ) -> None:
        """`handlers` by job kind; `concurrency` is how many jobs may run at a time."""
        self._db, self._queue, self._outbox, self._clock = database, queue, outbox, clock
        self._handlers = dict(handlers)
        self._concurrency = concurrency
        self._running: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._recovered = clock.now()

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    async def __aenter__(self) -> Self:
        """Take back what an earlier process had leased, and begin."""
        await self._db.write(lambda tx: self._queue.recover(tx, all_leases=True))
        loop = asyncio.get_running_loop()
        self._db.after_commit(lambda: wake(loop, self._wake))
        self._task = asyncio.create_task(self._run(), name="worker")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop leasing, give running jobs a moment, then cancel them; they are leased again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                busy = await self._lease()
            except Exception:
                log.exception("worker_failed")
                busy = False
            if not busy:
                self._wake.clear()
                try:
                    async with asyncio.timeout(POLL_S):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def _lease(self) -> bool:
        free = self._concurrency - len(self._running)
        if free <= 0 or not await self._db.read(self._any_due):
            await self._recover()
            return False
        kinds = tuple(self._handlers)
        jobs = await self._db.write(lambda tx: self._queue.lease(tx, free, kinds))
        for job in jobs:
            task = asyncio.create_task(self._handle(job), name=f"job-{job.kind}")
            self._running[job.id] = task
            task.add_done_callback(partial(self._ended, job.id))
        return bool(jobs)

    def _ended(self, number: str, _: asyncio.Task[None]) -> None:
        self._running.pop(number, None)
        self._wake.set()  # a place, and perhaps a lock, is free

    def _any_due(self, tx: Connection) -> bool:
        return self._queue.any_due(tx, tuple(self._handlers))

    async def _recover(self) -> None:
        if self._clock.now() - self._recovered < RECOVER_EVERY:
            return
        self._recovered = self._clock.now()
        running = tuple(self._running)
        if count := await self._db.write(lambda tx: self._queue.recover(tx, except_for=running)):
            log.warning("leases_recovered", count=count)

    async def _handle(self, job: Job) -> None:
        try:
            await self._handlers[job.kind](job)
        except asyncio.CancelledError:
            raise
        except RetryLaterError as error:
            reason, after_s = error.reason, error.after_s
            await self._db.write(lambda tx: self._queue.later(tx, job, after_s, reason))
        except ParkError as error:
            await self._park(job, str(error))
        except Exception as error:
            log.exception("job_failed", kind=job.kind, job=job.id, attempts=job.attempts)
            await self._failed(job, f"{type(error).__name__}: {error}")
        else:
            await self._db.write(lambda tx: self._queue.done(tx, job))

    async def _failed(self, job: Job, reason: str) -> None:
        def commit(tx: Connection) -> None:
            if self._queue.failed(tx, job, reason):
                self._outbox.record(tx, JobParked(job.id, job.kind, reason))

        await self._db.write(commit)

    async def _park(self, job: Job, reason: str) -> None:
        def commit(tx: Connection) -> None:
            self._queue.park(tx, job, reason)
            self._outbox.record(tx, JobParked(job.id, job.kind, reason))

        await self._db.write(commit)
