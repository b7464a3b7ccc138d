"""PDF: figures and charts first, then the tables, the newest rows of them if they are long."""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, LongTable, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from daemon.domains.reports.making.book import Book, Chart, Column, Figure, Job, Meter, Table
from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.paper import charts, sheet
from daemon.domains.reports.paper.theme import (
    BODY,
    BOLD,
    CELL,
    CELL_RIGHT,
    HEADING,
    INK,
    LINE,
    NOTE,
    SHADE,
    SOFT,
    Theme,
    markup,
    style,
    theme,
)

WIDE_FROM = 9  # columns
NEWEST = frozenset({"messages", "conversations"})
FIGURES_A_ROW = 6
HEAD_SIZE, NARROW = 7.2, 6.2
MANY = 13  # columns from which letters are smaller
CHARTED = frozenset({"week"})
"""Tables that a chart says better, unless they are asked for."""
HIDDEN = frozenset({"id", "conversation", "session"})
"""Columns of ids, which nobody reads on paper."""


def write(book: Book, job: Job, say: Speech, meter: Meter) -> None:
    """Read the tables through, then draw."""
    look = theme(job.brand)
    tables = [one for one in book.tables if one.name not in CHARTED or len(book.tables) == 1]
    found = [(table, *_rows(table, meter, job.pdf_rows)) for table in tables]
    wide = any(len(_shown(table)) >= WIDE_FROM for table in tables)
    width = sheet.width_of(wide=wide)
    story: list[Any] = [
        Paragraph(markup(note), NOTE) for note in (*_filters(job, say), *book.notes)
    ]
    story += [Spacer(1, 3 * mm), *_figures(book.figures(), look, say, width), Spacer(1, 2 * mm)]
    story += _charts(book.charts(), look, say, width)
    for table, rows, total in found:
        story += _table(table, rows, total, _Look(look, say, width))
    words = sheet.Words(
        title=book.title,
        subtitle=say.span(*(edge.astimezone(job.zone) for edge in (job.start, job.end))),
        made=f"{say('made_at')} {say.moment(job.made_at.astimezone(job.zone))}",
        page=say("page"),
        of=say("of"),
    )
    sheet.build(job.out, story, look, words, sheet.Facts(job.language, job.made_at), wide=wide)


class _Look:
    """What tables are drawn with."""

    def __init__(self, look: Theme, say: Speech, width: float) -> None:
        self.theme, self.say, self.width = look, say, width


def _rows(table: Table, meter: Meter, limit: int) -> tuple[list[Any], int]:
    """Return some rows of a table and how many it has; it is read through for the figures."""
    before = meter.rows
    if table.name in NEWEST:
        kept: Sequence[Any] = deque(meter.read(table), maxlen=limit)
        return list(reversed(kept)), meter.rows - before
    rows = meter.read(table)
    found = list(islice(rows, limit * 5))  # figures are read line by line, unlike messages
    for _ in rows:
        pass
    return found, meter.rows - before


def _filters(job: Job, say: Speech) -> list[str]:
    given = [f"{say(name)}: {value}" for name, value in job.filters.items() if value]
    return [f"{say('filters')}: {', '.join(given)}"] if given else []


def _figures(figures: Sequence[Figure], look: Theme, say: Speech, width: float) -> list[Any]:
    """Return the numbers at the head, as cards in a row."""
    if not figures:
        return []
    big = style("figure", 15, font=BOLD, color=look.strong)
    small = style("figure-name", 7.5, color=SOFT)
    cells: list[Any] = [
        [
            Paragraph(markup(say.shown(one.value, one.unit)), big),
            Paragraph(markup(one.label), small),
        ]
        for one in figures
    ]
    columns = min(FIGURES_A_ROW, len(cells))
    lines = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    lines[-1] += [""] * (columns - len(lines[-1]))
    grid = Grid(lines, [width / columns] * columns)
    grid.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), SHADE),
            ("LINEABOVE", (0, 0), (-1, 0), 1.4, look.accent),
            ("INNERGRID", (0, 0), (-1, -1), 0.6, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]
    )
    return [grid]


def _charts(found: Sequence[Chart], look: Theme, say: Speech, width: float) -> list[Any]:
    return [
        KeepTogether([Paragraph(markup(one.title), HEADING), charts.draw(one, look, say, width)])
        for one in found
    ]


def _table(table: Table, rows: list[Any], total: int, look: _Look) -> list[Any]:
    say, shown = look.say, _shown(table)
    head: list[Any] = [Paragraph(markup(table.title), HEADING)]
    if not rows:
        return [*head, Paragraph(say("empty"), BODY)]
    if total > len(rows):
        told = say("shown_newest", shown=say.number(len(rows)), total=say.number(total))
        head.append(Paragraph(markup(told), NOTE))
        head.append(Spacer(1, 1.5 * mm))
    columns = [column for _, column in shown]
    size = NARROW if len(columns) >= MANY else HEAD_SIZE
    left, right = (
        style(f"{one.name}-{size}", size, alignment=one.alignment, splitLongWords=1)
        for one in (CELL, CELL_RIGHT)
    )
    name = style("head", size, font=BOLD, color=look.theme.on_accent)
    name_right = style("head-right", size, font=BOLD, color=look.theme.on_accent, alignment=2)
    data = [[Paragraph(markup(one.label), name_right if _right(one) else name) for one in columns]]
    data += [
        [
            Paragraph(markup(say.shown(row[place], one.unit)), right if _right(one) else left)
            for place, one in shown
        ]
        for row in rows
    ]
    weights = [column.width for column in columns]
    widths = [look.width * weight / sum(weights) for weight in weights]
    grid = LongTable(data, widths, repeatRows=1)
    grid.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), look.theme.accent),
            ("TEXTCOLOR", (0, 1), (-1, -1), INK),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), (None, SHADE)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3.5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3.5),
            ("TOPPADDING", (0, 0), (-1, -1), 2.6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.8),
        ]
    )
    return [*head, grid]


def _shown(table: Table) -> list[tuple[int, Column]]:
    return [(place, one) for place, one in enumerate(table.columns) if one.key not in HIDDEN]


def _right(column: Column) -> bool:
    return column.unit in {"number", "money", "percent", "seconds"}
