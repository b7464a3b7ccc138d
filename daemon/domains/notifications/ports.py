"""What notifications need from outside."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from daemon.infra.database import Connection
from daemon.infra.mail import Letter

from .domain import Readings

Look = Callable[[], Awaitable[Readings]]
"""Reads the box's state; a rule whose source failed is None."""


class Speak(Protocol):
    """Says something on WhatsApp, in the transaction that calls it."""

    def __call__(
        self, tx: Connection, phone: str, texts: Sequence[str], agent_id: str | None
    ) -> bool:
        """Queue messages to a phone; False when no number works just now."""
        ...


class Post(Protocol):
    """Sends mail."""

    @property
    def configured(self) -> bool:
        """Say whether there is a server."""
        ...

    async def send(self, letter: Letter) -> None:
        """Hand a letter over, or raise what to fix."""
        ...
