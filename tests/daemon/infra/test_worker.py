import asyncio
from collections.abc import Awaitable, Callable

from daemon.infra.bus import Bus
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue, counts, listed
from daemon.infra.worker import Worker
from daemon.kernel.clock import Clock
from daemon.kernel.events import Recorded
from daemon.kernel.jobs import Job, NewJob, ParkError, RetryLaterError

Handler = Callable[[Job], Awaitable[None]]


def worker(db: Database, events: Outbox, handler: Handler) -> Worker:
    return Worker(db, Queue(Clock(), "local"), events, Clock(), {"say": handler})


async def put(db: Database, *new: NewJob) -> None:
    jobs = Queue(Clock(), "local")
    for job in new:
        await db.write(lambda tx, job=job: jobs.add(tx, job))  # type: ignore[misc]


async def drained(db: Database) -> None:
    async with asyncio.timeout(30):
        while await db.read(counts):  # noqa: ASYNC110 - the table is what is watched
            await asyncio.sleep(0.01)


async def test_chats_run_in_parallel_and_each_chat_in_order(
    db: Database, log_of_events: Outbox
) -> None:
    said: list[tuple[str | None, int]] = []
    both = asyncio.Barrier(2)

    async def handler(job: Job) -> None:
        async with asyncio.timeout(30):
            await both.wait()  # passes only when two chats are inside together
        said.append((job.lock, job.payload["n"]))

    await put(db, *(NewJob("say", {"n": n}, lock=chat) for n in range(3) for chat in ("a", "b")))
    async with worker(db, log_of_events, handler):
        await drained(db)

    assert [n for chat, n in said if chat == "a"] == [0, 1, 2]
    assert [n for chat, n in said if chat == "b"] == [0, 1, 2]


async def test_a_slow_chat_blocks_nobody(db: Database, log_of_events: Outbox) -> None:
    release, others = asyncio.Event(), asyncio.Event()

    async def handler(job: Job) -> None:
        if job.lock == "slow":
            await release.wait()
        else:
            others.set()

    await put(db, NewJob("say", lock="slow"), NewJob("say", lock="quick"))
    async with worker(db, log_of_events, handler):
        async with asyncio.timeout(30):
            await others.wait()
        release.set()
        await drained(db)


async def test_a_handler_may_put_off_park_or_fail(
    db: Database, log_of_events: Outbox, bus: Bus
) -> None:
    parked = asyncio.Event()
    tries = 0

    async def heard(_: Recorded) -> None:
        parked.set()

    async def handler(job: Job) -> None:
        nonlocal tries
        if job.payload["do"] == "later":
            tries += 1
            if tries == 1:
                raise RetryLaterError(after_s=0.05, reason="model loading")
            return
        message = "no such chat"
        raise ParkError(message)

    bus.subscribe("job.parked", heard)
    await put(db, NewJob("say", {"do": "later"}), NewJob("say", {"do": "park"}))
    async with worker(db, log_of_events, handler):
        async with asyncio.timeout(30):
            await parked.wait()
            while tries < 2 or (await db.read(counts)) != {"parked": 1}:  # noqa: ASYNC110 - a table
                await asyncio.sleep(0.01)

    (row,) = await db.read(lambda tx: listed(tx, "parked", None, 10))
    assert row["reason"] == "no such chat"


async def test_a_stopped_worker_leaves_its_job_for_the_next(
    db: Database, log_of_events: Outbox
) -> None:
    started = asyncio.Event()

    async def hangs(_: Job) -> None:
        started.set()
        await asyncio.Event().wait()

    async def works(_: Job) -> None:
        return

    await put(db, NewJob("say"))
    first = worker(db, log_of_events, hangs)
    await first.__aenter__()
    await started.wait()
    stopping = asyncio.create_task(first.__aexit__())
    for task in asyncio.all_tasks():
        if task.get_name() == "job-say":
            task.cancel()
    await stopping
    async with worker(db, log_of_events, works):
        await drained(db)
