"""What the sync needs from the program it runs in; the daemon and the simulator both fit."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the wall clock, aware, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards while the machine is up."""


class Transaction(Protocol):
    """A transaction of the box's database; `conn` is a sqlite3 connection with Row rows."""

    @property
    def conn(self) -> Any:
        """The connection the transaction runs on."""


class Database(Protocol):
    """The box's one database."""

    async def write(self, commit: Callable[[Any], T]) -> T:
        """Run `commit(tx)` in a transaction; what it returned is on the disk."""

    async def read(self, query: Callable[[Any], T]) -> T:
        """Run `query(tx)` beside the writer."""


class Sealer(Protocol):
    """Keeps secrets unreadable at rest."""

    def seal(self, data: bytes, *, context: str) -> bytes:
        """Return `data` sealed for `context`."""

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed for `context`."""


@dataclass(frozen=True)
class Reply:
    """An HTTP response."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class TransportError(Exception):
    """No answer: time-out, refused, reset, cut. The request may or may not have arrived."""


class Transport(Protocol):
    """Carries one request to the control plane."""

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Return the response, whatever its status. Raises TransportError when none came."""

    def receive(
        self, path: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[bytes]]]:
        """Open a download: its status, and its content as it comes. Raises TransportError."""
