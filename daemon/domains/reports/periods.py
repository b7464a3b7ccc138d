"""Which period a report tells about, and when a schedule is due, by the tenant's clock."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daemon.kernel.errors import BadInputError

from .domain import Every

DEFAULT_DAYS, MOST_DAYS = 30, 1830
FIRST_YEAR, LAST_YEAR = 2000, 2200
_BARE_DATE = len("2026-01-31")
_WEEK = 7


def period(
    start: str | None, end: str | None, zone: ZoneInfo, now: datetime
) -> tuple[datetime, datetime]:
    """Read a period; by default the last thirty days. Raises BadInputError naming the field."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    until = _moment(end, "end", zone, end=True) or _local(tomorrow, zone)
    last_day = (until - timedelta(microseconds=1)).astimezone(zone).date()
    first_day = last_day - timedelta(days=DEFAULT_DAYS - 1)
    since = _moment(start, "start", zone) or _local(first_day, zone)
    if since >= until:
        raise BadInputError(
            field="start", problem="must be before end", problem_pt="deve ser antes de end"
        )
    if until - since > timedelta(days=MOST_DAYS):
        raise BadInputError(
            field="start", problem="at most five years at once", problem_pt="no máximo cinco anos"
        )
    return since, until


def last_period(every: Every, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """Return the last whole day, week (from Monday) or month of the tenant before `now`."""
    today = now.astimezone(zone).date()
    if every == "daily":
        first, last = today - timedelta(days=1), today
    elif every == "weekly":
        last = today - timedelta(days=today.weekday())
        first = last - timedelta(days=_WEEK)
    else:
        last = today.replace(day=1)
        first = (last - timedelta(days=1)).replace(day=1)
    return _local(first, zone), _local(last, zone)


def next_run(
    every: Every, hour: int, weekday: int, day: int, *, zone: ZoneInfo, after: datetime
) -> datetime:
    """Return the first time past `after` that a schedule is due, by the tenant's clock."""
    at = after.astimezone(zone).date()
    while True:
        fits = {
            "daily": True,
            "weekly": at.weekday() == weekday,
            "monthly": at.day == min(day, calendar.monthrange(at.year, at.month)[1]),
        }[every]
        found = datetime.combine(at, time(hour), tzinfo=zone).astimezone(UTC)
        if fits and found > after:
            return found
        at += timedelta(days=1)


def _moment(text: str | None, name: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == _BARE_DATE:
            found = _local(date.fromisoformat(text) + timedelta(days=1 if end else 0), zone)
        else:
            given = datetime.fromisoformat(text)
            local = given if given.tzinfo is not None else given.replace(tzinfo=zone)
            found = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad_date(name) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _bad_date(name)
    return found


def _local(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _bad_date(name: str) -> BadInputError:
    return BadInputError(
        field=name,
        problem=f"must be an ISO date from {FIRST_YEAR} on, such as 2026-01-31",
        problem_pt=f"deve ser uma data ISO a partir de {FIRST_YEAR}, como 2026-01-31",
    )
