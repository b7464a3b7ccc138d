"""How fast long reports are made, and in how much memory: every format of a year of messages.

Run: `.venv/bin/python -m tests.bench.reports --messages 1000000`. Each report is made by the
product's own maker, in its own process under its own cap; the peak is the kernel's count.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from daemon.infra.database import Database
from daemon.kernel.clock import stamp
from daemon.wiring.ground import MIGRATIONS
from daemon.wiring.reports import MAKER
from tests.bench.history import END, Scale, fill

FORMATS = ("csv", "ndjson", "json", "xlsx", "pdf")
BRAND = {"name": "Bela", "accent": "#22d3ee", "logo": None, "tenant": "", "support": ""}


def order(database: Path, folder: Path, form: str) -> dict[str, Any]:
    """Return what the daemon would ask of the maker: conversations of the whole year."""
    return {
        "kind": "conversations",
        "format": form,
        "language": "pt-BR",
        "table": "messages",
        "filters": {},
        "start": stamp(END - timedelta(days=366)),
        "end": stamp(END + timedelta(days=1)),
        "made_at": stamp(datetime.now(UTC)),
        "zone": "America/Sao_Paulo",
        "brand": BRAND,
        "facts": {},
        "database": str(database),
        "out": str(folder / f"report.{form}"),
        "scratch": str(folder),
        "memory_mb": 256,
        "file_mb": 4096,
        "pdf_rows": 200,
    }


async def made(spec: dict[str, Any]) -> str:
    """Make a report; return its line of the table. The last word is said while the maker lives."""
    began, told, rows, peak = time.monotonic(), 0, 0, 0
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", MAKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError
    process.stdin.write(orjson.dumps(spec) + b"\n")
    await process.stdin.drain()
    async for line in process.stdout:
        told += 1
        peak = max(peak, _peak(process.pid))
        said = orjson.loads(line)
        if "failed" in said:
            raise SystemExit(said["failed"])
        rows = said.get("done", rows)
    took = time.monotonic() - began
    await process.wait()
    size = _taken(Path(spec["out"]))
    return (
        f"| {spec['format']:6} | {rows:>9,} | {took:7.1f} | {rows / took:>9,.0f} "
        f"| {peak:>8} | {size:8.1f} | {told:>5} |"
    )


def _peak(pid: int) -> int:
    """Return the most memory that a process ever held, in MiB, as the kernel counts it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _taken(path: Path) -> float:
    """Return the size of a file in MiB, and delete it."""
    size = path.stat().st_size / 1024 / 1024
    path.unlink()
    return size


async def history(path: Path, messages: int) -> None:
    """Write a year."""
    database = await Database.open(path, MIGRATIONS)
    await fill(database, Scale(messages=messages, years=1))
    await database.close()


def main() -> None:
    """Make a box with a year of messages, and every format of its report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(history(folder / "box.db", asked.messages))
        print("| format | rows | s | rows/s | peak MiB | file MiB | told |")  # noqa: T201 - a bench prints
        print("|---|---|---|---|---|---|---|")  # noqa: T201 - as above
        for form in FORMATS:
            line = asyncio.run(made(order(folder / "box.db", folder, form)))
            print(line, flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
