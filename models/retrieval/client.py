"""The daemon's side of the retrieval child."""

import base64
from collections.abc import Sequence
from typing import Any, Protocol

from config.ipc import RemoteError

from .ports import Neighbours, RetrievalDownError, VectorHit

SEARCH_TIMEOUT_S = 5.0
INDEX_TIMEOUT_S = 60.0
EMBED_TIMEOUT_S = 300.0


class Asks(Protocol):
    """Whatever can put a request to the child: the daemon's supervised `Child`."""

    async def request(
        self, op: str, data: dict[str, Any] | None = None, *, timeout_s: float | None = 30.0
    ) -> Any:
        """Ask and wait."""
        ...


class RetrievalClient:
    """Implements `Retriever`; whatever goes wrong is a `RetrievalDownError`."""

    def __init__(self, child: Asks) -> None:
        self._child = child

    async def embed(self, model: str, texts: Sequence[str]) -> list[bytes]:
        """Embed passages in the background: one row of little-endian float32 a text."""
        data = {"model": model, "texts": list(texts)}
        answer = await self._ask("embed", data, EMBED_TIMEOUT_S)
        raw = base64.b64decode(answer["vectors"])
        size = len(raw) // max(len(texts), 1)
        return [raw[at * size : (at + 1) * size] for at in range(len(texts))]

    async def upsert(
        self, model: str, collection: str, vectors: Sequence[tuple[str, bytes]]
    ) -> None:
        """Add or replace vectors by chunk id."""
        await self._ask("upsert", _packed(model, collection, vectors), INDEX_TIMEOUT_S)

    async def delete(self, model: str, collection: str, ids: Sequence[str]) -> None:
        """Remove chunk ids from the index."""
        data = {"model": model, "collection": collection, "ids": list(ids)}
        await self._ask("delete", data, INDEX_TIMEOUT_S)

    async def drop(self, model: str, collection: str) -> None:
        """Forget a collection."""
        await self._ask("drop", {"model": model, "collection": collection}, INDEX_TIMEOUT_S)

    async def verify(
        self, model: str, collection: str, count: int, probes: Sequence[tuple[str, bytes]]
    ) -> str:
        """Return "" when the index holds `count` vectors and finds the probes, else the fault."""
        data = {**_packed(model, collection, probes), "count": count}
        return str((await self._ask("verify", data, INDEX_TIMEOUT_S))["fault"])

    async def search(self, model: str, collection: str, query: str, limit: int) -> Neighbours:
        """Embed a live query and return its neighbours."""
        data = {"model": model, "collection": collection, "query": query, "limit": limit}
        answer = await self._ask("search", data, SEARCH_TIMEOUT_S)
        hits = [VectorHit(str(number), float(score)) for number, score in answer["hits"]]
        return Neighbours(hits, float(answer["mean"]), float(answer["spread"]))

    async def _ask(self, op: str, data: dict[str, Any], timeout_s: float) -> Any:
        try:
            return await self._child.request(op, data, timeout_s=timeout_s)
        except RemoteError as error:
            reason = f"{error.code}: {error.message}"
            raise RetrievalDownError(reason) from error
        except TimeoutError as error:
            reason = f"no answer to {op} in {timeout_s:.0f} s"
            raise RetrievalDownError(reason) from error
        except Exception as error:  # the supervisor's own "not up" among them
            raise RetrievalDownError(str(error)) from error


def _packed(model: str, collection: str, vectors: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
    return {
        "model": model,
        "collection": collection,
        "ids": [number for number, _ in vectors],
        "vectors": base64.b64encode(b"".join(vector for _, vector in vectors)).decode(),
    }
