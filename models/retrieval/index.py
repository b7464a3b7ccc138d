"""The vector index: Chroma, embedded or a server. SQLite holds the truth; this can be rebuilt.

Chroma writes its HNSW files in place and never syncs them, so a kill at the wrong moment leaves
files that fail, or hang natively, when first touched. Each first touch of a collection therefore
happens under a mark on the disk: whoever starts and finds a mark knows that its predecessor died
there, and begins with an empty folder.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import structlog
from chromadb.config import Settings
from chromadb.errors import NotFoundError

from .ports import Neighbours, VectorHit, Vectors

log = structlog.get_logger(__name__)

MARK = "touching"
SAMPLE = 256
SMALL = 128
SLICES = 16  # the sample is taken from this many places, so that no single document is all of it
BATCH = 32  # an upsert holds the interpreter: 32 vectors cost about 20 ms
GROWTH = 1.25  # a sample is taken anew when the collection has grown by this much
CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 128, "ef_search": 256}}
TELEMETRY_OFF = Settings(anonymized_telemetry=False)


class IndexBrokenError(Exception):
    """Chroma's files are damaged: leave the process, the next one begins anew."""


class ChromaIndex:
    """One collection per agent and model; used by one thread at a time."""

    def __init__(self, client: Any, marks: Path | None) -> None:
        """Take the folder of the mark, None where files are not ours to lose."""
        self._client, self._marks = client, marks
        self._known: dict[str, Any] = {}
        self._samples: dict[str, tuple[int, Vectors]] = {}

    @classmethod
    def embedded(cls, folder: Path) -> "ChromaIndex":
        """Open the index of this box, emptied first if the last process died touching it.

        Raises IndexBrokenError, with the mark left: the next process begins with an empty folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / MARK).exists():
            log.warning("vector_index_emptied", reason="the last process ended inside it")
            _empty(folder)
        with _marked(folder):
            client = chromadb.PersistentClient(str(folder), settings=TELEMETRY_OFF)
            client.count_collections()
        return cls(client, folder)

    @classmethod
    def server(cls, host: str, port: int) -> "ChromaIndex":
        """Use a Chroma server instead."""
        return cls(chromadb.HttpClient(host=host, port=port, settings=TELEMETRY_OFF), None)

    def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace vectors by id."""
        held = self._collection(collection, create=True)
        for start in range(0, len(ids), BATCH):
            end = start + BATCH
            held.upsert(ids=list(ids[start:end]), embeddings=vectors[start:end])

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Remove ids; unknown ones are no error."""
        held = self._collection(collection)
        if held is not None and ids:
            held.delete(ids=list(ids))
            self._samples.pop(collection, None)

    def query(self, collection: str, vector: Vectors, limit: int, others: Vectors) -> Neighbours:
        """Return the nearest of one unit vector, shape (dim,).

        `others` are vectors of texts at large: the background while the collection is small.
        """
        held = self._collection(collection)
        if held is None or not (count := held.count()):
            return Neighbours([], 0.0, 0.0)
        found = held.query(
            query_embeddings=vector[None], n_results=min(limit, count), include=["distances"]
        )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        hits = [VectorHit(number, 1.0 - float(distance)) for number, distance in pairs]
        background = self._sample(collection, held, count) @ vector
        if count < SMALL:
            background = np.concatenate([background, others @ vector])
        return Neighbours(hits, float(background.mean()), float(background.std()))

    def ids(self, collection: str) -> list[str]:
        """Return every id the collection holds."""
        held = self._collection(collection)
        return [] if held is None else list(held.get(include=[])["ids"])

    def drop(self, collection: str) -> None:
        """Forget a collection."""
        self._known.pop(collection, None)
        self._samples.pop(collection, None)
        with contextlib.suppress(NotFoundError):
            self._client.delete_collection(_name(collection))

    def _collection(self, collection: str, *, create: bool = False) -> Any:
        if (held := self._known.get(collection)) is not None:
            return held
        name = _name(collection)
        try:
            held = self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            if not create:
                return None
            held = self._client.create_collection(
                name, configuration=CONFIGURATION, embedding_function=None
            )
        with _marked(self._marks):
            _touch(held)
        self._known[collection] = held
        return held

    def _sample(self, collection: str, held: Any, count: int) -> Vectors:
        known = self._samples.get(collection)
        if known is not None and count <= max(known[0] * GROWTH, 8):
            return known[1]
        size = max(1, SAMPLE // SLICES)
        places = sorted({count * part // SLICES for part in range(SLICES)})
        parts = [held.get(limit=size, offset=at, include=["embeddings"]) for at in places]
        rows = np.concatenate([np.asarray(part["embeddings"], np.float32) for part in parts])
        self._samples[collection] = (count, rows)
        return rows


def _touch(held: Any) -> None:
    """Make Chroma load the collection's files now, by a query of one of its own vectors."""
    first = held.get(limit=1, include=["embeddings"])
    if len(first["ids"]):
        held.query(query_embeddings=first["embeddings"], n_results=1, include=[])


def _name(collection: str) -> str:
    """Return a name that Chroma takes, whatever the id looks like."""
    return "c" + hashlib.sha256(collection.encode()).hexdigest()[:32]


@contextlib.contextmanager
def _marked(folder: Path | None) -> Iterator[None]:
    """Leave a mark on the disk until the block ends well."""
    mark = None if folder is None else folder / MARK
    if mark is not None:
        os.close(os.open(mark, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        yield
    except BaseException as error:  # a panic of its Rust parts is no Exception
        raise IndexBrokenError(type(error).__name__) from error
    if mark is not None:
        mark.unlink(missing_ok=True)


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
