"""Events: "it happened". Recorded in the transaction of the fact, told after its commit."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """Base of all events. Fields are JSON values; `name` is what subscribers and the socket see."""

    name: ClassVar[str] = "event"

    def data(self) -> dict[str, Any]:
        """Return the fields as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Recorded:
    """An event as it stands in the log: `id` grows by one a row and is what a client resumes by."""

    id: int
    name: str
    at: str
    data: dict[str, Any]
