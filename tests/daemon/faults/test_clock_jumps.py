"""The clock is set: by hours or months, forward or back. The calendar neither storms nor stalls."""

import json

import pytest

from tests.daemon.faults.conftest import Faults

PROGRAM = """
    import asyncio, json, sys
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from daemon.infra import outbox, queue
    from daemon.infra.database import Database
    from daemon.infra.queue import Queue
    from daemon.infra.scheduler import Scheduler
    from daemon.kernel.clock import Clock
    from daemon.kernel.jobs import NewJob

    folder, orders, seconds = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

    async def main():
        database = await Database.open(folder / "box.db", [queue.migrations, outbox.migrations])
        made, ticked = [], asyncio.Event()

        def job():
            made.append(datetime.now(UTC))
            ticked.set()
            return NewJob("sweep")

        async def next_tick():
            ticked.clear()
            async with asyncio.timeout(50):
                await ticked.wait()

        calendar = Scheduler(database, Queue(Clock(), "local"), zone=UTC, wake_every_s=0.1)
        calendar.every(timedelta(seconds=0.5), job)
        daily = []
        calendar.cron("17 4 * * *", lambda: (daily.append(1), NewJob("daily"))[1])
        async with calendar:
            await next_tick()
            before = len(made)
            orders.write_text(f"clock {seconds}")
            await next_tick()
            await next_tick()
            late = made[before:]
            await next_tick()
        print(json.dumps({
            "ticks": len(late),
            "daily": len(daily),
            "jumped": (made[-1] - made[0]).total_seconds(),
        }))
        await database.close()

    asyncio.run(main())
"""
HOURS, MONTHS = 3 * 3600, 180 * 86_400


@pytest.mark.parametrize("seconds", [HOURS, MONTHS, -HOURS, -MONTHS])
def test_the_calendar_goes_on_after_the_clock_was_set(faults: Faults, seconds: int) -> None:
    done = faults.run(PROGRAM, str(faults.folder), str(faults.orders), str(seconds))
    told = json.loads(done.stdout.splitlines()[-1])  # above it, what was logged

    assert abs(told["jumped"] - seconds) < 60
    assert told["ticks"] <= 4
    assert told["daily"] <= 1
