"""The knowledge context and its retrieval child."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.ipc import Link
from config.settings import MEBIBYTE
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.domain import Passage
from daemon.domains.knowledge.reading.blocks import Limits
from daemon.domains.knowledge.reading.reader import Reader
from daemon.domains.knowledge.service import Bounds, Knowledge
from daemon.domains.knowledge.tasks import KnowledgeTasks
from daemon.domains.knowledge.uploads import Uploads
from daemon.infra.child import Child
from daemon.infra.steering import view
from models.retrieval.client import RetrievalClient
from models.retrieval.spec import EmbedderSpec

from .children import Supervision, command
from .ground import Ground

UNPACKED_TIMES = 20  # an archive may unpack to so many times the largest allowed document


@dataclass(frozen=True)
class Knowing:
    """What routes, workers and probes need of it."""

    knowledge: Knowledge
    uploads: Uploads
    tasks: KnowledgeTasks
    child: Child


class PassageSearch:
    """Knowledge's search, in the words of conversations."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def search(self, agent_id: str, query: str, limit: int) -> list[Passage]:
        """Return the best passages first."""
        return [
            Passage(
                chunk_id=found.chunk_id,
                document_id=found.document_id,
                document=found.document,
                text=found.text,
                title=found.title,
                page=found.page,
                heading=found.heading,
                score=found.score,
                is_faq=found.is_faq,
                answer=found.answer,
                language=found.language,
                coverage=found.coverage,
                dense=found.dense,
                margin=found.margin,
            )
            for found in await self._knowledge.search(agent_id, query, limit)
        ]


@contextlib.asynccontextmanager
async def knowing(
    base: Ground, agents: Agents, supervision: Supervision, *, busy: Callable[[], bool]
) -> AsyncIterator[Knowing]:
    """Build the context and run its child; `busy()` says that an answer is being written."""
    settings, paths, limits = base.settings.models.retrieval, base.paths, base.settings.limits
    allowed = base.live.limits

    def hello() -> dict[str, Any]:
        return {
            **knowledge.hello(),
            "models_dir": str(paths.models),
            "vectors_dir": str(paths.vectors),
            "chroma_host": settings.chroma_host,
            "chroma_port": settings.chroma_port,
        }

    async def ready(_: Link, __: Any) -> None:
        await knowledge.check_index()

    child = Child(
        "retrieval",
        command("retrieval"),
        clock=base.clock,
        hello=hello,
        on_ready=ready,
        alert=supervision.alert,
        policy=supervision.policy,
    )
    retriever = RetrievalClient(child)
    knowledge = Knowledge(
        base.database,
        base.queue,
        base.outbox,
        base.clock,
        base.tenant_id,
        reader=Reader(
            Limits(
                pages=limits.document_pages,
                chars=limits.document_chars,
                unpacked=UNPACKED_TIMES * limits.document_mb * MEBIBYTE,
            )
        ),
        retriever=retriever,
        spec=EmbedderSpec.of(settings),
        bounds=view(lambda: Bounds(allowed.documents, allowed.faqs)),
        folder=paths.documents,
        require=agents.require,
        made=partial(agents.made, meter="documents"),
    )
    await knowledge.prepare()
    tasks = KnowledgeTasks(knowledge, base.database, base.outbox, retriever, busy=busy)
    async with child:
        yield Knowing(
            knowledge=knowledge,
            uploads=Uploads(folder=paths.incoming, limit_mb=limits.document_mb),
            tasks=tasks,
            child=child,
        )
