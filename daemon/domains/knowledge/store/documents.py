"""Rows of documents."""

from datetime import datetime
from typing import Any

from daemon.domains.knowledge.domain import Document, DocumentNotFoundError
from daemon.infra.database import Connection

from .rows import count_of, insert_row, update_row

_DOCUMENTS = (
    "SELECT d.*, (SELECT count(*) FROM chunks AS c JOIN vectors AS v ON v.chunk = c.number "
    "AND v.model = ? WHERE c.owner_id = d.id) AS embedded FROM documents AS d"
)


def add_document(tx: Connection, values: dict[str, Any]) -> None:
    """Store a document's row."""
    insert_row(tx, "documents", values)


def document(tx: Connection, agent_id: str, document_id: str, model: str) -> Document:
    """Return a document. Raises DocumentNotFoundError."""
    row = tx.conn.execute(
        f"{_DOCUMENTS} WHERE d.agent_id = ? AND d.id = ?", (model, agent_id, document_id)
    ).fetchone()
    if row is None:
        raise DocumentNotFoundError(id=document_id)
    return _document(row)


def documents(
    tx: Connection, agent_id: str, model: str, cursor: str | None, limit: int
) -> list[Document]:
    """Return documents, newest first, one more than `limit`."""
    rows = tx.conn.execute(
        f"{_DOCUMENTS} WHERE d.agent_id = ? AND d.id < ? ORDER BY d.id DESC LIMIT ?",
        (model, agent_id, cursor or "~", limit + 1),
    )
    return [_document(row) for row in rows]


def same_file(tx: Connection, agent_id: str, sha256: str) -> str | None:
    """Return the id of the agent's document with these bytes."""
    row = tx.conn.execute(
        "SELECT id FROM documents WHERE agent_id = ? AND sha256 = ?", (agent_id, sha256)
    ).fetchone()
    return None if row is None else str(row["id"])


def document_ids(tx: Connection) -> set[str]:
    """Return the ids of all documents of the box."""
    return {row["id"] for row in tx.conn.execute("SELECT id FROM documents")}


def count_documents(tx: Connection, agent_id: str) -> int:
    """Return how many documents an agent has."""
    return count_of(tx, "documents", agent_id)


def change_document(tx: Connection, document_id: str, values: dict[str, Any]) -> None:
    """Set columns of a document."""
    update_row(tx, "documents", document_id, values)


def delete_document(tx: Connection, document_id: str) -> None:
    """Remove a document's row; its chunks go by `delete_chunks`."""
    tx.conn.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def _document(row: Any) -> Document:
    return Document(
        id=row["id"],
        agent_id=row["agent_id"],
        name=row["name"],
        title=row["title"],
        mime=row["mime"],
        bytes=row["bytes"],
        pages=row["pages"],
        chunks=row["chunks"],
        embedded=row["embedded"],
        status=row["status"],
        error=row["error"],
        language=row["language"],
        sha256=row["sha256"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )
