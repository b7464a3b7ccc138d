"""What people do to a subscription, as steps: the one that is taken can be looked at before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.domains.finance.domain.errors import FinanceNotFoundError, PlanArchivedError
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import (
    Line,
    Period,
    Plan,
    Reason,
    Sale,
    Subscription,
)
from daemon.domains.finance.domain.subscriptions import Course
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id

from .desk import Desk

Step = Callable[[Connection, Desk, Course, datetime], Sale | None]
"""Moves a course at a moment; returns what it sold. It reads, and never writes."""


@dataclass(frozen=True)
class Taken:
    """A step that was taken, and not written down yet."""

    course: Course
    at: datetime
    before: Subscription
    earlier: int
    """How many of its lines time had brought before the step."""
    sale: Sale | None


@dataclass(frozen=True)
class Outlook:
    """What a step would do."""

    subscription: Subscription
    at: datetime
    lines: list[Line]
    waiting: int
    """What waits for the client's next invoice without the step; credit is negative."""
    mrr_change: int
    holds_from: datetime | None
    """From when the price is charged; None while nothing is."""
    next_charge_at: datetime | None
    invoiced_at: datetime
    """The month's edge, at which all of it is invoiced by itself."""

    @property
    def net(self) -> int:
        """What the step charges less what it gives back."""
        return sum(line.total for line in self.lines)

    @property
    def due_now(self) -> int:
        """What an invoice that is drawn up right after the step would ask for."""
        return max(0, self.waiting + self.net)

    @property
    def credit(self) -> int:
        """What is kept for later invoices instead."""
        return max(0, -self.waiting - self.net)


def taken(tx: Connection, desk: Desk, number: str, step: Step) -> Taken:
    """Bring a subscription to the present, and take a step with it."""
    now = desk.clock.now()
    course = desk.course(tx, rows.get(tx, Subscription, number))
    course.advance(now)
    before, earlier = course.now, len(course.lines)
    return Taken(course, now, before, earlier, step(tx, desk, course, now))


def foreseen(tx: Connection, desk: Desk, found: Taken) -> Outlook:
    """Say what a step did that was taken and will be forgotten."""
    now, at = found.course.now, found.at
    known = book.waiting_lines(tx, now.client_id, at + datetime.resolution)
    renewed = found.course.lines[: found.earlier]
    charged = now.trial_ends_at if now.status == "trialing" else now.period_end
    ends = now.cancel_at is not None and charged is not None and now.cancel_at <= charged
    holds = {"active": at, "trialing": None if ends else now.trial_ends_at}
    return Outlook(
        subscription=now,
        at=at,
        lines=found.course.lines[found.earlier :],
        waiting=sum(line.total for line in (*known, *renewed)),
        mrr_change=now.mrr - found.before.mrr,
        holds_from=holds.get(now.status),
        next_charge_at=None if ends else charged,
        invoiced_at=Month.of(at, desk.zone).ends(desk.zone),
    )


def move(plan_id: str | None, period: Period | None, price: int | None) -> Step:
    """Move to another plan, period or price, at once and prorated."""

    def step(tx: Connection, desk: Desk, course: Course, now: datetime) -> Sale | None:
        was = course.now
        wanted = period or was.period
        stays = plan_id in {None, was.plan_id} and wanted == was.period
        plan, cost = offer(tx, plan_id or was.plan_id, wanted, price, stays=stays)
        course.change_plan(plan, wanted, was.price if stays and price is None else cost, now)
        gained = course.now.mrr - was.mrr
        if was.status != "active" or gained <= 0:
            return None
        return Sale(
            id=new_id(),
            client_id=was.client_id,
            subscription_id=was.id,
            kind="plan_upgrade",
            description=plan.name,
            amount=gained,
            currency=was.currency,
            at=desk.clock.now(),
        )

    return step


def cancel(reason: Reason, *, later: bool, give_back: bool) -> Step:
    """End now, or when the period is over."""

    def step(_: Connection, __: Desk, course: Course, now: datetime) -> None:
        if later:
            course.cancel_later(now, reason)
        else:
            course.cancel(now, reason, give_back=give_back)

    return step


def pause(_: Connection, __: Desk, course: Course, now: datetime) -> None:
    """Charge nothing from now on."""
    course.pause(now)


def resume(_: Connection, __: Desk, course: Course, now: datetime) -> None:
    """Begin a new period."""
    course.resume(now)


def reactivate(_: Connection, __: Desk, course: Course, now: datetime) -> None:
    """Take back a planned end, or begin again."""
    course.reactivate(now)


def offer(
    tx: Connection,
    plan_id: str,
    period: Period,
    price: int | None,
    *,
    stays: bool = False,
) -> tuple[Plan, int]:
    """Return a plan and what it costs; one that is archived only for whoever has it."""
    plan: Plan = named(tx, Plan, plan_id, "planId")
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


def named(tx: Connection, kind: Any, number: str, field: str) -> Any:
    """Return what a field of the body names; what is not there is bad input, not a bad path."""
    try:
        return rows.get(tx, kind, number)
    except FinanceNotFoundError as error:
        raise BadInputError(
            field=field, problem="there is none with this id", problem_pt="não existe"
        ) from error
