"""Hours: sums per meter over a run of raw facts, and the part of the chain they cover."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson


@dataclass
class Hour:
    """A run of raw facts of one hour, in the order of the chain."""

    epoch: int
    hour: str
    first: int
    last: int = 0
    head: bytes = b""
    meters: dict[str, int] = field(default_factory=dict)

    def take(self, seq: int, body: bytes, hash_: bytes) -> None:
        """Add one fact."""
        self.last, self.head = seq, hash_
        add(self.meters, orjson.loads(body)["data"].get("meters", {}))

    def data(self) -> dict[str, Any]:
        """Return the data of its `usage.rollup`."""
        return {
            "hour": self.hour,
            "raw_epoch": self.epoch,
            "covers": [self.first, self.last, self.head.hex()],
            "meters": self.meters,
        }


def add(sums: dict[str, int], meters: dict[str, int]) -> None:
    """Add quantities to sums."""
    for name, quantity in meters.items():
        sums[name] = sums.get(name, 0) + quantity


def hour_of(at: str | datetime) -> str:
    """Return the hour a time lies in, `2026-01-05T12:00:00Z`."""
    text = at if isinstance(at, str) else at.astimezone(UTC).isoformat()
    return text[:13] + ":00:00Z"


def hours(epoch: int, rows: Iterable[Any], now: datetime | None) -> Iterator[Hour]:
    """Cut `(seq, at, body, hash)` rows into hours; without `now` the last hour is finished too.

    A clock that was set back makes a second run of the same hour: sums do not mind.
    """
    current: Hour | None = None
    for seq, at, body, hash_ in rows:
        hour = hour_of(at)
        if current is not None and current.hour != hour:
            yield current
            current = None
        if current is None:
            current = Hour(epoch, hour, seq)
        current.take(seq, body, hash_)
    if current is not None and (now is None or current.hour != hour_of(now)):
        yield current
