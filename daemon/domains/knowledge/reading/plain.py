"""Plain text, CSV and spreadsheets."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

from .blocks import BROKEN, EMPTY, TOO_MANY_PAGES, Block, Content, Limits, UnreadableError, row
from .sniff import decoded

LONGEST_TITLE = 120
LONGEST_CELL = 1_000_000
_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")


def read_text(path: Path, limits: Limits) -> Content:
    """Read plain text; a short first line by itself is the title. Raises UnreadableError."""
    text = (
        decoded(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    )
    content = Content()
    for paragraph in _PARAGRAPHS.split(text):
        piece = paragraph.strip()
        first = not content.blocks
        titled = first and piece and "\n" not in piece and len(piece) <= LONGEST_TITLE
        if titled and piece[-1] not in ".;,":
            content.title = piece.lstrip("#= ").strip()
            content.add(Block(content.title, is_heading=True), limits)
        else:
            content.add(Block(piece), limits)
    if not content.blocks:
        raise UnreadableError(EMPTY)
    return content


def read_csv(path: Path, limits: Limits) -> Content:
    """Read a CSV file whatever its separator; the first line is the header."""
    text = decoded(path.read_bytes())
    csv.field_size_limit(LONGEST_CELL)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:10_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    content, header = Content(), ""
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), dialect):
            line = row(cells)
            content.add(Block(line, is_row=True, header=header), limits)
            header = header or line
    except csv.Error as error:
        raise UnreadableError(BROKEN) from error
    if not content.blocks:
        raise UnreadableError(EMPTY)
    return content


def read_xlsx(path: Path, limits: Limits) -> Content:
    """Read every sheet; its name is the heading, its first row the header."""
    import openpyxl  # noqa: PLC0415 - a large library, for this kind only

    file = io.BytesIO(path.read_bytes())  # given a path, it would judge by the name
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise UnreadableError(BROKEN) from error
    if len(book.worksheets) > limits.pages:
        raise UnreadableError(TOO_MANY_PAGES)
    content = Content(pages=len(book.worksheets))
    for number, sheet in enumerate(book.worksheets, start=1):
        header = ""
        for cells in sheet.iter_rows(values_only=True):
            line = row(_cell(cell) for cell in cells)
            if line and not header:
                content.add(Block(sheet.title, number, is_heading=True), limits)
            content.add(Block(line, number, is_row=True, header=header), limits)
            header = header or line
    if not any(block.is_row for block in content.blocks):
        raise UnreadableError(EMPTY)
    return content


def _cell(value: object) -> object:
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",") if value != int(value) else int(value)
    return value
