"""One contact out of this context's tables: told whole, or erased."""

from collections.abc import Sequence
from typing import Any

import orjson

from daemon.domains.conversations.phones import variants
from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally, marks, portions

from .threads import PREVIEW

MOST_WORDS = 200
FIRST = 48
LEAST = 20
_SERVERS = ("s.whatsapp.net", "lid", "c.us")


def subject(tx: Connection, contact_id: str) -> Subject | None:
    """Gather what a contact is called and what is theirs; None when there is no such contact."""
    row = tx.conn.execute("SELECT * FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    if row is None:
        return None
    found = tx.conn.execute(
        "SELECT alias FROM contact_aliases WHERE contact_id = ? ORDER BY alias", (contact_id,)
    )
    aliases = [one["alias"] for one in found]
    users = _users(aliases, row["phone"], row["lid"])
    chats = tx.conn.execute(
        "SELECT id, session_id FROM conversations WHERE contact_id = ?", (contact_id,)
    ).fetchall()
    conversations = [chat["id"] for chat in chats]
    said = _said(tx, conversations, users)
    traces = _column(tx, "traces", "id", "conversation_id", conversations)
    traces += [one["trace_id"] for one in said if one["trace_id"]]
    return Subject(
        contact_id=contact_id,
        name=row["name"],
        phone=row["phone"],
        since=row["created_at"],
        aliases=aliases,
        users=users,
        sessions=sorted({one["session_id"] for one in (*chats, *said)}),
        conversations=conversations,
        messages=[one["id"] for one in said],
        wa_ids=[one["wa_id"] for one in said],
        traces=list(dict.fromkeys(traces)),
        media=sorted({path for one in said if (path := _path(one["media"]))}),
        words=_words(said),
    )


def told(tx: Connection, person: Subject) -> dict[str, Any]:
    """Return all that is kept about a contact, as JSON values."""
    row = tx.conn.execute("SELECT * FROM contacts WHERE id = ?", (person.contact_id,)).fetchone()
    contact = {} if row is None else dict(row)
    for name in ("tags", "fields"):
        contact[name] = orjson.loads(contact[name]) if contact.get(name) else None
    chats = _rows(tx, "conversations", "id", person.conversations, "created_at, id")
    lines = _rows(tx, "messages", "id", person.messages, "at, id")
    for line in lines:
        for name in ("media", "extra"):
            line[name] = orjson.loads(line[name]) if line[name] else None
    answers = _rows(tx, "traces", "id", person.traces, "at, id")
    for answer in answers:
        for name in ("prompt", "passages", "sources", "steps"):
            answer[name] = orjson.loads(answer[name])
    return {
        "contact": contact,
        "aliases": list(person.aliases),
        "conversations": chats,
        "messages": lines,
        "answers": answers,
    }


def forget(tx: Connection, person: Subject) -> Tally:
    """Erase a contact with its chats, messages and traces; what it wrote in groups as well."""
    count = 0
    for ids in portions(list(person.traces)):
        count += _delete(tx, "traces", "id", ids)
    count += _delete(tx, "traces", "conversation_id", list(person.conversations))
    for ids in portions(list(person.messages)):
        tx.conn.execute(
            "UPDATE conversations SET last_text = NULL WHERE (id, last_text) IN ("
            f"SELECT conversation_id, substr(text, 1, {PREVIEW}) FROM messages "
            f"WHERE id IN ({marks(ids)}))",
            tuple(ids),
        )
        count += _delete(tx, "messages", "id", ids)
    count += _delete(tx, "messages", "conversation_id", list(person.conversations))
    count += _delete(tx, "conversations", "id", list(person.conversations))
    count += _delete(tx, "contact_aliases", "contact_id", [person.contact_id])
    count += _delete(tx, "contacts", "id", [person.contact_id])
    return Tally(count)


def shared(tx: Connection, words: Sequence[str]) -> set[str]:
    """Return the beginnings with which messages of others begin as well."""
    if not words:
        return set()
    begins = f"substr(trim(text), 1, {FIRST})"
    rows = tx.conn.execute(
        f"SELECT DISTINCT {begins} FROM messages WHERE {begins} IN ({marks(words)})", tuple(words)
    )
    found = {row[0] for row in rows}
    return found | {word for word in words if _names_somebody(tx, word)}


def _names_somebody(tx: Connection, word: str) -> bool:
    query = "SELECT 1 FROM contacts WHERE name IS NOT NULL AND instr(name, ?) > 0 LIMIT 1"
    return tx.conn.execute(query, (word,)).fetchone() is not None


def in_use(tx: Connection, path: str) -> bool:
    """Say whether a message still shows a file."""
    row = tx.conn.execute(
        "SELECT 1 FROM messages WHERE media IS NOT NULL AND json_extract(media, '$.path') = ? "
        "LIMIT 1",
        (path,),
    ).fetchone()
    return row is not None


def known_by(tx: Connection) -> list[tuple[str, str, str]]:
    """Return every contact with an alias and when it began: (contact, alias, since)."""
    rows = tx.conn.execute(
        "SELECT contact.id, known.alias, contact.created_at FROM contact_aliases AS known "
        "JOIN contacts AS contact ON contact.id = known.contact_id"
    )
    return [(row["id"], row["alias"], row["created_at"]) for row in rows]


def _users(aliases: Sequence[str], *more: str | None) -> list[str]:
    names = [alias.partition(":") for alias in aliases]
    users = [user for kind, _, user in names if kind != "group"]
    users += [user for user in more if user]
    spelt = [form for user in users for form in (user, *variants(user))]
    groups = [user for kind, _, user in names if kind == "group"]
    return list(dict.fromkeys([*spelt, *groups]))


def _said(tx: Connection, chats: Sequence[str], users: Sequence[str]) -> list[Any]:
    names = "id, session_id, wa_id, from_me, text, media, trace_id"
    found = tx.conn.execute(
        f"SELECT {names} FROM messages WHERE conversation_id IN ({marks(chats)})", tuple(chats)
    ).fetchall()
    jids = [f"{user}@{server}" for user in users for server in _SERVERS]
    found += tx.conn.execute(
        f"SELECT {names} FROM messages WHERE participant <> '' AND from_me = 0 "
        f"AND participant IN ({marks(jids)})",
        tuple(jids),
    ).fetchall()
    return list({row["id"]: row for row in found}.values())


def _words(said: Sequence[Any]) -> list[str]:
    """Return how the longest lines begin: short ones are everybody's."""
    lines = {row["text"].strip().partition("\n")[0] for row in said if not row["from_me"]}
    long = sorted((line for line in lines if len(line) >= LEAST), key=len, reverse=True)
    return list(dict.fromkeys(line[:FIRST] for line in long[:MOST_WORDS]))


def _path(media: str | None) -> str | None:
    return None if media is None else orjson.loads(media).get("path")


def _column(tx: Connection, table: str, name: str, by: str, values: Sequence[str]) -> list[str]:
    rows = tx.conn.execute(
        f"SELECT {name} FROM {table} WHERE {by} IN ({marks(values)})", tuple(values)
    )
    return [row[0] for row in rows]


def _rows(
    tx: Connection, table: str, by: str, values: Sequence[str], order: str
) -> list[dict[str, Any]]:
    found = list[dict[str, Any]]()
    for some in portions(list(values)):
        query = f"SELECT * FROM {table} WHERE {by} IN ({marks(some)})"
        found += [dict(row) for row in tx.conn.execute(query, tuple(some))]
    keys = order.split(", ")
    return sorted(found, key=lambda row: tuple(row[key] for key in keys))


def _delete(tx: Connection, table: str, by: str, values: Sequence[str]) -> int:
    query = f"DELETE FROM {table} WHERE {by} IN ({marks(values)})"
    return int(tx.conn.execute(query, tuple(values)).rowcount)
