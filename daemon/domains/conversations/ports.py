"""What conversations need from the rest of the box: callables that `app.py` passes in.

Each works inside the caller's transaction, so that one commit holds the fact and all that follows
from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from daemon.infra.database import Connection

from .domain import AgentProfile, Conversation, Message


class ProfileOf(Protocol):
    """Finds an agent."""

    def __call__(self, tx: Connection, agent_id: str) -> AgentProfile | None:
        """Return the agent's profile, None when there is no such agent."""
        ...


class RecordUsage(Protocol):
    """Counts what is billed."""

    def __call__(self, tx: Connection, kind: str, data: dict[str, Any], /) -> None:
        """Add a usage event to the ledger."""
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


@dataclass(frozen=True)
class Heard:
    """What a customer has said since the last answer, before the agent looks at it."""

    conversation: Conversation
    profile: AgentProfile
    waiting: tuple[Message, ...]
    text: str
    first: bool  # nothing was ever said in this chat before


Take = Callable[[Connection, Conversation], bool]
"""Does all that follows, in the transaction that settles the messages; False: look again."""


class Taker(Protocol):
    """Something that may take a turn before the agent does: a flow, a question of ours.

    The first one that takes it is the only one.
    """

    async def take(self, heard: Heard) -> Take | None:
        """Return what is to be done, or None to leave it to the next one.

        Nothing may happen before the returned function runs: the turn may be made again. May
        raise RetryLaterError.
        """
        ...
