"""What the daemon asks of retrieval, and what retrieval asks of its own parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Role = Literal["query", "passage"]
Vectors = NDArray[np.float32]
TINY = 1e-12


def unit(rows: Vectors) -> Vectors:
    """Return the rows at length 1, so that a product of two is their cosine."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    scaled: Vectors = (rows / lengths).astype(np.float32)
    return scaled


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The embedding model that is loaded: vectors of different `name`s never meet."""

    name: str
    dim: int


@dataclass(frozen=True, slots=True)
class VectorHit:
    """One neighbour of a query: the chunk's id and its cosine similarity."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest chunks, best first, and how similar the collection is to the query at large.

    E5 puts every cosine in 0.7-0.9, so a score means something only against `mean` and `spread`
    (standard deviation) of the query's similarity to a sample of the whole collection.
    """

    hits: list[VectorHit]
    mean: float
    spread: float


class Embedder(Protocol):
    """Turns texts into unit vectors; blocking, used by one thread of the child."""

    info: ModelInfo

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Return one L2-normalised row a text, shape (len(texts), info.dim)."""
        ...


class VectorIndex(Protocol):
    """A rebuildable index of vectors, one collection an agent; blocking, one owner."""

    def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace vectors by id."""
        ...

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Remove ids; unknown ones are no error."""
        ...

    def query(self, collection: str, vector: Vectors, limit: int, others: Vectors) -> Neighbours:
        """Return the nearest of one unit vector; an unknown collection has no neighbours.

        `others` are vectors of texts at large: the background while the collection is small.
        """
        ...

    def ids(self, collection: str) -> list[str]:
        """Return every id the collection holds, none when it does not exist."""
        ...

    def drop(self, collection: str) -> None:
        """Forget a collection; an unknown one is no error."""
        ...


class Retriever(Protocol):
    """The daemon's side of the retrieval child. Every call may raise `RetrievalDownError`.

    `collection` is an agent; each model has its own copy of it, so that the vectors of an old
    model go on serving while those of a new one are made.
    """

    async def embed(self, model: str, texts: Sequence[str]) -> list[bytes]:
        """Embed passages in the background: one row of little-endian float32 a text."""
        ...

    async def upsert(
        self, model: str, collection: str, vectors: Sequence[tuple[str, bytes]]
    ) -> None:
        """Add or replace vectors by chunk id."""
        ...

    async def delete(self, model: str, collection: str, ids: Sequence[str]) -> None:
        """Remove chunk ids from the index."""
        ...

    async def drop(self, model: str, collection: str) -> None:
        """Forget a collection."""
        ...

    async def verify(
        self, model: str, collection: str, count: int, probes: Sequence[tuple[str, bytes]]
    ) -> str:
        """Return "" when the index holds `count` vectors and finds the probes, else the fault."""
        ...

    async def search(self, model: str, collection: str, query: str, limit: int) -> Neighbours:
        """Embed a live query and return its neighbours; overtakes background embedding."""
        ...


class RetrievalDownError(Exception):
    """The retrieval child is away, too slow, or refused: search by keyword until it is back."""
