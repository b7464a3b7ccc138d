"""Subscriptions: each action is a step of the pure course, written down with its history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from daemon.domains.finance.domain.errors import (
    ClientBusyError,
    FinanceNotFoundError,
    PlanArchivedError,
)
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import (
    Change,
    Client,
    Period,
    Plan,
    Reason,
    Sale,
    Subscription,
)
from daemon.domains.finance.domain.subscriptions import Course
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk

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
        if _named(tx, Client, wish.client_id, "clientId").status == "archived":
            raise ClientBusyError(field="clientId")
        plan, price = self._offer(tx, wish.plan_id, wish.period, wish.price)
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

        def step(tx: Connection, course: Course, now: datetime) -> None:
            was = course.now
            wanted = period or was.period
            stays = plan_id in {None, was.plan_id} and wanted == was.period
            plan, cost = self._offer(tx, plan_id or was.plan_id, wanted, price, stays=stays)
            course.change_plan(plan, wanted, was.price if stays and price is None else cost, now)
            if was.status == "active" and course.now.mrr > was.mrr:
                self._sold(tx, course.now, plan.name, course.now.mrr - was.mrr)

        return await self._act(number, step)

    async def pause(self, number: str) -> Subscription:
        """Pause."""
        return await self._act(number, lambda _, course, now: course.pause(now))

    async def resume(self, number: str) -> Subscription:
        """Resume."""
        return await self._act(number, lambda _, course, now: course.resume(now))

    async def reactivate(self, number: str) -> Subscription:
        """Take back a planned end, or begin again."""
        return await self._act(number, lambda _, course, now: course.reactivate(now))

    async def cancel(
        self, number: str, *, later: bool, reason: Reason, give_back: bool
    ) -> Subscription:
        """End, now or at the end of the period."""

        def step(_: Connection, course: Course, now: datetime) -> None:
            if later:
                course.cancel_later(now, reason)
            else:
                course.cancel(now, reason, give_back=give_back)

        return await self._act(number, step)

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

    # -- the parts of it

    async def _act(
        self, number: str, step: Callable[[Connection, Course, datetime], None]
    ) -> Subscription:
        def commit(tx: Connection) -> Subscription:
            now = self._desk.clock.now()
            course = self._desk.course(tx, rows.get(tx, Subscription, number))
            course.advance(now)
            step(tx, course, now)
            self._desk.keep(tx, course)
            return course.now

        return await self._desk.database.write(commit)

    def _offer(
        self,
        tx: Connection,
        plan_id: str,
        period: Period,
        price: int | None,
        *,
        stays: bool = False,
    ) -> tuple[Plan, int]:
        plan = _named(tx, Plan, plan_id, "planId")
        if plan.status == "archived" and not stays:
            raise PlanArchivedError(field="planId", plan=plan.code)
        listed = plan.prices.get(period)
        if listed is None and price is None and not stays:
            raise BadInputError(
                field="period",
                problem=f"the plan has no {period} price; offered: {', '.join(plan.prices)}",
                problem_pt=f"o plano não tem preço {period}; há: {', '.join(plan.prices)}",
            )
        return plan, (listed or 0) if price is None else price

    def _sold(self, tx: Connection, subscription: Subscription, name: str, amount: int) -> None:
        sale = Sale(
            id=new_id(),
            client_id=subscription.client_id,
            subscription_id=subscription.id,
            kind="plan_upgrade",
            description=name,
            amount=amount,
            currency=subscription.currency,
            at=self._desk.clock.now(),
        )
        rows.add(tx, self._desk.tenant_id, sale)


def _named(tx: Connection, kind: Any, number: str, field: str) -> Any:
    """Return what a field of the body names; what is not there is bad input, not a bad path."""
    try:
        return rows.get(tx, kind, number)
    except FinanceNotFoundError as error:
        raise BadInputError(
            field=field, problem="there is none with this id", problem_pt="não existe"
        ) from error
