"""What a client may use right now: the sum of its plans, what is used, and whether it owes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import (
    METERS,
    Client,
    EntitlementNear,
    Invoice,
    Meter,
    Plan,
    Subscription,
)
from daemon.domains.finance.domain.upsell import SHARE_PERCENT
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.ids import new_id
from daemon.kernel.quota import QuotaBlockedError, QuotaReachedError

from .desk import Desk

RUNNING = frozenset({"active", "trialing"})
WHOLE = 100


@dataclass(frozen=True)
class Allowance:
    """One meter: what is included this month (None: unlimited) and what is used.

    `billed`: what is used beyond it has a price, so that it is billed instead of refused.
    """

    included: int | None
    used: int
    billed: bool = False

    @property
    def percent(self) -> int:
        """The share that is used, in whole percent; 0 of what is unlimited."""
        if self.included is None:
            return 0
        return self.used * WHOLE // self.included if self.included else WHOLE * bool(self.used)

    @property
    def over(self) -> bool:
        """Whether more is used than is included."""
        return self.included is not None and self.used > self.included


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
    """Follow from subscriptions and payments at once.

    What is counted as it stands (agents, sessions, documents) is asked of `desk.counts`; what is
    used up (messages, voice) is summed up from usage.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, client_id: str) -> Entitlement:
        """Return what a client may use."""
        return await self._desk.database.read(lambda tx: self.at(tx, client_id))

    def at(self, tx: Connection, client_id: str) -> Entitlement:
        """Return what a client may use, in a transaction."""
        rows.get(tx, Client, client_id)
        now = self._desk.clock.now()
        today = now.astimezone(self._desk.zone).date().isoformat()
        running = self._running(tx, client_id)
        invoices = [one for one in rows.find(tx, Invoice, client_id=client_id) if one.balance]
        counts = self._desk.counts(tx, client_id)
        period = str(Month.of(now, self._desk.zone))
        return Entitlement(
            client_id=client_id,
            period=period,
            active=bool(running),
            past_due=sum(one.balance for one in invoices if one.due_on < today),
            suspended=any(self._too_old(one, now) for one in invoices),
            meters={
                meter: self._allowance(tx, running, meter, period, counts.get(meter))
                for meter in METERS
            },
        )

    def check(self, tx: Connection, client_id: str, meters: Sequence[str]) -> None:
        """Raise if a client has more than it may now have of some meters.

        Asked after the change and before it is on the disk. Near the end a warning goes out.
        """
        found = self.at(tx, client_id)
        if not found.active or found.suspended:
            raise QuotaBlockedError(field="clientId")
        for meter in meters:
            allowance = found.meters[meter]
            if allowance.over and not allowance.billed:
                raise QuotaReachedError(
                    field="clientId",
                    meter=meter,
                    included=allowance.included,
                    used=allowance.used,
                )
            self._warn(tx, client_id, meter, found.period, allowance)

    def count(self, tx: Connection, client_id: str, meter: Meter, quantity: int) -> None:
        """Count what a client used, under the subscription that has room for it."""
        running = self._running(tx, client_id)
        if not running:
            return
        now = self._desk.clock.now()
        period = str(Month.of(now, self._desk.zone))
        self._spread(tx, running, meter, quantity, (period, now))
        self._warn(tx, client_id, meter, period, self._allowance(tx, running, meter, period, None))

    def used_up(self, tx: Connection, client_id: str, meter: Meter) -> bool:
        """Say whether nothing is left of a meter, and more of it has no price."""
        running = self._running(tx, client_id)
        period = str(Month.of(self._desk.clock.now(), self._desk.zone))
        allowance = self._allowance(tx, running, meter, period, None)
        return bool(running) and allowance.percent >= WHOLE and not allowance.billed

    def measure(self, tx: Connection, client_id: str, month: Month) -> None:
        """Write down what a client has, as it stands at a month's edge; once a month."""
        running, last = self._running(tx, client_id), month.ends(self._desk.zone)
        at = last - datetime.resolution
        for meter, number in self._desk.counts(tx, client_id).items():
            known = sum(book.used(tx, one.id, str(month)).get(meter, 0) for one, _ in running)
            if running and number > known:
                self._spread(tx, running, meter, number - known, (str(month), at))

    async def measure_all(self, month: Month) -> None:
        """Write down what every client has at a month's edge."""

        def query(tx: Connection) -> list[str]:
            return [one for one in book.running_clients(tx) if self._desk.counts(tx, one)]

        for client_id in await self._desk.database.read(query):
            await self._desk.database.write(
                lambda tx, one=client_id: self.measure(tx, one, month)  # type: ignore[misc]  # mypy cannot infer a lambda's default
            )

    # -- the parts of it

    def _running(self, tx: Connection, client_id: str) -> list[tuple[Subscription, Plan]]:
        found = rows.find(tx, Subscription, client_id=client_id)
        return [(one, rows.get(tx, Plan, one.plan_id)) for one in found if one.status in RUNNING]

    def _allowance(
        self,
        tx: Connection,
        running: list[tuple[Subscription, Plan]],
        meter: str,
        period: str,
        counted: int | None,
    ) -> Allowance:
        used = sum(book.used(tx, one.id, period).get(meter, 0) for one, _ in running)
        return Allowance(
            _sum([plan.entitlements.get(meter, 0) for _, plan in running]),
            used if counted is None else counted,
            any(plan.overage.get(meter) for _, plan in running),
        )

    def _spread(
        self,
        tx: Connection,
        running: list[tuple[Subscription, Plan]],
        meter: str,
        quantity: int,
        when: tuple[str, datetime],
    ) -> None:
        period, at = when
        for subscription, part in self._parts(tx, running, meter, quantity, period):
            values = {
                "id": new_id(),
                "subscription_id": subscription.id,
                "client_id": subscription.client_id,
                "meter": meter,
                "period": period,
                "quantity": part,
                "at": stamp(at),
            }
            book.add_usage(tx, self._desk.tenant_id, values)

    def _parts(
        self,
        tx: Connection,
        running: list[tuple[Subscription, Plan]],
        meter: str,
        quantity: int,
        period: str,
    ) -> Iterator[tuple[Subscription, int]]:
        """Fill up each subscription in turn; what is beyond all of them is billed where it can."""
        left = quantity
        for subscription, plan in running:
            included = plan.entitlements.get(meter, 0)
            used = book.used(tx, subscription.id, period).get(meter, 0)
            part = left if included is None else min(left, max(0, included - used))
            if part:
                yield subscription, part
            left -= part
        if left:
            priced = [one for one, plan in running if plan.overage.get(meter)]
            yield (priced or [one for one, _ in running])[0], left

    def _warn(
        self, tx: Connection, client_id: str, meter: str, period: str, allowance: Allowance
    ) -> None:
        """Tell once a month and level that a meter is nearly, or all, used up."""
        if allowance.percent < SHARE_PERCENT or not allowance.included:
            return
        level = WHOLE if allowance.percent >= WHOLE else SHARE_PERCENT
        if book.warned(tx, self._desk.tenant_id, client_id, meter, period, level):
            near = EntitlementNear(client_id, meter, allowance.used, allowance.included, level)
            self._desk.outbox.record(tx, near)

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
