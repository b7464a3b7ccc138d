"""The life of a subscription, as pure steps: state before, state after, history and lines.

A step never looks at a clock: `at` is when it takes effect, `recorded` when it was written down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.kernel.ids import new_id

from .errors import SubscriptionStateError
from .money import half_up
from .months import months_later
from .movements import monthly
from .records import MONTHS, Change, ChangeKind, Line, LineKind, Period, Plan, Reason, Subscription

MICROSECOND = timedelta(microseconds=1)


@dataclass
class Course:
    """A subscription on its way through some steps."""

    now: Subscription
    zone: ZoneInfo
    recorded: datetime
    plan: Callable[[str], Plan]
    changes: list[Change] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    # -- what people ask for

    def change_plan(self, plan: Plan, period: Period, price: int, at: datetime) -> None:
        """Move to another plan, price or billing period at once; the rest of the period counts."""
        self._only("change_plan", "trialing", "active", "paused")
        before = self.now
        moved = replace(before, plan_id=plan.id, period=period, price=price)
        if before.status != "active":
            self._become(moved, at, "plan_changed")
            return
        self._give_back(at)
        if period == before.period:
            self._become(moved, at, "plan_changed")
            self._charge_rest(at)
            return
        fresh = replace(moved, anchor_at=at, run=before.run + 1, cycle=0)
        self._become(fresh, at, "plan_changed")
        self._begin_period()
        if self.now.cancel_at is not None:  # a planned end goes with the period it ends
            self.now = replace(self.now, cancel_at=self.now.period_end)

    def pause(self, at: datetime) -> None:
        """Stop charging and counting; what is left of the period is given back."""
        self._only("pause", "active")
        self._give_back(at)
        paused = replace(
            self.now, status="paused", period_start=None, period_end=None, anchor_at=None
        )
        self._become(paused, at, "paused")

    def resume(self, at: datetime) -> None:
        """Begin a new period."""
        self._only("resume", "paused")
        self._start_billing(at, "resumed")

    def cancel(self, at: datetime, reason: Reason, *, give_back: bool = False) -> None:
        """End now."""
        self._only("cancel", "trialing", "active", "paused")
        if give_back and self.now.status == "active":
            self._give_back(at)
        self._end(at, reason)

    def cancel_later(self, at: datetime, reason: Reason) -> None:
        """End when the period (or the trial) ends; one that is paused ends at once."""
        self._only("cancel", "trialing", "active", "paused")
        end = self.now.trial_ends_at if self.now.status == "trialing" else self.now.period_end
        if end is None:
            self._end(at, reason)
            return
        planned = replace(self.now, cancel_at=end, cancel_reason=reason)
        self._become(planned, at, "cancel_scheduled")

    def reactivate(self, at: datetime) -> None:
        """Take back a planned end, or begin again after the end."""
        if self.now.cancel_at is not None and self.now.status != "cancelled":
            kept = replace(self.now, cancel_at=None, cancel_reason=None)
            self._become(kept, at, "cancel_withdrawn")
            return
        self._only("reactivate", "cancelled")
        self.now = replace(self.now, cancel_at=None, cancel_reason=None, trial_ends_at=None)
        self._start_billing(at, "reactivated")

    # -- what time brings

    def advance(self, until: datetime) -> None:
        """Do what fell due up to and with `until`: trial over, period renewed, planned end."""
        while (due := self.now.next_at) is not None and due <= until:
            if self.now.cancel_at is not None and self.now.cancel_at <= due:
                self._end(due, self.now.cancel_reason or "voluntary")
            elif self.now.status == "trialing":
                self._start_billing(due, "activated")
            else:
                self.now = replace(self.now, cycle=self.now.cycle + 1)
                self._begin_period()

    # -- the parts of it

    def begin(self) -> None:
        """Write down the beginning; a trial is worth nothing until it ends."""
        at = self.now.started_at
        if self.now.trial_ends_at is not None:
            self._become(self.now, at, "started")
            return
        self._start_billing(at, "started")

    def _start_billing(self, at: datetime, kind: ChangeKind) -> None:
        run = self.now.run + 1
        self._become(replace(self.now, status="active", anchor_at=at, run=run, cycle=0), at, kind)
        self._begin_period()

    def _begin_period(self) -> None:
        """Count the period from the anchor, so that the 31st comes back after February."""
        anchor = self.now.anchor_at
        if anchor is None:
            raise SubscriptionStateError(state=self.now.status, action="renew")
        months = MONTHS[self.now.period]
        start = months_later(anchor, months * self.now.cycle, self.zone)
        end = months_later(anchor, months * (self.now.cycle + 1), self.zone)
        self.now = replace(self.now, period_start=start, period_end=end)
        self.now = replace(self.now, next_at=_next(self.now))
        self._line("recurring", self.now.price, start, start, end)

    def _charge_rest(self, at: datetime) -> None:
        start, end = self._edges()
        self._line("proration", _share(self.now.price, at, start, end), at, at, end)

    def _give_back(self, at: datetime) -> None:
        start, end = self._edges()
        self._line("proration", -_share(self.now.price, at, start, end), at, at, end)

    def _edges(self) -> tuple[datetime, datetime]:
        if self.now.period_start is None or self.now.period_end is None:
            raise SubscriptionStateError(state=self.now.status, action="prorate")
        return self.now.period_start, self.now.period_end

    def _end(self, at: datetime, reason: Reason) -> None:
        ended = replace(
            self.now,
            status="cancelled",
            cancel_at=at,
            cancel_reason=reason,
            period_start=None,
            period_end=None,
            anchor_at=None,
        )
        self._become(ended, at, "cancelled", reason)

    def _become(
        self, after: Subscription, at: datetime, kind: ChangeKind, reason: Reason | None = None
    ) -> None:
        worth = monthly(after.price, MONTHS[after.period]) if after.status == "active" else 0
        self.now = replace(after, mrr=worth, next_at=_next(after), updated_at=self.recorded)
        self.changes.append(
            Change(
                id=new_id(),
                subscription_id=after.id,
                client_id=after.client_id,
                at=at,
                recorded_at=self.recorded,
                kind=kind,
                status=after.status,
                plan_id=after.plan_id,
                period=after.period,
                price=after.price,
                mrr=worth,
                reason=reason,
            )
        )

    def _line(
        self, kind: LineKind, total: int, at: datetime, start: datetime, end: datetime
    ) -> None:
        if total == 0:
            return
        plan, number = self.plan(self.now.plan_id), new_id()
        # A period is charged once; what is prorated may happen many times in it.
        again = f"{self.now.run}:{self.now.cycle}" if kind == "recurring" else number
        self.lines.append(
            Line(
                id=number,
                key=f"{self.now.id}:{kind}:{again}",
                client_id=self.now.client_id,
                subscription_id=self.now.id,
                invoice_id=None,
                kind=kind,
                code=plan.code,
                description=plan.name,
                quantity=1,
                unit=total,
                total=total,
                currency=self.now.currency,
                at=at,
                from_at=start,
                until_at=end,
            )
        )

    def _only(self, action: str, *allowed: str) -> None:
        if self.now.status not in allowed:
            raise SubscriptionStateError(state=self.now.status, action=action)


def _share(price: int, at: datetime, start: datetime, end: datetime) -> int:
    """Return the part of a price that the rest of its period is worth, to the microsecond."""
    rest = min(max(end - at, timedelta()), end - start)
    return half_up(price * (rest // MICROSECOND), (end - start) // MICROSECOND)


def _next(subscription: Subscription) -> datetime | None:
    """Return when time brings the next step."""
    if subscription.status == "trialing":
        natural = subscription.trial_ends_at
    else:
        natural = subscription.period_end if subscription.status == "active" else None
    if natural is None or subscription.cancel_at is None:
        return natural
    return min(natural, subscription.cancel_at)
