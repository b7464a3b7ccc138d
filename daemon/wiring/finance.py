"""Money: the finance context, its calendar, and its facts in the usage ledger."""

import asyncio
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.finance.asaas import Asaas
from daemon.domains.finance.domain.pix import Merchant
from daemon.domains.finance.domain.records import Invoice
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.tasks import CHARGE, TICK, ChargeTasks, FinanceTasks
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.jobs import NewJob

from .ground import Ground


@dataclass(frozen=True)
class Money:
    """What routes and the worker need of it."""

    finance: Finance
    handlers: dict[str, Handler]


async def money(base: Ground) -> Money:
    """Build the context, seed its plans, and put it into the calendar."""
    terms, tenant, ledger = base.settings.finance, base.settings.tenant, base.ledger.ledger

    def record(tx: Connection, kind: str, data: dict[str, Any]) -> None:
        ledger.append(tx, kind, data, base.clock.now())

    def issued(tx: Connection, invoice: Invoice) -> None:
        job = NewJob(CHARGE, {"invoice_id": invoice.id}, lock=f"charge:{invoice.id}")
        base.queue.add(tx, job)

    desk = Desk(
        database=base.database,
        outbox=base.outbox,
        clock=base.clock,
        tenant_id=base.tenant_id,
        zone=await asyncio.to_thread(ZoneInfo, tenant.timezone),
        currency=tenant.currency,
        record=record,
        due_days=terms.due_days,
        merchant=Merchant(
            terms.pix_key,
            terms.pix_name or tenant.name or base.settings.brand.name,
            terms.pix_city,
        )
        if terms.pix_key
        else None,
        issued=issued if terms.provider == "asaas" else None,
    )
    finance = Finance.of(desk, terms.provider_webhook_token)
    await finance.plans.seed()
    tasks = FinanceTasks(desk, finance.subscriptions, finance.invoices, finance.figures)
    tick = NewJob(TICK, key="tick", lock="finance")
    base.scheduler.cron("0 0 1 * *", tick)  # the month's edge
    base.scheduler.cron("5 * * * *", tick)  # renewals and trials; and the edge, if it was missed
    await base.database.write(lambda tx: base.queue.add(tx, tick))
    charges = ChargeTasks(
        Asaas(terms.provider_url, terms.provider_key), finance.invoices, finance.payments
    )
    return Money(finance, {TICK: tasks.tick, CHARGE: charges.charge})
