"""CSV by RFC 4180: `;` and decimal comma in Portuguese, `,` in English, UTF-8 with its mark.

A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import csv
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from daemon.domains.reports.making.book import Book, Job, Meter, Unit
from daemon.domains.reports.making.words import Speech

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula may begin with; the last four are the same signs at full width."""


def write(book: Book, job: Job, say: Speech, meter: Meter) -> None:
    """Write the table that was asked for: a CSV file holds one."""
    table = book.tables[0]
    with open(job.out, "w", encoding="utf-8-sig", errors="replace", newline="") as file:  # noqa: PTH123 - a str, from JSON
        writer = csv.writer(file, delimiter=";" if say.portuguese else ",", lineterminator="\r\n")
        writer.writerow([guarded(column.label) for column in table.columns])
        units = [column.unit for column in table.columns]
        for row in meter.read(table):
            writer.writerow(
                [_cell(value, unit, say) for value, unit in zip(row, units, strict=True)]
            )


def guarded(text: str) -> str:
    """Return a text that no spreadsheet runs."""
    clean = text.replace("\0", "")
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def _cell(value: Any, unit: Unit, say: Speech) -> str:
    if value is None:
        return ""
    if unit == "text":
        return guarded(str(value))
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}" if say.portuguese else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return say.date(value)
    text = str(Decimal(value).scaleb(-2)) if unit == "money" else str(value)
    return text.replace(".", ",") if say.portuguese else text
