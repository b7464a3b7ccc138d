"""The message ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from daemon.domains.conversations.domain import Message, MessageNotFoundError, State
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from . import rows


def add(tx: Connection, tenant_id: str, message: Message, participant: str = "") -> bool:
    """Store a message; False when the ledger has it already."""
    cursor = tx.conn.execute(
        "INSERT INTO messages (id, tenant_id, conversation_id, agent_id, session_id, chat, wa_id, "
        "from_me, participant, author, kind, text, media, extra, quoted_id, target_id, state, "
        "error, late, pending, trace_id, at, received_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (
            message.id,
            tenant_id,
            message.conversation_id,
            message.agent_id,
            message.session_id,
            message.chat,
            message.wa_id,
            message.from_me,
            participant,
            message.author.value,
            message.kind,
            message.text,
            orjson.dumps(asdict(message.media)).decode() if message.media else None,
            orjson.dumps(message.extra).decode() if message.extra else None,
            message.quoted_id,
            message.target_id,
            message.state.value,
            message.error,
            message.late,
            message.pending,
            message.trace_id,
            stamp(message.at),
            stamp(message.received_at),
        ),
    )
    return bool(cursor.rowcount == 1)


def find(tx: Connection, message_id: str) -> Message | None:
    """Return a message by our id."""
    row = tx.conn.execute("SELECT * FROM messages WHERE id = ?", (message_id,)).fetchone()
    return None if row is None else rows.message(row)


def get(tx: Connection, message_id: str) -> Message:
    """Return a message by our id; raises when there is none."""
    if (found := find(tx, message_id)) is None:
        raise MessageNotFoundError(id=message_id)
    return found


def ours(tx: Connection, session_id: str, wa_id: str) -> Message | None:
    """Return what we sent under this WhatsApp id; never by chat, whose name may differ."""
    return _by_wa_id(tx, session_id, wa_id, from_me=True)


def by_wa_id(tx: Connection, session_id: str, wa_id: str, conversation_id: str) -> Message | None:
    """Return the message of a conversation with this WhatsApp id, whoever wrote it."""
    row = tx.conn.execute(
        "SELECT * FROM messages WHERE session_id = ? AND wa_id = ? AND conversation_id = ?",
        (session_id, wa_id, conversation_id),
    ).fetchone()
    return None if row is None else rows.message(row)


def _by_wa_id(tx: Connection, session_id: str, wa_id: str, *, from_me: bool) -> Message | None:
    row = tx.conn.execute(
        "SELECT * FROM messages WHERE session_id = ? AND wa_id = ? AND from_me = ?",
        (session_id, wa_id, from_me),
    ).fetchone()
    return None if row is None else rows.message(row)


def pending(tx: Connection, conversation_id: str) -> list[Message]:
    """Return what the customer said and nobody has answered, in the order it arrived."""
    found = tx.conn.execute(
        "SELECT * FROM messages WHERE conversation_id = ? AND pending = 1 ORDER BY id",
        (conversation_id,),
    )
    return [rows.message(row) for row in found]


def settle(tx: Connection, conversation_id: str, numbers: Sequence[str] | None = None) -> None:
    """Mark messages as dealt with: these, or all that wait."""
    if numbers is None:
        tx.conn.execute(
            "UPDATE messages SET pending = 0 WHERE conversation_id = ? AND pending = 1",
            (conversation_id,),
        )
    else:
        tx.conn.executemany(
            "UPDATE messages SET pending = 0 WHERE id = ?", [(number,) for number in numbers]
        )


def set_aside(tx: Connection, numbers: Sequence[str], job_id: str) -> None:
    """Take messages out of the way with the job that parks over them."""
    tx.conn.executemany(
        "UPDATE messages SET pending = 0, aside = ? WHERE id = ?",
        [(job_id, number) for number in numbers],
    )


def is_aside(tx: Connection, conversation_id: str, job_id: str) -> bool:
    """Say whether messages were set aside with this job."""
    row = tx.conn.execute(
        "SELECT 1 FROM messages WHERE conversation_id = ? AND aside = ? LIMIT 1",
        (conversation_id, job_id),
    ).fetchone()
    return row is not None


def take_back(tx: Connection, job_id: str) -> None:
    """Let the messages of a replayed job wait for an answer again."""
    tx.conn.execute("UPDATE messages SET pending = 1, aside = NULL WHERE aside = ?", (job_id,))


def give_up(tx: Connection, numbers: Sequence[str]) -> None:
    """Mark messages as too late to be answered."""
    tx.conn.executemany(
        "UPDATE messages SET late = 1, pending = 0 WHERE id = ?", [(number,) for number in numbers]
    )


def unsent_bot(tx: Connection, conversation_id: str) -> list[Message]:
    """Return replies of the bot that have not begun to be sent."""
    found = tx.conn.execute(
        "SELECT * FROM messages WHERE conversation_id = ? AND author = 'bot' AND state = 'queued'",
        (conversation_id,),
    )
    return [rows.message(row) for row in found]


def set_state(tx: Connection, message_id: str, state: State, error: str | None = None) -> None:
    """Record how far a message has come."""
    tx.conn.execute(
        "UPDATE messages SET state = ?, error = ? WHERE id = ?", (state.value, error, message_id)
    )


def amend(tx: Connection, message_id: str, **values: Any) -> None:
    """Change plain columns of a message."""
    names = ", ".join(f"{name} = ?" for name in values)
    tx.conn.execute(f"UPDATE messages SET {names} WHERE id = ?", (*values.values(), message_id))


def thread(tx: Connection, conversation_id: str, cursor: str | None, limit: int) -> list[Message]:
    """Return messages of a conversation, newest first; the cursor is `at|id` of the last seen."""
    where, values = "", list[Any]()
    if cursor and "|" in cursor:
        where, values = "AND (at, id) < (?, ?)", list(cursor.split("|", 1))
    found = tx.conn.execute(
        f"SELECT * FROM messages WHERE conversation_id = ? {where} "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (conversation_id, *values, limit + 1),
    )
    return [rows.message(row) for row in found]


def cursor_of(message: Message) -> str:
    """Return what the next page begins after."""
    return f"{stamp(message.at)}|{message.id}"


def said_before(tx: Connection, conversation_id: str, limit: int) -> list[Message]:
    """Return the last lines that were really said and are dealt with, oldest first."""
    found = tx.conn.execute(
        "SELECT * FROM messages WHERE conversation_id = ? AND pending = 0 AND revoked = 0 "
        "AND text != '' AND kind NOT IN ('reaction') AND state NOT IN ('failed', 'cancelled') "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (conversation_id, limit),
    )
    return [rows.message(row) for row in found][::-1]
