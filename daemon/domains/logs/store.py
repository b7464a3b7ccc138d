"""The table of the log."""

from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.spelling import camel

from .domain import Entry, LogNotFoundError

migrations = Migrations("logs")

UNUSUAL = {"level": "level <> 'info'", "kind": "kind NOT IN ('message', 'event')"}


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


@migrations()
def index_for_every_filter(tx: Connection) -> None:
    """Find lines by conversation, and give each filter an index that is in the list's order."""
    tx.conn.execute("ALTER TABLE logs ADD COLUMN conversation_id TEXT")
    tx.conn.execute("UPDATE logs SET conversation_id = json_extract(facts, '$.conversationId')")
    tx.conn.execute("DROP INDEX logs_agent")
    tx.conn.execute("DROP INDEX logs_at")
    for name, columns, where in (
        ("logs_at", "at, id", ""),
        ("logs_agent", "agent_id, at, id", ""),
        ("logs_conversation", "conversation_id, at, id", "WHERE conversation_id IS NOT NULL"),
        # Most lines are neither: these two cost a write nothing.
        ("logs_level", "level, at, id", f"WHERE {UNUSUAL['level']}"),
        ("logs_kind", "kind, at, id", f"WHERE {UNUSUAL['kind']}"),
    ):
        tx.conn.execute(f"CREATE INDEX {name} ON logs ({columns}) {where}")


def add(tx: Connection, tenant_id: str, entry: Entry) -> None:
    """Write a line."""
    tx.conn.execute(
        "INSERT INTO logs (id, tenant_id, agent_id, conversation_id, level, kind, event, "
        "facts, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.id,
            tenant_id,
            entry.agent_id,
            entry.conversation_id,
            entry.level,
            entry.kind,
            entry.event,
            orjson.dumps(entry.facts).decode(),
            stamp(entry.at),
        ),
    )


def listing(
    *,
    equal: dict[str, str | None],
    start: datetime | None,
    end: datetime | None,
    after: tuple[str, str] | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """Compose the query of a list, newest first; `equal` filters by column."""
    given = {column: value for column, value in equal.items() if value is not None}
    where, values = [f"{column} = ?" for column in given], list[Any](given.values())
    index = "logs_at"
    # The filter that narrows most names the index; without it SQLite would have to guess.
    if "conversation_id" in given:
        index = "logs_conversation"
    elif given.get("level", "info") != "info":
        index = "logs_level"
        where.append(UNUSUAL["level"])
    elif given.get("kind") in {"error", "security"}:
        index = "logs_kind"
        where.append(UNUSUAL["kind"])
    elif "agent_id" in given:
        index = "logs_agent"
    for test, edge in (("at >= ?", start), ("at < ?", end)):
        if edge is not None:
            where.append(test)
            values.append(stamp(edge))
    if after is not None:
        where.append("(at, id) < (?, ?)")
        values += after
    filters = f"WHERE {' AND '.join(where)}" if where else ""
    query = f"SELECT * FROM logs INDEXED BY {index} {filters} ORDER BY at DESC, id DESC LIMIT ?"
    return query, [*values, limit]


def listed(tx: Connection, **filters: Any) -> list[Entry]:
    """Return lines, newest first."""
    return [_read(row) for row in tx.conn.execute(*listing(**filters))]


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


def prune(tx: Connection, before: datetime, *, security_before: datetime) -> int:
    """Remove lines older than a moment; those of security have a moment of their own."""
    done = tx.conn.execute(
        "DELETE FROM logs WHERE at < ? AND (kind <> 'security' OR at < ?)",
        (stamp(before), stamp(security_before)),
    )
    return int(done.rowcount)


def _read(row: Any) -> Entry:
    return Entry(
        id=row["id"],
        agent_id=row["agent_id"],
        conversation_id=row["conversation_id"],
        level=row["level"],
        kind=row["kind"],
        event=row["event"],
        facts=camel(orjson.loads(row["facts"])),  # older lines mixed two spellings
        at=datetime.fromisoformat(row["at"]),
    )
