"""The time a box may trust: the control plane's, carried on by the monotonic clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sync.ports import Clock

LAG = timedelta(minutes=10)

Trust = Literal["receipt", "own", "behind"]


@dataclass(frozen=True)
class Anchor:
    """The control plane's time at a moment of a start of this machine."""

    at: datetime
    boot: str
    mono_ms: int


class TrustedTime:
    """Corrected time that never runs back: setting the clock back gains nothing.

    `high_water` is the latest time known to have passed. A clock set forward raises it too, which
    only shortens the box's own grace, and the next receipt puts it right. Where no receipt of this
    start of the machine anchors it, time is carried on from the first reading, so that it does not
    stand still behind the mark while a clock that was set back catches up.
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
        began = clock.now()
        self._began = began if high_water is None else max(began, high_water)
        self._began_at = clock.monotonic()

    @property
    def trust(self) -> Trust:
        """Say where the time comes from, and whether the machine's own clock lags behind it."""
        if self.now() - self._clock.now() > LAG:
            return "behind"
        anchored = self.anchor is not None and self.anchor.boot == self._boot
        return "receipt" if anchored else "own"

    def now(self) -> datetime:
        """Return the best known time."""
        if self.anchor is not None and self.anchor.boot == self._boot:
            passed = self._clock.monotonic() * 1000 - self.anchor.mono_ms
            found = self.anchor.at + timedelta(milliseconds=passed)
        else:
            passed = self._clock.monotonic() - self._began_at
            found = max(self._clock.now(), self._began + timedelta(seconds=passed))
        if self.high_water is not None and found < self.high_water:
            found = self.high_water
        self.high_water = found
        return found

    def correct(self, server_time: datetime) -> None:
        """Take the time of a signed answer."""
        mono_ms = int(self._clock.monotonic() * 1000)
        self.anchor = Anchor(server_time, self._boot, mono_ms)
        self.high_water = server_time
