"""Vectors, by chunk and model, and how each model is reached."""

from collections.abc import Sequence
from typing import Any

import orjson

from daemon.infra.database import Connection


def without_vector(tx: Connection, agent_id: str, model: str, limit: int) -> list[Any]:
    """Return chunks that the model has not embedded yet, oldest first."""
    return list(
        tx.conn.execute(
            "SELECT number, id, owner_id, meaning FROM chunks AS c WHERE agent_id = ? AND "
            "NOT EXISTS (SELECT 1 FROM vectors WHERE chunk = c.number AND model = ?) "
            "ORDER BY number LIMIT ?",
            (agent_id, model, limit),
        )
    )


def add_vectors(tx: Connection, model: str, vectors: Sequence[tuple[int, bytes]]) -> None:
    """Store vectors of chunks that still exist."""
    tx.conn.executemany(
        "INSERT OR REPLACE INTO vectors (chunk, model, vector) "
        "SELECT number, ?, ? FROM chunks WHERE number = ?",
        [(model, vector, number) for number, vector in vectors],
    )


def vectors(
    tx: Connection, agent_id: str, model: str, after: int, limit: int
) -> list[tuple[int, str, bytes]]:
    """Return (number, chunk id, vector) of an agent, in order."""
    rows = tx.conn.execute(
        "SELECT c.number, c.id, v.vector FROM chunks AS c JOIN vectors AS v "
        "ON v.chunk = c.number AND v.model = ? WHERE c.agent_id = ? AND c.number > ? "
        "ORDER BY c.number LIMIT ?",
        (model, agent_id, after, limit),
    )
    return [(row["number"], row["id"], row["vector"]) for row in rows]


def vector_at(tx: Connection, agent_id: str, model: str, place: int) -> tuple[str, bytes] | None:
    """Return (chunk id, vector) of the agent's n-th vector."""
    row = tx.conn.execute(
        "SELECT c.id, v.vector FROM chunks AS c JOIN vectors AS v ON v.chunk = c.number "
        "AND v.model = ? WHERE c.agent_id = ? ORDER BY c.number LIMIT 1 OFFSET ?",
        (model, agent_id, place),
    ).fetchone()
    return None if row is None else (row["id"], row["vector"])


def vector_counts(tx: Connection, agent_id: str) -> dict[str, int]:
    """Return how many vectors of each model an agent has."""
    rows = tx.conn.execute(
        "SELECT v.model, count(*) AS n FROM vectors AS v JOIN chunks AS c ON c.number = v.chunk "
        "WHERE c.agent_id = ? GROUP BY v.model",
        (agent_id,),
    )
    return {row["model"]: row["n"] for row in rows}


def drop_vectors(tx: Connection, agent_id: str, model: str) -> None:
    """Remove an agent's vectors of one model."""
    tx.conn.execute(
        "DELETE FROM vectors WHERE model = ? AND chunk IN "
        "(SELECT number FROM chunks WHERE agent_id = ?)",
        (model, agent_id),
    )


def agent_of_document(tx: Connection, document_id: str) -> str | None:
    """Return whose document it is; None when it is no document."""
    row = tx.conn.execute("SELECT agent_id FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else str(row["agent_id"])


def owner_progress(tx: Connection, owner_id: str, model: str) -> tuple[int, int]:
    """Return (embedded, all) chunks of a document."""
    row = tx.conn.execute(
        "SELECT count(v.chunk) AS done, count(*) AS total FROM chunks AS c "
        "LEFT JOIN vectors AS v ON v.chunk = c.number AND v.model = ? WHERE c.owner_id = ?",
        (model, owner_id),
    ).fetchone()
    return int(row["done"]), int(row["total"])


def remember_embedder(tx: Connection, name: str, spec: dict[str, Any], at: str) -> None:
    """Keep how a model is reached, so that its vectors can serve after the settings changed."""
    tx.conn.execute(
        "INSERT INTO embedders (name, spec, used_at) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, used_at = excluded.used_at",
        (name, orjson.dumps(spec).decode(), at),
    )


def embedders(tx: Connection) -> list[dict[str, Any]]:
    """Return the specs whose vectors are still there, the newest first."""
    rows = tx.conn.execute(
        "SELECT spec FROM embedders AS e WHERE EXISTS "
        "(SELECT 1 FROM vectors WHERE model = e.name) ORDER BY used_at DESC"
    )
    return [orjson.loads(row["spec"]) for row in rows]
