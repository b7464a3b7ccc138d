"""How many threads to decode with, given what else keeps the cores busy.

Decoding threads wait for one another at every layer. One busy core beside two of them costs nine
tenths of the speed (5-11 tokens/s against 63-73 with one thread), so the number follows the load.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

WINDOW_S = 0.25
BUSY = 0.35
"""More than this of a core used by others takes a thread away..."""
IDLE = 0.15
"""...and less than this, twice in a row, gives it back."""
TICKS = os.sysconf("SC_CLK_TCK")


def usable_cores() -> int:
    """Count the cores this process may use, one per physical core."""
    cores = len(os.sched_getaffinity(0))
    with suppress(OSError):
        if Path("/sys/devices/system/cpu/smt/active").read_text().strip() == "1":
            cores = max(cores // 2, 1)
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        cores = max(min(cores, int(quota) // int(period)), 1)
    return cores


class Load:
    """Measures how many cores other processes used since it was last asked."""

    def __init__(self) -> None:
        self._busy, self._own = _busy_s(), time.process_time()
        self._at = time.monotonic()

    def others(self, now: float) -> float | None:
        """Return cores in use by others, or None before a window has passed."""
        elapsed = now - self._at
        if elapsed < WINDOW_S:
            return None
        busy, own = _busy_s(), time.process_time()
        used = max((busy - self._busy) - (own - self._own), 0.0) / elapsed
        self._busy, self._own, self._at = busy, own, now
        return used


class ThreadGovernor:
    """Decides on the number of threads, step by step."""

    def __init__(self, most: int, cores: int) -> None:
        self.threads = self._most = max(most, 1)
        self._cores = max(cores, most)
        self._calm = 0

    def decide(self, others: float) -> int:
        """Take the cores that others use into account and return the number to use now."""
        if self._fitting(others, BUSY) < self.threads:
            self.threads, self._calm = self._fitting(others, BUSY), 0
        elif self._fitting(others, IDLE) > self.threads:
            self._calm += 1
            if self._calm >= 2:  # noqa: PLR2004 - one quiet window may be chance
                self.threads, self._calm = self._fitting(others, IDLE), 0
        else:
            self._calm = 0
        return self.threads

    def _fitting(self, others: float, tolerance: float) -> int:
        free = self._cores - int(others + 1 - tolerance)
        return max(min(self._most, free), 1)


def _busy_s() -> float:
    """Return the seconds all cores together have worked since the start of the machine."""
    try:
        with Path("/proc/stat").open() as stat:
            fields = [int(field) for field in stat.readline().split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / TICKS
