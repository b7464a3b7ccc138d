"""What WhatsApp needs from the rest of the box: callables that `app.py` passes in.

Each works inside the caller's transaction, so that one commit holds the fact and all that follows
from it.
"""

from datetime import datetime
from typing import Any, Protocol

from daemon.infra.database import Connection

from .domain import Composed, IncomingMessage, NewContent, OutgoingMessage
from .pacing import Pace


class Receive(Protocol):
    """Takes in a message. Idempotent: the same message may come again."""

    def __call__(self, tx: Connection, message: IncomingMessage) -> None:
        """Store it, and queue what follows from it."""
        ...


class ReportStatus(Protocol):
    """Hears what became of a message of ours. Idempotent, and in any order."""

    def __call__(
        self,
        tx: Connection,
        *,
        session_id: str,
        wa_message_id: str,
        state: str,
        error: str | None,
        at: datetime,
    ) -> None:
        """State: sent, delivered, read or failed; `error` is a stable code."""
        ...


class FindOutgoing(Protocol):
    """Finds a message to send, or says that it must not go out any more."""

    def __call__(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        """Return it, or None."""
        ...


class Compose(Protocol):
    """Stores a message to a number or JID and queues its job `whatsapp.send`."""

    def __call__(
        self, tx: Connection, *, agent_id: str, session_id: str, to: str, content: NewContent
    ) -> Composed:
        """Return its ids; raises BadInputError naming `to` or `text`."""
        ...


class LearnAlias(Protocol):
    """Hears that two JIDs are one person."""

    def __call__(self, tx: Connection, session_id: str, lid: str, phone_jid: str) -> None:
        """Make one contact of them."""
        ...


class CustomerTyping(Protocol):
    """Hears that a customer is typing."""

    def __call__(self, tx: Connection, session_id: str, chat: str) -> None:
        """Remember it: the answer waits a little."""
        ...


class AgentExists(Protocol):
    """Knows the agents."""

    def __call__(self, tx: Connection, agent_id: str) -> bool:
        """Say whether there is one with this id."""
        ...


class PaceOf(Protocol):
    """Knows each agent's pace."""

    def __call__(self, tx: Connection, agent_id: str) -> Pace:
        """Return it; `Pace(enabled=False)` sends at once."""
        ...


class RecordLog(Protocol):
    """Writes the log that operators read; never the text of a message."""

    def __call__(
        self,
        tx: Connection,
        *,
        agent_id: str | None,
        level: str,
        kind: str,
        event: str,
        facts: dict[str, Any],
    ) -> None:
        """Add a line: level info, warning or error; kind message, error or event."""
        ...
