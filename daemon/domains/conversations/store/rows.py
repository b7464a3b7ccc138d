"""Between rows and dataclasses."""

from datetime import datetime
from typing import Any

import orjson

from daemon.domains.conversations.domain import (
    Author,
    Contact,
    Conversation,
    Media,
    Message,
    State,
)
from daemon.domains.conversations.owners import Owner

CONVERSATION = (
    "SELECT conversation.*, contact.name AS contact_name, contact.phone AS contact_phone, "
    "contact.lid AS contact_lid FROM conversations AS conversation "
    "JOIN contacts AS contact ON contact.id = conversation.contact_id "
)


def moment(text: str | None) -> datetime | None:
    """Read a time; None stays None."""
    return None if text is None else datetime.fromisoformat(text)


def conversation(row: Any) -> Conversation:
    """Read a row of the query `CONVERSATION`."""
    return Conversation(
        id=row["id"],
        agent_id=row["agent_id"],
        session_id=row["session_id"],
        contact=Contact(
            row["contact_id"], row["contact_name"], row["contact_phone"], row["contact_lid"]
        ),
        chat=row["chat"],
        owner=Owner(row["owner"]),
        owner_since=datetime.fromisoformat(row["owner_since"]),
        unread=row["unread"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
        offered_at=moment(row["offered_at"]),
        offers=row["offers"],
        human_at=moment(row["human_at"]),
        human_ended_at=moment(row["human_ended_at"]),
        typing_at=moment(row["typing_at"]),
        noticed_at=moment(row["noticed_at"]),
        last_text=row["last_text"],
        last_at=moment(row["last_at"]),
        last_from_me=bool(row["last_from_me"]),
        last_author=row["last_author"],
        last_kind=row["last_kind"],
    )


def message(row: Any) -> Message:
    """Read a row of messages."""
    media = orjson.loads(row["media"]) if row["media"] else None
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        session_id=row["session_id"],
        agent_id=row["agent_id"],
        wa_id=row["wa_id"],
        chat=row["chat"],
        at=datetime.fromisoformat(row["at"]),
        received_at=datetime.fromisoformat(row["received_at"]),
        from_me=bool(row["from_me"]),
        author=Author(row["author"]),
        kind=row["kind"],
        text=row["text"],
        state=State(row["state"]),
        media=Media(**media) if media else None,
        error=row["error"],
        late=bool(row["late"]),
        edited=bool(row["edited"]),
        revoked=bool(row["revoked"]),
        pending=bool(row["pending"]),
        quoted_id=row["quoted_id"],
        target_id=row["target_id"],
        trace_id=row["trace_id"],
        extra=orjson.loads(row["extra"]) if row["extra"] else {},
    )
