"""The tables of exports and erasures."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .domain import (
    Count,
    Erasure,
    ErasureNotFoundError,
    Export,
    ExportNotFoundError,
    Result,
)

migrations = Migrations("privacy")

_TIMES = ("created_at", "started_at", "finished_at", "expires_at")
_OPEN = "state IN ('queued', 'running')"


@migrations()
def create_privacy(tx: Connection) -> None:
    """Create exports and erasures; `sealed` is what is still to be erased, and goes at the end."""
    tx.conn.execute(
        "CREATE TABLE privacy_exports (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "contact_id TEXT NOT NULL, language TEXT NOT NULL, state TEXT NOT NULL, "
        "created_at TEXT NOT NULL, bytes INTEGER NOT NULL, error TEXT, finished_at TEXT, "
        "expires_at TEXT)"
    )
    tx.conn.execute("CREATE INDEX privacy_exports_contact ON privacy_exports (contact_id, id)")
    tx.conn.execute(
        "CREATE INDEX privacy_exports_end ON privacy_exports (expires_at) "
        "WHERE expires_at IS NOT NULL"
    )
    tx.conn.execute(
        "CREATE TABLE privacy_erasures (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "contact_id TEXT NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL, "
        "step INTEGER NOT NULL, steps INTEGER NOT NULL, pseudonyms TEXT NOT NULL, "
        "result TEXT NOT NULL, created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, "
        "digest TEXT, sealed BLOB)"
    )
    tx.conn.execute("CREATE INDEX privacy_erasures_contact ON privacy_erasures (contact_id, id)")


def save_export(tx: Connection, tenant_id: str, export: Export) -> None:
    """Write an export as it stands."""
    _put(tx, "privacy_exports", {**vars(export), "tenant_id": tenant_id})


def export(tx: Connection, number: str) -> Export:
    """Return an export; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM privacy_exports WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise ExportNotFoundError(id=number)
    return Export(**_read(row))


def exports(tx: Connection, contact_id: str | None, cursor: str | None, limit: int) -> list[Export]:
    """Return exports, newest first, one more than `limit`."""
    where = "" if contact_id is None else "contact_id = ? AND "
    values = () if contact_id is None else (contact_id,)
    rows = tx.conn.execute(
        f"SELECT * FROM privacy_exports WHERE {where}id < ? ORDER BY id DESC LIMIT ?",
        (*values, cursor or "~", limit + 1),
    )
    return [Export(**_read(row)) for row in rows]


def all_exports(tx: Connection) -> set[str]:
    """Return the ids of all exports."""
    return {row["id"] for row in tx.conn.execute("SELECT id FROM privacy_exports")}


def expired(tx: Connection, now: datetime) -> list[str]:
    """Return the exports that have been kept long enough."""
    rows = tx.conn.execute("SELECT id FROM privacy_exports WHERE expires_at <= ?", (stamp(now),))
    return [row["id"] for row in rows]


def delete_export(tx: Connection, number: str) -> None:
    """Remove the row of an export."""
    tx.conn.execute("DELETE FROM privacy_exports WHERE id = ?", (number,))


def exports_of(tx: Connection, contact_id: str) -> list[str]:
    """Return the exports of a contact."""
    rows = tx.conn.execute("SELECT id FROM privacy_exports WHERE contact_id = ?", (contact_id,))
    return [row["id"] for row in rows]


def save(tx: Connection, tenant_id: str, erasure: Erasure, sealed: bytes | None) -> None:
    """Write an erasure as it stands."""
    row: dict[str, Any] = {**vars(erasure), "tenant_id": tenant_id, "sealed": sealed}
    row["pseudonyms"] = orjson.dumps(list(erasure.pseudonyms)).decode()
    row["result"] = orjson.dumps(asdict(erasure.result)).decode()
    _put(tx, "privacy_erasures", row)


def erasure(tx: Connection, number: str) -> tuple[Erasure, bytes | None]:
    """Return an erasure with what is sealed in it; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM privacy_erasures WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise ErasureNotFoundError(id=number)
    return _erasure(row), row["sealed"]


def erasures(
    tx: Connection, contact_id: str | None, cursor: str | None, limit: int
) -> list[Erasure]:
    """Return erasures, newest first, one more than `limit`."""
    where = "" if contact_id is None else "contact_id = ? AND "
    values = () if contact_id is None else (contact_id,)
    rows = tx.conn.execute(
        f"SELECT * FROM privacy_erasures WHERE {where}id < ? ORDER BY id DESC LIMIT ?",
        (*values, cursor or "~", limit + 1),
    )
    return [_erasure(row) for row in rows]


def running(tx: Connection, contact_id: str) -> Erasure | None:
    """Return the erasure of a contact that is not done yet."""
    row = tx.conn.execute(
        f"SELECT * FROM privacy_erasures WHERE contact_id = ? AND {_OPEN} LIMIT 1", (contact_id,)
    ).fetchone()
    return None if row is None else _erasure(row)


def all_erasures(tx: Connection) -> set[str]:
    """Return the ids of all erasures that this database knows."""
    return {row["id"] for row in tx.conn.execute("SELECT id FROM privacy_erasures")}


def _put(tx: Connection, table: str, row: dict[str, Any]) -> None:
    given = {
        name: stamp(value) if name in _TIMES and value is not None else value
        for name, value in row.items()
    }
    names, marks = ", ".join(given), ", ".join("?" * len(given))
    tx.conn.execute(
        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", tuple(given.values())
    )


def _read(row: Any) -> dict[str, Any]:
    data = dict(row)
    del data["tenant_id"]
    for name in _TIMES:
        if data.get(name) is not None:
            data[name] = datetime.fromisoformat(data[name])
    return data


def _erasure(row: Any) -> Erasure:
    data = _read(row)
    del data["sealed"]
    data["pseudonyms"] = orjson.loads(data["pseudonyms"])
    found = orjson.loads(data["result"])
    counts = tuple(Count(**one) for one in found.pop("counts"))
    return Erasure(**{**data, "result": Result(**{**found, "counts": counts})})
