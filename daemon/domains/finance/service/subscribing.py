"""Subscriptions: each action is a step of the pure course, written down with its history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from daemon.domains.finance.domain.errors import ClientBusyError
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import (
    Change,
    Client,
    Period,
    Reason,
    Subscription,
)
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from . import stepping
from .desk import Desk
from .stepping import Outlook, Step

BATCH = 100


@dataclass(frozen=True)
class Wish:
    """What a new subscription shall be; what is None comes from the plan, or is now."""

    client_id: str
    plan_id: str
    period: Period
    price: int | None
    trial_days: int | None
    started_at: datetime | None


class Subscriptions:
    """Begin, move, end; and let time do its part."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def create(self, wish: Wish) -> Subscription:
        """Begin a subscription, also one that began before this box came.

        Of an older one, what fell due in months before this one is taken as charged elsewhere.
        """
        return await self._desk.database.write(lambda tx: self._create(tx, wish))

    def _create(self, tx: Connection, wish: Wish) -> Subscription:
        now = self._desk.clock.now()
        start = wish.started_at or now
        self._desk.open_only(tx, start, "startedAt")
        if stepping.named(tx, Client, wish.client_id, "clientId").status == "archived":
            raise ClientBusyError(field="clientId")
        plan, price = stepping.offer(tx, wish.plan_id, wish.period, wish.price)
        days = plan.trial_days if wish.trial_days is None else wish.trial_days
        trial = start + timedelta(days=days) if days else None
        subscription = Subscription(
            id=new_id(),
            client_id=wish.client_id,
            plan_id=plan.id,
            period=wish.period,
            price=price,
            currency=plan.currency,
            status="active" if trial is None else "trialing",
            started_at=start,
            trial_ends_at=trial,
            anchor_at=None,
            run=0,
            cycle=0,
            period_start=None,
            period_end=None,
            cancel_at=None,
            cancel_reason=None,
            mrr=0,
            next_at=None,
            updated_at=now,
        )
        rows.add(tx, self._desk.tenant_id, subscription)
        course = self._desk.course(tx, subscription)
        course.begin()
        course.advance(now)
        month = Month.of(now, self._desk.zone)
        self._desk.keep(tx, course, lines_from=month.begins(self._desk.zone))
        return course.now

    async def change_plan(
        self, number: str, plan_id: str | None, period: Period | None, price: int | None
    ) -> Subscription:
        """Move to another plan, period or price, at once and prorated."""
        return await self.take(number, stepping.move(plan_id, period, price))

    async def pause(self, number: str) -> Subscription:
        """Pause."""
        return await self.take(number, stepping.pause)

    async def resume(self, number: str) -> Subscription:
        """Resume."""
        return await self.take(number, stepping.resume)

    async def reactivate(self, number: str) -> Subscription:
        """Take back a planned end, or begin again."""
        return await self.take(number, stepping.reactivate)

    async def cancel(
        self, number: str, *, later: bool, reason: Reason, give_back: bool
    ) -> Subscription:
        """End, now or at the end of the period."""
        return await self.take(number, stepping.cancel(reason, later=later, give_back=give_back))

    async def take(self, number: str, step: Step) -> Subscription:
        """Take a step and write it down."""

        def commit(tx: Connection) -> Subscription:
            found = stepping.taken(tx, self._desk, number, step)
            if found.sale is not None:
                rows.add(tx, self._desk.tenant_id, found.sale)
            self._desk.keep(tx, found.course)
            return found.course.now

        return await self._desk.database.write(commit)

    async def foresee(self, number: str, step: Step) -> Outlook:
        """Say what a step would do, by taking it where nothing can be written."""

        def query(tx: Connection) -> Outlook:
            found = stepping.taken(tx, self._desk, number, step)
            return stepping.foreseen(tx, self._desk, found)

        return await self._desk.database.read(query)

    async def use(
        self, number: str, meter: str, quantity: int, at: datetime | None
    ) -> dict[str, int]:
        """Count what was used; return the month's sums."""

        def commit(tx: Connection) -> dict[str, int]:
            subscription = rows.get(tx, Subscription, number)
            moment = at or self._desk.clock.now()
            self._desk.open_only(tx, moment, "at")
            period = str(Month.of(moment, self._desk.zone))
            values = {
                "id": new_id(),
                "subscription_id": number,
                "client_id": subscription.client_id,
                "meter": meter,
                "period": period,
                "quantity": quantity,
                "at": stamp(moment),
            }
            book.add_usage(tx, self._desk.tenant_id, values)
            return book.used(tx, number, period)

        return await self._desk.database.write(commit)

    async def get(self, number: str) -> Subscription:
        """Return a subscription."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Subscription, number))

    async def page(
        self, equal: dict[str, Any], cursor: str | None, limit: int
    ) -> Page[Subscription]:
        """List subscriptions, newest first."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Subscription, equal, cursor, limit)
        )
        return Page.of(found, limit, lambda one: one.id)

    async def history(self, number: str, cursor: str | None, limit: int) -> Page[Change]:
        """List what happened to a subscription, newest first."""

        def query(tx: Connection) -> list[Change]:
            rows.get(tx, Subscription, number)
            return rows.listed(tx, Change, {"subscription_id": number}, cursor, limit)

        return Page.of(await self._desk.database.read(query), limit, lambda one: one.id)

    async def advance(self, until: datetime) -> int:
        """Let time pass for every subscription up to a moment; return how many moved."""

        def commit(tx: Connection) -> int:
            found = book.due(tx, until, BATCH)
            for subscription in found:
                course = self._desk.course(tx, subscription)
                course.advance(until)
                self._desk.keep(tx, course)
            return len(found)

        moved = 0
        while count := await self._desk.database.write(commit):
            moved += count
        return moved
