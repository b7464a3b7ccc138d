"""Months of the tenant's time zone, billing periods, and the dates that queries carry."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from daemon.kernel.errors import BadInputError

FIRST_YEAR, LAST_YEAR = 2000, 2200
MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; its edges depend on the zone."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """Return the month that a moment falls into."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-11`."""
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def plus(self, months: int) -> "Month":
        """Return the month so many later."""
        count = self.year * MONTHS_OF_A_YEAR + self.number - 1 + months
        return Month(count // MONTHS_OF_A_YEAR, count % MONTHS_OF_A_YEAR + 1)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Return its first moment, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Return the first moment that is not in it any more."""
        return self.plus(1).begins(zone)

    def until(self, last: "Month") -> Iterator["Month"]:
        """Yield the months from this one to `last`, which is included."""
        month = self
        while month <= last:
            yield month
            month = month.plus(1)


def months_later(anchor: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the same local time so many months later; the 31st becomes the month's last day."""
    local = anchor.astimezone(zone)
    month = Month(local.year, local.month).plus(months)
    day = min(local.day, calendar.monthrange(month.year, month.number)[1])
    moved = local.replace(year=month.year, month=month.number, day=day, fold=0)
    return moved.astimezone(UTC)


def moment(text: str | None, field: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    """Read an ISO date or date-time of a query; a bare date is a day of the tenant.

    As an end, a bare date includes its whole day. Raises BadInputError naming the field.
    """
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            found = datetime.combine(day, time(), tzinfo=zone)
        else:
            given = datetime.fromisoformat(text)
            found = given if given.tzinfo is not None else given.replace(tzinfo=zone)
    except (ValueError, OverflowError) as error:
        raise _bad_date(field) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _bad_date(field)
    return found.astimezone(UTC)


def _bad_date(field: str) -> BadInputError:
    return BadInputError(
        field=field,
        problem=f"must be an ISO date from {FIRST_YEAR} on, such as 2026-01-31",
        problem_pt=f"deve ser uma data ISO a partir de {FIRST_YEAR}, como 2026-01-31",
    )
