"""A person out of WhatsApp's rows: keys, plaintexts kept for a second delivery, what was sent."""

from collections.abc import Sequence
from typing import Any

import orjson

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally, marks, portions

from .sealed import SealedRows

Row = tuple[str, str, str]
"""Table, session and the key of a row."""

BATCH = 500


class Remains:
    """Finds the rows of a person; what is sealed is opened to see whose it is."""

    def __init__(self, rows: SealedRows) -> None:
        self._rows = rows

    def look(self, tx: Connection, person: Subject) -> list[Row]:
        """Return the sealed rows that are about a person; what is not delivered yet is not."""
        found = list[Row]()
        for session in self._sessions(tx, person):
            last = ""
            while True:
                part = tx.conn.execute(
                    "SELECT digest FROM wa_inbox WHERE session_id = ? AND pending = 0 "
                    "AND digest > ? ORDER BY digest LIMIT ?",
                    (session, last, BATCH),
                ).fetchall()
                for row in part:
                    body = self._rows.inbox(tx, session, row["digest"])
                    if body is not None and _is_about(orjson.loads(body).get("stanza"), person):
                        found.append(("wa_inbox", session, row["digest"]))
                if len(part) < BATCH:
                    break
                last = part[-1]["digest"]
        for row in tx.conn.execute("SELECT id, session_id FROM wa_refused").fetchall():
            body = self._rows.refused(tx, row["id"])
            if body is not None and person.mentioned_in(body.decode()):
                found.append(("wa_refused", row["session_id"], row["id"]))
        return found

    def forget(self, tx: Connection, person: Subject, found: Sequence[Row]) -> Tally:
        """Erase what was found, the person's keys, and what was sent to it."""
        count = 0
        for table, session, key in found:
            column = "digest" if table == "wa_inbox" else "id"
            count += tx.conn.execute(
                f"DELETE FROM {table} WHERE session_id = ? AND {column} = ?", (session, key)
            ).rowcount
        for user in person.users:
            # session 123.0 or 123_1.0, lid-mapping 123 and 123_reverse, sender-key group::123::0
            for pattern in (
                user,
                f"{user}.%",
                f"{user}!_%",
                f"{user}@%",
                f"{user}:%",
                f"%:{user}:%",
            ):
                count += tx.conn.execute(
                    "DELETE FROM wa_keys WHERE id LIKE ? ESCAPE '!'", (pattern,)
                ).rowcount
        for some in portions(list(person.wa_ids)):
            for table in ("wa_sent", "wa_polls"):
                count += tx.conn.execute(
                    f"DELETE FROM {table} WHERE wa_message_id IN ({marks(some)}) "
                    f"AND session_id IN ({marks(person.sessions)})",
                    (*some, *person.sessions),
                ).rowcount
        return Tally(count)

    @staticmethod
    def _sessions(tx: Connection, person: Subject) -> list[str]:
        known = {row["id"] for row in tx.conn.execute("SELECT id FROM wa_sessions")}
        return sorted(known & set(person.sessions))


def _is_about(stanza: Any, person: Subject) -> bool:
    """Say whether a message came from the person, or went to it from another device of ours."""
    attrs = (stanza or {}).get("attrs") or {}
    names = (str(value).partition("@")[0].partition(":")[0] for value in attrs.values())
    return any(name in person.users for name in names)
