"""The retrieval child: embedder and vector index in a process of their own.

Three threads: the event loop; *front*, which serves whoever waits (queries) and is the only one to
touch the index; *back*, of low priority, which embeds passages one by one. A query thus never
waits for a batch, and the decoder of the language child keeps its cores.
"""

import asyncio
import base64
import contextlib
import faulthandler
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import structlog

from config import logging as log_setup
from config.ipc import PROTOCOL, Link, RemoteError

from .embedders import FOUND_ITSELF, Embedders, collection_name
from .index import BATCH, ChromaIndex, IndexBrokenError
from .ports import Embedder, Neighbours, Vectors

log = structlog.get_logger(__name__)
T = TypeVar("T")

EXIT_PROTOCOL = 4
EXIT_INDEX = 5
BACK_NICENESS = 5
INDEX_TIMEOUT_S = 15.0


class RetrievalChild:
    """Answers the daemon's requests; see `models/retrieval/client.py` for the other end."""

    def __init__(self, link: Link) -> None:
        self._front = ThreadPoolExecutor(1, thread_name_prefix="front")
        self._back = ThreadPoolExecutor(1, thread_name_prefix="back", initializer=_step_back)
        self._embedders: Embedders | None = None
        self._index: ChromaIndex | None = None
        self._ours = True
        for op, handler in {
            "hello": self._hello,
            "embed": self._embed,
            "search": self._search,
            "upsert": self._upsert,
            "delete": self._delete,
            "drop": self._drop,
            "verify": self._verify,
        }.items():
            link.on_request(op, handler)

    async def _hello(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("protocol") != PROTOCOL:
            os._exit(EXIT_PROTOCOL)
        self._embedders = Embedders(data["models"], Path(data["models_dir"]))
        self._ours = not data.get("chroma_host")
        self._index = await self._at_front(lambda: self._open(data))
        try:
            current = await self._at_front(lambda: self._loaded().current())
            await self._at_front(lambda: self._loaded().background(current.info.name))
        except RemoteError as error:  # the index and older models can serve all the same
            log.error("embedder_failed", reason=error.message)  # noqa: TRY400 - the reason says it
            return {"model": "", "dim": 0, "fault": error.message}
        return {"model": current.info.name, "dim": current.info.dim, "fault": ""}

    def _open(self, data: dict[str, Any]) -> ChromaIndex:
        if self._ours:
            with _watched(INDEX_TIMEOUT_S):
                return ChromaIndex.embedded(Path(data["vectors_dir"]))
        return ChromaIndex.server(data["chroma_host"], int(data["chroma_port"]))

    async def _embed(self, data: dict[str, Any]) -> dict[str, Any]:
        model, texts = str(data["model"]), list(data["texts"])
        embedder = await self._at_front(lambda: self._model(model))
        loop = asyncio.get_running_loop()
        rows = [
            # One job a text: cancelling the request stops after the present one.
            await loop.run_in_executor(self._back, embedder.embed, [text], "passage")
            for text in texts
        ]
        vectors = np.concatenate(rows) if rows else np.empty((0, embedder.info.dim), np.float32)
        return {"vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode()}

    async def _search(self, data: dict[str, Any]) -> dict[str, Any]:
        name, limit = collection_name(data), int(data["limit"])

        def search() -> Neighbours:
            model = str(data["model"])
            vector = self._model(model).embed([str(data["query"])], "query")[0]
            others = self._loaded().background(model)
            return self._touch(lambda index: index.query(name, vector, limit, others))

        found = await self._at_front(search)
        hits = [[hit.id, hit.score] for hit in found.hits]
        return {"hits": hits, "mean": found.mean, "spread": found.spread}

    async def _upsert(self, data: dict[str, Any]) -> None:
        name, ids = collection_name(data), [str(number) for number in data["ids"]]
        vectors = _vectors(data["vectors"], len(ids))
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            await self._on_index(partial(_upserted, name, ids[part], vectors[part]))

    async def _delete(self, data: dict[str, Any]) -> None:
        name, ids = collection_name(data), [str(number) for number in data["ids"]]
        await self._on_index(lambda index: index.delete(name, ids))

    async def _drop(self, data: dict[str, Any]) -> None:
        name = collection_name(data)
        await self._on_index(lambda index: index.drop(name))

    async def _verify(self, data: dict[str, Any]) -> dict[str, str]:
        name, probes = collection_name(data), [str(number) for number in data["ids"]]
        vectors = _vectors(data["vectors"], len(probes))

        def fault(index: ChromaIndex) -> str:
            held = len(index.ids(name))
            if held != data["count"]:
                return f"it holds {held} vectors, not {data['count']}"
            for number, vector in zip(probes, vectors, strict=True):
                best = index.query(name, vector, 3, vectors).hits
                if not any(hit.id == number or hit.score > FOUND_ITSELF for hit in best):
                    return "a vector does not find itself"
            return ""

        return {"fault": await self._on_index(fault)}

    async def _on_index(self, work: Callable[[ChromaIndex], T]) -> T:
        return await self._at_front(lambda: self._touch(work))

    async def _at_front(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._front, work)
        except IndexBrokenError as error:
            log.error("vector_index_broken", reason=str(error))  # noqa: TRY400 - the reason says it
            os._exit(EXIT_INDEX)

    def _touch(self, work: Callable[[ChromaIndex], T]) -> T:
        if (index := self._index) is None:
            raise RemoteError(code="not_ready", message="say hello first")
        if self._ours:
            with _watched(INDEX_TIMEOUT_S):
                return work(index)
        return work(index)

    def _loaded(self) -> Embedders:
        if self._embedders is None:
            raise RemoteError(code="not_ready", message="say hello first")
        return self._embedders

    def _model(self, name: str) -> Embedder:
        return self._loaded().named(name)


@contextlib.contextmanager
def _watched(timeout_s: float) -> Iterator[None]:
    """End this process if the block hangs, even in native code that holds the interpreter."""
    faulthandler.dump_traceback_later(timeout_s, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _step_back() -> None:
    """Let everything else on the box run first."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACK_NICENESS)


def _upserted(name: str, ids: list[str], vectors: Vectors, index: ChromaIndex) -> None:
    index.upsert(name, ids, vectors)


def _vectors(encoded: str, count: int) -> Vectors:
    flat = np.frombuffer(base64.b64decode(encoded), "<f4").astype(np.float32)
    if count == 0:
        return np.empty((0, 0), np.float32)
    if flat.size == 0 or flat.size % count:
        problem = f"{flat.size} numbers are not {count} vectors"
        raise RemoteError(code="bad_vectors", message=problem)
    return flat.reshape(count, -1)


async def serve() -> None:
    """Run until the parent closes the link."""
    link = await Link.inherited()
    RetrievalChild(link)
    link.start()
    await link.closed.wait()


def main() -> None:
    """Run the child; the parent's end of the link is the only thing that stops it."""
    log_setup.configure("info", "json")
    asyncio.run(serve())
    os._exit(0)  # threads inside native code are not waited for
