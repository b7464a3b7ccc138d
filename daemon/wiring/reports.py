"""Reports: their context, the figures that they tell, and the ways that they go out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.finance.domain.movements import DEFINITION_VERSION as FINANCE_VERSION
from daemon.domains.finance.service.parts import Finance
from daemon.domains.metrics.domain import DEFINITION_VERSION as METRICS_VERSION
from daemon.domains.metrics.service import Asked, Figures, Service
from daemon.domains.reports.domain import Delivery, Filters, Kind
from daemon.domains.reports.files import Shelf
from daemon.domains.reports.invoices import PAPERS, Papers
from daemon.domains.reports.ports import Parcel
from daemon.domains.reports.runner import Runner
from daemon.domains.reports.schedules import Schedules
from daemon.domains.reports.service import TICK, TIDY, Desk, Reports, reconcile
from daemon.domains.reports.tasks import Brand, ReportTasks
from daemon.domains.reports.views import REPORTS, SCHEDULES
from daemon.domains.whatsapp.domain import NewContent, NoSessionError, OutgoingMedia, SessionState
from daemon.domains.whatsapp.messages import Messages
from daemon.domains.whatsapp.ports import Compose
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.mail import Attachment, Letter, Mail
from daemon.infra.steering import view
from daemon.kernel.jobs import NewJob

from .ground import Ground
from .invoice_papers import Invoices
from .part import Part
from .talk import Talk

MAKER = "daemon.wiring.report_maker"
DAYS_BY_DAY, DAYS_BY_WEEK = 93, 730
"""Up to so many days use is told by day, or by week."""


@dataclass(frozen=True)
class Telling:
    """What reports tell, read from the contexts that know it."""

    finance: Finance
    figures: Figures

    async def __call__(
        self, kind: Kind, start: datetime, end: datetime, filters: Filters
    ) -> dict[str, Any]:
        """Return the figures of a period."""
        if kind == "finance":
            return await self._money(start, end)
        if kind == "conversations":
            return {}
        asked = self.figures.asked(start.isoformat(), end.isoformat(), filters.agent_id)
        if kind == "performance":
            return await self._performance(asked)
        return await self._usage(asked, (end - start).days)

    async def _money(self, start: datetime, end: datetime) -> dict[str, Any]:
        figures = self.finance.figures
        span = figures.span(start.isoformat(), end.isoformat())
        months = []
        for one in await figures.periods(span):
            values = {
                name: value["percent"] if isinstance(value, dict) else value
                for name, value in one.figures.items()
            }
            months.append({"month": str(one.month), **values})
        return {"definition_version": FINANCE_VERSION, "months": months}

    async def _performance(self, asked: Asked) -> dict[str, Any]:
        by_agent = await self.figures.by_agent(asked)
        agents = []
        for agent in by_agent:
            one = Asked(asked.period, agent, asked.zone)
            agents.append({"agent": agent, **_served(await self.figures.service(one))})
        _, topics = await self.figures.unanswered(asked)
        return {
            "definition_version": METRICS_VERSION,
            "all": _served(await self.figures.service(asked)),
            "agents": agents,
            "topics": [
                {
                    "question": topic.examples()[0].question,
                    "count": len(topic.questions),
                    "last": topic.last_at.isoformat(),
                }
                for topic in topics
            ],
        }

    async def _usage(self, asked: Asked, days: int) -> dict[str, Any]:
        step: Any = "day" if days <= DAYS_BY_DAY else "week" if days <= DAYS_BY_WEEK else "month"
        cut, sums = await self.figures.series(asked, step)
        return {
            "definition_version": METRICS_VERSION,
            "granularity": step,
            "parts": [
                {
                    "start": part.start.isoformat(),
                    "people": one["phone"] + one["operator"],
                    **one,
                }
                for part, one in zip(cut, sums, strict=True)
            ],
            "week": await self.figures.week(asked),
        }


def _served(found: Service) -> dict[str, Any]:
    names = ("cases", "replied", "contained", "deflected", "handed_over", "answers", "refusals")
    sums = found.sums
    shares = {"containment": "contained", "deflection": "deflected"}
    return {
        **{name: sums[name] for name in names},
        **{name: _percent(sums[of], sums["cases"]) for name, of in shares.items()},
        "hand_over_rate": _percent(sums["handed_over"], sums["cases"]),
        "first_p50": found.first_response.p50,
        "first_p95": found.first_response.p95,
        "resolution_p50": found.resolution.p50,
    }


def _percent(part: int, whole: int) -> str | None:
    return f"{part * 100 / whole:.2f}" if whole else None


class Postman:
    """Sends reports by e-mail."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    async def __call__(self, parcel: Parcel, to: Sequence[str]) -> None:
        """Send one letter to all; sent again it is the same letter."""
        await self._mail.send(
            Letter(
                to=to,
                subject=parcel.subject,
                text=parcel.text,
                attachments=[Attachment(parcel.name, parcel.mime, parcel.path)],
                key=f"report:{parcel.report_id}:{','.join(to)}",
            )
        )


