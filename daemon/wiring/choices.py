"""Choices between WhatsApp and conversations: put as a poll or in words, written out, counted."""

from typing import Any

import orjson

from daemon.domains.conversations.domain import Message
from daemon.domains.conversations.store import messages
from daemon.domains.whatsapp.domain import NewContent
from daemon.infra.database import Connection
from daemon.kernel.choices import numbered, show
from daemon.kernel.errors import BadInputError


def rendered(
    content: NewContent, *, polls: bool, language: str
) -> tuple[str, str, dict[str, Any] | None]:
    """Return kind, text and details of a message that is to be written down."""
    if content.kind == "choice":
        shown = show(content.text, content.options, polls=polls, language=language)
        return shown.kind, shown.text, shown.extra
    details = dict(content.details)
    if content.media is not None and content.media.ptt:
        details["ptt"] = True
    return content.kind, content.text, details or None


def check_mentions(tx: Connection, message: Message) -> None:
    """Refuse a reaction to, or a quote of, what was never said in this chat."""
    for field, number in (
        ("reaction.messageId", message.target_id),
        ("quotedId", message.quoted_id),
    ):
        if number is not None and mentioned(tx, message, number) is None:
            raise BadInputError(
                field=field,
                problem="is not the messageId of a message in this chat",
                problem_pt="não é o messageId de uma mensagem desta conversa",
            )


def mentioned(tx: Connection, message: Message, number: str | None) -> Message | None:
    """Return the message of the same chat with this WhatsApp id."""
    if number is None:
        return None
    return messages.by_wa_id(tx, message.session_id, number, message.conversation_id)


def write_out(tx: Connection, message_id: str) -> None:
    """Turn a choice that could not be a poll into numbered text; anything else stays as it is."""
    message = messages.find(tx, message_id)
    if message is None or message.kind != "poll" or "choice" not in message.extra:
        return
    choice, poll = message.extra["choice"], message.extra["poll"]
    text = numbered(poll["name"], choice["options"], choice["language"])
    kept = {"choice": choice}
    messages.amend(tx, message_id, kind="text", text=text, extra=orjson.dumps(kept).decode())


def count(tx: Connection, vote: Message, voter: str) -> None:
    """Note on the poll what somebody has chosen in it; the newest vote of each person counts."""
    poll = mentioned(tx, vote, vote.target_id)
    if poll is None or "poll" not in poll.extra:
        return
    votes = dict(poll.extra.get("votes") or {})
    new = vote.extra["vote"]
    if voter in votes and votes[voter]["at"] > new["at"]:
        return
    extra = {**poll.extra, "votes": {**votes, voter: new}}
    messages.amend(tx, poll.id, extra=orjson.dumps(extra).decode())
