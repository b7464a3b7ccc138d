"""How long to wait: always a draw, so that many boxes never come at once."""

from random import Random

LONGEST_S = 900.0
FIRST_S = 15.0
REFUSED_S = 6 * 3600.0
MOST_RETRY_AFTER_S = 6 * 3600.0


class Pauses:
    """Draws of one box."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice

    def at_start(self, interval_s: float) -> float:
        """After a start or a link that came back: U(0, interval)."""
        return self._dice.uniform(0, interval_s)

    def regular(self, seconds: float) -> float:
        """Between cycles: about what the control plane asked for."""
        return seconds * self._dice.uniform(0.9, 1.1)

    def after_failure(self, failures: int, retry_after_s: float | None = None) -> float:
        """After a failure: full jitter, or from what was asked for to half as much again."""
        if retry_after_s is not None:
            asked = min(retry_after_s, MOST_RETRY_AFTER_S)
            return self._dice.uniform(asked, 1.5 * asked)
        return self._dice.uniform(0, min(LONGEST_S, FIRST_S * 2 ** min(failures, 10)))

    def parked(self) -> float:
        """After a refusal that trying again will not change."""
        return self.regular(LONGEST_S)

    def refused(self) -> float:
        """While the control plane does not know us or revoked us: seldom, in case it changes."""
        return self.regular(REFUSED_S)
