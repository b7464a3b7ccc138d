"""What this context needs of all others; the wiring gives it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally


@dataclass(frozen=True)
class Place:
    """Somewhere a person's data is: how it is told, found and erased.

    `look` reads beside the writer what `forget` then erases; erasing twice is harmless.
    """

    name: str
    forget: Callable[[Connection, Subject, Sequence[Any]], Tally]
    look: Callable[[Connection, Subject], Sequence[Any]] | None = None
    told: Callable[[Connection, Subject], Any] | None = None


@dataclass(frozen=True)
class Ports:
    """The other contexts, as callables."""

    subject: Callable[[Connection, str], Subject | None]
    known_by: Callable[[Connection], Sequence[tuple[str, str, str]]]
    in_use: Callable[[Connection, str], bool]
    shared: Callable[[Connection, Sequence[str]], set[str]]
    """Words that others said, too: they prove nothing."""

    at_work: Callable[[Connection, Subject], bool]
    outside: Callable[[Connection, Subject], Sequence[str]]
    reports: Callable[[Subject], Awaitable[Tally]]
    pseudonym: Callable[[str], str]
    note: Callable[[Connection, Mapping[str, Any]], None]
    places: Sequence[Place]
    """The first one holds the contact itself: it goes in the transaction that begins."""
