"""What integrations need of other contexts; `daemon.wiring` brings it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from daemon.infra.database import Connection

Put = Literal["created", "updated", "unchanged"]

Content = Callable[[Connection, str, Mapping[str, Any]], dict[str, Any] | None]
"""Returns the words that belong to an event (its type and data), None when they are gone."""

StartFlow = Callable[[str, str, str, Mapping[str, Any]], Awaitable[str]]
"""`start_flow(agent_id, flow_id, contact, variables)` returns the id of the run.

`contact` is the phone in digits. Called at least once for a hook's call.
"""


class Things(Protocol):
    """Things of one kind, as a CRM may get them: plain JSON."""

    def get(self, tx: Connection, number: str) -> dict[str, Any] | None:
        """Return a thing."""

    def after(self, tx: Connection, number: str, limit: int) -> Sequence[str]:
        """Return the ids that follow one, in order."""


class Book(Things, Protocol):
    """The contacts."""

    def put(self, tx: Connection, phone: str, values: Mapping[str, Any]) -> tuple[str, Put]:
        """Make or complete the contact of a phone (digits); returns its id."""

    def known(self, tx: Connection, phone: str) -> str | None:
        """Return the id of the contact with this phone (digits)."""

    def amend(self, tx: Connection, number: str, values: Mapping[str, Any]) -> None:
        """Change a contact; `fields` are added to those there are, tags replace them."""

    def changed_at(self, tx: Connection, number: str) -> datetime | None:
        """Say when somebody last changed a contact."""


class Clients(Protocol):
    """The clients that are invoiced."""

    def put(self, tx: Connection, values: Mapping[str, Any]) -> Put:
        """Make or complete a client, known by its external id or its document."""


class Speaking(Protocol):
    """Sends messages on WhatsApp."""

    async def session(self, agent_id: str, session_id: str | None) -> str:
        """Return the session that speaks for an agent; raises when there is none."""

    def say(self, tx: Connection, *, agent_id: str, session_id: str, to: str, text: str) -> str:
        """Queue a text to a phone (digits); returns the message's id."""

    def digits(self, text: str) -> str | None:
        """Read a phone as people type it; None when it is none."""


@dataclass(frozen=True)
class Ports:
    """All of them."""

    content: Content
    contacts: Book
    invoices: Things
    clients: Clients
    speaking: Speaking
    start_flow: StartFlow | None = None
