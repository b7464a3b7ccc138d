"""Turns the best units into an answer: one row, a short list, a paragraph; or nothing at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from daemon.domains.conversations.domain import Passage

from .extract import Spot, matcher, ranked
from .intents import ADDRESS, HOURS, PRICE, Intent
from .question import Matcher, Question, read
from .units import Kind, Unit
from .words import fold, stems

MAX_CHARS = 700
LEAD_CHARS = 420
MANY_TOPICS = 4  # words from which on a question counts as long
EASE, LEAST = 0.03, 0.4
MAX_ROWS = 12
MAX_ALIKE = 6
NEAR = 3  # units after the best one in which its price may stand
CROSS_MARGIN = 3.0  # deviations above the background at which meaning alone is trusted
SURE_WITHOUT_TOPIC = 0.75
_LEANS = re.compile(
    r"^(?:isso|isto|este|esta|esse|essa|ele|ela|eles|elas|nesse|nessa|neste|nesta|caso|porem|"
    r"entretanto|no entanto|contudo|exceto|alem disso|tambem|apos|depois|ja|em caso|mas|se|"
    r"this|these|it|they|however|otherwise|in that case|then|if|also|but)\b"
)
# A question, or the names of a table's columns: no title over an answer.
_UNTITLED = re.compile(
    r"\?$|^(?:(?:servicos?|produtos?|item|itens|descricao|duracao|precos?|valor(?:es)?|prazo|tempo"
    r"|frete|quantidade|qtd|codigo|categoria)\W*)+$"
)
_VALUES = re.compile(r"(?:R\$|\d|:)")
_AND = re.compile(r",|\be\b|\bou\b|\band\b|\bor\b|\by\b")


@dataclass(frozen=True)
class Extract:
    """An answer in the document's words, with the passages it was taken from."""

    text: str
    passages: tuple[Passage, ...]
    confidence: float


def extract(question: Question, passages: Sequence[Passage], threshold: float) -> Extract | None:
    """Return the answer that the passages hold, or None when they do not hold it."""
    spots = [spot for spot in ranked(question, passages) if spot.unit.kind is not Kind.HEADER]
    if not spots or question.empty:
        return None
    threshold = _eased(threshold, len(question.topics))
    found = _several_topics(question, spots, threshold) or _one(question, spots, threshold)
    return found or _by_meaning(question, spots)


def _eased(threshold: float, topics: int) -> float:
    """Ask less of a long question: the more words it has, the more of them are beside the point."""
    return max(threshold - EASE * max(topics - MANY_TOPICS, 0), min(threshold, LEAST))


# -- one answer


def _one(question: Question, spots: Sequence[Spot], threshold: float) -> Extract | None:
    for spot in spots[:8]:
        if question.topics and spot.coverage < threshold:
            continue
        chosen = _with_value(question, spot)
        if chosen is None:
            continue
        confidence = spot.coverage if question.topics else SURE_WITHOUT_TOPIC
        alike = _alike(question, spot, spots)
        if len(alike) > 1:
            return _listed(alike, confidence)
        return Extract(_cut(_said(question, spot, chosen)), (spot.passage,), round(confidence, 3))
    return None


def _with_value(question: Question, spot: Spot) -> list[Unit] | None:
    """Return the units that say the fact asked for, starting here; None when they do not."""
    needed = [intent for intent in question.intents if intent.needed(question.text)]
    if not question.topics and not needed:
        needed = list(question.intents)
    if not needed:
        return [spot.unit]
    if not question.topics and _is_about_else(spot, needed):
        return None
    taken: list[Unit] = []
    for step in range(NEAR + 1):
        unit = spot.at(step)
        if unit is None or (step and _starts_something_else(spot.unit, unit)):
            return None
        taken.append(unit)
        if any(intent.value.search(unit.proof) for intent in needed):
            return taken
    return None


def _is_about_else(spot: Spot, needed: Sequence[Intent]) -> bool:
    """Return whether the unit's hours or prices are those of one thing that nobody asked about."""
    if HOURS in needed and not spot.about:
        return True
    asked = spot.unit.text if spot.unit.text.endswith("?") else spot.unit.under
    return asked.endswith("?") and bool(read(asked).topics)


def _starts_something_else(start: Unit, unit: Unit) -> bool:
    if start.kind is Kind.HEADING:
        return unit.kind is Kind.HEADING and unit.under != start.text
    return unit.kind in {Kind.HEADING, Kind.HEADER} or start.kind is Kind.ROW


def _said(question: Question, spot: Spot, taken: list[Unit]) -> str:
    unit = spot.unit
    if spot.passage.is_faq:
        return unit.text
    if unit.kind is Kind.HEADING:
        return _under_heading(spot, taken)
    if unit.under.endswith("?"):
        return _section(spot)
    if len(taken) > 1:
        return "\n".join(_shown(piece) for piece in taken)
    return _piece(question, spot)


