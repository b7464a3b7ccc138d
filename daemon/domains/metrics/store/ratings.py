"""Who was asked how it was served, and what was answered; raw rows, counted over an index."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.domains.metrics.domain import hour_of
from daemon.domains.metrics.periods import Period
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

SUMS = (
    "SELECT agent_id, score, count(*) AS number FROM metrics_ratings "
    "WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3 AND (?4 IS NULL OR agent_id = ?4) "
    "GROUP BY agent_id, score"
)
PAGE = (
    "SELECT id, agent_id, conversation_id, asked_at, answered_at, score, comment "
    "FROM metrics_ratings WHERE tenant_id = ?1 AND score IS NOT NULL AND hour >= ?2 AND hour < ?3 "
    "AND (?4 IS NULL OR agent_id = ?4) AND (?5 IS NULL OR (hour, id) < (SELECT hour, id "
    "FROM metrics_ratings WHERE id = ?5)) ORDER BY hour DESC, id DESC LIMIT ?6"
)


@dataclass(frozen=True)
class Rating:
    """A customer that was asked."""

    id: str
    agent_id: str
    conversation_id: str
    language: str
    asked_at: datetime
    answered_at: datetime | None
    score: int | None
    comment: str | None


def last(tx: Connection, conversation_id: str) -> Rating | None:
    """Return the last time that a customer was asked in a chat."""
    row = tx.conn.execute(
        "SELECT id, agent_id, conversation_id, language, asked_at, answered_at, score, comment "
        "FROM metrics_ratings WHERE conversation_id = ? ORDER BY id DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    if row is None:
        return None
    asked, answered = row["asked_at"], row["answered_at"]
    return Rating(
        row["id"],
        row["agent_id"],
        row["conversation_id"],
        row["language"],
        datetime.fromisoformat(asked),
        None if answered is None else datetime.fromisoformat(answered),
        row["score"],
        row["comment"],
    )


def add(  # noqa: PLR0917 - the columns of its row
    tx: Connection,
    tenant_id: str,
    number: str,
    agent_id: str,
    conversation_id: str,
    language: str,
    at: datetime,
) -> None:
    """Write down that a customer is asked."""
    tx.conn.execute(
        "INSERT INTO metrics_ratings (id, tenant_id, agent_id, conversation_id, language, hour, "
        "asked_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, tenant_id, agent_id, conversation_id, language, hour_of(at), stamp(at)),
    )


def answer(tx: Connection, number: str, score: int, at: datetime) -> None:
    """Write down a score."""
    tx.conn.execute(
        "UPDATE metrics_ratings SET score = ?, answered_at = ? WHERE id = ?",
        (score, stamp(at), number),
    )


def comment(tx: Connection, number: str, text: str) -> None:
    """Write down a comment."""
    tx.conn.execute("UPDATE metrics_ratings SET comment = ? WHERE id = ?", (text, number))


def sums(
    tx: Connection, tenant_id: str, period: Period, agent_id: str | None
) -> list[tuple[str, int | None, int]]:
    """Return how many gave each score, by agent; a score of None: not answered."""
    rows = tx.conn.execute(SUMS, (tenant_id, period.low, period.high, agent_id))
    return [(row["agent_id"], row["score"], row["number"]) for row in rows]


def page(  # noqa: PLR0917 - what a page is asked by
    tx: Connection,
    tenant_id: str,
    period: Period,
    agent_id: str | None,
    cursor: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return answers, newest first, one more than `limit`."""
    values = (tenant_id, period.low, period.high, agent_id, cursor, limit + 1)
    return [dict(row) for row in tx.conn.execute(PAGE, values)]
