"""Whole centavos, and the one way they are rounded: HALF_UP, away from zero."""

from dataclasses import dataclass

MOST = 10**13
"""Largest amount of one thing, in centavos; sums of it stay within 64 bits."""


def half_up(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to a whole number; a half goes away from zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


@dataclass(frozen=True)
class Ratio:
    """An exact share: its two amounts, and the percentage as text; None over nothing."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> str | None:
        """The share in percent with two decimals, HALF_UP: `"4.17"`."""
        if self.denominator == 0:
            return None
        basis = half_up(self.numerator * 10_000, self.denominator)
        sign = "-" if basis < 0 else ""
        return f"{sign}{abs(basis) // 100}.{abs(basis) % 100:02d}"
