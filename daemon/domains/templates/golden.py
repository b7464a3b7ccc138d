"""Golden questions: kept with an agent, and really asked."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.errors import NextAgentError
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job, NewJob, RetryLaterError
from daemon.kernel.pages import Page

from . import store
from .domain import MAX_GOLDEN, Golden, NoGoldenError, TemplateLimitError, verdict
from .ports import Ports

RUN = "templates.golden"
PATIENCE = timedelta(minutes=3)
LOOK_AGAIN_S = 1.0
MAX_KEPT = 2000  # characters of an answer that a result keeps


class GoldenQuestions:
    """The test set of every agent."""

    def __init__(
        self, database: Database, queue: Queue, clock: Clock, tenant_id: str, ports: Ports
    ) -> None:
        self._db, self._queue, self._clock = database, queue, clock
        self._tenant, self._ports = tenant_id, ports

    async def page(self, agent_id: str, cursor: str | None, limit: int) -> Page[tuple[str, Golden]]:
        """List golden questions, oldest first."""

        def query(tx: Connection) -> list[tuple[str, Golden]]:
            self._ports.require_agent(tx, agent_id)
            return store.golden(tx, agent_id, cursor, limit + 1)

        return Page.of(await self._db.read(query), limit, lambda found: found[0])

    async def add(self, agent_id: str, golden: Golden) -> tuple[str, Golden]:
        """Keep a golden question."""
        number, now = new_id(), self._clock.now()

        def commit(tx: Connection) -> None:
            self._ports.require_agent(tx, agent_id)
            if store.count_golden(tx, agent_id) >= MAX_GOLDEN:
                raise TemplateLimitError(field="question", limit=MAX_GOLDEN)
            store.add_golden(tx, self._tenant, agent_id, golden, number=number, at=now)

        await self._db.write(commit)
        return number, golden

    async def delete(self, agent_id: str, number: str) -> None:
        """Forget a golden question."""
        await self._db.write(lambda tx: store.delete_golden(tx, agent_id, number))

    async def start(self, agent_id: str) -> dict[str, Any]:
        """Queue a run of all golden questions of an agent."""
        number, now = new_id(), self._clock.now()

        def commit(tx: Connection) -> dict[str, Any]:
            self._ports.require_agent(tx, agent_id)
            total = store.count_golden(tx, agent_id)
            if total == 0:
                raise NoGoldenError
            store.add_run(tx, self._tenant, agent_id, number=number, total=total, at=now)
            payload = {"agent_id": agent_id, "run_id": number}
            self._queue.add(tx, NewJob(RUN, payload, lock=f"golden:{agent_id}", priority=-1))
            return store.run(tx, agent_id, number)

        return await self._db.write(commit)

    async def run(self, agent_id: str, number: str) -> dict[str, Any]:
        """Return a run as far as it is."""
        return await self._db.read(lambda tx: store.run(tx, agent_id, number))

    async def runs(self, agent_id: str, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
        """List runs, newest first."""

        def query(tx: Connection) -> list[dict[str, Any]]:
            self._ports.require_agent(tx, agent_id)
            return store.runs(tx, agent_id, cursor, limit + 1)

        return Page.of(await self._db.read(query), limit, lambda found: str(found["id"]))

    async def perform(self, job: Job) -> None:
        """Ask every question that a run still has to ask; a restart goes on where it stood.

        What was taught a moment ago can be found by meaning only once it is embedded: until then
        the run waits, but not for ever.
        """
        agent_id, number = job.payload["agent_id"], job.payload["run_id"]

        def query(tx: Connection) -> tuple[list[tuple[str, Golden]], list[dict[str, Any]]] | None:
            try:
                found = store.run(tx, agent_id, number)
            except NextAgentError:  # the agent was deleted, and its runs with it
                return None
            waited = self._clock.now() - found["started_at"]
            begun = bool(found["results"]) or waited >= PATIENCE
            if not begun and not self._ports.is_ready(tx, agent_id):
                raise RetryLaterError(LOOK_AGAIN_S, "the agent's index is not ready")
            return store.golden(tx, agent_id, None, MAX_GOLDEN), found["results"]

        found = await self._db.read(query)
        if found is None:
            return
        questions, results = found
        done = {one["id"] for one in results}
        for golden_id, golden in questions:
            if golden_id not in done:
                results = [*results, await self._try(agent_id, golden_id, golden)]
                await self._db.write(partial(_save, number=number, results=results, at=None))
        at = self._clock.now()
        await self._db.write(partial(_save, number=number, results=results, at=at))

    async def _try(self, agent_id: str, golden_id: str, golden: Golden) -> dict[str, Any]:
        result: dict[str, Any] = {"id": golden_id, "question": golden.question}
        try:
            heard = await self._ports.ask(agent_id, golden.question)
        except NextAgentError as error:
            return {**result, "passed": False, "missing": [error.code], "mode": "error",
                    "answer": "", "traceId": None}  # fmt: skip
        missing = verdict(golden.expect, heard.mode, heard.answer, heard.sources)
        return {
            **result,
            "passed": not missing,
            "missing": missing,
            "mode": heard.mode,
            "answer": heard.answer[:MAX_KEPT],
            "traceId": heard.trace_id,
        }


def _save(
    tx: Connection, *, number: str, results: list[dict[str, Any]], at: datetime | None
) -> None:
    store.save_run(tx, number, results, at)
