"""Upsell: what was sold on top, and who is close to needing more."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import Client, Plan, Sale
from daemon.domains.finance.domain.upsell import (
    SHARE_PERCENT,
    Cycle,
    Load,
    Signal,
    Strain,
    signals,
    strains,
)
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk
from .invoicing import Invoices

LoadOf = Callable[[str, datetime, datetime], Awaitable[Load]]
"""Tells what a month asked of the box, by its name, from a moment up to another."""

WAIT_BUDGET_MS = 60_000


@dataclass(frozen=True)
class Offer:
    """A signal, whose it is, and the next plan that would end it."""

    client_id: str
    subscription_id: str
    plan_id: str
    suggested_plan_id: str | None
    signal: Signal


class Sales:
    """Extras and upgrades."""

    def __init__(
        self, desk: Desk, load_of: LoadOf | None = None, wait_budget_ms: int = WAIT_BUDGET_MS
    ) -> None:
        self._desk, self._invoices = desk, Invoices(desk)
        self._load_of, self.wait_budget_ms = load_of, wait_budget_ms

    async def sell(self, client_id: str, description: str, amount: int) -> Sale:
        """Sell an extra; it stands on the client's next invoice."""

        def commit(tx: Connection) -> Sale:
            rows.get(tx, Client, client_id)
            sale = Sale(
                id=new_id(),
                client_id=client_id,
                subscription_id=None,
                kind="extra",
                description=description,
                amount=amount,
                currency=self._desk.currency,
                at=self._desk.clock.now(),
            )
            rows.add(tx, self._desk.tenant_id, sale)
            self._invoices.line(tx, client_id, "extra", amount, description=description)
            return sale

        return await self._desk.database.write(commit)

    async def page(
        self,
        client_id: str | None,
        cursor: str | None,
        limit: int,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Page[Sale]:
        """List what was sold, newest first."""
        dated = rows.Dated.between("at", start, end)
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Sale, {"client_id": client_id}, cursor, limit, dated=dated)
        )
        return Page.of(found, limit, lambda sale: sale.id)

    async def offers(self, edge: datetime) -> list[Offer]:
        """Return who used 80 % of an entitlement in the last two cycles before a moment.

        A cycle is a calendar month of the tenant; the running one counts once it is that full.
        """
        return await self._desk.database.read(lambda tx: self._offers(tx, edge))

    async def strains(self, edge: datetime) -> list[Strain]:
        """Return what strained the box in the last two months before a moment, with evidence."""
        if self._load_of is None:
            return []
        zone = self._desk.zone
        running = Month.of(edge - datetime.resolution, zone)
        months = [running.plus(-2), running.plus(-1), running]
        loads = [
            await self._load_of(str(month), month.begins(zone), min(month.ends(zone), edge))
            for month in months
        ]
        return strains(loads, self.wait_budget_ms)

    def _offers(self, tx: Connection, edge: datetime) -> list[Offer]:
        zone = self._desk.zone
        running = Month.of(edge - datetime.resolution, zone)
        months = [running.plus(-2), running.plus(-1), running]
        plans = {plan.id: plan for plan in book.plans(tx)}
        names = (str(months[0]), str(months[1]), str(months[2]))
        found = []
        for near in book.nearly_used_up(tx, names, SHARE_PERCENT):
            plan = plans[near.plan_id]
            included = plan.entitlements[near.meter] or 0
            cycles = [
                Cycle(name, used, included) for name, used in zip(names, near.used, strict=True)
            ]
            signal = signals(near.meter, cycles)
            if signal is not None:
                better = _next_plan(plan, plans, near.period, near.meter)
                found.append(Offer(near.client_id, near.subscription_id, plan.id, better, signal))
        return found


def _next_plan(plan: Plan, plans: dict[str, Plan], period: str, meter: str) -> str | None:
    """Return the cheapest plan that includes more of the meter."""
    mine = plan.entitlements.get(meter) or 0
    better = [
        (other.prices[period], other.id)
        for other in plans.values()
        if other.status == "active"
        and period in other.prices
        and meter in other.entitlements
        and ((more := other.entitlements[meter]) is None or more > mine)
    ]
    return min(better)[1] if better else None
