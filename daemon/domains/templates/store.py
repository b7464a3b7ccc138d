"""Tables of own templates, golden questions and their runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .domain import Golden, GoldenNotFoundError, Stored, Template, TemplateNotFoundError

migrations = Migrations("templates")


@migrations()
def create_templates(tx: Connection) -> None:
    """Create what the box keeps of its own."""
    tx.conn.execute(
        "CREATE TABLE templates (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "body TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute(
        "CREATE TABLE golden (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX golden_agent ON golden (agent_id, id)")
    tx.conn.execute(
        "CREATE TABLE golden_runs (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "agent_id TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, "
        "total INTEGER NOT NULL, results TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX golden_runs_agent ON golden_runs (agent_id, id)")


# -- templates


def add(tx: Connection, tenant_id: str, number: str, template: Template, at: datetime) -> Stored:
    """Keep a template."""
    tx.conn.execute(
        "INSERT INTO templates (id, tenant_id, body, updated_at) VALUES (?, ?, ?, ?)",
        (number, tenant_id, template.model_dump_json(by_alias=True), stamp(at)),
    )
    return Stored(number, template, own=True, updated_at=at)


def own(tx: Connection, known: Mapping[str, Stored]) -> list[Stored]:
    """Return all own templates, oldest first; only those that are not known yet are read.

    A template never changes once it is kept, so what was read once need not be read again.
    """
    ids = [row["id"] for row in tx.conn.execute("SELECT id FROM templates ORDER BY id")]
    return [known.get(number) or get(tx, number) for number in ids]


def count(tx: Connection) -> int:
    """Return how many own templates there are."""
    return int(tx.conn.execute("SELECT count(*) FROM templates").fetchone()[0])


def get(tx: Connection, number: str) -> Stored:
    """Return an own template; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM templates WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise TemplateNotFoundError(id=number)
    return _stored(row)


def delete(tx: Connection, number: str) -> None:
    """Remove an own template; raises when there is none."""
    if tx.conn.execute("DELETE FROM templates WHERE id = ?", (number,)).rowcount == 0:
        raise TemplateNotFoundError(id=number)


# -- golden questions


def add_golden(
    tx: Connection, tenant_id: str, agent_id: str, golden: Golden, *, number: str, at: datetime
) -> None:
    """Keep a golden question."""
    tx.conn.execute(
        "INSERT INTO golden (id, tenant_id, agent_id, body, created_at) VALUES (?, ?, ?, ?, ?)",
        (number, tenant_id, agent_id, golden.model_dump_json(by_alias=True), stamp(at)),
    )


GOLDEN_OF = "SELECT * FROM golden WHERE agent_id = ? AND id > ? ORDER BY id LIMIT ?"
RUNS_OF = "SELECT * FROM golden_runs WHERE agent_id = ? AND id < ? ORDER BY id DESC LIMIT ?"


def golden(
    tx: Connection, agent_id: str, cursor: str | None, limit: int
) -> list[tuple[str, Golden]]:
    """Return golden questions of an agent, oldest first."""
    rows = tx.conn.execute(GOLDEN_OF, (agent_id, cursor or "", limit))
    return [(row["id"], Golden.model_validate_json(row["body"])) for row in rows]


def count_golden(tx: Connection, agent_id: str) -> int:
    """Return how many golden questions an agent has."""
    query = "SELECT count(*) FROM golden WHERE agent_id = ?"
    return int(tx.conn.execute(query, (agent_id,)).fetchone()[0])


def delete_golden(tx: Connection, agent_id: str, number: str) -> None:
    """Remove a golden question; raises when there is none."""
    done = tx.conn.execute("DELETE FROM golden WHERE agent_id = ? AND id = ?", (agent_id, number))
    if done.rowcount == 0:
        raise GoldenNotFoundError(id=number)


def forget_agent(tx: Connection, agent_id: str) -> None:
    """Remove what an agent had; runs in the transaction that deletes it."""
    for table in ("golden", "golden_runs"):
        tx.conn.execute(f"DELETE FROM {table} WHERE agent_id = ?", (agent_id,))


# -- runs


def add_run(
    tx: Connection, tenant_id: str, agent_id: str, *, number: str, total: int, at: datetime
) -> None:
    """Keep that a run was asked for."""
    tx.conn.execute(
        "INSERT INTO golden_runs (id, tenant_id, agent_id, started_at, total, results) "
        "VALUES (?, ?, ?, ?, ?, '[]')",
        (number, tenant_id, agent_id, stamp(at), total),
    )


def save_run(
    tx: Connection, number: str, results: list[dict[str, Any]], finished: datetime | None
) -> None:
    """Keep how far a run is."""
    tx.conn.execute(
        "UPDATE golden_runs SET results = ?, finished_at = ? WHERE id = ?",
        (orjson.dumps(results).decode(), None if finished is None else stamp(finished), number),
    )


def run(tx: Connection, agent_id: str, number: str) -> dict[str, Any]:
    """Return a run; raises when there is none."""
    row = tx.conn.execute(
        "SELECT * FROM golden_runs WHERE agent_id = ? AND id = ?", (agent_id, number)
    ).fetchone()
    if row is None:
        raise GoldenNotFoundError(id=number)
    return _run(row)


def runs(tx: Connection, agent_id: str, cursor: str | None, limit: int) -> list[dict[str, Any]]:
    """Return runs of an agent, newest first."""
    return [_run(row) for row in tx.conn.execute(RUNS_OF, (agent_id, cursor or "~", limit))]


def _run(row: Any) -> dict[str, Any]:
    results = orjson.loads(row["results"])
    passed = sum(one["passed"] for one in results)
    finished = row["finished_at"]
    return {
        "id": row["id"],
        "agent_id": row["agent_id"],
        "state": "running" if finished is None else "done",
        "started_at": datetime.fromisoformat(row["started_at"]),
        "finished_at": None if finished is None else datetime.fromisoformat(finished),
        "total": row["total"],
        "passed": passed,
        "failed": len(results) - passed,
        "results": results,
    }


def _stored(row: Any) -> Stored:
    return Stored(
        row["id"],
        Template.model_validate_json(row["body"]),
        own=True,
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )
