"""An invoice or a credit note on one sheet, with the Pix code as picture and as text."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from daemon.domains.reports.making.words import Speech
from daemon.domains.reports.ports import InvoicePaper

from . import sheet
from .theme import (
    BAD,
    BODY,
    BOLD,
    GOOD,
    INK,
    LINE,
    NOTE,
    SHADE,
    SOFT,
    WAIT,
    Theme,
    markup,
    style,
    theme,
)

QR_SIZE, QUIET = 44 * mm, 4
LABEL = style("label", 7.5, color=SOFT)
VALUE = style("value", 10, font=BOLD)
NAME = style("name", 11, font=BOLD)
LINE_TEXT = style("line", 9)
AMOUNT = style("amount", 9, alignment=TA_RIGHT)
CODE = style("code", 7.6, font="Courier", splitLongWords=1, wordWrap="CJK")

# Key: Portuguese, English.
SAID: dict[str, tuple[str, str]] = {
    "invoice": ("Fatura {label}", "Invoice {label}"),
    "credit_note": ("Nota de crédito {label}", "Credit note {label}"),
    "period": ("Competência", "Period"),
    "issued": ("Emissão", "Issued"),
    "due": ("Vencimento", "Due"),
    "amount": ("Valor", "Amount"),
    "from": ("Emitente", "From"),
    "to": ("Cliente", "Bill to"),
    "description": ("Descrição", "Description"),
    "quantity": ("Qtd.", "Qty"),
    "unit": ("Unitário", "Unit"),
    "total": ("Total", "Total"),
    "paid_so_far": ("Pago", "Paid"),
    "credited": ("Creditado", "Credited"),
    "balance": ("A pagar", "Amount due"),
    "status_open": ("EM ABERTO", "OPEN"),
    "status_overdue": ("VENCIDA", "OVERDUE"),
    "status_paid": ("PAGA", "PAID"),
    "status_credited": ("CREDITADA", "CREDITED"),
    "status_note": ("NOTA DE CRÉDITO", "CREDIT NOTE"),
    "corrects": ("Corrige a fatura {label}.", "Corrects invoice {label}."),
    "reason": ("Motivo: {reason}", "Reason: {reason}"),
    "pix": ("Pague com Pix", "Pay by Pix"),
    "pix_how": (
        "No aplicativo do seu banco, aponte a câmera ou copie e cole este código:",
        "In your bank's app, point the camera at it, or copy and paste this code:",
    ),
    "made": ("Emitido em {day}", "Issued on {day}"),
}


class _Sheet:
    """One invoice, its look and its language."""

    def __init__(self, paper: InvoicePaper, look: Theme, language: str) -> None:
        self.paper, self.look = paper, look
        self.speech = Speech(language)
        self.width = sheet.width_of()

    def say(self, key: str, **facts: str) -> str:
        """Return words."""
        return SAID[key][0 if self.speech.portuguese else 1].format_map(facts)

    def money(self, centavos: int) -> str:
        """Return an amount."""
        return self.speech.money(centavos, self.paper.currency)

    def day(self, text: str) -> str:
        """Return a date."""
        return self.speech.date(date.fromisoformat(text))

    @property
    def title(self) -> str:
        """What it is, and its number."""
        kind = "credit_note" if self.paper.credit_note else "invoice"
        return self.say(kind, label=self.paper.label)


def draw(target: BinaryIO, paper: InvoicePaper, brand: dict[str, Any], language: str) -> None:
    """Write the PDF."""
    one = _Sheet(paper, theme(brand), language)
    story: list[Any] = [
        *_head(one),
        Spacer(1, 6 * mm),
        _parties(one),
        Spacer(1, 7 * mm),
        _lines(one),
        Spacer(1, 3 * mm),
        _totals(one),
        *_notes(one),
    ]
    if paper.pix is not None:
        story += [Spacer(1, 9 * mm), _pix(one, paper.pix)]
    issued = datetime.combine(date.fromisoformat(paper.issued_on), datetime.min.time(), tzinfo=UTC)
    words = sheet.Words(
        title=one.title,
        subtitle=f"{one.say('period')} {one.speech.month(paper.period)}",
        made=one.say("made", day=one.day(paper.issued_on)),
        page=one.speech("page"),
        of=one.speech("of"),
    )
    sheet.build(target, story, one.look, words, sheet.Facts(language, issued))


def qr(text: str, size: float = QR_SIZE) -> Drawing:
    """Draw a code as squares, with its quiet zone; runs of a row are one square."""
    matrix = [list(row) for row in segno.make(text, error="m").matrix_iter(border=QUIET)]
    module = size / len(matrix)
    drawing = Drawing(size, size)
    drawing.add(Rect(0, 0, size, size, fillColor=HexColor("#ffffff"), strokeColor=None))
    for line, row in enumerate(matrix):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end] == row[start]:
                end += 1
            if row[start]:
                x, y = start * module, size - (line + 1) * module
                drawing.add(
                    Rect(
                        *(x, y, (end - start) * module, module * 1.01),
                        fillColor=HexColor("#000000"),
                        strokeColor=None,
                        strokeWidth=0,
                    )
                )
            start = end
    return drawing


def _head(one: _Sheet) -> list[Any]:
    paper = one.paper
    word, color = _status(one)
    pill = style("pill", 9, font=BOLD, color=HexColor("#ffffff"), alignment=1)
    amount = paper.total if paper.credit_note else paper.balance or paper.total
    cells = [
        (one.say("period"), one.speech.month(paper.period)),
        (one.say("issued"), one.day(paper.issued_on)),
        *([] if paper.credit_note else [(one.say("due"), one.day(paper.due_on))]),
        (one.say("amount"), one.money(amount)),
    ]
    facts: list[Any] = [
        [Paragraph(markup(name), LABEL), Paragraph(markup(value), VALUE)] for name, value in cells
    ]
    badge = Table([[Paragraph(word, pill)]], [34 * mm], [7 * mm])
    badge.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), color),
            ("ROUNDEDCORNERS", [4, 4, 4, 4]),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
    )
    room = (one.width - 38 * mm) / len(facts)
    row = Table([[*facts, badge]], [*([room] * len(facts)), 38 * mm])
    row.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), SHADE),
            ("LINEBEFORE", (0, 0), (0, 0), 2.4, one.look.accent),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ("LEFTPADDING", (0, 0), (-1, -1), 9),
            ("ALIGN", (-1, 0), (-1, 0), "RIGHT"),
            ("RIGHTPADDING", (-1, 0), (-1, 0), 6),
        ]
    )
    return [row]


def _status(one: _Sheet) -> tuple[str, Any]:
    paper = one.paper
    if paper.credit_note:
        return one.say("status_note"), SOFT
    if paper.status == "open":
        return (one.say("status_overdue"), BAD) if paper.overdue else (one.say("status_open"), WAIT)
    color = GOOD if paper.status == "paid" else SOFT
    return one.say(f"status_{paper.status}"), color


def _parties(one: _Sheet) -> Table:
    cells = [
        _party(one.say("from"), one.paper.issuer),
        _party(one.say("to"), one.paper.client),
    ]
    both = Table([cells], [one.width / 2] * 2)
    both.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return both


def _party(title: str, facts: Sequence[tuple[str, str]]) -> list[Flowable]:
    """Return a name and what is known of it; the first fact is the name."""
    found: list[Flowable] = [Paragraph(markup(title.upper()), LABEL), Spacer(1, 1 * mm)]
    for number, (label, value) in enumerate(facts):
        text = markup(f"{label}: {value}" if label else value)
        found.append(Paragraph(text, NAME if number == 0 else BODY))
    return found


def _lines(one: _Sheet) -> Table:
    head = style("head", 8.5, font=BOLD, color=one.look.on_accent)
    head_right = style("head-right", 8.5, font=BOLD, color=one.look.on_accent, alignment=TA_RIGHT)
    data: list[list[Any]] = [
        [
            Paragraph(one.say("description"), head),
            *(Paragraph(one.say(key), head_right) for key in ("quantity", "unit", "total")),
        ]
    ]
    for text, span, quantity, unit, total in one.paper.lines:
        detail = f'<br/><font size="7.5" color="#64748b">{markup(span)}</font>' if span else ""
        data.append(
            [
                Paragraph(markup(text) + detail, LINE_TEXT),
                Paragraph(one.speech.number(quantity), AMOUNT),
                Paragraph(one.money(unit), AMOUNT),
                Paragraph(one.money(total), AMOUNT),
            ]
        )
    share = (0.55, 0.1, 0.17, 0.18)
    table = Table(data, [one.width * part for part in share], repeatRows=1)
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), one.look.accent),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return table


def _totals(one: _Sheet) -> Table:
    paper = one.paper
    rows = [("total", paper.total)]
    rows += [("paid_so_far", -paper.paid)] if paper.paid else []
    rows += [("credited", -paper.credited)] if paper.credited else []
    data: list[list[Any]] = [
        ["", Paragraph(one.say(key), AMOUNT), Paragraph(one.money(value), AMOUNT)]
        for key, value in rows
    ]
    if not paper.credit_note:
        big = style("big", 13, font=BOLD, color=INK, alignment=TA_RIGHT)
        name = style("big-name", 10, font=BOLD, alignment=TA_RIGHT)
        data.append(
            ["", Paragraph(one.say("balance"), name), Paragraph(one.money(paper.balance), big)]
        )
    table = Table(data, [one.width * part for part in (0.5, 0.22, 0.28)])
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ("LINEABOVE", (1, -1), (-1, -1), 1.2, one.look.accent),
            ("TOPPADDING", (0, -1), (-1, -1), 5),
        ]
    )
    return table


def _notes(one: _Sheet) -> list[Any]:
    paper, found = one.paper, list[Any]()
    if paper.corrects is not None:
        found.append(Paragraph(markup(one.say("corrects", label=paper.corrects)), BODY))
    if paper.reason:
        found.append(Paragraph(markup(one.say("reason", reason=paper.reason)), BODY))
    return [Spacer(1, 5 * mm), *found] if found else []


def _pix(one: _Sheet, code: str) -> Table:
    title = style("pix", 12.5, font=BOLD, color=one.look.strong)
    words = [
        Paragraph(one.say("pix"), title),
        Spacer(1, 1.5 * mm),
        Paragraph(markup(one.money(one.paper.balance)), VALUE),
        Spacer(1, 1.5 * mm),
        Paragraph(one.say("pix_how"), NOTE),
        Spacer(1, 2.5 * mm),
        Paragraph(markup(code), CODE),
    ]
    box = Table([[qr(code), words]], [QR_SIZE + 8 * mm, one.width - QR_SIZE - 8 * mm])
    box.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.8, LINE),
            ("ROUNDEDCORNERS", [6, 6, 6, 6]),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("RIGHTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]
    )
    return box
