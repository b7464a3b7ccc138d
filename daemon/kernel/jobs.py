"""Jobs: durable "please do", stored in the transaction that wants them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class NewJob:
    """Work to queue.

    `lock` names what must not overlap (one chat): jobs of one lock run one at a time, in order.
    `key` makes the job unique while it waits: adding it again keeps the first one.
    """

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    lock: str | None = None
    run_at: datetime | None = None
    key: str | None = None
    priority: int = 0


@dataclass(frozen=True)
class Job:
    """A job as the worker hands it to its handler; `attempts` counts this try."""

    id: str
    kind: str
    payload: dict[str, Any]
    lock: str | None
    attempts: int
    key: str | None = None


class RetryLaterError(Exception):
    """Not now: run the job again after `after_s` seconds. It does not count as a failed try."""

    def __init__(self, after_s: float, reason: str) -> None:
        super().__init__(reason)
        self.after_s = after_s
        self.reason = reason


class ParkError(Exception):
    """Trying again will not help: park the job at once, with the reason."""
