"""The control plane's time, so that a test can hold it still."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the wall clock, aware, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
