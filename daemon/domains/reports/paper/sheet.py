"""Pages: head, foot and page numbers of the brand, and a file that names nobody else."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from .theme import BOLD, INK, LINE, LOGO_HEIGHT, LOGO_WIDTH, PLAIN, SOFT, Theme, printable

MARGIN, HEAD, FOOT = 16 * mm, 25 * mm, 17 * mm
SEARCHED = 4096
"""How many bytes at both ends of a file are searched for the library's own comments."""


@dataclass(frozen=True)
class Words:
    """What stands on every page."""

    title: str
    subtitle: str
    made: str
    page: str
    of: str


@dataclass(frozen=True)
class Facts:
    """What the file says of itself."""

    language: str
    made_at: datetime


def build(
    target: str | BinaryIO,
    story: Sequence[Any],
    theme: Theme,
    words: Words,
    facts: Facts,
    *,
    wide: bool = False,
) -> None:
    """Write a document into a file or a buffer."""
    size = landscape(A4) if wide else A4
    document = BaseDocTemplate(
        target,
        pagesize=size,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=HEAD,
        bottomMargin=FOOT,
        title=printable(words.title),
        author=printable(theme.name),
        subject=printable(words.subtitle),
        creator=printable(theme.name),
        producer=printable(theme.name),
        lang=facts.language,
        pageCompression=1,
    )
    width, height = size
    frame = Frame(MARGIN, FOOT, width - 2 * MARGIN, height - HEAD - FOOT, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame])])
    numbered = _numbered(theme, words)
    document.build(list(story), canvasmaker=numbered)
    if isinstance(target, str):
        with open(target, "r+b") as file:  # noqa: PTH123 - a str, from JSON
            clean(file)
    else:
        clean(target)


def width_of(*, wide: bool = False) -> float:
    """Return the width between the margins."""
    return float((landscape(A4) if wide else A4)[0] - 2 * MARGIN)


def clean(file: BinaryIO) -> None:
    """Take the library's comments out of a file, byte for byte, so that its offsets hold."""
    size = file.seek(0, os.SEEK_END)
    for start in {0, max(0, size - SEARCHED)}:
        file.seek(start)
        kept = b"\n".join(_blank(line) for line in file.read(SEARCHED).split(b"\n"))
        file.seek(start)
        file.write(kept)


def _blank(line: bytes) -> bytes:
    place = line.lower().find(b"reportlab")
    comment = line.rfind(b"%", 0, place) if place >= 0 else -1
    if comment < 0:
        return line
    if line.startswith(b"%\x93"):  # the binary mark of the second line stays
        comment = line.find(b" ", 0, place)
    return line[:comment] + b" " * (len(line) - comment)


def _numbered(theme: Theme, words: Words) -> type[Canvas]:
    """Return a canvas that knows, when it writes a page, how many there are."""

    class Numbered(Canvas):  # type: ignore[misc]  # the library has no types
        """Keeps pages back until the last one is there."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - the library's name
            """Keep a page."""
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Write all pages with their numbers."""
            for page in self._kept:
                self.__dict__.update(page)
                _furniture(self, theme, words, len(self._kept))
                super().showPage()
            super().save()

    return Numbered


def _furniture(canvas: Any, theme: Theme, words: Words, pages: int) -> None:
    width, height = canvas._pagesize  # noqa: SLF001 - the library has no other name for it
    canvas.saveState()
    canvas.setFillColor(theme.accent)
    canvas.rect(0, height - 2.2 * mm, width, 2.2 * mm, stroke=0, fill=1)
    middle = height - 13.5 * mm
    _logo(canvas, theme, middle)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 11)
    canvas.drawRightString(width - MARGIN, middle + 2, printable(words.title))
    canvas.setFillColor(SOFT)
    canvas.setFont(PLAIN, 8)
    canvas.drawRightString(width - MARGIN, middle - 9, printable(words.subtitle))
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, height - 20.5 * mm, width - MARGIN, height - 20.5 * mm)
    canvas.line(MARGIN, 12.5 * mm, width - MARGIN, 12.5 * mm)
    canvas.setFont(PLAIN, 7.5)
    foot = " · ".join(part for part in (theme.tenant, words.made, theme.support) if part)
    canvas.drawString(MARGIN, 8 * mm, printable(foot)[:150])
    number = canvas._pageNumber  # noqa: SLF001 - as above
    canvas.drawRightString(width - MARGIN, 8 * mm, f"{words.page} {number} {words.of} {pages}")
    canvas.restoreState()


def _logo(canvas: Any, theme: Theme, middle: float) -> None:
    if theme.logo is not None:
        try:
            picture = ImageReader(str(theme.logo))
        except OSError:  # not the picture that its name says; the brand's name stands instead
            picture = None
        if picture is not None:
            wide, tall = picture.getSize()
            share = min(LOGO_HEIGHT / tall, LOGO_WIDTH / wide)
            canvas.drawImage(
                picture,
                MARGIN,
                middle - tall * share / 2 + 1,
                wide * share,
                tall * share,
                mask="auto",
            )
            return
    canvas.setFillColor(theme.strong)
    canvas.setFont(BOLD, 17)
    canvas.drawString(MARGIN, middle - 5, printable(theme.name))
