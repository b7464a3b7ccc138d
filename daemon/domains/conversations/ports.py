"""What conversations need from the rest of the box: callables that `app.py` passes in.

Each works inside the caller's transaction, so that one commit holds the fact and all that follows
from it.
"""

from typing import Any, Protocol

from daemon.infra.database import Connection

from .domain import AgentProfile


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
