"""Search: keywords from SQLite and meaning from the retrieval child, fused into passages."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from daemon.infra.database import Connection, Database
from models.retrieval.fuse import fuse, margins
from models.retrieval.ports import Neighbours, RetrievalDownError, Retriever

from . import store
from .domain import Passage
from .words import LANGUAGES, guess, stems, telling

log = structlog.get_logger(__name__)

CANDIDATES = 100
LONGEST_QUERY = 2_000
LARGE = 200  # passages: from here on the empty words are rare or common enough to rank by
HOME = 0.25
CONVINCING = 0.5  # a keyword side that covers less than this of the question counts less
SLOW_S = 2.0  # meaning that takes longer than this does not hold up an answer


@dataclass(frozen=True, slots=True)
class Found:
    """What the keyword side knows of a query."""

    hits: dict[str, float]
    spread: dict[str, int]
    languages: dict[str, int]  # passages of the agent, by language
    asked_in: str

    @property
    def total(self) -> int:
        """Return how many passages the agent has."""
        return sum(self.languages.values())

    @property
    def at_home(self) -> bool:
        """Say whether a good part of what the agent knows is in the question's language."""
        return self.languages.get(self.asked_in, 0) > HOME * self.total


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each candidate, by chunk id."""

    scores: Mapping[str, float]
    coverage: Mapping[str, float]
    margins: Mapping[str, float]
    cosines: Mapping[str, float]


class Search:
    """Finds passages of one agent; without the child by keyword alone."""

    def __init__(self, database: Database, retriever: Retriever) -> None:
        self._db, self._retriever = database, retriever

    async def run(self, agent_id: str, model: str, query: str, limit: int) -> list[Passage]:
        """Return the best passages, best first; FAQ pairs and documents alike."""
        asked = query[:LONGEST_QUERY]
        by_language = {language: telling(asked, language) for language in LANGUAGES}
        words, near = await asyncio.gather(
            self._db.read(lambda tx: _keywords(tx, agent_id, asked, by_language)),
            self._meaning(agent_id, model, asked),
        )
        meaning = None if near is None else margins(near)
        cosines = {} if near is None else {hit.id: hit.score for hit in near.hits}
        ids = list({*words.hits, *(meaning or {})})
        rows, texts = await self._db.read(lambda tx: _rows(tx, agent_id, ids))
        judged = {
            row["id"]: _coverage(by_language[row["language"]], texts[row["number"]], words)
            for row in rows
        }
        trust = _trust(words, rows, judged)
        known = {row["id"] for row in rows}
        scores = {
            number: score
            for number, score in fuse(meaning, words.hits, trust).items()
            if number in known
        }
        return _best(
            rows,
            Evidence(scores, judged, meaning or {}, cosines),
            limit,
        )

    async def _meaning(self, agent_id: str, model: str, query: str) -> Neighbours | None:
        try:
            async with asyncio.timeout(SLOW_S):
                found = await self._retriever.search(model, agent_id, query, CANDIDATES)
        except (RetrievalDownError, TimeoutError) as error:
            log.debug("search_by_keyword_only", reason=str(error) or "slow")
            return None
        return found if found.hits else None


def _keywords(
    tx: Connection, agent_id: str, asked: str, by_language: Mapping[str, Sequence[str]]
) -> Found:
    languages = store.languages(tx, agent_id)
    language = guess(asked) or next(iter(languages), "pt")
    large = sum(languages.values()) >= LARGE
    every = list(dict.fromkeys(stems(asked, language)))
    known = list(dict.fromkeys(stem for found in by_language.values() for stem in found))
    return Found(
        store.keyword_hits(tx, agent_id, every if large else by_language[language], CANDIDATES),
        store.spread(tx, agent_id, known),
        languages,
        language,
    )


def _rows(tx: Connection, agent_id: str, ids: list[str]) -> tuple[list[Any], dict[int, str]]:
    rows = store.chunks(tx, ids)
    return rows, store.chunk_stems(tx, agent_id, [row["number"] for row in rows])


def _coverage(asked: Sequence[str], text: str, words: Found) -> float:
    """Return how much of the question's stems the text has, rare ones counting more."""
    held = set(text.split())
    weights = {stem: _rarity(words.spread.get(stem, 0), words.total) for stem in asked}
    whole = sum(weights.values())
    return round(sum(w for stem, w in weights.items() if stem in held) / whole, 4) if whole else 0.0


def _rarity(count: int, total: int) -> float:
    return math.log(1 + (total - min(count, total) + 0.5) / (count + 0.5))


def _trust(words: Found, rows: Sequence[Any], judged: Mapping[str, float]) -> dict[str, float]:
    """Say how much a keyword hit counts: a side that is blind for this question must not vote.

    Few of the question's rare words found anywhere, or passages of another language than the
    question's, are chance; names and numbers that both languages share still cover much.
    """
    best = max((judged[number] for number in words.hits if number in judged), default=0.0)
    at_home = min(1.0, best / CONVINCING)
    return {
        row["id"]: at_home
        if words.at_home and row["language"] == words.asked_in
        else max(0.0, (judged[row["id"]] - CONVINCING) / (1 - CONVINCING))
        for row in rows
    }


def _best(rows: Sequence[Any], evidence: Evidence, limit: int) -> list[Passage]:
    by_id = {row["id"]: row for row in rows}
    scores = evidence.scores
    taken: set[str] = set()
    passages: list[Passage] = []
    for number in sorted(scores, key=lambda number: (-scores[number], by_id[number]["number"])):
        row = by_id[number]
        if row["is_faq"] and row["owner_id"] in taken:
            continue  # the same pair, found by its question and by its answer
        taken.add(row["owner_id"])
        passages.append(_passage(row, evidence))
        if len(passages) == limit:
            break
    return passages


def _passage(row: Any, evidence: Evidence) -> Passage:
    number, is_faq = row["id"], bool(row["is_faq"])
    return Passage(
        chunk_id=number,
        document_id=row["owner_id"],
        document=row["question"] if is_faq else row["name"],
        title=row["question"] if is_faq else row["title"],
        page=row["page"],
        heading=row["heading"],
        text=row["text"],
        score=round(evidence.scores[number], 4),
        is_faq=is_faq,
        answer=row["answer"] if is_faq else None,
        language=row["language"],
        coverage=evidence.coverage[number],
        dense=_rounded(evidence.cosines.get(number)),
        margin=_rounded(evidence.margins.get(number)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