def _piece(question: Question, spot: Spot) -> str:
    if not question.topics and question.intents and not spot.facets:
        return _run(question, spot)
    if spot.unit.kind in {Kind.ROW, Kind.ITEM}:
        return _labelled(question, spot)
    return _with_neighbours(spot)


def _under_heading(spot: Spot, taken: list[Unit]) -> str:
    """Return the beginning of the section; the heading itself only where nothing follows."""
    body: list[Unit] = []
    for step in range(1, MAX_ROWS + 1):
        unit = spot.at(step)
        if unit is None or unit.kind is Kind.HEADING:
            break
        if unit.kind is not Kind.HEADER:
            body.append(unit)
        if sum(len(piece.text) for piece in body) > LEAD_CHARS and step >= len(taken) - 1:
            break
    if not body:
        return "\n".join(_shown(piece) for piece in taken)
    rows = all(piece.kind is not Kind.SENTENCE for piece in body)
    title = f"{spot.unit.text}:\n" if rows and not _UNTITLED.search(fold(spot.unit.text)) else ""
    return title + _joined(body)


def _section(spot: Spot) -> str:
    """Return all that stands under the same question of a document."""
    body = [unit for unit in spot.all if unit.under == spot.unit.under]
    return _joined([unit for unit in body if unit.kind is not Kind.HEADING])


def _run(question: Question, spot: Spot) -> str:
    """Return the unbroken run of units with that kind of fact: all days, a whole address."""
    first = last = spot.place

    def fits(place: int) -> bool:
        unit = spot.all[place]
        same = unit.under == spot.unit.under and unit.kind not in {Kind.HEADING, Kind.HEADER}
        return same and any(intent.value.search(unit.proof) for intent in question.intents)

    while first > 0 and fits(first - 1):
        first -= 1
    while last + 1 < len(spot.all) and last - first < MAX_ROWS and fits(last + 1):
        last += 1
    run = list(spot.all[first : last + 1])
    if len(run) == 1 and run[0].kind is Kind.SENTENCE:
        return _with_neighbours(spot)
    under = spot.unit.under
    title = f"{under}:\n" if under and run[0].kind is not Kind.SENTENCE else ""
    return title + _joined(run)


def _labelled(question: Question, spot: Spot) -> str:
    """Return a row or item, with its heading where the heading says what it is about."""
    shown, under = _shown(spot.unit), spot.unit.under
    lends = matcher(under, question.language)
    own = matcher(spot.unit.text, question.language)
    if under and any(lends.worth(word) and not own.worth(word) for word in question.topics):
        return f"{under}: {shown}"
    return shown


def _with_neighbours(spot: Spot) -> str:
    """Return the sentence, with those around it that it cannot stand without."""
    said = [spot.unit.text]
    before = spot.at(-1)
    leans = _LEANS.match(fold(spot.unit.text)) is not None
    if leans and before is not None and before.kind is Kind.SENTENCE and _near(before, spot.unit):
        said.insert(0, before.text)
    for step in (1, 2):
        unit = spot.at(step)
        if unit is None or unit.kind is Kind.HEADING or not _near(unit, spot.unit):
            break
        opens = said[-1].endswith(":")
        if not (opens or (unit.kind is Kind.SENTENCE and _LEANS.match(fold(unit.text)))):
            break
        said.append(unit.text)
    if said[-1].endswith(":"):
        rest = [spot.at(step) for step in range(len(said), len(said) + MAX_ROWS)]
        items = [unit for unit in rest if unit is not None and unit.kind is Kind.ITEM]
        return "\n".join([" ".join(said), *(_shown(unit, bullet=True) for unit in items)])
    return " ".join(said)


def _near(one: Unit, other: Unit) -> bool:
    return one.under == other.under and abs(one.paragraph - other.paragraph) <= 1


# -- many answers


def _alike(question: Question, best: Spot, spots: Sequence[Spot]) -> list[Spot]:
    """Return the rows that answer as well as the best one: every massage, every price."""
    if best.unit.kind not in {Kind.ROW, Kind.ITEM} or not best.proven or best.facets:
        return [best]
    most = MAX_ROWS if question.several or not question.topics else MAX_ALIKE
    rows = [
        spot
        for spot in spots
        if spot.unit.kind is best.unit.kind
        and spot.proven
        and abs(spot.coverage - best.coverage) < 0.03  # noqa: PLR2004 - one thing AND another - the same words are covered
        and (spot.own >= best.own - 0.03 if question.topics else True)
    ]
    if not question.topics and not {PRICE, HOURS, ADDRESS} & set(question.intents):
        return [best]
    exact = [spot for spot in rows if _named(question, spot)]
    return _distinct(exact or rows)[:most]


