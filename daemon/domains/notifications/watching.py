"""Looks at the box every so often, and opens, reopens or resolves what the rules say."""

from functools import partial

import structlog

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob

from . import store
from .domain import FLAPPING, Readings, Step, reconcile
from .ports import Look, Post
from .telling import Teller

log = structlog.get_logger(__name__)

LOOK = "notifications.look"
LOOKING = NewJob(LOOK, lock="notifications", key="tick", priority=9)
"""A look goes before other work: a box that is late must be able to say so."""
OURS = "notifications."
HEARD = (
    "session.updated",
    "child.gave_up",
    "job.parked",
    "document.failed",
    "payment.updated",
    "invoice.issued",
    "webhook.disabled",
)
"""Events after which it is worth looking at once."""


class Watch:
    """One look at a time: its jobs share a lock."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        tenant_id: str,
        *,
        look: Look,
        teller: Teller,
        post: Post,
    ) -> None:
        self._db, self._queue, self._clock, self._tenant = database, queue, clock, tenant_id
        self._look, self._teller, self._post = look, teller, post

    async def heard(self, event: Recorded) -> None:
        """Look soon; subscribe it for the names in `HEARD`."""
        if str(event.data.get("kind", "")).startswith(OURS):
            return  # a look that fails must not be what asks for the next one
        await self._db.write(lambda tx: self._queue.add(tx, LOOKING) and None)

    async def look(self) -> int:
        """Look once; return how many matters changed. Never raises: the next look is the retry."""
        try:
            readings = await self._look()
            if not await self._db.read(partial(self._steps, readings=readings)):
                return 0
            return await self._db.write(partial(self._take, readings=readings))
        except Exception:
            log.exception("notifications_look_failed")
            return 0

    def _steps(self, tx: Connection, readings: Readings) -> list[Step]:
        now = self._clock.now()
        known = store.known(tx, self._tenant, now - FLAPPING)
        return reconcile(known, readings, store.rules(tx, self._tenant), now, new_id)

    def _take(self, tx: Connection, readings: Readings) -> int:
        steps = self._steps(tx, readings)
        rules, wanted = store.rules(tx, self._tenant), store.preferences(tx, self._tenant)
        mail = self._post.configured
        for step in steps:
            one = step.after
            store.save(tx, self._tenant, one)
            if step.told is not None and one.rule != "test":
                rule = rules[one.rule]
                self._teller.tell(tx, one, step.told, rule=rule, preferences=wanted, mail=mail)
        return len(steps)