class Courier:
    """Sends reports on WhatsApp, through the number of an agent."""

    def __init__(self, messages: Messages, compose: Compose) -> None:
        self._messages, self._compose = messages, compose

    async def prepare(self, parcel: Parcel) -> Path:
        """Put the file among those that are sent."""
        data = await asyncio.to_thread(parcel.path.read_bytes)
        _, media = await self._messages.keep(
            data, mime=parcel.mime, name=parcel.name, voice=False, seconds=None
        )
        return Path(media.path)

    def send(self, tx: Connection, parcel: Parcel, path: Path, delivery: Delivery) -> None:
        """Queue the message."""
        agent_id = delivery.agent_id or ""
        working = (
            session
            for session in sessions.of_agent(tx, agent_id)
            if session.state is SessionState.WORKING
        )
        session = next(working, None)
        if session is None:
            raise NoSessionError
        media = OutgoingMedia(path=str(path), mime=parcel.mime, name=parcel.name)
        content = NewContent(kind="document", text=parcel.text, media=media)
        self._compose(
            tx, agent_id=agent_id, session_id=session.id, to=f"+{delivery.to[0]}", content=content
        )


@dataclass(frozen=True)
class Reported:
    """The context, and the one of its services that another part needs."""

    part: Part
    made: Reports


async def reports(base: Ground, finance: Finance, figures: Figures, talking: Talk) -> Reported:
    """Build the context, and put its schedules into the calendar."""
    settings = base.live
    shelf = Shelf(base.paths.reports)
    await asyncio.to_thread(shelf.prepare)
    zone = await asyncio.to_thread(ZoneInfo, settings.tenant.timezone)
    desk = Desk(
        database=base.database,
        queue=base.queue,
        outbox=base.outbox,
        clock=base.clock,
        tenant_id=base.tenant_id,
        zone=zone,
        limits=settings.reports,
        gate=base.licence,
        shelf=shelf,
        runner=Runner(MAKER, timeout_s=settings.reports.timeout_s),
    )
    await reconcile(desk)

    def look() -> Brand:
        face = base.steering.brand
        return Brand(
            name=face.name,
            accent=face.accent,
            logo=None if face.logo is None else str(face.logo.absolute()),
            tenant=settings.tenant.name,
            support=face.support,
        )

    made, schedules = Reports(desk), Schedules(desk)
    tasks = ReportTasks(
        desk,
        made,
        schedules,
        brand=view(look),
        facts=Telling(finance, figures),
        post=Postman(
            Mail(
                settings.mail,
                base.clock,
                name=lambda: base.steering.brand.name,
                noted=base.egress.note,
            )
        ),
        hand=Courier(talking.messages, talking.between.compose),
    )
    base.scheduler.cron("*/5 * * * *", NewJob(TICK, key="tick"))
    base.scheduler.cron("41 4 * * *", NewJob(TIDY, key="tidy"))
    await base.database.write(lambda tx: base.queue.add(tx, NewJob(TICK, key="tick")))
    papers = Papers(Invoices(base, finance, zone), lambda: vars(look()))
    part = Part({REPORTS: made, SCHEDULES: schedules, PAPERS: papers}, tasks.handlers())
    return Reported(part, made)
