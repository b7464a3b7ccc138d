"""`python -m tests.bench.fleet --boxes 10000`: a fleet of any size; ends by comparing all sums."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import typer

from tests.bench.fleet.world import a_fleet, show


def main(  # noqa: PLR0917 - typer makes options of them
    boxes: int = 1_000,
    hours: float = 2.0,
    per_hour: float = 4.0,
    faults: float = 0.0,
    tenants: int = 40,
    database_url: str = "",
) -> None:
    """Run a fleet; leave with 1 if a sum differs."""
    options = {"tenants": tenants, "faults": faults, "database_url": database_url}
    raise typer.Exit(1 if asyncio.run(_run(boxes, hours, per_hour, options)) else 0)


async def _run(boxes: int, hours: float, per_hour: float, options: dict[str, Any]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with a_fleet(Path(folder), boxes, **options) as (fleet, proxy, _):
            await fleet.run(hours, per_hour)
            proxy.rate = 0.0
            await fleet.drain(per_hour)
            await fleet.reconcile()
    show(f"{boxes:,} boxes", fleet.figures)
    return fleet.figures.unequal + fleet.figures.missing + fleet.figures.strays


if __name__ == "__main__":
    typer.run(main)
