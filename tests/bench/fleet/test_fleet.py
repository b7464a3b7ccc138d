"""The fleet against the control plane, in CI's size; `python -m tests.bench.fleet` has the rest."""

from pathlib import Path

import pytest

from tests.bench.fleet.world import a_fleet, show


async def test_a_hundred_thousand_facts_through_bad_links_are_counted_once(
    tmp_path: Path,
) -> None:
    async with a_fleet(tmp_path, boxes=40, faults=0.2) as (fleet, proxy, _):
        await fleet.run(hours=6, per_hour=420)
        proxy.rate = 0.0
        await fleet.drain(per_hour=420)
        await fleet.reconcile()

    figures = fleet.figures
    assert figures.facts > 100_000
    assert (figures.unequal, figures.missing) == (0, 0)
    assert all(proxy.met[kind] > 0 for kind in ("drop", "duplicate", "cut_after_commit"))
    assert figures.lost > 50
    show("bad links", figures)


async def test_after_an_outage_the_fleet_comes_back_at_its_steady_pace(tmp_path: Path) -> None:
    async with a_fleet(tmp_path, boxes=100) as (fleet, _, clock):
        steady = 100 / 15
        fleet.lines(up=False)
        await fleet.run(hours=2, per_hour=1)
        fleet.lines(up=True)
        back = int(clock.monotonic() // 60)
        await fleet.run(hours=1, per_hour=1)
        await fleet.drain()
        await fleet.reconcile()

    figures = fleet.figures
    busiest = max(
        sum(figures.per_minute[minute + more] for more in range(5)) / 5
        for minute in range(back, back + 50)
    )
    assert busiest <= 2 * steady
    assert (figures.unequal, figures.missing) == (0, 0)


@pytest.mark.soak
async def test_ten_thousand_boxes_sync_without_error(tmp_path: Path) -> None:
    async with a_fleet(tmp_path, 10_000, tenants=40) as (fleet, _, __):
        await fleet.run(hours=1.5, per_hour=4)
        await fleet.drain()
        await fleet.reconcile()
    assert (fleet.figures.unequal, fleet.figures.missing) == (0, 0)
    assert not fleet.figures.refused
