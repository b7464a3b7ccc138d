"""JSON: one object whose tables are arrays, or one object a line (NDJSON); both are streams.

Money is whole centavos, times carry their offset, keys are the columns' own in camelCase.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

import orjson

from daemon.domains.reports.making.book import Book, Column, Job, Meter, Table
from daemon.domains.reports.making.words import Speech


def write(book: Book, job: Job, say: Speech, meter: Meter) -> None:
    """Write one object: what the report is, its tables, and the figures over them."""
    _ = say  # keys are the same in every language
    with open(job.out, "wb") as file:  # noqa: PTH123 - a str, from JSON
        file.write(b'{"report":' + orjson.dumps(_about(job)) + b',"tables":{')
        for number, table in enumerate(book.tables):
            file.write(b"," if number else b"")
            file.write(orjson.dumps(table.name) + b":[")
            _array(file, _rows(table, meter))
            file.write(b"]")
        figures = {_key(one.key, one.unit): one.value for one in book.figures()}
        file.write(b'},"figures":' + orjson.dumps(figures, default=str) + b"}\n")


def write_lines(book: Book, job: Job, say: Speech, meter: Meter) -> None:
    """Write one object a line; where there are several tables each line names its own."""
    _ = say
    several = len(book.tables) > 1
    with open(job.out, "wb") as file:  # noqa: PTH123 - a str, from JSON
        for table in book.tables:
            named = {"table": table.name} if several else {}
            file.writelines(_line({**named, **row}) + b"\n" for row in _rows(table, meter))


def _array(file: BinaryIO, rows: Iterator[dict[str, Any]]) -> None:
    file.writelines((b",\n" if number else b"\n") + _line(row) for number, row in enumerate(rows))


def _line(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except TypeError:  # a half of a surrogate pair, which no UTF-8 can hold
        return orjson.dumps(
            {
                key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
                for key, value in row.items()
            }
        )


def _rows(table: Table, meter: Meter) -> Iterator[dict[str, Any]]:
    keys = [_named(column) for column in table.columns]
    for row in meter.read(table):
        yield {key: _value(value) for key, value in zip(keys, row, strict=True)}


def _named(column: Column) -> str:
    return _key(column.key, column.unit)


def _key(key: str, unit: str) -> str:
    first, *rest = key.split("_")
    name = first + "".join(part.capitalize() for part in rest)
    return f"{name}Centavos" if unit == "money" else name


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _about(job: Job) -> dict[str, Any]:
    filters = {_key(name, "text"): value for name, value in job.filters.items()}
    return {
        "kind": job.kind,
        "brand": job.brand["name"],
        "start": job.start.isoformat(),
        "end": job.end.isoformat(),
        "timeZone": job.zone.key,
        "madeAt": job.made_at.isoformat(),
        "filters": filters,
    }
