"""What the dashboard shows, and how two periods compare. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

SpanName = Literal["today", "7d", "30d", "90d", "12m"]
Granularity = Literal["hour", "day", "month"]

DAYS: Final[dict[SpanName, int]] = {"today": 1, "7d": 7, "30d": 30, "90d": 90, "12m": 365}
POINTS: Final[dict[SpanName, Granularity]] = {
    "today": "hour",
    "7d": "day",
    "30d": "day",
    "90d": "day",
    "12m": "month",
}


@dataclass(frozen=True)
class Span:
    """A named period up to now, in the tenant's time."""

    name: SpanName
    agent_id: str | None = None

    @property
    def granularity(self) -> Granularity:
        """How finely its series is cut."""
        return POINTS[self.name]

    def starts(self, local: datetime) -> datetime:
        """Return the local midnight that it begins with."""
        first = (local - timedelta(days=DAYS[self.name] - 1)).date()
        return datetime(first.year, first.month, first.day, tzinfo=local.tzinfo)


@dataclass(frozen=True)
class Point:
    """Messages of one part of a period."""

    start: datetime
    received: int
    sent: int


@dataclass(frozen=True)
class Served:
    """How customers were served in a period."""

    received: int
    sent: int
    failed: int
    cases: int
    contained: int
    deflected: int
    handed_over: int
    answers: int
    refusals: int
    first_p50: float | None
    first_p95: float | None


@dataclass(frozen=True)
class Traffic:
    """A period, the same hours as many days earlier, and the series of the first."""

    start: datetime
    end: datetime
    before: tuple[datetime, datetime]
    now: Served
    previous: Served
    series: Sequence[Point]
    week: Sequence[tuple[int, int]]
    """Messages received and cases begun by hour of the local week, Monday first."""


@dataclass(frozen=True)
class Topic:
    """What customers asked and nobody answered."""

    stems: Sequence[str]
    questions: int
    conversations: int
    last_at: datetime
    example: str


@dataclass(frozen=True)
class Satisfaction:
    """What customers said when they were asked."""

    score: float
    answers: int


@dataclass(frozen=True)
class Money:
    """The months up to this one, oldest first: figures as finance keeps them."""

    currency: str
    definition_version: str
    months: Sequence[tuple[str, dict[str, Any]]]
    overdue: int
    overdue_invoices: int


@dataclass(frozen=True)
class Live:
    """What is so at this moment."""

    owners: dict[str, int]
    sessions: dict[str, int]
    jobs: dict[str, int]
    oldest_job_at: datetime | None
    disk_free: int
    disk_total: int
    notifications: dict[str, int]


@dataclass(frozen=True)
class Shown:
    """The whole dashboard; `as_of`: when the oldest of its figures was read."""

    span: Span
    as_of: datetime
    traffic: Traffic
    topics: Sequence[Topic]
    csat: Satisfaction | None
    money: Money
    live: Live


def share(part: float, whole: float) -> float | None:
    """Return a share; None where there is nothing to share."""
    return round(part / whole, 4) if whole else None


def growth(now: int, before: int) -> float | None:
    """Return by how much a number grew over the one before; None from nothing."""
    return round((now - before) / before, 4) if before else None


def step(now: float | None, before: float | None) -> float | None:
    """Return the difference of two figures; None where one of them is missing."""
    return None if now is None or before is None else round(now - before, 4)
