"""CSV as people have it: UTF-8 or the Windows code page, `;` or `,`, with or without a BOM.

A file is read as a whole or not at all; what is wrong is said with its line and column.
"""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from daemon.kernel.errors import UnprocessableError

MAX_ROWS = 10_000
MAX_COLUMNS = 100
DELIMITERS = ";,\t|"
HINT = "sep="
CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Files that people take for a sheet, by how they begin.
OTHERS = {
    b"PK\x03\x04": "Excel",
    b"\xd0\xcf\x11\xe0": "Excel",
    b"%PDF": "PDF",
}


class FileRefusedError(UnprocessableError):
    """A file was refused as a whole; nothing of it was taken in."""

    code = "file_refused"
    template = "Nothing was imported. Line {line}, column {column}: {problem}."
    template_pt = "Nada foi importado. Linha {line}, coluna {column}: {problem_pt}."

    def __init__(self, line: int, column: int | str, problem: str, problem_pt: str) -> None:
        super().__init__(
            field="files", line=line, column=column, problem=problem, problem_pt=problem_pt
        )


@dataclass(frozen=True)
class Row:
    """A line of a sheet: where it began, and its cells in the order of the columns."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A whole file."""

    columns: list[str]
    rows: list[Row]
    encoding: str
    delimiter: str


def read(data: bytes) -> Sheet:
    """Read a file. Raises FileRefusedError."""
    text, encoding = _decoded(data)
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.lower().startswith(HINT):
        text, skipped = rest, 1
        delimiter = first[len(HINT) :].strip("\r") or ";"
    else:
        delimiter = _delimiter(first)
    if delimiter not in DELIMITERS:
        raise FileRefusedError(1, 1, "the separator is none of ; , tab |", "separador inválido")
    found = _rows(text, delimiter, skipped)
    if not found:
        raise FileRefusedError(1, 1, "the file is empty", "o arquivo está vazio")
    columns = [cell.strip() for cell in found[0].cells]
    _check_columns(columns, found[0].line)
    if len(found) == 1:
        raise FileRefusedError(
            found[0].line + 1,
            1,
            "there is only the line that names the columns",
            "só há a linha que dá nome às colunas",
        )
    rows = [_fitted(row, columns) for row in found[1:]]
    return Sheet(columns, rows, encoding, delimiter)


def _decoded(data: bytes) -> tuple[str, str]:
    for begin, what in OTHERS.items():
        if data.startswith(begin):
            raise FileRefusedError(
                1,
                1,
                f"this is a file of {what}; save the sheet as CSV",
                f"este arquivo é do {what}; salve a planilha como CSV",
            )
    if (name := _wide(data)) is not None:
        return _strict(data, name), name
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _strict(data, name), name
    try:
        text, name = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, name = data.decode("cp1252", "replace"), "cp1252"
        if "\ufffd" in text:
            text, name = data.decode("latin-1"), "latin-1"
    return _plain(text), name


def _wide(data: bytes) -> str | None:
    """Return the UTF-16 that text without a mark is in: every other byte of its head is a NUL."""
    head = data[:200]
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[start::2]
        if len(head) >= 4 and not any(zeros) and all(head[1 - start :: 2]):  # noqa: PLR2004 - two signs
            return name
    return None


def _strict(data: bytes, name: str) -> str:
    try:
        return _plain(data.decode(name))
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode(name, "ignore")
        line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
        raise FileRefusedError(line, column, f"this is not {name}", f"isto não é {name}") from error


def _plain(text: str) -> str:
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        column = at - text.rfind("\n", 0, at)
        raise FileRefusedError(
            line, column, "there is a NUL: this is no text", "há um NUL: isto não é texto"
        )
    if (bad := CONTROL.search(text)) is not None:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        raise FileRefusedError(
            line, column, "there is a control sign", "há um caractere de controle"
        )
    return text


def _delimiter(first: str) -> str:
    """Return the separator of a head line: the commonest outside of quotes."""
    outside = "".join(first.split('"')[::2])
    seen = Counter(sign for sign in outside if sign in DELIMITERS)
    return max(DELIMITERS, key=lambda sign: seen[sign]) if seen else ";"


def _rows(text: str, delimiter: str, skipped: int) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found, line = list[Row](), 1 + skipped
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(Row(line, cells))
            if len(found) > MAX_ROWS + 1:
                raise FileRefusedError(
                    line,
                    1,
                    f"there are more than {MAX_ROWS} lines; split the file",
                    f"há mais de {MAX_ROWS} linhas; divida o arquivo",
                )
            line = reader.line_num + 1 + skipped
    except csv.Error:
        at, column = _bad_quote(text, delimiter)
        raise FileRefusedError(
            at + skipped,
            column,
            'a quote is not closed, or not doubled inside of quotes ("")',
            'aspas não fechadas, ou não dobradas dentro de aspas ("")',
        ) from None
    return found


def _bad_quote(text: str, delimiter: str) -> tuple[int, int]:
    """Return the line and the column of the first quote that does not fit."""
    line, column, opened = 1, 0, (1, 1)
    inside, closed, fresh = False, False, True
    for sign in text:
        column += 1
        if inside:
            inside, closed = (sign != '"'), sign == '"'
        elif closed and sign == '"':
            inside, closed = True, False
        elif closed and sign not in f"{delimiter}\r\n":
            return line, column
        elif fresh and sign == '"':
            inside, opened = True, (line, column)
        else:
            closed = False
        fresh = not inside and not closed and sign in f"{delimiter}\r\n"
        if sign == "\n":
            line, column = line + 1, 0
    return opened


def _check_columns(columns: list[str], line: int) -> None:
    if len(columns) > MAX_COLUMNS:
        raise FileRefusedError(line, MAX_COLUMNS + 1, "too many columns", "colunas demais")
    for number, name in enumerate(columns, 1):
        if name and columns.index(name) != number - 1:
            raise FileRefusedError(
                line, number, f"the column {name!r} is there twice", f"a coluna {name!r} se repete"
            )


def _fitted(row: Row, columns: list[str]) -> Row:
    cells = [cell.strip() for cell in row.cells]
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) > len(columns):
        raise FileRefusedError(
            row.line,
            len(columns) + 1,
            f"{len(cells)} cells for {len(columns)} columns",
            f"{len(cells)} células para {len(columns)} colunas",
        )
    if len(cells) < len(columns):
        raise FileRefusedError(
            row.line,
            len(cells) + 1,
            f"the cell of {columns[len(cells)]!r} is missing",
            f"falta a célula de {columns[len(cells)]!r}",
        )
    return Row(row.line, cells)
