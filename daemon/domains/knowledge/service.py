"""What an agent knows: taken in, listed, forgotten, searched."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob
from daemon.kernel.pages import Page
from models.retrieval.ports import Retriever
from models.retrieval.spec import EmbedderSpec

from . import store
from .domain import (
    Document,
    DocumentLimitError,
    Faq,
    FaqLimitError,
    Passage,
    UnreadableFileError,
)
from .files import Upload, drop, keep, sweep
from .indexing import Whose, content_values, document_chunks, faq_chunks, faq_values
from .reading.blocks import UnreadableError
from .reading.reader import ReadDocument, Reader
from .search import Search

Require = Callable[[Connection, str], None]

EMBED, CHECK, FORGET = "knowledge.embed", "knowledge.check", "knowledge.forget"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much an agent may know."""

    documents: int
    faqs: int


class Knowledge:
    """Documents and FAQ pairs of every agent."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        reader: Reader,
        retriever: Retriever,
        spec: EmbedderSpec,
        bounds: Bounds,
        folder: Path,
        require: Require,
        made: Require = lambda *_: None,
    ) -> None:
        """`folder` keeps uploaded files; `require(tx, agent_id)` raises for an unknown agent.

        `made(tx, agent_id)` hears of a new document and may refuse it.
        """
        self._made = made
        self._db, self._queue, self._outbox, self._clock = database, queue, outbox, clock
        self._tenant, self._reader, self._bounds = tenant_id, reader, bounds
        self._folder, self._require = folder, require
        self.spec = spec
        self._others: list[EmbedderSpec] = []
        self._search = Search(database, retriever)
        self._serving: dict[str, str] = {}

    async def prepare(self) -> None:
        """Learn which models still serve, and throw away files that nobody knows. Call at start."""

        def commit(tx: Connection) -> tuple[list[dict[str, Any]], set[str]]:
            now = stamp(self._clock.now())
            store.remember_embedder(tx, self.spec.name, self.spec.kept(), now)
            for agent_id in store.agents_with_chunks(tx):
                self.want_vectors(tx, agent_id)
            return store.embedders(tx), store.document_ids(tx)

        specs, known = await self._db.write(commit)
        read = [EmbedderSpec.read(spec) for spec in specs]
        self._others = [spec for spec in read if spec.name != self.spec.name]
        await asyncio.to_thread(sweep, self._folder, known)

    def hello(self) -> dict[str, Any]:
        """Return the models for the child's greeting: the current one, then those that serve."""
        return {"models": [spec.wire() for spec in self.specs()]}

    def specs(self) -> list[EmbedderSpec]:
        """Return the model in use, then those whose vectors may still serve."""
        return [self.spec, *self._others]

    # -- search

    async def search(self, agent_id: str, query: str, limit: int) -> list[Passage]:
        """Return the best passages for a question, best first."""
        return await self._search.run(agent_id, await self.serving(agent_id), query, limit)

    async def searched(self, agent_id: str, query: str, limit: int) -> list[Passage]:
        """Search for the API: an unknown agent is an error."""
        await self._db.read(lambda tx: self._require(tx, agent_id))
        return await self.search(agent_id, query, limit)

    async def serving(self, agent_id: str) -> str:
        """Return the model whose vectors answer: an older one until the new one has them all."""
        if (known := self._serving.get(agent_id)) is None:
            known = await self._db.read(lambda tx: self._best_model(tx, agent_id))
            self._serving[agent_id] = known
        return known

    def changed(self, agent_id: str) -> None:
        """Look again at which model serves."""
        self._serving.pop(agent_id, None)

    # -- documents

    async def check_room(self, agent_id: str) -> None:
        """Raise unless the agent exists and may have one more document."""

        def query(tx: Connection) -> None:
            self._require(tx, agent_id)
            if store.count_documents(tx, agent_id) >= self._bounds.documents:
                raise DocumentLimitError(field="files", limit=self._bounds.documents)

        await self._db.read(query)

    async def add(self, agent_id: str, uploads: Sequence[Upload]) -> tuple[list[Document], bool]:
        """Take files in, all or none; a file that is there already is returned as it is.

        Returns the documents in order and whether any of them is new. What is returned can be
        found by keyword; meaning follows in the background.
        """
        read = await self._read(agent_id, uploads)
        ids = {upload.sha256: new_id() for upload in uploads}
        kept = set(ids.values())
        await asyncio.to_thread(keep, self._folder, [(u, ids[u.sha256]) for u in uploads])

        def commit(tx: Connection) -> tuple[list[Document], bool]:
            self._require(tx, agent_id)
            new = 0
            for upload, content in zip(uploads, read, strict=True):
                known = store.same_file(tx, agent_id, upload.sha256)
                if known is None and content is not None:
                    self._insert(tx, agent_id, ids[upload.sha256], upload, content)
                    new += 1
                else:
                    ids[upload.sha256] = known or ids[upload.sha256]
            if store.count_documents(tx, agent_id) > self._bounds.documents:
                raise DocumentLimitError(field="files", limit=self._bounds.documents)
            if new:
                self._made(tx, agent_id)
            found = [store.document(tx, agent_id, ids[u.sha256], self.spec.name) for u in uploads]
            return found, new > 0

        try:
            return await self._db.write(commit)
        finally:
            known = await self._db.read(store.document_ids)
            await asyncio.to_thread(drop, self._folder, kept - known)

    async def documents(self, agent_id: str, cursor: str | None, limit: int) -> Page[Document]:
        """List documents, newest first."""

        def query(tx: Connection) -> list[Document]:
            self._require(tx, agent_id)
            return store.documents(tx, agent_id, self.spec.name, cursor, limit)

        return Page.of(await self._db.read(query), limit, lambda found: found.id)

    async def document(self, agent_id: str, document_id: str) -> Document:
        """Return a document."""
        return await self._db.read(
            lambda tx: store.document(tx, agent_id, document_id, self.spec.name)
        )

    async def delete(self, agent_id: str, document_id: str) -> None:
        """Forget a document: text, words, vectors and file."""

        def commit(tx: Connection) -> None:
            store.document(tx, agent_id, document_id, self.spec.name)
            self._forget(tx, agent_id, store.delete_chunks(tx, agent_id, document_id))
            store.delete_document(tx, document_id)

        await self._db.write(commit)
        await asyncio.to_thread(drop, self._folder, {document_id})

    async def reindex(self, agent_id: str, document_id: str) -> Document:
        """Read the file again and make its passages and vectors anew."""
        found = await self.document(agent_id, document_id)
        content = await self._read_one(self._folder / document_id, found.name)

        def commit(tx: Connection) -> Document:
            store.document(tx, agent_id, document_id, self.spec.name)
            self._forget(tx, agent_id, store.delete_chunks(tx, agent_id, document_id))
            values = content_values(found.name, content)
            store.change_document(tx, document_id, {**values, "status": "indexing"})
            self._add_passages(tx, agent_id, document_id, found.name, content)
            self.want_vectors(tx, agent_id)
            return store.document(tx, agent_id, document_id, self.spec.name)

        return await self._db.write(commit)

    # -- FAQ pairs

    async def add_faq(self, agent_id: str, question: str, answer: str) -> Faq:
        """Add a pair. Raises FaqLimitError."""
        return await self._db.write(lambda tx: self.add_faq_in(tx, agent_id, question, answer))

    def add_faq_in(self, tx: Connection, agent_id: str, question: str, answer: str) -> Faq:
        """Add a pair in a transaction. Raises FaqLimitError."""
        self._require(tx, agent_id)
        if store.count_faqs(tx, agent_id) >= self._bounds.faqs:
            raise FaqLimitError(field="question", limit=self._bounds.faqs)
        number, now = new_id(), stamp(self._clock.now())
        values = {"id": number, "tenant_id": self._tenant, "agent_id": agent_id}
        words = faq_values(question, answer)
        store.add_faq(tx, {**values, **words, "created_at": now, "updated_at": now})
        self._add_pair(tx, agent_id, number, question, answer)
        return store.faq(tx, agent_id, number)

    def faqs_in(self, tx: Connection, agent_id: str, limit: int) -> list[Faq]:
        """Return pairs, newest first, in a transaction."""
        return store.faqs(tx, agent_id, None, limit)[:limit]

    def embedded(self, tx: Connection, agent_id: str) -> bool:
        """Say whether everything of an agent can be found by meaning already."""
        return not store.without_vector(tx, agent_id, self.spec.name, 1)

    async def change_faq(
        self, agent_id: str, faq_id: str, question: str | None, answer: str | None
    ) -> Faq:
        """Change a pair; what is None stays."""

        def commit(tx: Connection) -> Faq:
            old = store.faq(tx, agent_id, faq_id)
            asked, said = question or old.question, answer or old.answer
            self._forget(tx, agent_id, store.delete_chunks(tx, agent_id, faq_id))
            now = stamp(self._clock.now())
            store.change_faq(tx, faq_id, {**faq_values(asked, said), "updated_at": now})
            self._add_pair(tx, agent_id, faq_id, asked, said)
            return store.faq(tx, agent_id, faq_id)

        return await self._db.write(commit)

    async def faqs(self, agent_id: str, cursor: str | None, limit: int) -> Page[Faq]:
        """List pairs, newest first."""

        def query(tx: Connection) -> list[Faq]:
            self._require(tx, agent_id)
            return store.faqs(tx, agent_id, cursor, limit)

        return Page.of(await self._db.read(query), limit, lambda found: found.id)

    async def delete_faq(self, agent_id: str, faq_id: str) -> None:
        """Forget a pair."""

        def commit(tx: Connection) -> None:
            store.faq(tx, agent_id, faq_id)
            self._forget(tx, agent_id, store.delete_chunks(tx, agent_id, faq_id))
            store.delete_faq(tx, faq_id)

        await self._db.write(commit)

    # -- the whole agent, and work for later

    def forget_agent(self, tx: Connection, agent_id: str) -> None:
        """Remove all that an agent knows, in the transaction that deletes the agent."""
        store.forget_agent(tx, agent_id)
        self._queue.add(tx, NewJob(FORGET, {"agent_id": agent_id}, lock=lock(agent_id)))

    def want_vectors(self, tx: Connection, agent_id: str) -> None:
        """Have missing vectors made; asking twice is asking once."""
        job = NewJob(EMBED, {"agent_id": agent_id}, lock=lock(agent_id), key=agent_id)
        self._queue.add(tx, job)

    async def check_index(self) -> None:
        """Have the index compared with SQLite; called whenever the child comes up."""

        def commit(tx: Connection) -> None:
            for agent_id in store.agents_with_chunks(tx):
                job = NewJob(CHECK, {"agent_id": agent_id}, lock=lock(agent_id), key=agent_id)
                self._queue.add(tx, job)

        await self._db.write(commit)

    # -- parts

    def _best_model(self, tx: Connection, agent_id: str) -> str:
        counts = store.vector_counts(tx, agent_id)
        mine = counts.get(self.spec.name, 0)
        loaded = {spec.name for spec in self._others}
        older = {name: count for name, count in counts.items() if name in loaded}
        if not older or mine >= store.chunk_count(tx, agent_id):
            return self.spec.name
        return max(older, key=lambda name: older[name])

    async def _read(self, agent_id: str, uploads: Sequence[Upload]) -> list[ReadDocument | None]:
        """Read every file that is new; None for one that is known."""
        known = await self._db.read(
            lambda tx: {u.sha256 for u in uploads if store.same_file(tx, agent_id, u.sha256)}
        )
        read: list[ReadDocument | None] = []
        async with self._reader.session() as session:
            for upload in uploads:
                if upload.sha256 in known:
                    read.append(None)
                    continue
                try:
                    read.append(await session.read(upload.path, upload.name))
                except UnreadableError as error:
                    raise UnreadableFileError(name=upload.name, reason=error.reason) from error
        return read

    async def _read_one(self, path: Path, name: str) -> ReadDocument:
        async with self._reader.session() as session:
            try:
                return await session.read(path, name)
            except (UnreadableError, FileNotFoundError) as error:
                reason = getattr(error, "reason", "broken")
                raise UnreadableFileError(name=name, reason=reason) from error

    def _insert(
        self, tx: Connection, agent_id: str, number: str, upload: Upload, content: ReadDocument
    ) -> None:
        values = {
            "id": number,
            "tenant_id": self._tenant,
            "agent_id": agent_id,
            "name": upload.name,
            "bytes": upload.size,
            "sha256": upload.sha256,
            "status": "indexing",
            "created_at": stamp(self._clock.now()),
        }
        store.add_document(tx, {**values, **content_values(upload.name, content)})
        self._add_passages(tx, agent_id, number, upload.name, content)
        self.want_vectors(tx, agent_id)

    def _add_passages(
        self, tx: Connection, agent_id: str, owner: str, name: str, content: ReadDocument
    ) -> None:
        whose = Whose(self._tenant, agent_id, owner)
        store.add_chunks(tx, agent_id, document_chunks(whose, name, content))

    def _add_pair(
        self, tx: Connection, agent_id: str, owner: str, question: str, answer: str
    ) -> None:
        whose = Whose(self._tenant, agent_id, owner)
        store.add_chunks(tx, agent_id, faq_chunks(whose, question, answer))
        self.want_vectors(tx, agent_id)

    def _forget(self, tx: Connection, agent_id: str, ids: list[str]) -> None:
        payload = {"agent_id": agent_id, "ids": ids}
        self._queue.add(tx, NewJob(FORGET, payload, lock=lock(agent_id)))


def lock(agent_id: str) -> str:
    """Return what keeps work on one agent's index from overlapping."""
    return f"knowledge:{agent_id}"
