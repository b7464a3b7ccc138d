"""What flows need from the rest of the box: callables that the wiring passes in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from daemon.infra.database import Connection

from .domain.run import Result, Said

AskAgent = Callable[[str, str, str | None], Awaitable[Result]]
"""Answers a question (agent, question, conversation) from the agent's documents."""

Fetch = Callable[[Mapping[str, Any]], Awaitable[Result]]
"""Sends the request of an http node; whatever goes wrong is a result that says so."""

Closeness = Callable[[str, Sequence[str]], Awaitable[float]]
"""Returns how close a message is to the nearest phrase: 0 far, 1 the same."""


@dataclass(frozen=True)
class AgentFacts:
    """What a flow shows and obeys of its agent."""

    id: str
    name: str
    active: bool


class FindAgent(Protocol):
    """Finds an agent."""

    def __call__(self, tx: Connection, agent_id: str) -> AgentFacts | None:
        """Return it, None when there is none."""
        ...


@dataclass(frozen=True)
class Chat:
    """A conversation on WhatsApp, as a flow sees it."""

    id: str
    agent_id: str
    name: str | None
    phone: str | None
    by_bot: bool


class Chats(Protocol):
    """Conversations on WhatsApp; everything happens in the caller's transaction."""

    def find(self, tx: Connection, conversation_id: str) -> Chat | None:
        """Return a conversation."""
        ...

    def open(self, tx: Connection, agent_id: str, phone: str) -> Chat:
        """Return the conversation with a phone, made if there is none; raises naming `to`."""
        ...

    def say(self, tx: Connection, conversation_id: str, said: Said, *, closing: bool) -> None:
        """Queue a message."""
        ...

    def hand_over(self, tx: Connection, conversation_id: str) -> None:
        """Give the chat to a person who is waited for."""
        ...

    def wants_person(self, tx: Connection, agent_id: str, text: str) -> bool:
        """Say whether a message asks for a person."""
        ...


@dataclass(frozen=True)
class Bill:
    """What is to be paid. Asked for again with the same `key`, the same charge comes back."""

    key: str
    centavos: int
    note: str
    minutes: int
    name: str
    document: str
    phone: str | None


@dataclass(frozen=True)
class Made:
    """A charge that was made: its Pix code, and what the books need to know of it.

    `reason` says why it is a static code although a provider charges for this tenant.
    """

    code: str
    facts: Any
    picture: "File | None" = None
    reason: str = ""


class ChargeLaterError(Exception):
    """The provider does not answer now; the same bill may be tried again."""


class Charges(Protocol):
    """Pix charges of the tenant."""

    async def charge(self, bill: Bill, *, patient: bool) -> Made | None:
        """Make a charge, outside of any transaction; None when the tenant cannot be paid by Pix.

        Raises ChargeLaterError while the provider is not there, if `patient`; else a static code
        takes its place.
        """
        ...

    def book(self, tx: Connection, made: Made) -> str:
        """Write the charge down, once; return the payment that will be confirmed."""
        ...

    def paid(self, tx: Connection, payment_id: str) -> bool:
        """Say whether it was paid."""
        ...

    def confirm(self, tx: Connection, payment_id: str) -> None:
        """Write down that it was paid, on the word of a person."""
        ...


class Seal(Protocol):
    """What keeps secrets from whoever copies the database."""

    def seal(self, data: bytes, *, context: str) -> bytes:
        """Encrypt, so that it opens only under the same context."""
        ...

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt."""
        ...


class KeepFile(Protocol):
    """Keeps a file to send."""

    async def __call__(self, data: bytes, *, mime: str | None, name: str | None) -> "File":
        """Store it; raises naming the field when it is too large."""
        ...


@dataclass(frozen=True)
class File:
    """A file that flows may send. `id` is its sha256; `path` lies below the media folder."""

    id: str
    kind: str
    mime: str
    name: str | None
    path: str
    bytes: int
