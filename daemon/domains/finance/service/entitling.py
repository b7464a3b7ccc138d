"""What a client may use right now: the sum of its plans, what is used, and whether it owes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import METERS, Client, Invoice, Plan, Subscription
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection

from .desk import Desk

RUNNING = frozenset({"active", "trialing"})


@dataclass(frozen=True)
class Allowance:
    """One meter: what is included this month (None: unlimited) and what is used."""

    included: int | None
    used: int


@dataclass(frozen=True)
class Entitlement:
    """`active`: something is subscribed to; `past_due`: centavos open past their last day.

    `suspended`: the debt is older than the terms allow, so that nothing new may be made.
    """

    client_id: str
    period: str
    active: bool
    past_due: int
    suspended: bool
    meters: dict[str, Allowance]


class Entitlements:
    """Follow from subscriptions and payments at once; nothing is stored."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, client_id: str) -> Entitlement:
        """Return what a client may use."""
        return await self._desk.database.read(lambda tx: self._of(tx, client_id))

    def _of(self, tx: Connection, client_id: str) -> Entitlement:
        rows.get(tx, Client, client_id)
        now = self._desk.clock.now()
        period = str(Month.of(now, self._desk.zone))
        today = now.astimezone(self._desk.zone).date().isoformat()
        running = [
            one for one in rows.find(tx, Subscription, client_id=client_id) if one.status in RUNNING
        ]
        plans = [rows.get(tx, Plan, one.plan_id) for one in running]
        used = [book.used(tx, one.id, period) for one in running]
        invoices = rows.find(tx, Invoice, client_id=client_id)
        return Entitlement(
            client_id=client_id,
            period=period,
            active=bool(running),
            past_due=sum(one.balance for one in invoices if one.due_on < today),
            suspended=any(one.balance and self._too_old(one, now) for one in invoices),
            meters={
                meter: Allowance(
                    _sum([plan.entitlements.get(meter, 0) for plan in plans]),
                    sum(sums.get(meter, 0) for sums in used),
                )
                for meter in METERS
            },
        )

    def _too_old(self, invoice: Invoice, now: datetime) -> bool:
        grace = self._desk.terms.grace_days
        if grace is None:
            return False
        last = date.fromisoformat(invoice.due_on) + timedelta(days=grace)
        return last < now.astimezone(self._desk.zone).date()


def _sum(parts: list[int | None]) -> int | None:
    """Return the sum; with one unlimited plan everything is."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
