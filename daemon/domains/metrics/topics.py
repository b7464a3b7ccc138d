"""Groups questions that nobody could answer by the stems they share: plain, and explainable."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from .domain import Refusal

ALIKE = 0.5  # share of the smaller question's stems that must be in the topic
EXAMPLES = 3

NO_NAMES: Mapping[str, str] = MappingProxyType({})
Stems = Callable[[str], frozenset[str]]


@dataclass
class Topic:
    """Questions about one thing."""

    stems: frozenset[str]
    questions: list[Refusal] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)

    @property
    def last_at(self) -> datetime:
        """When it was asked last."""
        return max(question.at for question in self.questions)

    def label(self) -> list[str]:
        """Return the stems that most of its questions share, most common first."""
        half = len(self.questions) / 2
        return [stem for stem, number in self.words.most_common(4) if number >= half]

    def examples(self) -> list[Refusal]:
        """Return different wordings, the newest first."""
        newest = sorted(self.questions, key=lambda one: (one.at, one.trace_id), reverse=True)
        told: dict[str, Refusal] = {}
        for question in newest:
            told.setdefault(" ".join(question.question.casefold().split()), question)
        return list(told.values())[:EXAMPLES]


def topics(
    refusals: Iterable[Refusal], stems: Stems, names: Mapping[str, str] = NO_NAMES
) -> list[Topic]:
    """Put each question to the topic it shares the most stems with, or begin one with it.

    `names` are topics that were found by meaning, by trace: they come before the stems.

    Most asked first. The question that begins a topic decides what belongs to it, so that a topic
    does not drift from one subject to the next.
    """
    found: list[Topic] = []
    by_stem: dict[str, list[int]] = {}
    alone: dict[str, int] = {}
    named: dict[str, int] = {}
    for refusal in sorted(refusals, key=lambda one: (one.at, one.trace_id)):
        about = stems(refusal.question)
        if (name := names.get(refusal.trace_id)) is not None:
            place = named.get(name)
        else:
            place = _nearest(about, found, by_stem) if about else alone.get(_plain(refusal))
        if place is None:
            place = len(found)
            found.append(Topic(about))
            for stem in about:
                by_stem.setdefault(stem, []).append(place)
            if not about:
                alone[_plain(refusal)] = place
            if name is not None:
                named[name] = place
        found[place].questions.append(refusal)
        found[place].words.update(about)
    return sorted(found, key=lambda topic: (-len(topic.questions), -topic.last_at.timestamp()))


def _nearest(
    about: frozenset[str], found: list[Topic], by_stem: dict[str, list[int]]
) -> int | None:
    shared = Counter(place for stem in about for place in by_stem.get(stem, ()))
    best: tuple[float, int] | None = None
    for place, number in shared.items():
        stems = found[place].stems
        alike = number / min(len(stems), len(about))
        # One word in common is a topic only if it is all that either says.
        close = number / len(stems | about)
        if alike >= ALIKE and (number > 1 or min(len(stems), len(about)) == 1):
            best = max(best or (close, -place), (close, -place))
    return None if best is None else -best[1]


def _plain(refusal: Refusal) -> str:
    return " ".join(refusal.question.casefold().split())
