"""Conversations: found or made for a contact, listed, moved between owners."""

from datetime import datetime
from typing import Any

from daemon.domains.conversations.domain import (
    Conversation,
    ConversationNotFoundError,
    Message,
)
from daemon.domains.conversations.owners import Owner
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.ids import new_id

from . import rows

PREVIEW = 200


def ensure(
    tx: Connection,
    tenant_id: str,
    *,
    agent_id: str,
    session_id: str,
    contact_id: str,
    chat: str,
    at: datetime,
) -> Conversation:
    """Return the conversation of a contact in a session, made if there is none.

    It follows its session to another agent, and keeps the address that last worked.
    """
    now = stamp(at)
    tx.conn.execute(
        "INSERT INTO conversations (id, tenant_id, agent_id, session_id, contact_id, chat, "
        "owner_since, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (session_id, contact_id) DO UPDATE SET agent_id = excluded.agent_id, "
        "chat = excluded.chat",
        (new_id(), tenant_id, agent_id, session_id, contact_id, chat, now, now, now),
    )
    row = tx.conn.execute(
        f"{rows.CONVERSATION} WHERE session_id = ? AND contact_id = ?", (session_id, contact_id)
    ).fetchone()
    return rows.conversation(row)


def find(tx: Connection, conversation_id: str) -> Conversation | None:
    """Return a conversation, if it (still) is there."""
    row = tx.conn.execute(
        f"{rows.CONVERSATION} WHERE conversation.id = ?", (conversation_id,)
    ).fetchone()
    return None if row is None else rows.conversation(row)


def get(tx: Connection, conversation_id: str) -> Conversation:
    """Return a conversation; raises when there is none."""
    if (found := find(tx, conversation_id)) is None:
        raise ConversationNotFoundError(id=conversation_id)
    return found


def of_alias(tx: Connection, session_id: str, alias: str) -> Conversation | None:
    """Return the conversation of the contact known by an alias, in a session."""
    row = tx.conn.execute(
        f"{rows.CONVERSATION} JOIN contact_aliases AS known ON known.contact_id = contact.id "
        "WHERE conversation.session_id = ? AND known.alias = ?",
        (session_id, alias),
    ).fetchone()
    return None if row is None else rows.conversation(row)


def listed(
    tx: Connection,
    *,
    agent_id: str | None,
    owner: str | None,
    search: str | None,
    cursor: str | None,
    limit: int,
) -> list[Conversation]:
    """Return conversations, the latest first; one row more than `limit` says that there are more.

    The cursor is `updated_at|id` of the last row seen.
    """
    where, values = ["1 = 1"], list[Any]()
    if agent_id:
        where.append("conversation.agent_id = ?")
        values.append(agent_id)
    if owner:
        where.append("conversation.owner = ?")
        values.append(owner)
    if search:
        like = "LIKE ? ESCAPE '\\'"
        where.append(f"(contact.name {like} OR contact.phone {like} OR last_text {like})")
        values += [_like(search)] * 3
    if cursor and "|" in cursor:
        where.append("(conversation.updated_at, conversation.id) < (?, ?)")
        values += cursor.split("|", 1)
    found = tx.conn.execute(
        f"{rows.CONVERSATION} WHERE {' AND '.join(where)} "
        "ORDER BY conversation.updated_at DESC, conversation.id DESC LIMIT ?",
        (*values, limit + 1),
    )
    return [rows.conversation(row) for row in found]


def cursor_of(conversation: Conversation) -> str:
    """Return what the next page begins after."""
    return f"{stamp(conversation.updated_at)}|{conversation.id}"


def set_owner(tx: Connection, conversation_id: str, owner: Owner, at: datetime) -> None:
    """Hand the chat over. When a person's part ends, the bot's memory of offers begins anew."""
    ended = stamp(at) if owner is Owner.BOT else None
    tx.conn.execute(
        "UPDATE conversations SET owner = ?1, owner_since = ?2, offered_at = NULL, "
        "offers = CASE WHEN ?1 = 'bot' THEN 0 ELSE offers END, "
        "human_ended_at = CASE WHEN owner IN ('human', 'waiting') THEN coalesce(?3, "
        "human_ended_at) "
        "ELSE human_ended_at END WHERE id = ?4",
        (owner.value, stamp(at), ended, conversation_id),
    )


def show_last(tx: Connection, message: Message, at: datetime, *, unread: int) -> None:
    """Let the list show this message, unless it already shows a newer one."""
    tx.conn.execute(
        "UPDATE conversations SET unread = CASE WHEN ? THEN unread + ? ELSE 0 END, "
        "updated_at = max(updated_at, ?) "
        "WHERE id = ?",
        (unread >= 0, max(unread, 0), stamp(at), message.conversation_id),
    )
    tx.conn.execute(
        "UPDATE conversations SET last_text = ?, last_at = ?, last_from_me = ?, last_author = ?, "
        "last_kind = ? WHERE id = ? AND (last_at IS NULL OR last_at <= ?)",
        (
            message.text[:PREVIEW],
            stamp(message.at),
            message.from_me,
            message.author.value,
            message.kind,
            message.conversation_id,
            stamp(message.at),
        ),
    )


def touch(tx: Connection, conversation_id: str, **values: Any) -> None:
    """Set plain columns of a conversation; times are given as datetimes."""
    names = ", ".join(f"{name} = ?" for name in values)
    plain = [stamp(value) if isinstance(value, datetime) else value for value in values.values()]
    tx.conn.execute(f"UPDATE conversations SET {names} WHERE id = ?", (*plain, conversation_id))


def figures(tx: Connection, agent_id: str) -> dict[str, Any]:
    """Return chats by owner, and messages that wait for an answer."""
    owners = tx.conn.execute(
        "SELECT owner, count(*) AS n FROM conversations WHERE agent_id = ? GROUP BY owner",
        (agent_id,),
    )
    # Few wait at any time; of the agent's messages there may be a million: + hides their index.
    waiting = tx.conn.execute(
        "SELECT count(*) FROM messages WHERE +agent_id = ? AND pending = 1", (agent_id,)
    ).fetchone()[0]
    return {"owners": {row["owner"]: row["n"] for row in owners}, "pendingMessages": waiting}


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
