"""Money: the finance context, its calendar, its facts in the usage ledger, its words to clients."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from daemon.domains.conversations.phones import alias
from daemon.domains.conversations.store import threads
from daemon.domains.finance.asaas import Asaas
from daemon.domains.finance.domain.pix import Merchant
from daemon.domains.finance.domain.records import Invoice, Payment
from daemon.domains.finance.domain.upsell import Load
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.service.reminding import Reminders
from daemon.domains.finance.service.selling import LoadOf, Sales
from daemon.domains.finance.tasks import CHARGE, REMIND, TICK, ChargeTasks, FinanceTasks
from daemon.domains.metrics.service import Figures
from daemon.domains.whatsapp.domain import NewContent, Session, SessionState
from daemon.domains.whatsapp.ports import Compose
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import Job, NewJob

from .ground import Ground

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Money:
    """What routes and the worker need of it."""

    finance: Finance
    handlers: dict[str, Handler]


class Voice:
    """How finance speaks to clients: through the number of one agent."""

    def __init__(self, agent_id: str, compose: Compose) -> None:
        self._agent_id, self._compose = agent_id, compose

    def say(self, tx: Connection, phone: str, texts: Sequence[str]) -> bool:
        """Queue messages to a phone; False when the agent has no number that works."""
        session = self._session(tx)
        if session is None:
            return False
        try:
            for text in texts:
                content = NewContent(kind="text", text=text)
                self._compose(
                    tx,
                    agent_id=self._agent_id,
                    session_id=session.id,
                    to=f"+{phone}",
                    content=content,
                )
        except NextAgentError as error:  # a phone that is none is no reason to hold up the others
            log.warning("reminder_not_sent", code=error.code)
            return False
        return True

    def answered(self, tx: Connection, phone: str, since: datetime) -> bool:
        """Say whether somebody wrote from a phone since a moment."""
        known = alias(f"{phone}@s.whatsapp.net")
        for session in sessions.of_agent(tx, self._agent_id):
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

    def _session(self, tx: Connection) -> Session | None:
        working = (
            session
            for session in sessions.of_agent(tx, self._agent_id)
            if session.state is SessionState.WORKING
        )
        return next(working, None)


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
    terms, tenant, ledger = base.settings.finance, base.settings.tenant, base.ledger.ledger

    def record(tx: Connection, kind: str, data: dict[str, Any]) -> None:
        ledger.append(tx, kind, data, base.clock.now())

    def issued(tx: Connection, invoice: Invoice) -> None:
        job = NewJob(CHARGE, {"invoice_id": invoice.id}, lock=f"charge:{invoice.id}")
        base.queue.add(tx, job)

    def paid(tx: Connection, payment: Payment) -> None:
        reminders.thank(tx, payment)

    desk = Desk(
        database=base.database,
        outbox=base.outbox,
        clock=base.clock,
        tenant_id=base.tenant_id,
        zone=await asyncio.to_thread(ZoneInfo, tenant.timezone),
        currency=tenant.currency,
        record=record,
        due_days=terms.due_days,
        merchant=_merchant(base),
        on_issued=issued if terms.provider == "asaas" else None,
        on_paid=paid if terms.reminders_agent else None,
    )
    sales = Sales(desk, loads(figures, base.clock), terms.wait_budget_s * 1000)
    finance = Finance.of(desk, terms.provider_webhook_token, sales)
    voice = Voice(terms.reminders_agent, compose)
    reminders = Reminders(finance, say=voice.say, answered=voice.answered, language=terms.language)
    tasks = FinanceTasks(desk, finance.subscriptions, finance.invoices, finance.figures)
    asaas = Asaas(terms.provider_url, terms.provider_key)
    charges = ChargeTasks(asaas, finance.invoices, finance.payments)

    async def remind(_: Job) -> None:
        await reminders.remind()

    await finance.plans.seed()
    tick = NewJob(TICK, key="tick", lock="finance")
    base.scheduler.cron("0 0 1 * *", tick)  # the month's edge
    base.scheduler.cron("5 * * * *", tick)  # renewals and trials; and the edge, if it was missed
    if terms.reminders_agent:
        base.scheduler.cron("0 10 * * *", NewJob(REMIND, lock="finance"))
    await base.database.write(lambda tx: base.queue.add(tx, tick))
    return Money(finance, {TICK: tasks.tick, CHARGE: charges.charge, REMIND: remind})


def _merchant(base: Ground) -> Merchant | None:
    """Return who is paid by Pix; nobody without a key."""
    terms, names = base.settings.finance, base.settings
    if not terms.pix_key:
        return None
    return Merchant(
        terms.pix_key, terms.pix_name or names.tenant.name or names.brand.name, terms.pix_city
    )
