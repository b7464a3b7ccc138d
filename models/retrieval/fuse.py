"""One ranking of two: similarity of meaning and BM25, fused by score.

Ranks alone lose too much (see the table in tests/bench/retrieval.py). Similarity counts in
deviations above the query's own background, BM25 as a share of the best hit; a keyword hit in a
language other than the question's counts only as far as it covers the question.
"""

from collections.abc import Mapping

from .ports import Neighbours

KEYWORD = 0.35
DEVIATIONS = 4.5  # this far above the background is as good as the best keyword hit
LEAST_SPREAD = 0.004


def margins(found: Neighbours) -> dict[str, float]:
    """Return each hit's similarity in deviations above the collection's background."""
    spread = max(found.spread, LEAST_SPREAD)
    return {hit.id: (hit.score - found.mean) / spread for hit in found.hits}


def fuse(
    meaning: Mapping[str, float] | None, words: Mapping[str, float], trust: Mapping[str, float]
) -> dict[str, float]:
    """Return a score from 0 to 1 for every candidate.

    `meaning` are margins (None: that side is away), `words` BM25 scores, `trust` how much of a
    keyword hit counts (1 where absent).
    """
    best = max(words.values(), default=0.0) or 1.0
    if meaning is None:
        return {number: score / best for number, score in words.items()}
    shares = {number: score / best * trust.get(number, 1.0) for number, score in words.items()}
    raw = {
        number: (1 - KEYWORD) * max(meaning.get(number, 0.0), 0.0) / DEVIATIONS
        + KEYWORD * shares.get(number, 0.0)
        for number in {*meaning, *words}
    }
    top = max([1.0, *raw.values()])
    return {number: score / top for number, score in raw.items()}
