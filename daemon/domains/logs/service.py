"""The log: written in the transactions of what happens, read by people."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import BadInputError
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id
from daemon.kernel.moments import moment
from daemon.kernel.pages import Page
from daemon.kernel.spelling import camel

from . import store
from .domain import Entry, Kind, Level, LogKeptError

# Events of other contexts that operators look for here; what is a message or a turn is written
# in its own transaction instead.
HEARD: dict[str, Level] = {
    "document.ready": "info",
    "job.parked": "error",
    "child.gave_up": "error",
    "agent.updated": "info",
    "invoice.issued": "info",
    "payment.updated": "info",
    "entitlement.near": "warning",
    "subscription.changed": "info",
    "report.ready": "info",
    "report.failed": "error",
    "flow.updated": "info",
    "flow.run.updated": "info",
    "deal.updated": "info",
    "webhook.disabled": "warning",
    "notification.created": "warning",
    "notification.resolved": "info",
}
PRIVATE = frozenset(
    {"qr", "pairing_code", "text", "phone", "title", "body", "fix", "name", "webhook_name"}
)


# Writes, in the transaction of a deletion, what was deleted.
Witness = Callable[[str], Callable[[Connection, Mapping[str, Any]], None]]


@dataclass(frozen=True)
class Keeping:
    """How long a line must be kept before anybody, or the box itself, may delete it."""

    ordinary: timedelta = timedelta()
    security: timedelta = timedelta(days=180)
    """Six months: what the Brazilian Marco Civil (Lei 12.965/2014, art. 15) asks of providers."""


class Logs:
    """Lines by agent, conversation, level and kind."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tenant_id: str,
        timezone: str,
        keeping: Keeping = Keeping(),
    ) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._timezone, self._keeping = timezone, keeping
        self._witness: Witness | None = None

    def witnessed_by(self, witness: Witness) -> None:
        """Tell the audit log of deletions; it is built later than the log."""
        self._witness = witness

    def record(
        self,
        tx: Connection,
        *,
        agent_id: str | None,
        level: str,
        kind: str,
        event: str,
        facts: dict[str, Any],
    ) -> None:
        """Write a line in the transaction of what it tells about."""
        told = camel(facts)
        store.add(
            tx,
            self._tenant,
            Entry(
                id=new_id(),
                agent_id=agent_id,
                conversation_id=told.get("conversationId"),
                level=cast("Level", level),
                kind=cast("Kind", kind),
                event=event,
                facts=told,
                at=self._clock.now(),
            ),
        )

    async def heard(self, event: Recorded) -> None:
        """Write down an event of another context; subscribe it for the names in `HEARD`."""
        if event.name == "flow.run.updated" and event.data.get("outcome") is None:
            return  # of a run, its end; each step of it is kept with the run
        facts = {key: value for key, value in event.data.items() if key not in PRIVATE}
        level = HEARD.get(event.name, "info")
        await self._db.write(
            lambda tx: self.record(
                tx,
                agent_id=event.data.get("agent_id"),
                level=level,
                kind="error" if level == "error" else "event",
                event=event.name.replace(".", "_"),
                facts=facts,
            )
        )

    async def page(
        self,
        *,
        agent_id: str | None,
        conversation_id: str | None = None,
        level: str | None,
        kind: str | None,
        start: str | None,
        end: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Entry]:
        """List lines, newest first. Raises BadInputError for a bad date or cursor."""
        zone = await asyncio.to_thread(ZoneInfo, self._timezone)  # reads a file the first time
        since = moment(start, "start", zone)
        until = moment(end, "end", zone, end=True)
        after = None if cursor is None else _place(cursor)
        found = await self._db.read(
            lambda tx: store.listed(
                tx,
                equal={
                    "agent_id": agent_id,
                    "conversation_id": conversation_id,
                    "level": level,
                    "kind": kind,
                },
                start=since,
                end=until,
                after=after,
                limit=limit + 1,
            )
        )
        return Page.of(found, limit, lambda entry: f"{stamp(entry.at)}~{entry.id}")

    async def get(self, log_id: str) -> Entry:
        """Return a line."""
        return await self._db.read(lambda tx: store.get(tx, log_id))

    async def delete(self, log_id: str) -> None:
        """Remove a line. Raises LogKeptError while it must be kept."""
        note = None if self._witness is None else self._witness("logs.delete")

        def commit(tx: Connection) -> None:
            entry = store.get(tx, log_id)
            self._check_kept(entry)
            store.delete(tx, log_id)
            if note is not None:
                facts = {"id": entry.id, "kind": entry.kind, "level": entry.level}
                note(tx, {**facts, "event": entry.event, "at": stamp(entry.at)})

        await self._db.write(commit)

    async def prune(self, keep: timedelta) -> int:
        """Remove lines older than `keep`; lines of security stay as long as they must."""
        now = self._clock.now()
        before = now - max(keep, self._keeping.ordinary)
        security = now - max(keep, self._keeping.security)
        return await self._db.write(lambda tx: store.prune(tx, before, security_before=security))

    def _check_kept(self, entry: Entry) -> None:
        secure = entry.kind == "security"
        keep = self._keeping.security if secure else self._keeping.ordinary
        if self._clock.now() < entry.at + keep:
            raise LogKeptError(
                id=entry.id,
                until=f"{entry.at + keep:%Y-%m-%d}",
                setting="security_days" if secure else "logs_min_days",
            )


def _place(cursor: str) -> tuple[str, str]:
    at, mark, number = cursor.partition("~")
    if not mark:
        raise BadInputError(
            field="cursor",
            problem="take it from nextCursor of the page before",
            problem_pt="use o nextCursor da página anterior",
        )
    return at, number
