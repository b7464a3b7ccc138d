from datetime import timedelta

import pytest

from daemon.infra.database import Database
from daemon.infra.queue import Queue, counts, listed, oldest_wait_s
from daemon.kernel.clock import FakeClock
from daemon.kernel.jobs import MAX_ATTEMPTS, Job, NewJob


async def add(db: Database, jobs: Queue, *new: NewJob) -> None:
    for job in new:
        await db.write(lambda tx, job=job: jobs.add(tx, job))  # type: ignore[misc]


async def lease(db: Database, jobs: Queue, limit: int = 10) -> list[Job]:
    return await db.write(lambda tx: jobs.lease(tx, limit, ("say", "hear")))


async def test_jobs_of_one_lock_run_one_at_a_time_oldest_first(db: Database, jobs: Queue) -> None:
    await add(
        db,
        jobs,
        NewJob("say", {"n": 1}, lock="ana"),
        NewJob("say", {"n": 2}, lock="ana"),
        NewJob("say", {"n": 3}, lock="bia"),
    )

    first = await lease(db, jobs)
    assert [job.payload["n"] for job in first] == [1, 3]
    assert await lease(db, jobs) == []
    await db.write(lambda tx: jobs.done(tx, first[0]))

    assert [job.payload["n"] for job in await lease(db, jobs)] == [2]


async def test_a_job_that_waits_for_its_next_try_holds_back_the_ones_behind_it(
    db: Database, jobs: Queue, clock: FakeClock
) -> None:
    await add(db, jobs, NewJob("say", {"n": 1}, lock="ana"), NewJob("say", {"n": 2}, lock="ana"))
    (first,) = await lease(db, jobs)
    await db.write(lambda tx: jobs.failed(tx, first, "no answer"))

    assert await lease(db, jobs) == []
    clock.advance(2)

    assert [job.payload["n"] for job in await lease(db, jobs)] == [1]


async def test_the_queue_says_how_long_its_oldest_due_job_has_waited(
    db: Database, jobs: Queue, clock: FakeClock
) -> None:
    assert await db.read(lambda tx: oldest_wait_s(tx, clock.now())) == 0
    later = clock.now() + timedelta(hours=1)
    await add(db, jobs, NewJob("say", {"n": 1}), NewJob("say", {"n": 2}, run_at=later))
    clock.advance(90)

    assert await db.read(lambda tx: oldest_wait_s(tx, clock.now())) == 90


async def test_a_job_that_was_put_off_holds_back_the_ones_behind_it(
    db: Database, jobs: Queue, clock: FakeClock
) -> None:
    await add(db, jobs, NewJob("say", {"n": 1}, lock="ana"), NewJob("say", {"n": 2}, lock="ana"))
    (first,) = await lease(db, jobs)
    await db.write(lambda tx: jobs.later(tx, first, 2.0, "not connected"))

    assert await lease(db, jobs) == []
    clock.advance(2)

    assert [job.payload["n"] for job in await lease(db, jobs)] == [1]


async def test_a_job_in_the_future_does_not_hold_back_others_of_its_lock(
    db: Database, jobs: Queue, clock: FakeClock
) -> None:
    later = clock.now() + timedelta(seconds=8)
    await add(
        db,
        jobs,
        NewJob("say", {"n": 1}, lock="ana", run_at=later),
        NewJob("say", {"n": 2}, lock="ana"),
    )

    assert [job.payload["n"] for job in await lease(db, jobs)] == [2]


async def test_the_same_key_waits_once(db: Database, jobs: Queue) -> None:
    await add(db, jobs, NewJob("say", {"n": 1}, key="k"), NewJob("say", {"n": 2}, key="k"))
    (running,) = await lease(db, jobs)
    await add(db, jobs, NewJob("say", {"n": 3}, key="k"))

    assert running.payload["n"] == 1
    assert [job.payload["n"] for job in await lease(db, jobs)] == [3]


async def test_a_poison_job_parks_with_its_reason_and_can_be_replayed(
    db: Database, jobs: Queue, clock: FakeClock
) -> None:
    await add(db, jobs, NewJob("say", {}, lock="ana"), NewJob("say", {"n": 2}, lock="ana"))
    parked = False
    for _ in range(MAX_ATTEMPTS):
        (job,) = await lease(db, jobs, 1)
        parked = await db.write(lambda tx, job=job: jobs.failed(tx, job, "boom"))  # type: ignore[misc]
        clock.advance(200)

    assert parked
    assert [job.payload.get("n") for job in await lease(db, jobs)] == [2]
    (row,) = await db.read(lambda tx: listed(tx, "parked", None, 10))
    assert (row["reason"], row["attempts"]) == ("boom", MAX_ATTEMPTS)
    assert await db.write(lambda tx: jobs.replay(tx, row["id"]))
    assert not await db.write(lambda tx: jobs.replay(tx, row["id"]))


async def test_putting_off_does_not_count_as_a_failure(
    db: Database, jobs: Queue, clock: FakeClock
) -> None:
    await add(db, jobs, NewJob("say"))
    for _ in range(MAX_ATTEMPTS * 2):
        (job,) = await lease(db, jobs)
        assert job.attempts == 1
        await db.write(lambda tx, job=job: jobs.later(tx, job, 1, "bridge down"))  # type: ignore[misc]
        clock.advance(2)


@pytest.mark.parametrize("everything", [True, False])
async def test_leases_of_a_worker_that_is_gone_are_given_back(
    db: Database, jobs: Queue, clock: FakeClock, *, everything: bool
) -> None:
    await add(db, jobs, NewJob("say", {"n": 1}, key="k"))
    await lease(db, jobs)
    if not everything:
        assert await db.write(jobs.recover) == 0
        clock.advance(3600)

    assert await db.write(lambda tx: jobs.recover(tx, all_leases=everything)) == 1
    assert await db.read(counts) == {"waiting": 1}
    assert [job.attempts for job in await lease(db, jobs)] == [2]


async def test_what_a_fast_clock_put_off_waits_no_longer_than_it_was_to(
    db: Database, clock: FakeClock, jobs: Queue
) -> None:
    clock.advance(90 * 86_400)  # the clock of the box is months ahead
    soon, appointment = clock.now() + timedelta(minutes=2), clock.now() + timedelta(days=30)
    await db.write(lambda tx: jobs.add(tx, NewJob("send", {}, run_at=soon)))
    await db.write(lambda tx: jobs.add(tx, NewJob("remind", {}, run_at=appointment)))
    clock.advance(-90 * 86_400)

    assert await db.write(jobs.clock_set_back) == 1
    clock.advance(121)

    leased = await db.write(lambda tx: jobs.lease(tx, 5, ["send", "remind"]))
    assert [job.kind for job in leased] == ["send"]
