"""How soon the box is ready again after `kill -9`, part by part.

Run on a machine that has nothing else to do: `.venv/bin/python -m tests.bench.kills [KILLS]`. The
limit asked for is 5 s for 95 of 100 kills, with six customers writing all the while.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.journeys import kills
from tests.journeys.box import Box
from tests.journeys.emulator import Emulator
from tests.journeys.test_kills import KILLS, baker


async def measure(folder: Path, count: int) -> kills.Report:
    """Kill so many times and count."""
    async with (
        Emulator.running(folder / "whatsapp") as whatsapp,
        Box.running(folder, **whatsapp.environment, **kills.PATIENT) as box,
    ):
        return await kills.run(await baker(box, whatsapp, folder), count, seed=7)


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(measure(Path(folder), count))
    sys.stdout.write(f"{report.table()}\n")


if __name__ == "__main__":
    main()
