"""Does what a run stopped for, outside of any transaction, and brings the run on with it."""

import structlog

from daemon.domains.flows.domain.run import Result, Run
from daemon.domains.flows.ports import AskAgent, Fetch
from daemon.domains.flows.store import runs
from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import Job

from .moving import EFFECT, Mover

log = structlog.get_logger(__name__)

MAX_EFFECTS = 50  # one after the other, for one caller


class Performer:
    """Answers of the agent, and calls to other systems."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        mover: Mover,
        *,
        ask_agent: AskAgent,
        fetch: Fetch,
    ) -> None:
        self._db, self._queue, self._clock, self._mover = database, queue, clock, mover
        self._ask, self._fetch = ask_agent, fetch

    async def perform(self, run: Run) -> Result:
        """Do it; failures are results, so that the flow goes on by its own branches."""
        effect = run.effect or {}
        try:
            if effect.get("kind") == "http":
                return await self._fetch(effect)
            question = str(effect.get("question") or "").strip()
            if not question:
                return Result(ok=False, known=False, reason="no_question")
            return await self._ask(run.agent_id, question, run.conversation_id)
        except (NextAgentError, TimeoutError) as error:
            log.warning("flow_effect_failed", kind=effect.get("kind"), error=type(error).__name__)
            return Result(ok=False, known=False, reason=type(error).__name__)

    async def settle(self, run: Run) -> Run:
        """Bring a run on until it waits for somebody, for a caller who waits for it."""
        for _ in range(MAX_EFFECTS):
            if run.state != "working" or run.effect is None:
                return run
            run = await self._finish(run, await self.perform(run))
        return run

    async def work(self, job: Job) -> None:
        """Handle the job of an effect."""
        run_id, step = str(job.payload["run_id"]), int(job.payload["step"])
        run = await self._db.read(lambda tx: runs.find(tx, run_id))
        if run is not None and run.step == step and run.state == "working":
            await self._finish(run, await self.perform(run), job)

    async def wake(self, job: Job) -> None:
        """Handle the job of a timer: a wait is over, or nobody answered or paid."""
        run_id, at = str(job.payload["run_id"]), str(job.payload["at"])

        def commit(tx: Connection) -> None:
            self._queue.done(tx, job)
            run = runs.find(tx, run_id)
            if run is None or run.wake_at is None or stamp(run.wake_at) != at:
                return
            now = self._clock.now()
            if self._mover.held(tx, run):
                self._mover.move(
                    tx, run, lambda engine, graph: engine.pause(graph, run, now, "person")
                )
                return
            paid = run.payment_id is not None and self._mover.charges.paid(tx, run.payment_id)
            if run.state == "charging" and paid:
                self._mover.move(tx, run, lambda engine, graph: engine.paid(graph, run, now))
            else:
                self._mover.move(tx, run, lambda engine, graph: engine.woke(graph, run, now))

        await self._db.write(commit)

    async def _finish(self, run: Run, result: Result, job: Job | None = None) -> Run:
        """Bring the run on, unless it was moved meanwhile: then the result is about the past."""

        def commit(tx: Connection) -> Run:
            if job is not None:
                self._queue.done(tx, job)
            now_at = runs.get(tx, run.id)
            if now_at.step != run.step or now_at.state != "working":
                return now_at
            self._queue.drop(tx, EFFECT, f"{run.id}:{run.step}")
            now = self._clock.now()
            if self._mover.held(tx, now_at):
                return self._mover.move(
                    tx, now_at, lambda engine, graph: engine.pause(graph, now_at, now, "person")
                )
            return self._mover.move(
                tx, now_at, lambda engine, graph: engine.done(graph, now_at, result, now)
            )

        return await self._db.write(commit)
