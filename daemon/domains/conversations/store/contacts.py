"""Contacts, found by any of their aliases; two that turn out to be one are merged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from daemon.domains.conversations.domain import Contact
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.ids import new_id


def resolve(
    tx: Connection, tenant_id: str, aliases: Sequence[str], name: str | None, at: datetime
) -> Contact:
    """Return the one contact behind the aliases, made, completed or merged as needed."""
    found = _known(tx, tenant_id, aliases)
    keep = found[0] if found else _create(tx, tenant_id, at)
    for other in found[1:]:
        merge(tx, keep, other)
    for alias in aliases:
        tx.conn.execute(
            "INSERT INTO contact_aliases (tenant_id, alias, contact_id) VALUES (?, ?, ?) "
            "ON CONFLICT (tenant_id, alias) DO UPDATE SET contact_id = excluded.contact_id",
            (tenant_id, alias, keep),
        )
    _complete(tx, keep, aliases, name)
    return get(tx, keep)


def find(tx: Connection, tenant_id: str, alias: str) -> Contact | None:
    """Return the contact known by this alias."""
    known = _known(tx, tenant_id, [alias])
    return get(tx, known[0]) if known else None


def get(tx: Connection, contact_id: str) -> Contact:
    """Return a contact that is known to exist."""
    row = tx.conn.execute("SELECT * FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    return Contact(row["id"], row["name"], row["phone"], row["lid"])


def merge(tx: Connection, keep: str, other: str) -> None:
    """Make two contacts one: aliases, conversations and messages of `other` become `keep`'s."""
    rows = tx.conn.execute(
        "SELECT id, session_id FROM conversations WHERE contact_id = ?", (other,)
    ).fetchall()
    for row in rows:
        twin = tx.conn.execute(
            "SELECT id FROM conversations WHERE contact_id = ? AND session_id = ?",
            (keep, row["session_id"]),
        ).fetchone()
        if twin is None:
            tx.conn.execute(
                "UPDATE conversations SET contact_id = ? WHERE id = ?", (keep, row["id"])
            )
        else:
            _join(tx, twin["id"], row["id"])
    tx.conn.execute("UPDATE contact_aliases SET contact_id = ? WHERE contact_id = ?", (keep, other))
    tx.conn.execute(
        "UPDATE contacts AS one SET name = CASE WHEN two.named > one.named THEN two.name "
        "ELSE coalesce(one.name, two.name) END, named = max(one.named, two.named), "
        "phone = coalesce(one.phone, two.phone), lid = coalesce(one.lid, two.lid), "
        "email = coalesce(one.email, two.email), "
        "tags = CASE WHEN one.tags = '[]' THEN two.tags ELSE one.tags END, "
        "fields = json_patch(two.fields, one.fields), "
        "opt_in = coalesce(one.opt_in, two.opt_in), "
        "opt_in_at = coalesce(one.opt_in_at, two.opt_in_at) "
        "FROM contacts AS two WHERE one.id = ?1 AND two.id = ?2",
        (keep, other),
    )
    tx.conn.execute("DELETE FROM contacts WHERE id = ?", (other,))


def _known(tx: Connection, tenant_id: str, aliases: Sequence[str]) -> list[str]:
    marks = ", ".join("?" * len(aliases))
    rows = tx.conn.execute(
        f"SELECT DISTINCT contact_id FROM contact_aliases WHERE tenant_id = ? AND alias IN "
        f"({marks})"
        " ORDER BY contact_id",  # ids sort by time: the older contact stays
        (tenant_id, *aliases),
    )
    return [row["contact_id"] for row in rows]


def _create(tx: Connection, tenant_id: str, at: datetime) -> str:
    number = new_id()
    tx.conn.execute(
        "INSERT INTO contacts (id, tenant_id, created_at) VALUES (?, ?, ?)",
        (number, tenant_id, stamp(at)),
    )
    return number


def _complete(tx: Connection, contact_id: str, aliases: Sequence[str], name: str | None) -> None:
    by_kind: dict[str, Any] = dict(alias.split(":", 1) for alias in aliases)
    tx.conn.execute(
        "UPDATE contacts SET name = CASE WHEN named THEN name ELSE coalesce(?, name) END, "
        "phone = coalesce(?, phone), lid = coalesce(?, lid) WHERE id = ?",
        (name or None, by_kind.get("pn"), by_kind.get("lid"), contact_id),
    )


def _join(tx: Connection, keep: str, other: str) -> None:
    """Move one conversation into another; of a message that both hold, one row stays."""
    tx.conn.execute(
        "UPDATE OR IGNORE messages SET conversation_id = ? WHERE conversation_id = ?",
        (keep, other),
    )
    tx.conn.execute("DELETE FROM messages WHERE conversation_id = ?", (other,))
    tx.conn.execute(
        "UPDATE traces SET conversation_id = ? WHERE conversation_id = ?", (keep, other)
    )
    # A person's hold on either chat holds the joined one; the newer last line is shown.
    tx.conn.execute(
        "UPDATE conversations AS one SET unread = one.unread + two.unread, "
        "owner = CASE WHEN two.owner IN ('human', 'waiting') THEN two.owner ELSE one.owner END, "
        "owner_since = CASE WHEN two.owner IN ('human', 'waiting') THEN two.owner_since "
        "ELSE one.owner_since END, human_at = max(coalesce(one.human_at, two.human_at), "
        "coalesce(two.human_at, one.human_at)), updated_at = max(one.updated_at, two.updated_at) "
        "FROM conversations AS two WHERE one.id = ?1 AND two.id = ?2",
        (keep, other),
    )
    tx.conn.execute("DELETE FROM conversations WHERE id = ?", (other,))
