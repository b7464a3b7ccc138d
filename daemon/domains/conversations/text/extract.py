"""Weighs every sentence, table row and FAQ answer of the passages for a question.

A unit scores by how much of the question's topic it covers (rare words count more; headings and
titles lend theirs) and by whether it carries the kind of fact that was asked for.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from daemon.domains.conversations.domain import Passage

from .intents import GENERAL, Intent
from .question import Matcher, Question, covered
from .units import Kind, Unit, units
from .words import fold, stem, stems

HEADING_WORTH = 0.9
TITLE_WORTH = 0.7
NEAR_WORTH = 0.6  # what the sentence before said
MISSING_WEIGHT = 0.9
MAX_UNITS = 1_000
_LONG = 400
_SHORT_WORDS = 3
_HOW_TO = re.compile(r"(?:como|passo|how|steps?|instrucoes|procedimento)\b")


@dataclass(frozen=True)
class Spot:
    """A unit where it stands, and how well it answers.

    `own` is the share of the topic it says itself, `coverage` with what its context lends it;
    `proven`: it carries the kind of fact asked for.
    """

    passage: Passage
    place: int
    unit: Unit
    all: tuple[Unit, ...]
    own: float = 0.0
    coverage: float = 0.0
    proven: bool = False
    about: bool = False
    facets: float = 0.0
    score: float = 0.0

    def at(self, step: int) -> Unit | None:
        """Return the unit `step` places away, if there is one."""
        place = self.place + step
        return self.all[place] if 0 <= place < len(self.all) else None


def ranked(question: Question, passages: Sequence[Passage]) -> list[Spot]:
    """Weigh every unit of the passages, best first."""
    bare = [
        Spot(passage, place, unit, cut)
        for passage in passages
        for cut in (cut_passage(passage),)
        for place, unit in enumerate(cut)
    ][:MAX_UNITS]
    weights = weigh_words(question, bare)
    best = max((passage.score for passage in passages), default=0.0) or 1.0
    found = [_judged(question, spot, weights, spot.passage.score / best) for spot in bare]
    return sorted(found, key=lambda spot: spot.score, reverse=True)


def cut_passage(passage: Passage) -> tuple[Unit, ...]:
    """Return the units of a passage; a FAQ's answer is one, under its question."""
    if passage.is_faq:
        answer = passage.answer or passage.text
        return (Unit(answer, Kind.SENTENCE, under=passage.document),)
    return tuple(units(passage.text, passage.heading))


def weigh_words(question: Question, spots: Sequence[Spot]) -> dict[str, float]:
    """Return how much each topic word counts: the rarer among the units, the more."""
    language = question.language
    bags = [_bag(f"{spot.unit.under} {spot.unit.text}", language) for spot in spots]
    total = max(len(bags), 2)
    weights: dict[str, float] = {}
    for word in question.topics:
        count = sum(word in bag for bag in bags)
        rare = math.log(total / count) / math.log(total) if count else None
        weights[word] = MISSING_WEIGHT if rare is None else 0.4 + 0.6 * rare
        if len(question.topics) > 1 and word in _general(language):
            weights[word] *= 0.4
    return weights


def _judged(question: Question, spot: Spot, weights: Mapping[str, float], retrieved: float) -> Spot:
    unit, language = spot.unit, question.language
    own = matcher(unit.text, language)
    coverage = _coverage(spot, weights, own, language)
    proven = any(intent.value.search(unit.proof) for intent in question.intents)
    after = spot.at(1)
    if unit.kind is Kind.HEADING and after is not None and after.kind is not Kind.SENTENCE:
        proven = proven or any(i.value.search(after.proof) for i in question.intents)
    about = _about(question, spot)
    facets = covered(dict.fromkeys(question.facets, 1.0), own)
    score = (
        coverage
        + (0.35 if proven else 0.0)
        + (0.15 if about else 0.0)
        + 0.2 * facets
        + 0.15 * retrieved
        + (0.1 if spot.passage.is_faq else 0.0)
        + _names(question, unit)
        - _awkward(unit, spot.place)
    )
    return Spot(
        spot.passage,
        spot.place,
        unit,
        spot.all,
        own=covered(weights, own),
        coverage=coverage,
        proven=proven,
        about=about,
        facets=facets,
        score=score,
    )


def _coverage(spot: Spot, weights: Mapping[str, float], own: Matcher, language: str) -> float:
    """Return how much of the topic is said here; context counts less than the unit itself."""
    if not weights:
        return 0.0
    passage, unit = spot.passage, spot.unit
    heading = 1.0 if passage.is_faq else HEADING_WORTH
    lent = [
        (heading, matcher(f"{unit.under} {passage.heading}", language)),
        (TITLE_WORTH, matcher(f"{passage.title} {passage.document}", language)),
    ]
    before = spot.at(-1)
    if before is not None and before.paragraph == unit.paragraph and before.kind is Kind.SENTENCE:
        lent.append((NEAR_WORTH, matcher(before.text, language)))
    reached = sum(
        weight * max(own.worth(word), *(worth * other.worth(word) for worth, other in lent))
        for word, weight in weights.items()
    )
    return reached / sum(weights.values())


def _about(question: Question, spot: Spot) -> bool:
    text = f"{spot.unit.text} {spot.unit.under} {' '.join(spot.unit.columns)}"
    bag = _bag(text, question.language) | _bag(text, spot.passage.language)
    return any(
        bag & _stemmed(intent, language)
        for intent in question.intents
        for language in (question.language, spot.passage.language)
    )


def _names(question: Question, unit: Unit) -> float:
    """Return what speaks for a heading that says the topic and nothing else, or how to do it."""
    if unit.kind is not Kind.HEADING:
        return 0.0
    words = stems(unit.text, question.language)
    wanted = Matcher(question.topics)
    worth = 0.3 if words and all(wanted.worth(word) for word in words) else 0.0
    return worth + (0.25 if question.steps and _HOW_TO.match(fold(unit.text)) else 0.0)


def _awkward(unit: Unit, place: int) -> float:
    """Return what speaks against saying this unit by itself."""
    penalty = {Kind.HEADING: 0.08, Kind.HEADER: 0.3}.get(unit.kind, 0.0)
    if unit.kind is Kind.SENTENCE and place == 0 and unit.text[:1].islower():
        penalty += 0.15  # the chunk began in the middle of a sentence
    if len(unit.text) > _LONG:
        penalty += 0.1
    if unit.kind is Kind.SENTENCE and len(unit.text.split()) < _SHORT_WORDS:
        penalty += 0.1
    return penalty


@lru_cache(maxsize=4096)
def matcher(text: str, language: str) -> Matcher:
    """Return a matcher over the words of a text; the same units come up again and again."""
    return Matcher(tuple(stems(text, language)))


@lru_cache(maxsize=4096)
def _bag(text: str, language: str) -> frozenset[str]:
    return frozenset(stems(text, language))


@lru_cache(maxsize=64)
def _stemmed(intent: Intent, language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in intent.about)


@lru_cache(maxsize=4)
def _general(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in GENERAL)
