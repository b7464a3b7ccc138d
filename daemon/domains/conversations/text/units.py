"""A passage cut into what can be said by itself: sentences, table rows, list items, headings."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .words import fold


class Kind(StrEnum):
    """What a unit is in the document."""

    HEADING = "heading"
    HEADER = "header"  # the names of a table's columns
    ROW = "row"
    ITEM = "item"
    SENTENCE = "sentence"


@dataclass(frozen=True)
class Unit:
    """One sayable piece. `cells` and `columns` of a table row; `under` is the nearest heading."""

    text: str
    kind: Kind
    under: str = ""
    cells: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(default=())
    paragraph: int = 0

    @property
    def proof(self) -> str:
        """The folded text in which a kind of fact is looked for: cells stand by their columns."""
        if not self.columns:
            return fold(self.text)
        pairs = zip(self.columns, self.cells, strict=False)
        return fold(", ".join(f"{column}: {cell}" for column, cell in pairs))


_BULLET = re.compile(r"^\s*(?:[-*•·▪●◦\u2013]|\d{1,2}[.)])\s+")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+")
_MARKUP = re.compile(r"\*\*|__|`|^#{1,6}\s+|\\(?=[-_*.()])")
_RULE = re.compile(r"^[\s|:+=_-]{3,}$")
_CELL = re.compile(r"\s*(?:\||\t| {3,}|\.{4,})\s*")
_VALUE = re.compile(r"\d")
_END = re.compile(r"[.!?…;:][\"”')\]]*$")
_SMALL_END = re.compile(
    r"\b(?:de|da|do|das|dos|e|ou|a|o|as|os|em|no|na|com|para|por|the|of|and|to)$"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:av|r|dr|dra|sr|sra|prof|profa|tel|n|no|nº|p|pag|ex|etc|ltda|cia|ind|com|art|min|max"
    r"|seg|ter|qua|qui|sex|sab|dom|mr|mrs|ms|st|vs|e\.g|i\.e|aprox|obs|\w)\.)$"
)
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”')\]]*\s+(?=[\"“'(\[]?[A-ZÀ-Ý0-9¿¡•])")
_PAIR = re.compile(r"^[^:.!?]{2,40}: \S")
_AFTER_PRICE = re.compile(r"(R\$ ?\d[\d.]*(?:,\d{2})?)\s+(?=[A-ZÀ-Ý][^.!?]*R\$)")
_LONG_LINE = 55
_PAIR_CHARS = 120
_HEADING_WORDS = 9
_QUESTION_WORDS = 25
_LABEL = re.compile(r"^(?:p|r|pergunta|resposta|q|a|question|answer)\s*[:.)]\s+", re.IGNORECASE)


def units(text: str, heading: str = "") -> list[Unit]:
    """Cut the text of a passage; `heading` is the one it stands under."""
    found: list[Unit] = []
    under = heading
    columns: tuple[str, ...] = ()
    for paragraph, block in enumerate(re.split(r"\n\s*\n", text)):
        above = ""
        for line in _joined(block.splitlines()):
            unit = _unit(line, under, columns, paragraph)
            if unit.kind is Kind.ROW and above:
                # a line of prices belongs to the line above, which names what they are for
                unit = replace(unit, text=f"{above}: {unit.text}")
            named = unit.kind is Kind.SENTENCE and not _END.search(line) and "R$" not in line
            above = line if named else ""
            if unit.kind is Kind.HEADING:
                under, columns = unit.text, ()
            elif unit.kind is Kind.HEADER:
                columns = unit.cells
            for piece in _sentences(unit, under):
                under = piece.text if piece.kind is Kind.HEADING else under
                found.append(piece)
    return found


def clean(line: str) -> str:
    """Return the words of a line without marks of lists and markup."""
    return _LABEL.sub("", _MARKUP.sub("", _BULLET.sub("", line.strip()))).strip()


def _joined(lines: list[str]) -> list[str]:
    """Undo the line breaks that a page's width made; keep those that mean something."""
    joined: list[str] = []
    for line in (piece.strip() for raw in lines for piece in _rows(raw)):
        if not line or _RULE.match(line):
            continue
        if joined and _continues(joined[-1], line):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined


