"""Time: aware, UTC, and always from a Clock, so that a test can hold it still."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Return the wall clock, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


class FakeClock(Clock):
    """A clock that moves only when a test says so."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the time last set."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds moved so far."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds


def stamp(moment: datetime) -> str:
    """Return the one text form of a time in the database: sorts as text, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
