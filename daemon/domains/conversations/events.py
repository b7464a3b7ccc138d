"""What happens in conversations, as others hear it: the live page, metrics, logs, webhooks."""

from dataclasses import dataclass
from typing import ClassVar

from daemon.kernel.events import Event


@dataclass(frozen=True)
class MessageReceived(Event):
    """A customer, or a person on the phone, wrote."""

    name: ClassVar[str] = "message.received"
    id: str
    conversation_id: str
    agent_id: str
    session_id: str
    message_id: str
    author: str
    kind: str
    from_me: bool
    late: bool


@dataclass(frozen=True)
class MessageQueued(Event):
    """A message of ours waits to be sent."""

    name: ClassVar[str] = "message.queued"
    id: str
    conversation_id: str
    agent_id: str
    session_id: str
    message_id: str
    author: str
    kind: str


@dataclass(frozen=True)
class MessageUpdated(Event):
    """A message was sent, delivered, read, edited, revoked, dropped, or failed."""

    name: ClassVar[str] = "message.updated"
    id: str
    conversation_id: str
    agent_id: str
    session_id: str
    message_id: str
    state: str
    error: str | None = None


@dataclass(frozen=True)
class ConversationUpdated(Event):
    """A conversation has a new line or a new owner."""

    name: ClassVar[str] = "conversation.updated"
    id: str
    agent_id: str
    session_id: str
    owner: str
    unread: int


@dataclass(frozen=True)
class TurnAnswered(Event):
    """The agent answered."""

    name: ClassVar[str] = "turn.answered"
    trace_id: str
    agent_id: str
    conversation_id: str | None
    message_id: str | None
    mode: str
    ms: float
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class ContactUpdated(Event):
    """Somebody wrote something down about a contact, or made it."""

    name: ClassVar[str] = "contact.updated"
    id: str
