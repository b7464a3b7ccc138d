"""What a person said about how they were served, and the meaning of what nobody could answer."""

from typing import Any

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally, marks, portions


def told(tx: Connection, person: Subject) -> list[dict[str, Any]]:
    """Return the scores and comments of a person."""
    chats = tuple(person.conversations)
    rows = tx.conn.execute(
        "SELECT conversation_id, asked_at, answered_at, score, comment FROM metrics_ratings "
        f"WHERE conversation_id IN ({marks(chats)}) ORDER BY id",
        chats,
    )
    return [dict(row) for row in rows]


def forget(tx: Connection, person: Subject) -> Tally:
    """Erase comments and the vectors of questions; the figures stay, which name nobody.

    A topic that a question of the person began ends: the job finds a name for the others again.
    """
    chats, count = tuple(person.conversations), 0
    count += tx.conn.execute(
        "UPDATE metrics_ratings SET comment = '' "
        f"WHERE comment <> '' AND conversation_id IN ({marks(chats)})",
        chats,
    ).rowcount
    for some in portions(list(person.traces)):
        for table, column in (
            ("metrics_topics", "topic"),
            ("metrics_leaders", "topic"),
            ("metrics_topics", "trace_id"),
        ):
            count += tx.conn.execute(
                f"DELETE FROM {table} WHERE {column} IN ({marks(some)})", tuple(some)
            ).rowcount
    return Tally(count)
