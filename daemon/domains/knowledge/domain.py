"""What is known, as data: documents, chunks, FAQ pairs and the passages a search returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """One search result, always traceable to document, page and passage.

    `document_id` is the FAQ's id and `document` its question when `is_faq`. The last four fields
    are evidence for `confidence`: None means that side did not vote (child down, blind query).
    """

    chunk_id: str
    document_id: str
    document: str
    title: str
    page: int | None
    heading: str
    text: str
    score: float  # fused, 0..1, comparable only within one search
    is_faq: bool = False
    answer: str | None = None  # the FAQ's answer, word for word
    language: str = "pt"
    coverage: float = 0.0  # share of the query's rare stems found in passage, title and heading
    dense: float | None = None  # cosine, unusable as an absolute threshold
    margin: float | None = None  # dense score in deviations above the collection's background


def confidence(query: str, passages: list[Passage]) -> float:
    """Return how likely (0..1) the passages answer the query; below about 0.5 say so."""
    del query  # its stems already speak through `coverage`
    if not passages:
        return 0.0
    best = max(passages, key=lambda passage: passage.score)
    return best.coverage
