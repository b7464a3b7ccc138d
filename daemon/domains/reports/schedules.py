"""Reports that come back."""

from dataclasses import replace
from typing import Any

from daemon.infra.database import Connection
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import store
from .domain import MOST_SCHEDULES, Schedule, Wish, check
from .errors import TooManySchedulesError
from .periods import last_period, next_run
from .service import Desk


class Schedules:
    """Reports that come back by the tenant's clock."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def create(
        self, *, name: str, wish: Wish, every: Any, hour: int, weekday: int, day: int, enabled: bool
    ) -> Schedule:
        """Keep a schedule; its first run is the next time that fits."""
        check(wish)
        self._desk.gate.require("schedules")
        now = self._desk.clock.now()
        schedule = Schedule(
            id=new_id(),
            name=name,
            wish=wish,
            every=every,
            hour=hour,
            weekday=weekday,
            day=day,
            enabled=enabled,
            next_at=None,
            created_at=now,
            updated_at=now,
        )

        def commit(tx: Connection) -> Schedule:
            if store.count_schedules(tx) >= MOST_SCHEDULES:
                raise TooManySchedulesError(limit=MOST_SCHEDULES)
            return self._keep(tx, schedule)

        return await self._desk.database.write(commit)

    async def change(
        self, schedule_id: str, wish: dict[str, Any], rest: dict[str, Any]
    ) -> Schedule:
        """Change what is given; the next run follows from it."""

        def commit(tx: Connection) -> Schedule:
            found = store.schedule(tx, schedule_id)
            changed = replace(found, wish=replace(found.wish, **wish), **rest)
            check(changed.wish)
            return self._keep(tx, replace(changed, updated_at=self._desk.clock.now()))

        return await self._desk.database.write(commit)

    async def page(self, cursor: str | None, limit: int) -> Page[Schedule]:
        """List schedules, newest first."""
        found = await self._desk.database.read(lambda tx: store.schedules(tx, cursor, limit))
        return Page.of(found, limit, lambda schedule: schedule.id)

    async def get(self, schedule_id: str) -> Schedule:
        """Return a schedule."""
        return await self._desk.database.read(lambda tx: store.schedule(tx, schedule_id))

    async def delete(self, schedule_id: str) -> None:
        """Let it not come back; what it made stays."""
        await self._desk.database.write(lambda tx: store.delete_schedule(tx, schedule_id))

    async def run_due(self) -> int:
        """Ask for the reports whose time has come; a time that was missed counts once."""
        if not self._desk.gate.allows("schedules"):
            return 0  # they wait for the licence; what a person asks for is made all the same

        def commit(tx: Connection) -> int:
            now = self._desk.clock.now()
            found = store.due(tx, now)
            for one in found:
                span = last_period(one.every, self._desk.zone, now)
                report = self._desk.add(tx, one.wish, span, one.id)
                self._keep(tx, replace(one, last_at=now, last_report_id=report.id))
            return len(found)

        return await self._desk.database.write(commit)

    def _keep(self, tx: Connection, schedule: Schedule) -> Schedule:
        planned = replace(
            schedule,
            next_at=next_run(
                schedule.every,
                schedule.hour,
                schedule.weekday,
                schedule.day,
                zone=self._desk.zone,
                after=self._desk.clock.now(),
            )
            if schedule.enabled
            else None,
        )
        store.save_schedule(tx, self._desk.tenant_id, planned)
        return planned
