"""Lines of the log that name a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.subject import Subject, Tally, marks, portions


def told(tx: Connection, person: Subject) -> list[dict[str, Any]]:
    """Return the lines of a person's conversations."""
    chats = tuple(person.conversations)
    rows = tx.conn.execute(
        "SELECT at, level, kind, event, facts FROM logs "
        f"WHERE conversation_id IS NOT NULL AND conversation_id IN ({marks(chats)}) "
        "ORDER BY at, id",
        chats,
    )
    return [{**dict(row), "facts": orjson.loads(row["facts"])} for row in rows]


def look(tx: Connection, person: Subject) -> list[str]:
    """Return the lines that name a person by an id or a number."""
    rows = tx.conn.execute(
        "SELECT id, conversation_id, facts FROM logs WHERE at >= ?", (person.since,)
    )
    chats = frozenset(person.conversations)
    return [
        row["id"]
        for row in rows
        if row["conversation_id"] in chats or person.mentioned_in(row["facts"])
    ]


def forget(tx: Connection, found: Sequence[str], kept_since: datetime | None) -> Tally:
    """Erase lines, but for those that a setting keeps for a time: they hold ids, no words."""
    erased = 0
    edge = "~" if kept_since is None else stamp(kept_since)
    for some in portions(list(found)):
        erased += tx.conn.execute(
            f"DELETE FROM logs WHERE id IN ({marks(some)}) AND kind <> 'security' AND at < ?",
            (*some, edge),
        ).rowcount
    return Tally(erased, len(found) - erased)
