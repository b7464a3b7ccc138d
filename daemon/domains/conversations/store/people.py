"""What people write down about contacts, in the rows of the contacts themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from daemon.domains.conversations.person import Person, PersonNotFoundError, folded
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .rows import moment

BATCH = 200


def find(tx: Connection, contact_id: str) -> Person | None:
    """Return a contact."""
    row = tx.conn.execute("SELECT * FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    return None if row is None else _person(row)


def get(tx: Connection, contact_id: str) -> Person:
    """Return a contact; raises when there is none."""
    if (found := find(tx, contact_id)) is None:
        raise PersonNotFoundError(id=contact_id)
    return found


def listed(
    tx: Connection, search: str | None, tag: str | None, cursor: str | None, limit: int
) -> list[Person]:
    """Return contacts, newest first, one more than `limit`.

    Read by the primary key, some at a time, and compared here: accents are nothing to SQLite.
    """
    wanted, found, last = folded(search or ""), list[Person](), cursor or "~"
    while len(found) <= limit:
        rows = tx.conn.execute(
            "SELECT * FROM contacts WHERE id < ? ORDER BY id DESC LIMIT ?", (last, BATCH)
        ).fetchall()
        near = (_person(row) for row in rows if not wanted or wanted in _words(row))
        found += [person for person in near if tag is None or tag in person.tags]
        if len(rows) < BATCH:
            break
        last = rows[-1]["id"]
    return found[: limit + 1]


def _words(row: Any) -> str:
    """Return what a search looks at, as it is stored: thousands of rows in a few milliseconds."""
    words = (row["name"], row["phone"], row["email"], row["tags"], row["fields"])
    return folded("\n".join(word for word in words if word))


def after(tx: Connection, contact_id: str, limit: int) -> Sequence[str]:
    """Return the ids that follow one."""
    rows = tx.conn.execute(
        "SELECT id FROM contacts WHERE id > ? ORDER BY id LIMIT ?", (contact_id, limit)
    )
    return [row["id"] for row in rows]


def write(tx: Connection, contact_id: str, values: Mapping[str, Any], at: datetime) -> None:
    """Change columns of a contact."""
    plain = {
        name: orjson.dumps(value).decode() if isinstance(value, dict | list) else value
        for name, value in values.items()
    }
    if "opt_in" in values:
        plain["opt_in_at"] = stamp(at)
    if "name" in values:
        plain["named"] = values["name"] is not None
    plain["updated_at"] = stamp(at)
    names = ", ".join(f"{name} = ?" for name in plain)
    tx.conn.execute(f"UPDATE contacts SET {names} WHERE id = ?", (*plain.values(), contact_id))


def _person(row: Any) -> Person:
    created = moment(row["created_at"])
    assert created is not None  # noqa: S101 - the column is NOT NULL
    return Person(
        id=row["id"],
        name=row["name"],
        phone=row["phone"],
        named=bool(row["named"]),
        email=row["email"],
        tags=orjson.loads(row["tags"]),
        fields=orjson.loads(row["fields"]),
        opt_in=None if row["opt_in"] is None else bool(row["opt_in"]),
        opt_in_at=moment(row["opt_in_at"]),
        created_at=created,
        updated_at=moment(row["updated_at"]),
    )
