"""`python -m tests.bench.fleet --boxes 10000`: a fleet of any size; ends by comparing all sums."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import typer

from tests.bench.fleet.world import a_fleet, show

WAVE = 10_000  # boxes whose databases are open at the same time


def main(  # noqa: PLR0917 - typer makes options of them
    boxes: int = 1_000,
    hours: float = 2.0,
    per_hour: float = 4.0,
    faults: float = 0.0,
    tenants: int = 40,
    database_url: str = "",
) -> None:
    """Run a fleet, in waves of ten thousand; leave with 1 if a sum differs."""
    left, bad = boxes, 0
    while left > 0:
        wave = min(left, WAVE)
        left -= wave
        options = {"tenants": tenants, "faults": faults, "database_url": database_url}
        bad += asyncio.run(_wave(wave, hours, per_hour, options))
    raise typer.Exit(1 if bad else 0)


async def _wave(boxes: int, hours: float, per_hour: float, options: dict[str, Any]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with a_fleet(Path(folder), boxes, **options) as (fleet, proxy, _):
            await fleet.run(hours, per_hour)
            proxy.rate = 0.0
            await fleet.drain(per_hour)
            await fleet.reconcile()
    show(f"{boxes:,} boxes", fleet.figures)
    return fleet.figures.unequal + fleet.figures.missing


if __name__ == "__main__":
    typer.run(main)
