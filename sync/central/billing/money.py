"""Whole centavos and the one way they are rounded: half up, away from zero. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

BASIS = 10_000
DECEMBER = 12


def half_up(numerator: int, denominator: int) -> int:
    """Return the quotient as a whole number; a half goes away from zero."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def bps(part: int, whole: int) -> int | None:
    """Return a share in basis points, None over nothing."""
    return half_up(part * BASIS, whole) if whole > 0 else None


def months_on(day: date, months: int, anchor: int) -> date:
    """Return the day so many months on, on the anchor's day of the month or the month's last."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(anchor, days_of(year, month + 1)))


def days_of(year: int, month: int) -> int:
    """Return how many days a month has."""
    following = date(year + 1, 1, 1) if month == DECEMBER else date(year, month + 1, 1)
    return (following - date(year, month, 1)).days


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, text: str) -> "Month":
        """Return the month that `2026-03` or a day of it names."""
        return cls(int(text[:4]), int(text[5:7]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        """The month after it."""
        number = self.year * 12 + self.number
        return Month(number // 12, number % 12 + 1)

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Return its edges as times, by the clocks of a zone."""
        info = ZoneInfo(zone)
        end = self.next
        return (
            datetime(self.year, self.number, 1, tzinfo=info),
            datetime(end.year, end.number, 1, tzinfo=info),
        )
