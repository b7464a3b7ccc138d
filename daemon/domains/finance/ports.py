"""What finance needs from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from daemon.infra.database import Connection

from .domain.provider import Bill, Charge


@dataclass(frozen=True)
class Picture:
    """A PNG file to be sent, where it was kept."""

    path: str
    name: str


Said = str | Picture
"""One message to a client."""


class Speech(Protocol):
    """How clients are spoken to."""

    async def keep(self, png: bytes, name: str) -> Picture:
        """Keep a picture until it is said."""
        ...

    def say(self, tx: Connection, phone: str, said: Sequence[Said]) -> bool:
        """Queue messages in this transaction; False when no number can send right now."""
        ...

    def ready(self, tx: Connection) -> bool:
        """Say whether any number can send right now."""
        ...

    def answered(self, tx: Connection, phone: str, since: datetime) -> bool:
        """Say whether somebody wrote from a phone since a moment."""
        ...

    def refuses(self, tx: Connection, phone: str) -> bool:
        """Say whether whoever has a phone asked not to be written to."""
        ...


class Silence:
    """A box that speaks to nobody."""

    async def keep(self, png: bytes, name: str) -> Picture:  # noqa: ARG002 - nothing is kept
        """Keep nothing."""
        return Picture("", name)

    def say(self, tx: Connection, phone: str, said: Sequence[Said]) -> bool:  # noqa: ARG002 - nothing is said
        """Say nothing."""
        return False

    def ready(self, tx: Connection) -> bool:  # noqa: ARG002 - there is no number
        """Have no number."""
        return False

    def answered(self, tx: Connection, phone: str, since: datetime) -> bool:  # noqa: ARG002 - nobody is asked
        """Hear nothing."""
        return False

    def refuses(self, tx: Connection, phone: str) -> bool:  # noqa: ARG002 - nobody is written to
        """Know of nobody's wish."""
        return False


class ProviderRefusedError(Exception):
    """The provider will not charge for this bill, however often it is asked; `args[0]` says why."""


class ProviderFailedError(Exception):
    """The provider did not answer as it should; another try may help."""


class PaymentProvider(Protocol):
    """Charges for invoices; what becomes of a charge arrives by webhook."""

    name: str

    async def charge(self, bill: Bill) -> Charge:
        """Return the charge for a bill: the one that was made before, or a new one.

        Raises ProviderRefusedError for a bill it does not take, OSError-like errors to try again.
        """
        ...

    async def check(self) -> None:
        """Ask for something small, to know that the address and the key are good.

        Raises ProviderRefusedError for the key, ProviderFailedError for anything else.
        """
        ...


Connect = Callable[[str, SecretStr], PaymentProvider]
"""Makes a provider of its address and key."""
