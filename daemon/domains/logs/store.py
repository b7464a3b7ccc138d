"""The table of the log."""

from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .domain import Entry, LogNotFoundError

migrations = Migrations("logs")


@migrations()
def create_logs(tx: Connection) -> None:
    """Create the log."""
    tx.conn.execute(
        "CREATE TABLE logs (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, agent_id TEXT, "
        "level TEXT NOT NULL, kind TEXT NOT NULL, event TEXT NOT NULL, facts TEXT NOT NULL, "
        "at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX logs_agent ON logs (agent_id, id)")
    tx.conn.execute("CREATE INDEX logs_at ON logs (at)")


def add(tx: Connection, tenant_id: str, entry: Entry) -> None:
    """Write a line."""
    tx.conn.execute(
        "INSERT INTO logs (id, tenant_id, agent_id, level, kind, event, facts, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.id,
            tenant_id,
            entry.agent_id,
            entry.level,
            entry.kind,
            entry.event,
            orjson.dumps(entry.facts).decode(),
            stamp(entry.at),
        ),
    )


def listed(
    tx: Connection,
    *,
    equal: dict[str, str | None],
    start: datetime | None,
    end: datetime | None,
    cursor: str | None,
    limit: int,
) -> list[Entry]:
    """Return lines, newest first, one more than `limit`; `equal` filters by column."""
    where, values = ["1 = 1"], list[Any]()
    for column, value in equal.items():
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    for test, edge in (("at >= ?", start), ("at < ?", end)):
        if edge is not None:
            where.append(test)
            values.append(stamp(edge))
    if cursor is not None:
        where.append("id < ?")
        values.append(cursor)
    rows = tx.conn.execute(
        f"SELECT * FROM logs WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?",
        (*values, limit + 1),
    )
    return [_read(row) for row in rows]


def get(tx: Connection, log_id: str) -> Entry:
    """Return a line; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM logs WHERE id = ?", (log_id,)).fetchone()
    if row is None:
        raise LogNotFoundError(id=log_id)
    return _read(row)


def delete(tx: Connection, log_id: str) -> None:
    """Remove a line; raises when there is none."""
    if tx.conn.execute("DELETE FROM logs WHERE id = ?", (log_id,)).rowcount == 0:
        raise LogNotFoundError(id=log_id)


def prune(tx: Connection, before: datetime) -> int:
    """Remove lines older than a moment."""
    return int(tx.conn.execute("DELETE FROM logs WHERE at < ?", (stamp(before),)).rowcount)


def _read(row: Any) -> Entry:
    return Entry(
        id=row["id"],
        agent_id=row["agent_id"],
        level=row["level"],
        kind=row["kind"],
        event=row["event"],
        facts=orjson.loads(row["facts"]),
        at=datetime.fromisoformat(row["at"]),
    )
