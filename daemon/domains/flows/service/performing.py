"""Does what a run stopped for, outside of any transaction, and brings the run on with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import structlog

from daemon.domains.flows.domain.run import Result, Run
from daemon.domains.flows.domain.secret_words import hidden, named, revealed
from daemon.domains.flows.ports import AskAgent, Bill, ChargeLaterError, Fetch, Made
from daemon.domains.flows.store import runs
from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import Job, RetryLaterError

from .moving import EFFECT, Mover
from .secrets import Secrets

log = structlog.get_logger(__name__)

MAX_EFFECTS = 50  # one after the other, for one caller
PATIENCE = timedelta(seconds=45)  # with a payment provider, before a static code takes its place
AGAIN_S = 10.0
TRIAL_CODE = "00020126SIMULADOR"


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
        secrets: Secrets,
    ) -> None:
        self._db, self._queue, self._clock, self._mover = database, queue, clock, mover
        self._ask, self._fetch, self._secrets = ask_agent, fetch, secrets

    async def perform(self, run: Run, *, patient: bool = False) -> tuple[Result, Made | None]:
        """Do it; failures are results, so that the flow goes on by its own branches.

        A charge comes back beside its result, to be written down with the move that follows.
        Raises ChargeLaterError where a patient caller should try again.
        """
        if (run.effect or {}).get("kind") == "charge":
            return await self._charge(run, patient=patient)
        return await self.consult(run), None

    async def consult(self, run: Run) -> Result:
        """Ask the agent, or another system."""
        effect = run.effect or {}
        try:
            if effect.get("kind") == "http":
                return await self._call(run, effect)
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
            run = await self._finish(run, *await self.perform(run))
        return run

    async def work(self, job: Job) -> None:
        """Handle the job of an effect."""
        run_id, step = str(job.payload["run_id"]), int(job.payload["step"])
        run = await self._db.read(lambda tx: runs.find(tx, run_id))
        if run is None or run.step != step or run.state != "working":
            return
        patient = self._clock.now() - run.updated_at < PATIENCE
        try:
            done = await self.perform(run, patient=patient)
        except ChargeLaterError as error:
            raise RetryLaterError(AGAIN_S, "the payment provider does not answer") from error
        await self._finish(run, *done, job)

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

    async def _call(self, run: Run, effect: Mapping[str, Any]) -> Result:
        wanted = named(effect)
        secrets = await self._secrets.opened(run.flow_id, wanted)
        if wanted - secrets.keys():
            return Result(ok=False, reason="missing_secret")
        result = await self._fetch(revealed(effect, secrets))
        return replace(result, data=hidden(result.data, secrets.values()))

    async def _charge(self, run: Run, *, patient: bool) -> tuple[Result, Made | None]:
        effect = run.effect or {}
        amount = effect.get("amount")
        if not isinstance(amount, int):
            return Result(ok=False, reason="no_amount"), None
        if run.channel == "simulator":
            return Result(ok=True, text=TRIAL_CODE), None
        bill = Bill(
            key=str(uuid5(NAMESPACE_OID, str(effect.get("key")))),
            centavos=amount,
            note=str(effect.get("description") or ""),
            minutes=int(effect.get("minutes") or 60),
            name=str(effect.get("name") or run.contact_name or ""),
            document="".join(filter(str.isalnum, str(effect.get("document") or ""))),
            phone=run.contact_phone,
        )
        made = await self._mover.charges.charge(bill, patient=patient)
        if made is None:
            return Result(ok=False, reason="no_pix_key"), None
        picture = None if made.picture is None else made.picture.id
        return Result(ok=True, text=made.code, picture=picture, reason=made.reason), made

    async def _finish(
        self, run: Run, result: Result, made: Made | None = None, job: Job | None = None
    ) -> Run:
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
            known = result
            if made is not None:
                known = replace(result, payment_id=self._mover.charges.book(tx, made))
            after = self._mover.move(
                tx, now_at, lambda engine, graph: engine.done(graph, now_at, known, now)
            )
            return self._mover.settled(tx, after)

        return await self._db.write(commit)
