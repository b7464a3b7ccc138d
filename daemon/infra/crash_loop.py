"""When to start a crashed child again: back-off with jitter, a breaker for loops. Pure."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class RestartPolicy:
    """How patient we are with a child that crashes."""

    first_delay_s: float = 0.1
    max_delay_s: float = 3.0
    stable_after_s: float = 10.0
    """A run this long counts as healthy: the next crash starts the back-off anew."""
    crashes: int = 5
    window_s: float = 600.0
    """So many crashes in this window trip the breaker."""
    cool_down_s: float = 60.0
    max_cool_down_s: float = 900.0
    """A tripped child is tried again after the cool-down, which doubles each time it fails."""


@dataclass(frozen=True)
class Verdict:
    """Start again after `delay_s`; `tripped` says that this is a cool-down, worth an alert."""

    delay_s: float
    tripped: bool


class CrashLoop:
    """The crash history of one child."""

    def __init__(
        self,
        policy: RestartPolicy,
        now: Callable[[], float],
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._policy, self._now, self._jitter = policy, now, jitter
        self._crashes: deque[float] = deque()
        self._in_a_row = 0
        self._trips = 0

    def crashed(self, ran_s: float) -> Verdict:
        """Record a crash after `ran_s` seconds of service (0: it never became ready)."""
        now, policy = self._now(), self._policy
        if ran_s >= policy.stable_after_s:
            self._in_a_row = 0
            if self._trips:  # it recovered from its loop: what was before is forgiven
                self.forgive()
        self._in_a_row += 1
        self._crashes.append(now)
        while self._crashes[0] <= now - policy.window_s:
            self._crashes.popleft()
        if self._trips or len(self._crashes) >= policy.crashes:
            self._trips += 1
            cool_down = policy.cool_down_s * 2.0 ** min(self._trips - 1, 16)
            return Verdict(min(cool_down, policy.max_cool_down_s), tripped=True)
        delay = policy.first_delay_s * 2.0 ** min(self._in_a_row - 1, 16)
        return Verdict(self._jitter(0.5, 1.0) * min(delay, policy.max_delay_s), tripped=False)

    def forgive(self) -> None:
        """Forget every crash: somebody repaired the cause."""
        self._crashes.clear()
        self._in_a_row = self._trips = 0
