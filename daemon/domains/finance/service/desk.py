"""What every area of finance works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.finance.domain.errors import PeriodClosedError
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.pix import Merchant
from daemon.domains.finance.domain.records import (
    Invoice,
    Payment,
    Plan,
    Subscription,
    SubscriptionChanged,
)
from daemon.domains.finance.domain.subscriptions import Course
from daemon.domains.finance.domain.terms import Terms
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError

from .standing import Standing

Record = Callable[[Connection, str, dict[str, Any]], None]
"""Writes a fact into the usage ledger, in the transaction of the fact."""

Issued = Callable[[Connection, Invoice], None]
"""Is told of each new invoice, in its transaction."""

Paid = Callable[[Connection, Payment], None]
"""Is told of each payment that came in, in its transaction."""


Counts = Callable[[Connection, str], Mapping[str, int]]
"""Says how many agents, sessions and documents a client has right now."""


@dataclass(frozen=True)
class Desk:
    """The box's parts, and the tenant's own terms."""

    database: Database
    outbox: Outbox
    clock: Clock
    tenant_id: str
    zone: ZoneInfo
    currency: str
    record: Record
    standing: Standing = field(default_factory=Standing)
    on_issued: Issued | None = None
    on_paid: Paid | None = None
    counts: Counts = field(default=lambda *_: {})

    @property
    def terms(self) -> Terms:
        """The tenant's terms as they stand."""
        return self.standing.now

    @property
    def merchant(self) -> Merchant | None:
        """Who is paid by Pix."""
        return self.terms.merchant

    def open_only(self, tx: Connection, at: datetime, field: str) -> None:
        """Refuse a time of the future, or of a month that is closed."""
        if at > self.clock.now():
            raise BadInputError(
                field=field,
                problem="must not be in the future",
                problem_pt="não pode estar no futuro",
            )
        closed, month = book.last_closed(tx, self.currency), Month.of(at, self.zone)
        if closed is not None and month <= Month.parse(closed):
            raise PeriodClosedError(
                field=field, period=str(month), open=str(Month.parse(closed).plus(1))
            )

    def course(self, tx: Connection, subscription: Subscription) -> Course:
        """Set a subscription on its way, from how it stands."""
        known: dict[str, Plan] = {}

        def plan(number: str) -> Plan:
            if number not in known:
                known[number] = rows.get(tx, Plan, number)
            return known[number]

        return Course(subscription, self.zone, self.clock.now(), plan)

    def keep(self, tx: Connection, course: Course, *, lines_from: datetime | None = None) -> None:
        """Write down what happened on the way, and how the subscription stands now.

        Lines before `lines_from` are left out: they were charged before this box came.
        """
        rows.save(tx, course.now)
        for change in course.changes:
            rows.add(tx, self.tenant_id, change)
            self.outbox.record(
                tx, SubscriptionChanged(change.subscription_id, change.client_id, change.kind)
            )
        for line in course.lines:
            if lines_from is None or line.at >= lines_from:
                book.add_line(tx, self.tenant_id, line)
