"""Jobs of knowledge: vectors made in the background, the index kept equal to SQLite."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog

from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.jobs import Job, RetryLaterError
from models.retrieval.ports import RetrievalDownError, Retriever

from . import store
from .domain import DocumentProgress, DocumentReady
from .service import CHECK, EMBED, FORGET, Knowledge

log = structlog.get_logger(__name__)

T = TypeVar("T")
Handler = Callable[[Job], Awaitable[None]]

BATCH = 8
INDEX_BATCH = 256
PROBES = 3
RETRY_S = 3.0
POLITE_S = 0.2
LONGEST_POLITENESS_S = 10.0


def _never() -> bool:
    return False


class KnowledgeTasks:
    """Handlers by kind; jobs of one agent never overlap."""

    def __init__(
        self,
        knowledge: Knowledge,
        database: Database,
        outbox: Outbox,
        retriever: Retriever,
        *,
        busy: Callable[[], bool] = _never,
    ) -> None:
        """`busy()` says that a customer's answer is being written: embedding waits for it."""
        self._knowledge, self._db, self._outbox = knowledge, database, outbox
        self._retriever, self._busy = retriever, busy

    def handlers(self) -> dict[str, Handler]:
        """Return what the worker runs."""
        return {EMBED: self.embed, CHECK: self.check, FORGET: self.forget}

    async def embed(self, job: Job) -> None:
        """Make the vectors that are missing, a few at a time, then retire an older model's."""
        agent_id, model = job.payload["agent_id"], self._knowledge.spec.name
        while rows := await self._db.read(
            lambda tx: store.without_vector(tx, agent_id, model, BATCH)
        ):
            await self._make_way()
            texts = [row["meaning"] for row in rows]
            made = await self._ask(self._retriever.embed(model, texts))
            named = [(row["id"], vector) for row, vector in zip(rows, made, strict=True)]
            # The index first: what is in SQLite is never embedded again, so it must be in both.
            await self._ask(self._retriever.upsert(model, agent_id, named))
            found = list(zip(rows, made, strict=True))
            await self._db.write(partial(self._store, model, found))
        await self._finish(agent_id, model)

    async def check(self, job: Job) -> None:
        """Compare the index with SQLite and build it anew where they differ."""
        agent_id = job.payload["agent_id"]
        counts = await self._db.read(lambda tx: store.vector_counts(tx, agent_id))
        model = await self._knowledge.serving(agent_id)
        for name in {model, self._knowledge.spec.name}:
            count = counts.get(name, 0)
            probes = await self._probes(agent_id, name, count)
            fault = await self._ask(self._retriever.verify(name, agent_id, count, probes))
            if fault:
                log.warning("vector_index_rebuilt", agent=agent_id, fault=fault, vectors=count)
                await self._rebuild(agent_id, name)

    async def forget(self, job: Job) -> None:
        """Take deleted chunks, or a whole deleted agent, out of the index."""
        agent_id = job.payload["agent_id"]
        ids = job.payload.get("ids")
        for spec in self._knowledge.specs():
            if ids is None:
                await self._ask(self._retriever.drop(spec.name, agent_id))
            else:
                await self._ask(self._retriever.delete(spec.name, agent_id, ids))

    def _store(self, model: str, found: Sequence[tuple[Any, bytes]], tx: Connection) -> None:
        store.add_vectors(tx, model, [(row["number"], vector) for row, vector in found])
        for owner in dict.fromkeys(row["owner_id"] for row, _ in found):
            self._progress(tx, owner, model)

    def _progress(self, tx: Connection, owner: str, model: str) -> None:
        agent_id = store.agent_of_document(tx, owner)
        done, total = store.owner_progress(tx, owner, model)
        if agent_id is None or not total:
            return  # a FAQ pair, or deleted meanwhile
        self._outbox.record(tx, DocumentProgress(agent_id, owner, round(done / total, 4)))
        if done == total:
            store.change_document(tx, owner, {"status": "ready"})
            self._outbox.record(tx, DocumentReady(agent_id, owner))

    async def _finish(self, agent_id: str, model: str) -> None:
        """Let the model serve; vectors of models before it are not needed any more."""
        self._knowledge.changed(agent_id)
        counts = await self._db.read(lambda tx: store.vector_counts(tx, agent_id))
        for name in counts.keys() - {model}:
            await self._db.write(partial(_dropped, agent_id, name))
            await self._ask(self._retriever.drop(name, agent_id))
        self._knowledge.changed(agent_id)

    async def _rebuild(self, agent_id: str, model: str) -> None:
        await self._ask(self._retriever.drop(model, agent_id))
        after = 0
        while rows := await self._db.read(partial(_vectors, agent_id, model, after)):
            named = [(chunk_id, vector) for _, chunk_id, vector in rows]
            await self._ask(self._retriever.upsert(model, agent_id, named))
            after = rows[-1][0]

    async def _probes(self, agent_id: str, model: str, count: int) -> list[tuple[str, bytes]]:
        def query(tx: Connection) -> list[tuple[str, bytes]]:
            places = sorted({0, count // 2, max(count - 1, 0)})[:PROBES]
            return [
                probe
                for place in places
                if (probe := store.vector_at(tx, agent_id, model, place)) is not None
            ]

        return await self._db.read(query)

    async def _make_way(self) -> None:
        waited = 0.0
        while self._busy() and waited < LONGEST_POLITENESS_S:
            await asyncio.sleep(POLITE_S)
            waited += POLITE_S

    async def _ask(self, asked: Awaitable[T]) -> T:
        try:
            return await asked
        except RetrievalDownError as error:
            raise RetryLaterError(RETRY_S, str(error)) from error


def _dropped(agent_id: str, model: str, tx: Connection) -> None:
    store.drop_vectors(tx, agent_id, model)


def _vectors(agent_id: str, model: str, after: int, tx: Connection) -> list[tuple[int, str, bytes]]:
    return store.vectors(tx, agent_id, model, after, INDEX_BATCH)
