"""What people do with reports: ask for one, look, download, delete; and let one come back."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.settings import Reports as Limits
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob
from daemon.kernel.licence import OPEN, Gate
from daemon.kernel.pages import Page
from daemon.kernel.subject import Subject, Tally

from . import store
from .domain import Report, ReportProgress, Wish, check, deliveries
from .errors import ReportNotReadyError, TooManyReportsError
from .files import Shelf
from .periods import period
from .runner import Runner

MAKE = "reports.make"
DELIVER = "reports.deliver"
TICK = "reports.tick"
TIDY = "reports.tidy"
WAIT_S = 20.0


@dataclass(frozen=True)
class Desk:
    """The parts of the box that reports are made with."""

    database: Database
    queue: Queue
    outbox: Outbox
    clock: Clock
    tenant_id: str
    zone: ZoneInfo
    limits: Limits
    gate: Gate = field(default=OPEN, kw_only=True)
    shelf: Shelf
    runner: Runner

    def add(
        self,
        tx: Connection,
        wish: Wish,
        span: tuple[datetime, datetime],
        schedule_id: str | None = None,
    ) -> Report:
        """Write a report down and queue its making."""
        report = Report(
            id=new_id(),
            wish=wish,
            start=span[0],
            end=span[1],
            state="queued",
            created_at=self.clock.now(),
            schedule_id=schedule_id,
            deliveries=deliveries(wish.deliver),
        )
        store.save(tx, self.tenant_id, report)
        self.queue.add(tx, NewJob(MAKE, {"report_id": report.id}, lock="reports"))
        self.tell(tx, report)
        return report

    def tell(self, tx: Connection, report: Report) -> None:
        """Say on the WebSocket how far a report is."""
        wish = report.wish
        self.outbox.record(
            tx,
            ReportProgress(
                report.id, wish.kind, wish.format, report.state, report.progress, report.rows
            ),
        )


class Reports:
    """Reports made once; those of a schedule stand among them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._settled: dict[str, asyncio.Event] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone."""
        return self._desk.zone

    async def create(self, wish: Wish, start: str | None, end: str | None) -> Report:
        """Ask for a report. Raises BadInputError naming the field, TooManyReportsError."""
        check(wish)
        span = period(start, end, self._desk.zone, self._desk.clock.now())

        def commit(tx: Connection) -> Report:
            limit = self._desk.limits.waiting
            if store.waiting(tx) >= limit:
                raise TooManyReportsError(limit=limit)
            return self._desk.add(tx, wish, span)

        return await self._desk.database.write(commit)

    async def page(
        self, equal: dict[str, str | None], cursor: str | None, limit: int
    ) -> Page[Report]:
        """List reports, newest first."""
        found = await self._desk.database.read(lambda tx: store.listed(tx, equal, cursor, limit))
        return Page.of(found, limit, lambda report: report.id)

    async def get(self, report_id: str) -> Report:
        """Return a report."""
        return await self._desk.database.read(lambda tx: store.get(tx, report_id))

    async def file(self, report_id: str) -> tuple[Report, Path]:
        """Return a report and its file; one that is being made is waited for, a while."""
        settled = self._settled.setdefault(report_id, asyncio.Event())
        try:
            report = await self.get(report_id)
            if report.state in {"queued", "running"}:
                try:
                    async with asyncio.timeout(WAIT_S):
                        await settled.wait()
                except TimeoutError:
                    raise ReportNotReadyError(id=report_id, state=report.state) from None
                report = await self.get(report_id)
        finally:
            self._settled.pop(report_id, None)
        path = self._desk.shelf.path(report_id)
        if report.state != "ready" or not await asyncio.to_thread(path.is_file):
            raise ReportNotReadyError(id=report_id, state=report.state)
        return report, path

    def settle(self, report_id: str) -> None:
        """Let those go on who wait for the file."""
        if (settled := self._settled.get(report_id)) is not None:
            settled.set()

    async def delete(self, report_id: str) -> None:
        """Delete a report and its file; one that is being made is stopped."""

        def commit(tx: Connection) -> None:
            store.get(tx, report_id)
            store.delete(tx, report_id)

        await self._desk.database.write(commit)
        await self._gone(report_id)

    async def forget(self, person: Subject) -> Tally:
        """Delete the reports of conversations that may tell of a person: made since it came.

        A report is made of many people's rows: it can be made again, without this one.
        """
        gone = await self._desk.database.write(lambda tx: store.forget(tx, person.since))
        for report_id in gone:
            await self._gone(report_id)
        return Tally(len(gone))

    async def _gone(self, report_id: str) -> None:
        self._desk.runner.stop(report_id)
        self.settle(report_id)
        await asyncio.to_thread(self._desk.shelf.remove, report_id)


async def tidy(desk: Desk) -> int:
    """Forget what is too old, too many or too large, oldest first. Return how many."""
    limits = desk.limits

    def commit(tx: Connection) -> list[str]:
        gone, size = store.expired(tx, desk.clock.now()), 0
        for number, (report_id, length) in enumerate(store.kept(tx), 1):
            size += length
            if number > limits.files or size > limits.total_mb * 1024 * 1024:
                gone.append(report_id)
        for report_id in set(gone):
            store.delete(tx, report_id)
        return gone

    gone = await desk.database.write(commit)
    for report_id in gone:
        await asyncio.to_thread(desk.shelf.remove, report_id)
    return len(gone)


async def reconcile(desk: Desk) -> None:
    """Forget files that no row speaks of, and rows whose file is gone (a restored backup)."""

    def look(tx: Connection) -> set[str]:
        return {report_id for report_id, size in store.kept(tx) if size}

    known = await desk.database.read(look)
    missing = await asyncio.to_thread(desk.shelf.compare, known)

    def commit(tx: Connection) -> None:
        for report_id in missing:
            store.delete(tx, report_id)

    await desk.database.write(commit)


def kept_until(desk: Desk) -> datetime:
    """Return until when a report that is done now is kept."""
    return desk.clock.now() + timedelta(days=desk.limits.keep_days)
