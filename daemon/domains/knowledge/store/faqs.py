"""Rows of FAQ pairs."""

from datetime import datetime
from typing import Any

from daemon.domains.knowledge.domain import Faq, FaqNotFoundError
from daemon.infra.database import Connection

from .rows import count_of, insert_row, update_row


def add_faq(tx: Connection, values: dict[str, Any]) -> None:
    """Store a FAQ pair."""
    insert_row(tx, "faqs", values)


def faq(tx: Connection, agent_id: str, faq_id: str) -> Faq:
    """Return a FAQ pair. Raises FaqNotFoundError."""
    row = tx.conn.execute(
        "SELECT * FROM faqs WHERE agent_id = ? AND id = ?", (agent_id, faq_id)
    ).fetchone()
    if row is None:
        raise FaqNotFoundError(id=faq_id)
    return _faq(row)


def faqs(tx: Connection, agent_id: str, cursor: str | None, limit: int) -> list[Faq]:
    """Return FAQ pairs, newest first, one more than `limit`."""
    rows = tx.conn.execute(
        "SELECT * FROM faqs WHERE agent_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (agent_id, cursor or "~", limit + 1),
    )
    return [_faq(row) for row in rows]


def count_faqs(tx: Connection, agent_id: str) -> int:
    """Return how many FAQ pairs an agent has."""
    return count_of(tx, "faqs", agent_id)


def change_faq(tx: Connection, faq_id: str, values: dict[str, Any]) -> None:
    """Set columns of a FAQ pair."""
    update_row(tx, "faqs", faq_id, values)


def delete_faq(tx: Connection, faq_id: str) -> None:
    """Remove a FAQ pair's row; its chunks go by `delete_chunks`."""
    tx.conn.execute("DELETE FROM faqs WHERE id = ?", (faq_id,))


def _faq(row: Any) -> Faq:
    return Faq(
        id=row["id"],
        agent_id=row["agent_id"],
        question=row["question"],
        answer=row["answer"],
        language=row["language"],
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )
