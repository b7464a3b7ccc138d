"""XLSX in constant memory: real dates and numbers, money in reais, texts that stay texts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from daemon.domains.reports.making.book import Book, Chart, Figure, Job, Meter, Table
from daemon.domains.reports.making.words import Speech

MOST_ROWS = 1_048_576
MOST_CHARS = 32_767
CHART_ROWS = 18
FORMATS = {
    "number": "#,##0",
    "percent": "0.00%",
    "seconds": "#,##0.0",
    "moment": "dd/mm/yyyy hh:mm:ss",
    "date": "dd/mm/yyyy",
}
WIDTH = 12
SHAPES = {
    "stack": {"type": "column", "subtype": "stacked"},
    "bars": {"type": "bar"},
    "line": {"type": "line"},
    "waterfall": {"type": "column"},
}


def write(book: Book, job: Job, say: Speech, meter: Meter) -> None:
    """Write a summary with charts, and a sheet for each table; very long ones go on in another."""
    import xlsxwriter  # noqa: PLC0415 - only this format needs it

    options = {
        "constant_memory": True,
        "tmpdir": job.scratch,
        "remove_timezone": True,  # they are on the tenant's clock already
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(job.out, options) as file:
        name = job.brand["name"]
        file.set_properties({"title": book.title, "author": name, "company": name})
        paper = _Paper(file, job, say)
        summary = file.add_worksheet(say("summary")[:31])
        for table in book.tables:
            paper.table(table, meter)
        paper.summary(summary, book)


class _Paper:
    """The sheets of one file, and how their cells look."""

    def __init__(self, file: Any, job: Job, say: Speech) -> None:
        self._file, self._job, self._say = file, job, say
        accent = job.brand["accent"]
        money = '"R$" #,##0.00;[Red]-"R$" #,##0.00'
        moment = FORMATS if say.portuguese else {**FORMATS, **ISO}
        self._formats = {
            unit: file.add_format({"num_format": shape})
            for unit, shape in {**moment, "money": money}.items()
        }
        self._head = file.add_format(
            {"bold": True, "bg_color": accent, "font_color": _ink(accent), "valign": "vcenter"}
        )
        self._title = file.add_format({"bold": True, "font_size": 18})
        self._soft = file.add_format({"font_color": "#64748b"})
        self._bold = file.add_format({"bold": True})

    def table(self, table: Table, meter: Meter) -> None:
        """Write one table."""
        sheet, at, part = self._sheet(table, 1), 1, 1
        for row in meter.read(table):
            if at == MOST_ROWS:
                part += 1
                sheet, at = self._sheet(table, part), 1
            for column, value in enumerate(row):
                self._cell(sheet, at, column, value, table.columns[column].unit)
            at += 1
        if part == 1:
            sheet.autofilter(0, 0, max(1, at - 1), len(table.columns) - 1)

    def summary(self, sheet: Any, book: Book) -> None:
        """Write the head of the report, its figures, and charts with the numbers behind them."""
        say, job = self._say, self._job
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 12, 15)
        sheet.hide_gridlines(2)
        span = say.span(*(edge.astimezone(job.zone) for edge in (job.start, job.end)))
        lines = [
            (book.title, self._title),
            (job.brand["name"], self._bold),
            (f"{say('period')}: {span} ({job.zone.key})", self._soft),
            (f"{say('made_at')}: {say.moment(job.made_at.astimezone(job.zone))}", self._soft),
            *((note, self._soft) for note in book.notes),
        ]
        for number, (text, shape) in enumerate(lines):
            sheet.write_string(number, 0, text, shape)
        at = self._figures(sheet, len(lines) + 1, book.figures())
        for chart in book.charts():
            at = self._chart(sheet, at + 1, chart)

    def _figures(self, sheet: Any, at: int, figures: Sequence[Figure]) -> int:
        for figure in figures:
            sheet.write_string(at, 0, figure.label)
            self._cell(sheet, at, 1, figure.value, figure.unit)
            at += 1
        return at

    def _chart(self, sheet: Any, at: int, chart: Chart) -> int:
        """Write the numbers of a chart, and the chart beside them."""
        name = sheet.get_name()
        sheet.write_string(at, 0, chart.title, self._bold)
        for column, (label, _) in enumerate(chart.series, 1):
            sheet.write_string(at, column, label, self._bold)
        last = at + len(chart.labels)
        for row, label in enumerate(chart.labels):
            sheet.write_string(at + 1 + row, 0, label)
            for column, (_, values) in enumerate(chart.series, 1):
                self._cell(sheet, at + 1 + row, column, values[row], chart.unit)
        drawn = self._file.add_chart(SHAPES[chart.shape])
        for column in range(1, len(chart.series) + 1):
            drawn.add_series(
                {
                    "name": [name, at, column],
                    "categories": [name, at + 1, 0, last, 0],
                    "values": [name, at + 1, column, last, column],
                    **({"fill": {"color": self._job.brand["accent"]}} if column == 1 else {}),
                }
            )
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
        drawn.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
        drawn.set_size({"width": 760, "height": 20 * CHART_ROWS - 20})
        sheet.insert_chart(at, len(chart.series) + 2, drawn)
        return max(last, at + CHART_ROWS)

    def _sheet(self, table: Table, part: int) -> Any:
        title = table.title if part == 1 else f"{table.title} {part}"
        sheet = self._file.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(table.columns):
            stretch = 1.6 if column.unit == "moment" else 1.0
            sheet.set_column(number, number, WIDTH * max(column.width, stretch))
            sheet.write_string(0, number, column.label, self._head)
        return sheet

    def _cell(self, sheet: Any, row: int, column: int, value: Any, unit: str) -> None:
        if value is None or value == "":
            return
        if unit == "text":  # a text of its own, not one that the spreadsheet may read as it likes
            sheet.write_string(row, column, str(value)[:MOST_CHARS])
            return
        shape = self._formats[unit]
        if unit in {"moment", "date"}:
            local = value.replace(tzinfo=None) if isinstance(value, datetime) else value
            sheet.write_datetime(row, column, local, shape)
        elif unit in {"money", "percent"}:
            sheet.write_number(row, column, Decimal(value).scaleb(-2), shape)
        else:
            sheet.write_number(row, column, value, shape)


ISO = {"moment": "yyyy-mm-dd hh:mm:ss", "date": "yyyy-mm-dd"}
HALF = 140


def _ink(accent: str) -> str:
    """Return black or white, whichever can be read on a colour."""
    red, green, blue = (int(accent[place : place + 2], 16) for place in (1, 3, 5))
    return "#0f172a" if 0.299 * red + 0.587 * green + 0.114 * blue > HALF else "#ffffff"
