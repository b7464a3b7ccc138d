"""The fleet against the control plane, in CI's size; `python -m tests.bench.fleet` has the rest."""

from pathlib import Path

import pytest

from tests.bench.fleet.outage import come_back
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


def test_after_an_outage_the_fleet_comes_back_at_its_steady_pace() -> None:
    seen = come_back(boxes=1_000)

    assert seen.back == seen.boxes
    assert 0 < seen.peak <= 2 * seen.steady


@pytest.mark.soak
@pytest.mark.timeout(21_600)  # an hour of processor time; a limit that strikes ends a box's task
def test_a_hundred_thousand_boxes_come_back_at_their_steady_pace() -> None:
    seen = come_back(boxes=100_000)

    assert seen.back == seen.boxes
    assert 0 < seen.peak <= 2 * seen.steady


@pytest.mark.timeout(1800)  # a minute and a half on two idle cores
async def test_ten_thousand_boxes_sync_without_error(tmp_path: Path) -> None:
    await _without_error(tmp_path, 10_000)


@pytest.mark.soak
@pytest.mark.timeout(21_600)
async def test_a_hundred_thousand_boxes_sync_without_error(tmp_path: Path) -> None:
    await _without_error(tmp_path, 100_000)


async def _without_error(folder: Path, boxes: int) -> None:
    async with a_fleet(folder, boxes, tenants=40) as (fleet, _, __):
        await fleet.run(hours=0.25, per_hour=8)
        await fleet.drain()
        await fleet.reconcile()
    figures = fleet.figures
    show(f"{boxes:,} boxes", figures)
    assert figures.facts > boxes
    assert figures.syncs >= 2 * boxes
    assert (figures.unequal, figures.missing, figures.strays) == (0, 0, 0)
    assert (figures.lost, sum(figures.refused.values())) == (0, 0)
