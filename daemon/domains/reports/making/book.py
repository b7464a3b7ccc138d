"""What a report consists of, whatever it is written as: figures, charts, tables that stream."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from daemon.domains.reports.ports import Row

Unit = Literal["text", "moment", "date", "number", "money", "percent", "seconds"]


@dataclass(frozen=True)
class Column:
    """A column. Money is whole centavos, percent a text such as `4.17`, a moment is aware."""

    key: str
    label: str
    unit: Unit = "text"
    width: float = 1.0


@dataclass(frozen=True)
class Table:
    """Rows are read once. `total`: how many are looked at, None for "few"."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row | None]
    total: int = 0


@dataclass(frozen=True)
class Figure:
    """One number at the head of a report."""

    key: str
    label: str
    value: Any
    unit: Unit = "number"


@dataclass(frozen=True)
class Chart:
    """`stack`: columns on one another; `bars`: lying bars; `line`; `waterfall`: one step each.

    `series` are names and their values, one for each label.
    """

    shape: Literal["stack", "bars", "line", "waterfall"]
    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    unit: Unit = "number"


def nothing() -> list[Any]:
    """Return no figures, or no charts."""
    return []


@dataclass(frozen=True)
class Book:
    """A report. `figures` and `charts` are asked for after the tables were read through."""

    title: str
    tables: Sequence[Table]
    figures: Callable[[], Sequence[Figure]] = nothing
    charts: Callable[[], Sequence[Chart]] = nothing
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Job:
    """One making: what stands on the maker's standard input."""

    kind: str
    format: str
    language: str
    table: str | None
    filters: dict[str, str | None]
    start: datetime
    end: datetime
    made_at: datetime
    zone: ZoneInfo
    brand: dict[str, Any]
    facts: dict[str, Any]
    out: str
    scratch: str
    pdf_rows: int
    extra: dict[str, Any] = field(default_factory=dict)

    def local(self, text: str) -> datetime:
        """Return a stored time on the tenant's clock."""
        return datetime.fromisoformat(text).astimezone(self.zone)


Tell = Callable[[float, int], None]


class Meter:
    """Counts rows over all tables, and says every so often how far the making is."""

    EVERY = 2_000

    def __init__(self, tables: Sequence[Table], tell: Tell) -> None:
        self._all = max(1, sum(table.total for table in tables))
        self._tell, self._looked = tell, 0
        self.rows = 0

    def read(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a table, without those that the filters left out."""
        for row in table.rows:
            self._looked += 1
            if self._looked % self.EVERY == 0:
                self._tell(min(0.99, self._looked / self._all), self.rows)
            if row is not None:
                self.rows += 1
                yield row
