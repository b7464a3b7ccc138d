"""The time a box may trust: the control plane's, carried on by the monotonic clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.ports import Clock


@dataclass(frozen=True)
class Anchor:
    """The control plane's time at a moment of a start of this machine."""

    at: datetime
    boot: str
    mono_ms: int


class TrustedTime:
    """Corrected time that never runs back: setting the clock back gains nothing.

    `high_water` is the latest time known to have passed. A clock set forward raises it too, which
    only shortens the box's own grace, and the next receipt puts it right.
    """

    def __init__(
        self,
        clock: Clock,
        boot: str,
        anchor: Anchor | None = None,
        high_water: datetime | None = None,
    ) -> None:
        self._clock = clock
        self._boot = boot
        self.anchor = anchor
        self.high_water = high_water

    def now(self) -> datetime:
        """Return the best known time."""
        if self.anchor is not None and self.anchor.boot == self._boot:
            passed = self._clock.monotonic() * 1000 - self.anchor.mono_ms
            found = self.anchor.at + timedelta(milliseconds=passed)
        else:
            found = self._clock.now()
        if self.high_water is not None and found < self.high_water:
            found = self.high_water
        self.high_water = found
        return found

    def correct(self, server_time: datetime) -> None:
        """Take the time of a signed answer."""
        mono_ms = int(self._clock.monotonic() * 1000)
        self.anchor = Anchor(server_time, self._boot, mono_ms)
        self.high_water = server_time
