"""PDF: lines as they stand on the page, so that a price stays beside its product."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from .blocks import (
    BROKEN,
    EMPTY,
    ENCRYPTED,
    TOO_MANY_PAGES,
    Block,
    Content,
    Limits,
    UnreadableError,
)

LARGER = 1.15  # a line in larger type than the body's is a heading
LONGEST_HEADING = 120
PLACEHOLDER = re.compile(r"^\(?(?:untitled|unspecified|anonymous|sem t[ií]tulo).*$", re.IGNORECASE)


def read(path: Path, limits: Limits) -> Content:
    """Read a PDF. Raises UnreadableError."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        raise UnreadableError(ENCRYPTED if locked else BROKEN) from error
    count = len(document)
    if count > limits.pages:
        raise UnreadableError(TOO_MANY_PAGES)
    content = Content(title=_title(document), pages=count)
    pages = []
    chars = 0
    for number in range(count):
        lines = _lines(document, number)
        chars += sum(len(text) for text, _ in lines)
        pages.append(lines)
        if chars > limits.chars:
            break
    body = _body_size(pages)
    for number, lines in enumerate(pages, start=1):
        for block in _blocks(lines, number, body):
            content.add(block, limits)
    if not content.blocks:
        raise UnreadableError(EMPTY)
    return content


def _lines(document: Any, number: int) -> list[tuple[str, float]]:
    try:
        text_page = document[number].get_textpage()
    except pypdfium2.PdfiumError:
        return []  # one damaged page does not take the others with it
    text = text_page.get_text_range()
    lines, at = [], 0
    for line in text.split("\r\n"):
        size = float(raw.FPDFText_GetFontSize(text_page.raw, at)) if line else 0.0
        clean = " ".join(line.replace("\x02", "").replace("\ufffe", "").split())
        lines.append((clean, size))
        at += len(line) + 2
    return lines


def _body_size(pages: list[list[tuple[str, float]]]) -> float:
    sizes: Counter[float] = Counter()
    for lines in pages:
        for text, size in lines:
            sizes[round(size, 1)] += len(text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _blocks(lines: list[tuple[str, float]], page: int, body: float) -> list[Block]:
    found: list[Block] = []
    for text, size in lines:
        if not text:
            continue
        large = body > 0 and size > body * LARGER and len(text) <= LONGEST_HEADING
        if large and any(sign.isalpha() for sign in text):
            found.append(Block(text, page, is_heading=True))
        else:
            found.append(Block(text, page, is_row=True))  # a printed line is never cut
    return found


def _title(document: Any) -> str:
    title = str(document.get_metadata_dict().get("Title") or "").strip()
    return "" if PLACEHOLDER.match(title) else title[:300]
