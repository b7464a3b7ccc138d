"""What kind of file it is, by its bytes first; the name only decides between kinds of text."""

import zipfile
from pathlib import Path, PurePath

from charset_normalizer import from_bytes

from .blocks import BOMB, BROKEN, EMPTY, ENCRYPTED, UNSUPPORTED, Limits, UnreadableError

PDF, DOCX, XLSX, CSV = "pdf", "docx", "xlsx", "csv"
HTML, MARKDOWN, TEXT = "html", "markdown", "text"
MIMES = {
    PDF: "application/pdf",
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv",
    HTML: "text/html",
    MARKDOWN: "text/markdown",
    TEXT: "text/plain",
}
OLE = b"\xd0\xcf\x11\xe0"  # old Office, and new Office with a password
RATIO = 200  # a part that unpacks to more than this many times its size is a bomb
RATIO_FROM = 10 * 1024 * 1024
HEAD = 8192
BINARY = 0.02


def kind_of(path: Path, name: str, limits: Limits) -> str:
    """Return the kind of a file. Raises UnreadableError."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise UnreadableError(EMPTY)
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK"):
        return _zipped(path, limits)
    if head.startswith(OLE):
        encrypted = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in path.read_bytes()
        raise UnreadableError(ENCRYPTED if encrypted else UNSUPPORTED)
    return _text(head, name)


def decoded(data: bytes) -> str:
    """Return text whatever its encoding: UTF-8 and UTF-16 by their marks, else by likelihood."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        best = from_bytes(data[:100_000], cp_isolation=["cp1252", "latin_1", "utf_8"]).best()
        return data.decode(best.encoding if best else "cp1252", errors="replace")


def _zipped(path: Path, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(BROKEN) from error
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError(ENCRYPTED)
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > RATIO_FROM and part.file_size > RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if total > limits.unpacked or swollen:
        raise UnreadableError(BOMB)
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise UnreadableError(UNSUPPORTED)


def _text(head: bytes, name: str) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    odd = sum(byte < 9 or 13 < byte < 32 for byte in head)  # noqa: PLR2004 - control characters
    if not wide and (b"\0" in head or odd > BINARY * len(head)):
        raise UnreadableError(UNSUPPORTED)
    suffix = PurePath(name).suffix.lower()
    start = decoded(head).lstrip().lower()
    if start.startswith(("<!doctype html", "<html")) or (
        suffix in {".html", ".htm", ".xhtml"} and "<" in start
    ):
        return HTML
    if suffix in {".csv", ".tsv"}:
        return CSV
    return MARKDOWN if suffix in {".md", ".markdown"} else TEXT
