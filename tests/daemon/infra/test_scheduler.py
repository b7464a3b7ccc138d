"""The calendar: ticks become jobs, and nothing a tick does can stop the next one."""

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.infra.scheduler import Scheduler
from daemon.kernel.clock import Clock
from daemon.kernel.jobs import NewJob

SOON = timedelta(seconds=0.05)


async def waiting(db: Database) -> list[str]:
    def query(tx: Connection) -> list[str]:
        rows = tx.conn.execute("SELECT kind FROM jobs WHERE state = 'waiting'")
        return [row["kind"] for row in rows]

    return await db.read(query)


async def queued(db: Database) -> None:
    """Wait until a tick has come as far as the table."""
    async with asyncio.timeout(30):
        while not await waiting(db):  # noqa: ASYNC110 - the table is what is watched
            await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the scheduler offers no event to wait for
            await asyncio.sleep(0.01)


async def test_a_tick_queues_a_job_and_ticks_do_not_pile_up(db: Database) -> None:
    scheduler = Scheduler(db, Queue(Clock(), "local"), zone=UTC)
    made: list[int] = []

    def job() -> NewJob:
        made.append(1)
        return NewJob("sweep")

    scheduler.every(SOON, job)
    async with scheduler:
        await until(lambda: len(made) >= 4)
        await queued(db)

    assert await waiting(db) == ["sweep"]


async def test_a_tick_that_fails_does_not_stop_the_next_one(db: Database) -> None:
    scheduler = Scheduler(db, Queue(Clock(), "local"), zone=UTC)
    tries: list[int] = []

    def job() -> NewJob:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError
        return NewJob("sweep")

    scheduler.every(SOON, job)
    async with scheduler:
        await until(lambda: len(tries) >= 3)
        await queued(db)

    assert await waiting(db) == ["sweep"]


async def test_after_its_end_nothing_ticks(db: Database) -> None:
    scheduler = Scheduler(db, Queue(Clock(), "local"), zone=UTC)
    scheduler.every(timedelta(seconds=0.2), NewJob("sweep"))
    async with scheduler:
        pass
    await asyncio.sleep(0.4)

    assert await waiting(db) == []


async def test_what_was_missed_is_queued_once(db: Database) -> None:
    """The box slept through many ticks: they are made good by one job, however late it is."""
    scheduler = Scheduler(db, Queue(Clock(), "local"), zone=UTC)
    made: list[int] = []

    def job() -> NewJob:
        made.append(1)
        return NewJob("sweep")

    scheduler.every(timedelta(hours=1), job)
    async with scheduler:
        calendar = scheduler._calendar  # noqa: SLF001 - a night of sleep cannot be waited for
        entry = calendar.get_jobs()[0]
        entry.modify(next_run_time=entry.next_run_time - timedelta(hours=9))
        await until(lambda: bool(made))
        await queued(db)

    assert len(made) == 1
    assert await waiting(db) == ["sweep"]
