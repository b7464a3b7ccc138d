"""Money: the finance context, its calendar, its facts in the usage ledger, its words to clients."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from daemon.domains.conversations.phones import alias
from daemon.domains.conversations.store import threads
from daemon.domains.finance.asaas import Asaas
from daemon.domains.finance.domain.records import Invoice, Payment
from daemon.domains.finance.domain.terms import Terms
from daemon.domains.finance.domain.upsell import Load
from daemon.domains.finance.ports import Picture, Said
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.service.selling import LoadOf, Sales
from daemon.domains.finance.service.standing import Standing
from daemon.domains.finance.tasks import CHARGE, REMIND, TICK, ChargeTasks, FinanceTasks
from daemon.domains.metrics.service import Figures
from daemon.domains.whatsapp.domain import NewContent, OutgoingMedia, Session, SessionState
from daemon.domains.whatsapp.ports import Compose
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import Job, NewJob

from .consent import phone_refuses
from .ground import Ground

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Money:
    """What routes and the worker need of it."""

    finance: Finance
    handlers: dict[str, Handler]


class Voice:
    """How finance speaks to clients: through the number of its agent, or any that works."""

    def __init__(self, standing: Standing, compose: Compose, media: Path, tenant_id: str) -> None:
        self._standing, self._compose, self._media = standing, compose, media
        self._tenant = tenant_id

    async def keep(self, png: bytes, name: str) -> Picture:
        """Write a picture where files to send lie; the same picture is one file."""
        path = await asyncio.to_thread(_kept, self._media / "outgoing", png)
        return Picture(str(path), name)

    def say(self, tx: Connection, phone: str, said: Sequence[Said]) -> bool:
        """Queue messages to a phone; False when there is no number that works."""
        session = self._session(tx)
        if session is None:
            return False
        try:
            for one in said:
                self._compose(
                    tx,
                    agent_id=session.agent_id,
                    session_id=session.id,
                    to=f"+{phone}",
                    content=_content(one),
                )
        except NextAgentError as error:  # a phone that is none is no reason to hold up the others
            log.warning("reminder_not_sent", code=error.code)
            return False
        return True

    def ready(self, tx: Connection) -> bool:
        """Say whether any number can send right now."""
        return self._session(tx) is not None

    def refuses(self, tx: Connection, phone: str) -> bool:
        """Say whether whoever has a phone asked not to be written to."""
        return phone_refuses(tx, self._tenant, phone)

    def answered(self, tx: Connection, phone: str, since: datetime) -> bool:
        """Say whether somebody wrote from a phone since a moment."""
        known = alias(f"{phone}@s.whatsapp.net")
        for session in self._sessions(tx):
            chat = None if known is None else threads.of_alias(tx, session.id, known)
            if chat is None:
                continue
            wrote = tx.conn.execute(
                "SELECT 1 FROM messages WHERE conversation_id = ? AND at >= ? AND from_me = 0",
                (chat.id, stamp(since)),
            ).fetchone()
            if wrote is not None:
                return True
        return False

    def _sessions(self, tx: Connection) -> Sequence[Session]:
        agent = self._standing.now.reminders_agent
        return sessions.of_agent(tx, agent) if agent else sessions.wanted(tx)

    def _session(self, tx: Connection) -> Session | None:
        working = (one for one in self._sessions(tx) if one.state is SessionState.WORKING)
        return next(working, None)


def _content(said: Said) -> NewContent:
    if isinstance(said, str):
        return NewContent(kind="text", text=said)
    media = OutgoingMedia(path=said.path, mime="image/png", name=said.name)
    return NewContent(kind="image", media=media)


def _kept(folder: Path, data: bytes) -> Path:
    """Write bytes under their hash, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{hashlib.sha256(data).hexdigest()}.png"
    if not path.exists():
        partial = path.with_suffix(".part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    return path


def loads(figures: Figures, clock: Clock) -> LoadOf:
    """Return what a month asked of the box, as the metrics have it."""

    async def load_of(period: str, start: datetime, end: datetime) -> Load:
        last = min(end, clock.now())
        if start >= last:
            return Load(period, 0, None, 0, 0)
        asked = figures.asked(start.isoformat(), last.isoformat(), None)
        found = await figures.service(asked)
        p95, sums = found.first_response.p95, found.sums
        return Load(
            period,
            found.first_response.cases,
            None if p95 is None else int(p95 * 1000),
            sums["answers"] + sums["refusals"],
            sums["refusals"],
        )

    return load_of


async def money(base: Ground, compose: Compose, figures: Figures) -> Money:
    """Build the context, seed its plans, and put it into the calendar."""
    tenant, ledger = base.settings.tenant, base.ledger.ledger
    standing = Standing(_terms(base), base.vault)
    await standing.load(base.database, base.tenant_id)

    def record(tx: Connection, kind: str, data: dict[str, Any]) -> None:
        ledger.append(tx, kind, data, base.clock.now())

    def issued(tx: Connection, invoice: Invoice) -> None:
        if standing.now.charges:
            job = NewJob(CHARGE, {"invoice_id": invoice.id}, lock=f"charge:{invoice.id}")
            base.queue.add(tx, job)

    def paid(tx: Connection, payment: Payment) -> None:
        finance.reminders.thank(tx, payment)

    desk = Desk(
        database=base.database,
        outbox=base.outbox,
        clock=base.clock,
        tenant_id=base.tenant_id,
        zone=await asyncio.to_thread(ZoneInfo, tenant.timezone),
        currency=tenant.currency,
        record=record,
        standing=standing,
        on_issued=issued,
        on_paid=paid,
        counts=counts,
    )
    sales = Sales(desk, loads(figures, base.clock), base.settings.finance.wait_budget_s * 1000)
    finance = Finance.of(
        desk, sales, Voice(standing, compose, base.paths.media, base.tenant_id), Asaas
    )
    tasks = FinanceTasks(desk, finance.subscriptions, finance.invoices, finance.figures)

    def provider() -> Asaas:
        return Asaas(standing.now.provider_url, standing.now.provider_key)

    charges = ChargeTasks(provider, finance.invoices, finance.payments)

    async def remind(_: Job) -> None:
        await finance.reminders.remind()

    await finance.plans.seed()
    tick = NewJob(TICK, key="tick", lock="finance")
    base.scheduler.cron("0 0 1 * *", tick)  # the month's edge
    base.scheduler.cron("5 * * * *", tick)  # renewals and trials; and the edge, if it was missed
    # A few clients every ten minutes of the working day: no number ever sends a flood.
    base.scheduler.cron("*/10 10-17 * * *", NewJob(REMIND, key="remind", lock="finance"))
    await base.database.write(lambda tx: base.queue.add(tx, tick))
    return Money(finance, {TICK: tasks.tick, CHARGE: charges.charge, REMIND: remind})


def counts(tx: Connection, client_id: str) -> dict[str, int]:
    """Return what a client's agents are and have; nothing of a client without agents."""
    row = tx.conn.execute(
        "SELECT count(*), coalesce(sum((SELECT count(*) FROM wa_sessions AS session "
        "WHERE session.agent_id = agent.id)), 0), coalesce(sum((SELECT count(*) FROM documents "
        "AS document WHERE document.agent_id = agent.id)), 0) FROM agents AS agent "
        "WHERE agent.client_id = ?",
        (client_id,),
    ).fetchone()
    return {"agents": row[0], "sessions": row[1], "documents": row[2]} if row[0] else {}


def _terms(base: Ground) -> Terms:
    """Return the box's own terms."""
    own, names = base.settings.finance, base.settings
    return Terms(
        due_days=own.due_days,
        pix_key=own.pix_key,
        pix_name=own.pix_name or names.tenant.name or names.brand.name,
        pix_city=own.pix_city,
        provider=own.provider,
        provider_url=own.provider_url,
        provider_key=own.provider_key,
        webhook_token=own.provider_webhook_token,
        reminders_agent=own.reminders_agent,
        language=own.language,
    )
