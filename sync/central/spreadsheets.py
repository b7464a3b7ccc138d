"""A table as a file for a spreadsheet: CSV as Brazilian Excel reads it, and XLSX.

CSV is written page by page as it is read; XLSX is made in a temporary file, row by row, because
its parts cannot be known before its end.
"""

import asyncio
import io
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import web

BOM = "\ufeff"
AT_ONCE = 500
FORMULA = re.compile(r"[=+\-@\t\r]")
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Sheet:
    """A table to be written: its columns, and its rows as they come."""

    name: str
    columns: tuple[str, ...]
    rows: AsyncIterator[list[Any]]


async def sent(request: web.Request, sheet: Sheet, form: str) -> web.StreamResponse:
    """Answer with a table as a file of that form."""
    first = await anext(sheet.rows, None)  # what is refused is refused before the file begins
    response = web.StreamResponse(
        headers={
            "Content-Type": MEDIA[form],
            "Content-Disposition": f'attachment; filename="{sheet.name}.{form}"',
        }
    )
    write = _csv if form == "csv" else _xlsx
    await write(request, response, sheet, first)
    await response.write_eof()
    return response


async def _csv(
    request: web.Request, response: web.StreamResponse, sheet: Sheet, first: list[Any] | None
) -> None:
    await response.prepare(request)
    await response.write((BOM + ";".join(sheet.columns) + "\r\n").encode())
    buffer = io.StringIO()
    if first is not None:
        buffer.write(_line(first))
    async for row in sheet.rows:
        buffer.write(_line(row))
        if buffer.tell() > 1 << 16:
            await response.write(buffer.getvalue().encode())
            buffer = io.StringIO()
    await response.write(buffer.getvalue().encode())


def _line(row: list[Any]) -> str:
    return ";".join(map(_text, row)) + "\r\n"


def _text(value: Any) -> str:
    """Return a cell; a text that a spreadsheet would run as a formula is told to be text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    if isinstance(value, str) and FORMULA.match(text):
        text = f"'{text}"
    if any(letter in text for letter in ';"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text


async def _xlsx(
    request: web.Request, response: web.StreamResponse, sheet: Sheet, first: list[Any] | None
) -> None:
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="nextagent-export-")
    try:
        path = Path(folder) / "export.xlsx"
        book = await asyncio.to_thread(_Book, path, sheet)
        waiting = [] if first is None else [first]
        async for row in sheet.rows:
            waiting.append(row)
            if len(waiting) >= AT_ONCE:
                await asyncio.to_thread(book.add, waiting)
                waiting = []
        await asyncio.to_thread(book.add, waiting)
        await asyncio.to_thread(book.close)
        await response.prepare(request)
        file = await asyncio.to_thread(path.open, "rb")
        try:
            while part := await asyncio.to_thread(file.read, 1 << 16):
                await response.write(part)
        finally:
            await asyncio.to_thread(file.close)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


class _Book:
    """A workbook of one sheet, written row by row with little memory."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        import xlsxwriter  # noqa: PLC0415 - heavy, and seldom needed

        options = {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet = self._book.add_worksheet(sheet.name)
        self._money = self._book.add_format({"num_format": "#,##0.00"})
        self._sheet.write_row(0, 0, sheet.columns, self._book.add_format({"bold": True}))
        self._sheet.freeze_panes(1, 0)
        self._next = 1

    def add(self, rows: list[list[Any]]) -> None:
        """Write rows below the last."""
        for row in rows:
            for column, value in enumerate(row):
                self._write(column, value)
            self._next += 1

    def _write(self, column: int, value: Any) -> None:
        if isinstance(value, Decimal):
            self._sheet.write_number(self._next, column, value, self._money)
        elif isinstance(value, bool | str | datetime):
            text = _text(value) if isinstance(value, datetime) else str(value)
            self._sheet.write_string(self._next, column, text)
        elif value is not None:
            self._sheet.write_number(self._next, column, value)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()
