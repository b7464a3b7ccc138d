"""Periods and their parts, in the tenant's time zone: a day is a day also when clocks change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from daemon.kernel.errors import BadInputError

from .domain import HOUR_S, hour_of, start_of

Granularity = Literal["hour", "day", "week", "month"]

DEFAULT_DAYS = 30
MAX_PARTS = 800  # points of one series: two years of days, a month of hours
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_BARE_DATE = len("2026-01-31")


@dataclass(frozen=True)
class Period:
    """From `low` up to, without, `high`: whole hours (UTC), numbered since 1970."""

    low: int
    high: int

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return start_of(self.low)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return start_of(self.high)

    def before(self) -> "Period":
        """Return the period of the same length right before."""
        return Period(2 * self.low - self.high, self.low)


@dataclass(frozen=True)
class Part:
    """One point of a series: its hours, and the local moment that it is named by."""

    hours: Period
    start: datetime


def period(start: str | None, end: str | None, zone: ZoneInfo, now: datetime) -> Period:
    """Read a period; a bare date is a day of the tenant, and as an end includes its whole day.

    Without an end: up to the end of today; without a start: the thirty days up to the end. Sums
    are kept by the hour, so a start is moved back and an end forward to the hour. Raises
    BadInputError naming the field.
    """
    today = now.astimezone(zone).date()
    last = _moment(end, "end", zone, end=True) or _local(today + timedelta(days=1), zone)
    first = _moment(start, "start", zone) or _local(
        (last.astimezone(zone) - timedelta(microseconds=1)).date()
        - timedelta(days=DEFAULT_DAYS - 1),
        zone,
    )
    if first >= last:
        raise BadInputError(
            field="start", problem="must be before end", problem_pt="deve ser antes de end"
        )
    return Period(hour_of(first), -(-int(last.timestamp()) // HOUR_S))


def parts(period: Period, granularity: Granularity, zone: ZoneInfo) -> Sequence[Part]:
    """Cut a period at the local edges of hours, days, weeks (Monday) or months.

    The first and the last part are as long as the period lets them be. Raises BadInputError when
    that would be more points than a chart can hold.
    """
    rough = {"hour": 1, "day": 23, "week": 167, "month": 671}[granularity]
    if (period.high - period.low) / rough > MAX_PARTS:
        raise BadInputError(
            field="granularity",
            problem=f"gives more than {MAX_PARTS} points; choose a coarser one or less time",
            problem_pt=f"dá mais de {MAX_PARTS} pontos; escolha outra maior ou menos tempo",
        )
    if granularity == "hour":
        return [
            Part(Period(hour, hour + 1), start_of(hour).astimezone(zone))
            for hour in range(period.low, period.high)
        ]
    found: list[Part] = []
    low, day = period.low, _first_day(period.start.astimezone(zone).date(), granularity)
    while low < period.high:
        day = _next(day, granularity)
        high = min(hour_of(_local(day, zone)), period.high)
        if high > low:
            found.append(Part(Period(low, high), start_of(low).astimezone(zone)))
            low = high
    return found


def offsets(period: Period, zone: ZoneInfo) -> Sequence[tuple[int, int, int]]:
    """Cut a period where the clocks change: (low, high, whole hours that local time is ahead)."""
    edges = [period.low]
    for day in [*range(period.low + 24, period.high, 24), period.high - 1]:
        before = _ahead(edges[-1], zone)
        if _ahead(day, zone) != before:
            since = max(edges[-1], day - 24)
            edges.append(next(at for at in range(since, day + 1) if _ahead(at, zone) != before))
    return [(low, high, _ahead(low, zone)) for low, high in pairwise([*edges, period.high])]


def _ahead(hour: int, zone: ZoneInfo) -> int:
    offset = start_of(hour).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds() // HOUR_S)


def _first_day(day: date, granularity: Granularity) -> date:
    if granularity == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if granularity == "month" else day


def _next(day: date, granularity: Granularity) -> date:
    if granularity == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if granularity == "week" else 1)


def _local(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _moment(text: str | None, field: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == _BARE_DATE:
            found = _local(date.fromisoformat(text) + timedelta(days=1 if end else 0), zone)
        else:
            read = datetime.fromisoformat(text)
            local = read if read.tzinfo is not None else read.replace(tzinfo=zone)
            found = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad(field) from error
    if not EARLIEST <= found <= LATEST:
        raise _bad(field)
    return found


def _bad(field: str) -> BadInputError:
    return BadInputError(
        field=field,
        problem="must be an ISO date or date-time since 2000, such as 2026-01-31",
        problem_pt="deve ser uma data ISO desde 2000, como 2026-01-31 ou 2026-01-31T12:00:00Z",
    )
