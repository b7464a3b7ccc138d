"""What reports need from the rest of the box; `wiring` hands it over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from daemon.infra.database import Connection

from .domain import Delivery, Filters, Kind


class Facts(Protocol):
    """Knows the figures of other contexts."""

    async def __call__(
        self, kind: Kind, start: datetime, end: datetime, filters: Filters
    ) -> dict[str, Any]:
        """Return the figures of a period as plain JSON; money in whole centavos."""
        ...


@dataclass(frozen=True)
class Parcel:
    """A finished report, ready to be sent."""

    report_id: str
    path: Path
    name: str
    mime: str
    subject: str
    text: str


class Post(Protocol):
    """Sends a report by e-mail. Raises NextAgentError when it cannot."""

    async def __call__(self, parcel: Parcel, to: Sequence[str]) -> None:
        """Return when the server has taken it."""
        ...


class Hand(Protocol):
    """Sends a report on WhatsApp, as a document."""

    async def prepare(self, parcel: Parcel) -> Path:
        """Put the file where messages are sent from. Raises NextAgentError when it is too large."""
        ...

    def send(self, tx: Connection, parcel: Parcel, path: Path, delivery: Delivery) -> None:
        """Queue the message in the caller's transaction. Raises NextAgentError when it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows a maker wants. Times are stored texts; `end` is excluded."""

    start: str
    end: str
    filters: Filters


Row = tuple[Any, ...]


class Rows(Protocol):
    """Reads the rows of other contexts, a few at a time; runs in the maker's own process."""

    def messages_total(self, asked: Asked) -> int:
        """Return how many messages are looked at."""
        ...

    def messages(self, asked: Asked) -> Iterator[Row | None]:
        """Yield messages in order of time; None for one that the filters leave out.

        A row: at, conversation, contact, phone, agent, session, owner, author, kind, text, state,
        id.
        """
        ...

    def conversations_total(self, asked: Asked) -> int:
        """Return how many conversations are looked at."""
        ...

    def conversations(self, asked: Asked) -> Iterator[Row | None]:
        """Yield conversations that moved in the period; None for one that is left out.

        A row: conversation, contact, phone, agent, session, owner, received, bot, people, first,
        last.
        """
        ...

    def invoices_total(self, asked: Asked) -> int:
        """Return how many invoices were issued in the period."""
        ...

    def invoices(self, asked: Asked) -> Iterator[Row | None]:
        """Yield label, kind, client, document, issued, due, total, paid, credited, balance, state.

        Money in whole centavos.
        """
        ...

    def payments_total(self, asked: Asked) -> int:
        """Return how many payments there are in the period."""
        ...

    def payments(self, asked: Asked) -> Iterator[Row | None]:
        """Yield at, client, invoice, amount, method, state."""
        ...

    def agents(self) -> Mapping[str, str]:
        """Return the names of agents."""
        ...


@dataclass(frozen=True)
class InvoicePaper:
    """All that stands on an invoice's PDF. Money in whole centavos."""

    label: str
    credit_note: bool
    corrects: str | None
    reason: str | None
    period: str
    issued_on: str
    due_on: str
    status: str
    overdue: bool
    currency: str
    client: Sequence[tuple[str, str]]
    issuer: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, str, int, int, int]]
    total: int
    paid: int
    credited: int
    balance: int
    pix: str | None


class Invoicing(Protocol):
    """Knows invoices."""

    async def __call__(self, invoice_id: str, language: str) -> InvoicePaper:
        """Return what stands on it. Raises the finance context's not-found error."""
        ...