def _rows(line: str) -> list[str]:
    """Cut a line in which a page's table came out in one run: after each price, a new row."""
    if line.count("R$") < 2 or "|" in line or "\t" in line:  # noqa: PLR2004 - two rows
        return [line]
    rows = _AFTER_PRICE.sub(r"\1\n", line).splitlines()
    names = [len(re.findall(r"[^\W\d]{2,}", row.split("R$")[0])) for row in rows]
    # "Broto R$ 30 Média R$ 45" are sizes of one thing, not rows of a table.
    return rows if max(names) > 1 else [line]


def _continues(before: str, line: str) -> bool:
    if "|" in before or "|" in line or "\t" in before or "\t" in line or _BULLET.match(line):
        return False
    if before.startswith("#") or _END.search(before):
        return False
    if line[0].islower() or _SMALL_END.search(fold(before)):
        return True
    ends_in_value = _VALUE.search(before.rsplit(maxsplit=1)[-1]) is not None
    last_line = len(before) >= _LONG_LINE
    return last_line and not ends_in_value and not _looks_like_row(line)


def _looks_like_row(line: str) -> bool:
    return re.search(r"R\$ ?\d|\d,\d{2}$", line) is not None


def _unit(line: str, under: str, columns: tuple[str, ...], paragraph: int) -> Unit:
    text = clean(line)
    cells = _cells(line)
    if len(cells) > 1:
        header = not columns and not any(_VALUE.search(cell) for cell in cells)
        kind = Kind.HEADER if header else Kind.ROW
        fitting = columns if len(cells) <= len(columns) else ()
        text = " | ".join(cell for cell in cells if cell)
        return Unit(text, kind, under, cells, fitting, paragraph)
    if _is_heading(line, text):
        return Unit(text.rstrip(":"), Kind.HEADING, under, paragraph=paragraph)
    if _BULLET.match(line):
        number = _NUMBERED.match(line)
        return Unit(f"{number.group().strip()} {text}" if number else text, Kind.ITEM, under,
                    paragraph=paragraph)  # fmt: skip
    return Unit(text, _kind(text), under, paragraph=paragraph)


def _kind(text: str) -> Kind:
    if _looks_like_row(text) and not _END.search(text):
        return Kind.ROW
    if _PAIR.match(text) and len(text) <= _PAIR_CHARS and not _SENTENCE.search(text):
        return Kind.ITEM  # "Sábado: 9h às 14h"
    return Kind.SENTENCE


def _cells(line: str) -> tuple[str, ...]:
    bare = line.strip()
    if bare.startswith("|"):
        bare = bare.strip("|")
    parts = bare.split("|") if "|" in bare else [cell for cell in _CELL.split(bare) if cell]
    cells = tuple(clean(cell) for cell in parts)
    return cells if sum(bool(cell) for cell in cells) > 1 or "|" in bare else cells[:1]


def _is_heading(line: str, text: str) -> bool:
    if line.startswith("#"):
        return True
    words = text.split()
    if text.endswith("?") and len(words) <= _QUESTION_WORDS and not _SENTENCE.search(text):
        return True  # a document of questions and answers: what follows is the answer
    if not words or len(words) > _HEADING_WORDS or _VALUE.search(text) or _BULLET.match(line):
        return False
    if text.endswith(":"):
        return True
    plain = not _END.search(text) and not re.search(r",|: | [-\u2013] ", text)
    return plain and text[0].isupper()


def _sentences(unit: Unit, under: str) -> list[Unit]:
    """Cut a paragraph; a question in it heads what follows it."""
    if unit.kind is not Kind.SENTENCE:
        return [unit]
    found: list[Unit] = []
    for part in split_sentences(unit.text):
        kind = Kind.HEADING if part.endswith("?") else Kind.SENTENCE
        found.append(Unit(clean(part), kind, under, paragraph=unit.paragraph))
        under = part if kind is Kind.HEADING else under
    return found


def split_sentences(text: str) -> list[str]:
    """Cut at ends of sentences, not at abbreviations."""
    parts: list[str] = []
    for part in _SENTENCE.split(text):
        if parts and _ABBREVIATION.search(fold(parts[-1])):
            parts[-1] = f"{parts[-1]} {part}"
        elif part.strip():
            parts.append(part.strip())
    return parts
