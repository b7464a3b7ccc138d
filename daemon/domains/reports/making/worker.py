"""Makes one report: reads its order from standard input, and says how far it is.

Lines on standard output: `{"progress", "rows"}` on the way, then `{"done": rows}` or
`{"failed": code}`. The file is on the disk before `done` is said.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from daemon.domains.reports.domain import Filters
from daemon.domains.reports.ports import Asked, Rows

from .book import Book, Job, Meter
from .books import BOOKS
from .words import Speech

NICENESS = 10
PR_SET_PDEATHSIG = 1
MEBIBYTE = 1024 * 1024
OpenRows = Callable[[Path], Rows]


def main(open_rows: OpenRows) -> None:
    """Make what is asked for; `open_rows` opens the database to read."""
    _be_modest()
    order = orjson.loads(sys.stdin.buffer.readline())
    _limit(order["memory_mb"], order["file_mb"])
    try:
        rows = make(order, open_rows(Path(order["database"])), _tell)
    except MemoryError:
        _say({"failed": "out_of_memory"})
    except OSError as error:
        _say({"failed": {27: "too_large", 28: "disk_full"}.get(error.errno or 0, "disk_failed")})
    else:
        _say({"done": rows})


def make(order: dict[str, Any], rows: Rows, tell: Callable[[float, int], None]) -> int:
    """Write the file of an order and return how many rows it was made from."""
    job = _job(order)
    say = Speech(job.language)
    asked = Asked(order["start"], order["end"], Filters(**order["filters"]))
    wanted = _narrowed(BOOKS[job.kind](job, say, rows, asked), job)
    meter = Meter(wanted.tables, tell)
    _writer(job.format)(wanted, job, say, meter)
    with Path(job.out).open("rb") as file:
        os.fsync(file.fileno())
    return meter.rows


def _job(order: dict[str, Any]) -> Job:
    taken = {name: order[name] for name in Job.__dataclass_fields__ if name in order}
    times = {name: datetime.fromisoformat(order[name]) for name in ("start", "end", "made_at")}
    return Job(**{**taken, **times, "zone": ZoneInfo(order["zone"])})


def _narrowed(whole: Book, job: Job) -> Book:
    """Keep only the table that was asked for; a CSV file holds one, by default the first."""
    name = job.table or (whole.tables[0].name if job.format == "csv" else None)
    if name is None:
        return whole
    tables = [table for table in whole.tables if table.name == name]
    return Book(whole.title, tables, whole.figures, whole.charts, whole.notes)


def _writer(form: str) -> Callable[[Book, Job, Speech, Meter], None]:
    if form == "csv":
        from .writers.separated import write  # noqa: PLC0415 - each making needs one of them
    elif form == "json":
        from .writers.json_file import write  # noqa: PLC0415 - as above
    elif form == "ndjson":
        from .writers.json_file import write_lines as write  # noqa: PLC0415 - as above
    elif form == "xlsx":
        from .writers.workbook import write  # noqa: PLC0415 - as above
    else:
        from .writers.document import write  # noqa: PLC0415 - as above
    return write


def _be_modest() -> None:
    with contextlib.suppress(OSError, AttributeError):  # not Linux: the parent still kills us
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.nice(NICENESS)


def _limit(memory_mb: int, file_mb: int) -> None:
    """Cap what is written to memory and to the disk: a report never takes the box down."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # an error of the write instead
    for what, most in (
        (resource.RLIMIT_DATA, memory_mb * MEBIBYTE),
        (resource.RLIMIT_FSIZE, file_mb * MEBIBYTE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _tell(share: float, rows: int) -> None:
    _say({"progress": round(share, 4), "rows": rows})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()