def _named(question: Question, spot: Spot) -> bool:
    """Return whether the row's own name says the topic and nothing else."""
    name = spot.unit.cells[0] if spot.unit.cells else _VALUES.split(spot.unit.text)[0]
    wanted = Matcher(question.topics)
    words = stems(name, question.language)
    return bool(question.topics and words) and all(wanted.worth(word) for word in words)


def _several_topics(question: Question, spots: Sequence[Spot], threshold: float) -> Extract | None:
    """Answer "quanto custa o corte e a barba?" by one row a topic."""
    if len(question.topics) < 2 or not _AND.search(fold(question.text)):  # noqa: PLR2004 - one thing AND another
        return None
    rows = [
        spot
        for spot in spots
        if spot.proven and spot.own > 0 and spot.unit.kind in {Kind.ROW, Kind.ITEM, Kind.SENTENCE}
    ]
    if not rows or rows[0].own >= 1.0:
        return None
    chosen: list[Spot] = []
    missing = list(question.topics)
    for spot in rows:
        words = matcher(spot.unit.text, question.language)
        new = [word for word in missing if words.worth(word)]
        if new and (not chosen or len(new) == len(missing)):
            chosen.append(spot)
            missing = [word for word in missing if word not in new]
        if not missing:
            break
    if len(chosen) < 2 or missing:  # noqa: PLR2004 - one thing AND another - one row is no list
        return None
    return _listed(chosen, max(threshold, min(spot.coverage for spot in chosen)))


def _listed(spots: Sequence[Spot], confidence: float) -> Extract:
    lines: list[str] = []
    for spot in spots:
        line = f"• {_shown(spot.unit)}"
        if sum(map(len, lines)) + len(line) > MAX_CHARS:
            break
        lines.append(line)
    passages = tuple({spot.passage.chunk_id: spot.passage for spot in spots}.values())
    return Extract("\n".join(lines), passages, round(confidence, 3))


def _distinct(spots: Sequence[Spot]) -> list[Spot]:
    seen: dict[str, Spot] = {}
    for spot in spots:
        seen.setdefault(fold(spot.unit.text), spot)
    return list(seen.values())


# -- meaning, across languages


def _by_meaning(question: Question, spots: Sequence[Spot]) -> Extract | None:
    """Trust the vectors where the question's words cannot be in the text: another language."""
    foreign = [
        spot
        for spot in spots
        if spot.passage.language != question.language
        and (spot.passage.margin or 0.0) >= CROSS_MARGIN
    ]
    if not foreign:
        return None
    top = max(foreign, key=lambda spot: (spot.passage.score, spot.score)).passage
    inside = [spot for spot in foreign if spot.passage.chunk_id == top.chunk_id]
    if question.intents:
        inside = [spot for spot in inside if spot.proven]
        if not inside:
            return None
        rows = [spot for spot in inside if spot.unit.kind is Kind.ROW]
        if len(rows) > 1:
            return _listed(_distinct(rows)[:MAX_ROWS], 0.5)
    best = inside[0]
    text = best.unit.text if question.intents else _lead(best)
    return Extract(_cut(text), (top,), 0.5)


def _lead(spot: Spot) -> str:
    body = [unit for unit in spot.all if unit.kind is not Kind.HEADING]
    return _joined(body or list(spot.all))


# -- how units look in a chat


def _shown(unit: Unit, *, bullet: bool = False) -> str:
    if len(unit.cells) > 1:
        first, *rest = unit.cells
        names = unit.columns[1:] if unit.columns else ("",) * len(rest)
        rest = [
            f"{name}: {cell}" if name else cell
            for name, cell in zip(names, rest, strict=False)
            if cell
        ]
        return f"{first} \u2013 {', '.join(rest)}"
    return f"• {unit.text}" if bullet and not unit.text[:1].isdigit() else unit.text


def _joined(body: Sequence[Unit]) -> str:
    """Join sentences by spaces, rows and items by line breaks, up to the longest answer."""
    text = ""
    for unit in body:
        separator = " " if text and unit.kind is Kind.SENTENCE else "\n" if text else ""
        piece = separator + _shown(unit, bullet=unit.kind is Kind.ITEM)
        if text and len(text) + len(piece) > LEAD_CHARS:
            break
        text += piece
    return text


def _cut(text: str) -> str:
    """Keep an answer short, ending where a sentence or a line ends."""
    if len(text) <= MAX_CHARS:
        return text
    head = text[:MAX_CHARS]
    end = max(head.rfind(". "), head.rfind("\n"), head.rfind("; "))
    return head[: end + 1].rstrip() if end > MAX_CHARS // 2 else head.rsplit(" ", 1)[0] + "…"
