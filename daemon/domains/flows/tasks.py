"""Jobs of flows: effects, timers, and what starts by the clock."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

import orjson
import structlog

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.infra.worker import Handler
from daemon.kernel.clock import Clock
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import Job, NewJob

from .service.checking import Checking
from .service.moving import EFFECT, WAKE, Mover
from .service.performing import Performer
from .service.running import Runs, Start
from .store import flows, runs

log = structlog.get_logger(__name__)

TICK = "flows.tick"
START = "flows.start"


class FlowTasks:
    """Handles the jobs."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        *,
        mover: Mover,
        performer: Performer,
        running: Runs,
        checking: Checking,
        refuses: Callable[[Connection, str], bool] = lambda _tx, _phone: False,
    ) -> None:
        """`refuses` knows the phones of those who want no messages that they did not ask for."""
        self._db, self._queue, self._clock = database, queue, clock
        self._mover, self._performer, self._runs = mover, performer, running
        self._checking, self._refuses = checking, refuses

    def handlers(self) -> dict[str, Handler]:
        """Return the handlers by job kind."""
        return {
            EFFECT: self._performer.work,
            WAKE: self._performer.wake,
            TICK: self.tick,
            START: self.start,
        }

    async def tick(self, job: Job) -> None:
        """Queue what starts at this minute, once however long the box was off."""

        def commit(tx: Connection) -> None:
            now = self._clock.now()
            for row in flows.due(tx, now):
                for phone in orjson.loads(row["contacts"]):
                    if self._refuses(tx, phone):
                        continue
                    payload = {"flow_id": row["flow_id"], "phone": phone}
                    self._queue.add(tx, NewJob(START, payload, lock=f"start:{row['flow_id']}"))
                upcoming = self._checking.next_time(row["cron"], now)
                if upcoming is not None:
                    at = upcoming.astimezone(UTC)
                    flows.postpone(tx, row["flow_id"], row["place"], at)
            self._queue.done(tx, job)

        await self._db.write(commit)

    async def start(self, job: Job) -> None:
        """Start a flow with one contact; a chat that is held or busy is left in peace."""
        start = Start(str(job.payload["flow_id"]), "whatsapp", phone=str(job.payload["phone"]))

        def commit(tx: Connection) -> None:
            self._runs.start_in(tx, start)
            self._queue.done(tx, job)

        try:
            await self._db.write(commit)
        except NextAgentError as error:
            log.info("flow_not_started", flow=start.flow_id, code=error.code)

    async def paid(self, payment_id: str) -> None:
        """Let the run go on that waits for a payment."""

        def commit(tx: Connection) -> Any:
            run = runs.of_payment(tx, payment_id)
            if run is not None and run.state == "charging":
                return self._runs.paid_in(tx, run)
            return None

        if await self._db.read(lambda tx: runs.of_payment(tx, payment_id)) is not None:
            await self._db.write(commit)

    async def catch_up(self) -> None:
        """Go on with runs whose payment came in while nobody listened."""
        waiting = await self._db.read(runs.charging)
        for run in waiting:
            if run.payment_id is not None and await self._db.read(
                lambda tx, number=run.payment_id: self._mover.charges.paid(tx, number)  # type: ignore[misc]  # mypy cannot infer defaults
            ):
                await self.paid(run.payment_id)
