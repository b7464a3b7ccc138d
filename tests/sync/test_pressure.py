"""Back-pressure: who finds the waiting room full is told when to come back."""

import asyncio
from pathlib import Path

import pytest

from sync.central.pressure import Capacity, Pressure
from sync.central.store import Store
from sync.protocol.problems import SyncError
from tests.sync.central_fixtures import a_plane, an_enrolled_box
from tests.sync.doubles import StillClock


async def test_beyond_the_waiting_room_there_is_429_and_longer_pauses() -> None:
    pressure = Pressure(Capacity(at_once=2, waiting=4, per_second=2), interval_s=900)
    gate = asyncio.Event()

    async def batch() -> None:
        async with pressure.slot():
            await gate.wait()

    assert pressure.next_after_s() == 900
    tasks = [asyncio.create_task(batch()) for _ in range(6)]
    await asyncio.sleep(0)
    assert pressure.waiting == 4
    assert pressure.next_after_s() == 3600
    with pytest.raises(SyncError) as refused:
        await batch()
    assert (refused.value.status, refused.value.facts) == (429, {"retry_after_s": 3})
    gate.set()
    await asyncio.gather(*tasks)
    assert (pressure.waiting, pressure.next_after_s()) == (0, 900)
    assert pressure.next_after_s(behind=True) == 5


async def test_only_while_nobody_waits_may_a_box_that_is_behind_go_on_at_once() -> None:
    pressure = Pressure(Capacity(at_once=1, waiting=4), interval_s=900)
    async with pressure.slot():
        task = asyncio.create_task(pressure.slot().__aenter__())
        await asyncio.sleep(0)
        assert pressure.next_after_s(behind=True) > 900
    await task


async def test_a_box_that_is_told_to_wait_does(
    store: Store, clock: StillClock, tmp_path: Path
) -> None:
    full = Capacity(at_once=1, waiting=0)
    async with a_plane(store, clock, tmp_path, capacity=full) as plane:
        box = await an_enrolled_box(plane, tmp_path / "box.db")

        pause = await box.client.cycle()

        assert 1 <= pause <= 1.5
        assert box.line.replies[-1].headers["retry-after"] == "1"
