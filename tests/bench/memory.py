"""Memory of an idle box with the default models, process by process.

Run: `.venv/bin/python -m tests.bench.memory`. PSS counts shared pages once; RSS counts them in each
process. The limit asked for is 800 MB for all of them.
"""

import asyncio
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.journeys.box import PARTS, Box, Process

IDLE_S = 10.0
LIMIT_MB = 800
NAMES = {fragment: name for name, fragment in PARTS.items()}


def name_of(process: Process) -> str:
    """Return which part a process is."""
    return next((name for part, name in NAMES.items() if part in process.command), "daemon")


def megabytes(process: Process) -> tuple[float, float]:
    """Return PSS and RSS."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text("utf-8")
    found = dict(re.findall(r"^(Pss|Rss):\s+(\d+) kB", text, flags=re.MULTILINE))
    return int(found["Pss"]) / 1024, int(found["Rss"]) / 1024


async def measure(folder: Path) -> list[tuple[str, float, float]]:
    """Start a box, leave it alone, and look."""
    async with Box.running(folder) as box:
        await asyncio.sleep(IDLE_S)
        return [(name_of(one), *megabytes(one)) for one in box.processes()]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(Path(folder)))
    table = Table(title=f"an idle box, after {IDLE_S:.0f} s (limit {LIMIT_MB} MB)")
    table.add_column("process")
    for column in ("PSS MB", "RSS MB"):
        table.add_column(column, justify="right")
    for name, pss, rss in rows:
        table.add_row(name, f"{pss:.0f}", f"{rss:.0f}")
    table.add_row("all", f"{sum(row[1] for row in rows):.0f}", f"{sum(row[2] for row in rows):.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
