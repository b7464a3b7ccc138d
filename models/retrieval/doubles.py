"""A retriever without a child: vectors of hashed word beginnings, kept in memory. For tests."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from .ports import Neighbours, RetrievalDownError, VectorHit, Vectors, unit

DIM = 256
FOUND_ITSELF = 0.99


class MemoryRetriever:
    """Implements `Retriever`; set `down` to make every call fail as if the child were away."""

    def __init__(self) -> None:
        self.down = False
        self.embedded: list[str] = []
        self._held: dict[str, dict[str, Vectors]] = {}

    async def embed(self, model: str, texts: Sequence[str]) -> list[bytes]:
        """Embed texts by the beginnings of their words."""
        self._up()
        self.embedded += texts
        return [_vector(f"{model} {text}").tobytes() for text in texts]

    async def upsert(
        self, model: str, collection: str, vectors: Sequence[tuple[str, bytes]]
    ) -> None:
        """Add or replace vectors."""
        self._up()
        for number, vector in vectors:
            self.held(model, collection)[number] = np.frombuffer(vector, "<f4")

    async def delete(self, model: str, collection: str, ids: Sequence[str]) -> None:
        """Remove vectors."""
        self._up()
        for number in ids:
            self.held(model, collection).pop(number, None)

    async def drop(self, model: str, collection: str) -> None:
        """Forget a collection."""
        self._up()
        self._held.pop(f"{model}/{collection}", None)

    async def verify(
        self, model: str, collection: str, count: int, probes: Sequence[tuple[str, bytes]]
    ) -> str:
        """Compare with what should be there."""
        self._up()
        held = self.held(model, collection)
        if len(held) != count:
            return f"it holds {len(held)} vectors, not {count}"
        lost = [number for number, _ in probes if number not in held]
        return "a vector does not find itself" if lost else ""

    async def search(self, model: str, collection: str, query: str, limit: int) -> Neighbours:
        """Compare the query with every vector."""
        self._up()
        vector = _vector(f"{model} {query}")
        scores = {
            number: float(held @ vector) for number, held in self.held(model, collection).items()
        }
        best = sorted(scores, key=lambda number: -scores[number])[:limit]
        values = list(scores.values()) or [0.0]
        hits = [VectorHit(number, scores[number]) for number in best]
        return Neighbours(hits, float(np.mean(values)) / 2, 0.05)

    def held(self, model: str, collection: str) -> dict[str, Vectors]:
        """Return the vectors of a collection, by id."""
        return self._held.setdefault(f"{model}/{collection}", {})

    def _up(self) -> None:
        if self.down:
            reason = "the double is down"
            raise RetrievalDownError(reason)


def _vector(text: str) -> Vectors:
    row = np.zeros((1, DIM), np.float32)
    for word in re.findall(r"\w+", text.lower()):
        digest = hashlib.sha256(word[:5].encode()).digest()
        row[0, digest[0] % DIM] += 1.0
    vector: Vectors = unit(row)[0]
    return vector
