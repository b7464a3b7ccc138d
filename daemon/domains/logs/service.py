"""The log: written in the transactions of what happens, read by people."""

import asyncio
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import store
from .domain import Entry, Kind, Level, moment

# Events of other contexts that operators look for here; what is a message or a turn is written
# in its own transaction instead.
HEARD: dict[str, Level] = {
    "document.ready": "info",
    "job.parked": "error",
    "child.gave_up": "error",
    "agent.updated": "info",
}
PRIVATE = frozenset({"qr", "pairing_code", "text", "phone"})


class Logs:
    """Lines by agent, level and kind."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str, timezone: str) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._timezone = timezone

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
        store.add(
            tx,
            self._tenant,
            Entry(
                id=new_id(),
                agent_id=agent_id,
                level=cast("Level", level),
                kind=cast("Kind", kind),
                event=event,
                facts=facts,
                at=self._clock.now(),
            ),
        )

    async def heard(self, event: Recorded) -> None:
        """Write down an event of another context; subscribe it for the names in `HEARD`."""
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
        level: str | None,
        kind: str | None,
        start: str | None,
        end: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page[Entry]:
        """List lines, newest first. Raises BadInputError for a bad date."""
        zone = await asyncio.to_thread(ZoneInfo, self._timezone)  # reads a file the first time
        since = moment(start, "start", zone)
        until = moment(end, "end", zone, end=True)
        found = await self._db.read(
            lambda tx: store.listed(
                tx,
                equal={"agent_id": agent_id, "level": level, "kind": kind},
                start=since,
                end=until,
                cursor=cursor,
                limit=limit,
            )
        )
        return Page.of(found, limit, lambda entry: entry.id)

    async def get(self, log_id: str) -> Entry:
        """Return a line."""
        return await self._db.read(lambda tx: store.get(tx, log_id))

    async def delete(self, log_id: str) -> None:
        """Remove a line."""
        await self._db.write(lambda tx: store.delete(tx, log_id))

    async def prune(self, keep: timedelta) -> int:
        """Remove lines older than `keep`."""
        return await self._db.write(lambda tx: store.prune(tx, self._clock.now() - keep))
