"""A question, read: its topic words with weights, the kinds of fact it asks for, its language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .intents import DAYS, SELF, Intent, intents_of, synonyms, wants_list, wants_steps
from .words import LANGUAGES, is_filler, is_number, language_of, same, stem, tokens

SYNONYM_WORTH = 0.85
SLIP_WORTH = 0.9
_SHORT = 4  # words: an elliptic follow-up is short
_FOLLOW_UP = re.compile(r"^(?:e|mas|and|y|what about|how about|e se|e quanto)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is asked for.

    `topics` must be found (stems); `facets` (days) only help to choose.
    """

    text: str
    language: str
    topics: tuple[str, ...]
    facets: tuple[str, ...]
    intents: tuple[Intent, ...]
    several: bool = False
    steps: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing in it could be looked up."""
        return not self.topics and not self.intents


def read(text: str, language: str | None = None) -> Question:
    """Read a question; `language` is the fallback where the words do not tell."""
    own = language_of(text, language or "pt")
    intents = intents_of(text)
    asking = frozenset().union(*(intent.asking for intent in intents))
    topics: dict[str, None] = {}
    facets: dict[str, None] = {}
    general: dict[str, None] = {}
    for token in tokens(text):
        if is_filler(token, own) or token in asking or _is_laughter(token):
            continue
        kept = facets if token in DAYS else general if token in SELF else topics
        kept[stem(token, own)] = None
    if not topics and not intents:  # "Quais serviços?": then the general word is the topic
        topics, facets = {**general, **facets}, {}
    return Question(
        text,
        own,
        tuple(topics),
        tuple(facets),
        intents,
        several=wants_list(text),
        steps=wants_steps(text),
    )


def follow_up(question: Question, before: Question | None) -> Question:
    """Complete "E a drenagem?" or "quanto custa?" with what the last question was about."""
    if before is None or before.empty:
        return question
    short = len(tokens(question.text)) <= _SHORT or _FOLLOW_UP.match(question.text.strip())
    if not short:
        return question
    if not question.topics and question.intents and before.topics:
        same_kind = set(question.intents) == set(before.intents)
        return question if same_kind else replace(question, topics=before.topics)
    if question.topics and not question.intents and before.intents:
        return replace(question, intents=before.intents)
    if not question.topics and not question.intents and question.facets:
        return replace(question, intents=before.intents, topics=before.topics)
    return question


def parts(text: str) -> list[str]:
    """Cut a burst into its questions; fragments of one question stay together."""
    pieces = [piece.strip() for piece in re.findall(r"[^?]+\?*", text) if piece.strip()]
    if len(pieces) < 2:  # noqa: PLR2004 - one question, however many lines
        return [text.strip()]
    asked: list[str] = []
    for piece in pieces:
        if asked and (not piece.endswith("?") or not asked[-1].endswith("?")):
            asked[-1] = f"{asked[-1]} {piece}"
        else:
            asked.append(piece)
    return asked


class Matcher:
    """Says how well a bag of stems covers a stem of the question."""

    def __init__(self, stems: Sequence[str]) -> None:
        self._stems = frozenset(stems)
        self._groups = frozenset(
            group for word in self._stems for group in _groups_by_stem().get(word, ())
        )

    def worth(self, wanted: str) -> float:
        """Return 1 for the word itself, less for a slip of the finger or a synonym, else 0."""
        if wanted in self._stems:
            return 1.0
        if any(same(wanted, word) for word in self._stems):
            return SLIP_WORTH
        if any(group in self._groups for group in _groups_by_stem().get(wanted, ())):
            return SYNONYM_WORTH
        return 0.0


def covered(weights: Mapping[str, float], matcher: Matcher) -> float:
    """Return the share (0..1) of the weights that the matcher covers."""
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(weight * matcher.worth(word) for word, weight in weights.items()) / total


@lru_cache(maxsize=1)
def _groups_by_stem() -> dict[str, tuple[int, ...]]:
    table: dict[str, tuple[int, ...]] = {}
    for number, group in enumerate(synonyms()):
        for word in group:
            for language in LANGUAGES:
                key = stem(word, language)
                table[key] = (*table.get(key, ()), number)
    return table


def _is_laughter(token: str) -> bool:
    return re.fullmatch(r"(?:k{2,}|(?:ha){2,}|(?:rs)+|h+e+)", token) is not None and not is_number(
        token
    )
