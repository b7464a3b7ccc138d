"""Jobs of reports: make one, send it, look at the schedules, tidy up."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import MAX_ATTEMPTS, Job, NewJob

from . import store
from .domain import MIMES, Delivery, Report, ReportFailed, ReportReady, file_name
from .ports import Facts, Hand, Parcel, Post
from .runner import CRASHED, MakingFailedError
from .schedules import Schedules
from .service import DELIVER, MAKE, TICK, TIDY, Desk, Reports, kept_until, tidy

log = structlog.get_logger(__name__)

Handler = Callable[[Job], Awaitable[None]]
TELL_EVERY_S = 1.0


@dataclass(frozen=True)
class Brand:
    """Whose report it is."""

    name: str
    accent: str
    logo: str | None
    tenant: str
    support: str


class ReportTasks:
    """Handlers by kind; one report is made at a time."""

    def __init__(
        self,
        desk: Desk,
        reports: Reports,
        schedules: Schedules,
        *,
        brand: Brand,
        facts: Facts,
        post: Post,
        hand: Hand,
    ) -> None:
        self._desk, self._reports, self._schedules = desk, reports, schedules
        self._brand, self._facts, self._post, self._hand = brand, facts, post, hand

    def handlers(self) -> dict[str, Handler]:
        """Return what the worker runs."""
        return {MAKE: self.make, DELIVER: self.deliver, TICK: self.tick, TIDY: self.tidy}

    async def make(self, job: Job) -> None:
        """Make a report; a box that stops meanwhile makes it again."""
        report = await self._change(job.payload["report_id"], state="running", progress=0.0, rows=0)
        if report is None:
            return  # deleted, or finished by an earlier try
        try:
            facts = await self._facts(
                report.wish.kind, report.start, report.end, report.wish.filters
            )
            rows = await self._desk.runner.make(
                report.id, self._spec(report, facts), _Teller(self, report.id).tell
            )
            size = await asyncio.to_thread(self._desk.shelf.publish, report.id)
        except (MakingFailedError, NextAgentError) as error:
            await self._failed(report.id, error.code)
        except OSError:
            await self._failed(report.id, "disk_failed")
        except Exception:
            if job.attempts >= MAX_ATTEMPTS:  # the job parks; the report must not wait for ever
                await self._failed(report.id, CRASHED)
            raise
        else:
            await self._ready(report.id, rows, size)
            await tidy(self._desk)
        finally:
            self._reports.settle(report.id)

    async def deliver(self, job: Job) -> None:
        """Send a report to one receiver; what cannot be sent says why on the report."""
        report_id, number = job.payload["report_id"], job.payload["number"]
        report = await self._desk.database.read(lambda tx: store.find(tx, report_id))
        if report is None or report.deliveries[number].state != "waiting":
            return
        delivery = report.deliveries[number]
        try:
            if delivery.by == "email":
                await self._post(self._parcel(report), delivery.to)
                await self._desk.database.write(lambda tx: self._sent(tx, report_id, number))
            else:
                await self._speak(report, number)
        except NextAgentError as error:
            final = error.facts.get("final", error.status not in {429, 503})
            if not final and job.attempts < MAX_ATTEMPTS:
                raise
            code, words = error.code, error.text(report.wish.language)
            await self._desk.database.write(
                lambda tx: self._mark(
                    tx, report_id, number, state="failed", error=code, detail=words
                )
            )

    async def tick(self, _: Job) -> None:
        """Ask for the reports of schedules that are due."""
        if count := await self._schedules.run_due():
            log.info("reports_due", count=count)

    async def tidy(self, _: Job) -> None:
        """Forget what is old."""
        await tidy(self._desk)

    async def progress(self, report_id: str, share: float, rows: int) -> None:
        """Write down how far a report is."""
        if await self._change(report_id, progress=share, rows=rows) is None:
            self._desk.runner.stop(report_id)

    async def _speak(self, report: Report, number: int) -> None:
        parcel = self._parcel(report)
        path = await self._hand.prepare(parcel)

        def commit(tx: Connection) -> None:
            # The message and the mark are one commit: it is queued once, whatever happens.
            self._hand.send(tx, parcel, path, report.deliveries[number])
            self._sent(tx, report.id, number)

        await self._desk.database.write(commit)

    def _sent(self, tx: Connection, report_id: str, number: int) -> None:
        self._mark(tx, report_id, number, state="sent")

    def _mark(self, tx: Connection, report_id: str, number: int, **values: Any) -> None:
        report = store.find(tx, report_id)
        if report is None:
            return
        sendings: list[Delivery] = list(report.deliveries)
        sendings[number] = replace(sendings[number], **values)
        store.save(tx, self._desk.tenant_id, replace(report, deliveries=tuple(sendings)))

    async def _change(self, report_id: str, **values: Any) -> Report | None:
        """Write down how a report stands; None when it is gone or done."""

        def commit(tx: Connection) -> Report | None:
            found = store.find(tx, report_id)
            if found is None or found.state in {"ready", "failed"}:
                return None
            began = found.started_at or self._desk.clock.now()
            changed = replace(found, **{"started_at": began, **values})
            store.save(tx, self._desk.tenant_id, changed)
            self._desk.tell(tx, changed)
            return changed

        return await self._desk.database.write(commit)

    async def _ready(self, report_id: str, rows: int, size: int) -> None:
        def commit(tx: Connection) -> bool:
            found = store.find(tx, report_id)
            if found is None:
                return False
            until = kept_until(self._desk)
            done = replace(
                found,
                state="ready",
                progress=1.0,
                rows=rows,
                bytes=size,
                finished_at=self._desk.clock.now(),
                expires_at=until,
            )
            store.save(tx, self._desk.tenant_id, done)
            wish = found.wish
            self._desk.outbox.record(
                tx, ReportReady(report_id, wish.kind, wish.format, rows, size, stamp(until))
            )
            for number in range(len(done.deliveries)):
                payload = {"report_id": report_id, "number": number}
                self._desk.queue.add(tx, NewJob(DELIVER, payload))
            return True

        if not await self._desk.database.write(commit):  # deleted while it was made
            await asyncio.to_thread(self._desk.shelf.remove, report_id)

    async def _failed(self, report_id: str, code: str) -> None:
        def commit(tx: Connection) -> None:
            found = store.find(tx, report_id)
            if found is None:
                return
            now = self._desk.clock.now()
            failed = replace(
                found,
                state="failed",
                error=code,
                finished_at=now,
                expires_at=kept_until(self._desk),
            )
            store.save(tx, self._desk.tenant_id, failed)
            wish = found.wish
            self._desk.outbox.record(tx, ReportFailed(report_id, wish.kind, wish.format, code))

        await asyncio.to_thread(self._desk.shelf.remove, report_id)
        await self._desk.database.write(commit)
        log.warning("report_failed", report=report_id, code=code)

    def _spec(self, report: Report, facts: dict[str, Any]) -> dict[str, Any]:
        wish, desk = report.wish, self._desk
        return {
            "kind": wish.kind,
            "format": wish.format,
            "language": wish.language,
            "table": wish.table,
            "filters": vars(wish.filters),
            "start": stamp(report.start),
            "end": stamp(report.end),
            "made_at": stamp(desk.clock.now()),
            "zone": desk.zone.key,
            "brand": vars(self._brand),
            "facts": facts,
            "database": str(desk.database.path),
            "out": str(desk.shelf.draft(report.id)),
            "scratch": str(desk.shelf.scratch),
            "memory_mb": desk.limits.memory_mb,
            "file_mb": desk.limits.total_mb,
            "pdf_rows": desk.limits.pdf_rows,
        }

    def _parcel(self, report: Report) -> Parcel:
        desk, wish, name = self._desk, report.wish, file_name(report, self._desk.zone)
        portuguese = wish.language == "pt-BR"
        words = f"Segue o relatório {name}." if portuguese else f"Here is the report {name}."
        return Parcel(
            report_id=report.id,
            path=desk.shelf.path(report.id),
            name=name,
            mime=MIMES[wish.format].partition(";")[0],
            subject=f"{self._brand.name}: {name}",
            text=words,
        )


class _Teller:
    """Lets progress through once a second."""

    def __init__(self, tasks: ReportTasks, report_id: str) -> None:
        self._tasks, self._id, self._last = tasks, report_id, 0.0

    async def tell(self, share: float, rows: int) -> None:
        """Write progress down, unless it was written a moment ago."""
        now = asyncio.get_running_loop().time()
        if now - self._last >= TELL_EVERY_S:
            self._last = now
            await self._tasks.progress(self._id, share, rows)
