"""The knowledge context on a real database and a real reader; vectors from the shipped double."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from daemon.domains.knowledge import store
from daemon.domains.knowledge.domain import Document
from daemon.domains.knowledge.files import Upload
from daemon.domains.knowledge.reading.blocks import Limits
from daemon.domains.knowledge.reading.reader import Reader
from daemon.domains.knowledge.service import Bounds, Knowledge
from daemon.domains.knowledge.tasks import KnowledgeTasks
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import NotFoundError
from models.retrieval.doubles import MemoryRetriever
from models.retrieval.spec import EmbedderSpec

LIMITS = Limits(pages=20, chars=200_000, unpacked=20_000_000)
Add = Callable[..., Awaitable[list[Document]]]
Work = Callable[[], Awaitable[None]]


@pytest.fixture
def retriever() -> MemoryRetriever:
    return MemoryRetriever()


@pytest.fixture
def make(  # noqa: PLR0917 - fixtures are given by name
    db: Database,
    jobs: Queue,
    log_of_events: Outbox,
    clock: FakeClock,
    retriever: MemoryRetriever,
    tmp_path: Path,
) -> Callable[[EmbedderSpec], Knowledge]:
    """Build the service, with one model or another, on the same database."""

    def require(_: Connection, agent_id: str) -> None:
        if agent_id == "nobody":
            raise NotFoundError(kind="agent", id=agent_id)

    def build(spec: EmbedderSpec) -> Knowledge:
        return Knowledge(
            db,
            jobs,
            log_of_events,
            clock,
            "local",
            reader=Reader(LIMITS),
            retriever=retriever,
            spec=spec,
            bounds=Bounds(documents=6, faqs=2),
            folder=tmp_path / "documents",
            require=require,
        )

    return build


@pytest.fixture
async def knowledge(db: Database, make: Callable[[EmbedderSpec], Knowledge]) -> Knowledge:
    await db.write(store.migrations.apply)
    made = make(EmbedderSpec("e5"))
    await made.prepare()
    return made


@pytest.fixture
def tasks(
    knowledge: Knowledge, db: Database, log_of_events: Outbox, retriever: MemoryRetriever
) -> KnowledgeTasks:
    return KnowledgeTasks(knowledge, db, log_of_events, retriever)


@pytest.fixture
def work(db: Database, jobs: Queue, tasks: KnowledgeTasks) -> Work:
    """Run every job that is due, one after the other."""

    async def run() -> None:
        handlers = tasks.handlers()
        while leased := await db.write(lambda tx: jobs.lease(tx, 10, tuple(handlers))):
            for job in leased:
                await handlers[job.kind](job)
                await db.write(lambda tx, job=job: jobs.done(tx, job))  # type: ignore[misc]  # a default argument

    return run


@pytest.fixture
def add(knowledge: Knowledge, tmp_path: Path) -> Add:
    """Upload files to the agent `a` from (name, content) pairs."""

    async def upload(*files: tuple[str, str | bytes], agent: str = "a") -> list[Document]:
        uploads = []
        for place, (name, content) in enumerate(files):
            data = content.encode() if isinstance(content, str) else content
            path = tmp_path / f"incoming-{place}"
            await asyncio.to_thread(path.write_bytes, data)
            uploads.append(Upload(path, name, len(data), f"sha of {hash(data)}"))
        return (await knowledge.add(agent, uploads))[0]

    return upload
