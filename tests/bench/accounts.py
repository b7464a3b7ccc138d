"""Money of a box that has worked for years: clients, subscriptions, invoices, payments.

Every subscription takes the daemon's own course, month by month in the tenant's time; only the
rows are written in bulk at the end. The months are closed by the daemon's own hand. The same seed
gives the same books but for their ids. Run:
`.venv/bin/python -m tests.bench.accounts box.db --clients 2000 --months 36`.
"""

import argparse
import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.finance.domain.invoices import drawn, due_on, overage, settled
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import (
    Change,
    Client,
    Invoice,
    Line,
    Payment,
    Period,
    Plan,
    Sale,
    Subscription,
)
from daemon.domains.finance.domain.subscriptions import Course
from daemon.domains.finance.service.customers import Plans
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.figures import Figures
from daemon.domains.finance.store import book, rows
from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import FakeClock, stamp
from daemon.kernel.ids import new_id
from daemon.wiring.ground import MIGRATIONS

from .history import END, TENANT

ZONE = ZoneInfo("America/Sao_Paulo")
DUE_DAYS = 10
BATCH = 20_000
PERIODS: tuple[Period, ...] = ("monthly", "quarterly", "yearly")
# What a month brings to a subscription in a state, and how likely each is.
LIKELY: dict[str, dict[str, float]] = {
    "active": {"move": 0.03, "leave": 0.008, "fail": 0.004, "pause": 0.004, "later": 0.004},
    "paused": {"resume": 0.4},
    "cancelled": {"return": 0.015},
}


@dataclass
class Books:
    """Everything, before it is written."""

    plans: list[Plan]
    luck: random.Random
    until: datetime
    clients: dict[str, Client] = field(default_factory=dict)
    courses: list[Course] = field(default_factory=list)
    waiting: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    changes: list[Change] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    usage: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def plan(self, number: str) -> Plan:
        """Return a plan by its id."""
        return next(plan for plan in self.plans if plan.id == number)

    def next(self, kind: str) -> int:
        """Take the next number of a series."""
        self.numbers[kind] += 1
        return self.numbers[kind]


async def fill(database: Database, *, clients: int = 2000, months: int = 36, seed: int = 1) -> None:
    """Write the books of so many clients over so many months up to END."""
    clock = FakeClock(END)
    desk = Desk(
        database, Outbox(database, Bus(), clock, TENANT), clock, TENANT, ZONE, "BRL", _unsaid
    )
    await Plans(desk).seed()
    found = await database.read(lambda tx: rows.find(tx, Plan, status="active"))
    last = Month.of(END - timedelta.resolution, ZONE)
    calendar = list(last.plus(1 - months).until(last))
    luck = random.Random(seed)  # noqa: S311 - a data set, not a secret
    books = Books(found, luck, last.ends(ZONE))
    joins = [int(months * (index / clients) ** 1.5) for index in range(clients)]
    for index, month in enumerate(calendar):
        first = joins.index(index) if index in joins else 0
        _month(books, month, range(first, first + joins.count(index)))
    for records in _written(books):
        await database.write(lambda tx, some=records: rows.add_many(tx, TENANT, some))  # type: ignore[misc]  # mypy cannot infer a lambda's default
    await database.write(lambda tx: _rest(tx, books))
    figures = Figures(desk)
    for month in calendar:
        clock.advance((month.ends(ZONE) - clock.now()).total_seconds())
        await figures.close(month)


def _month(books: Books, month: Month, joining: range) -> None:
    """Let a month happen: people come, change their minds, and get their invoice."""
    begins, ends, luck = month.begins(ZONE), month.ends(ZONE), books.luck
    events = [(begins + luck.random() * (ends - begins), "join", number) for number in joining]
    for index, course in enumerate(books.courses):
        for what, chance in LIKELY.get(course.now.status, {}).items():
            if luck.random() < chance:
                events.append((begins + luck.random() * (ends - begins), what, index))
                break
    for at, what, number in sorted(events):
        if what == "join":
            _join(books, at, number)
            continue
        course = books.courses[number]
        course.recorded = at
        course.advance(at)
        _act(books, course, what, at)
    for course in books.courses:
        course.recorded = ends
        course.advance(ends)
        _use(books, course, month)
        _collect(books, course)
    _draw(books, month)


def _join(books: Books, at: datetime, number: int) -> None:
    luck = books.luck
    client = Client(
        id=new_id(),
        name=f"Cliente {number}",
        email=f"cliente{number}@exemplo.example",
        phone=str(5511900000000 + number),
        document=f"{number:014d}",
        external_id=None,
        status="active",
        first_paid_at=None,
        created_at=at,
        updated_at=at,
    )
    books.clients[client.id] = client
    plan = luck.choices(books.plans, (6, 3, 1))[0]
    period = luck.choices(PERIODS, (7, 2, 1))[0]
    trial = at + timedelta(days=7) if luck.random() < 1 / 5 else None
    subscription = Subscription(
        id=new_id(),
        client_id=client.id,
        plan_id=plan.id,
        period=period,
        price=plan.prices[period],
        currency=plan.currency,
        status="active" if trial is None else "trialing",
        started_at=at,
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
        updated_at=at,
    )
    course = Course(subscription, ZONE, at, books.plan)
    course.begin()
    books.courses.append(course)


def _act(books: Books, course: Course, what: str, at: datetime) -> None:
    """Do what a client asked for, if its subscription still is in a state for it."""
    status, luck = course.now.status, books.luck
    if what == "move" and status == "active":
        plan, period = luck.choice(books.plans), course.now.period
        before = course.now.mrr
        course.change_plan(plan, period, plan.prices[period], at)
        if course.now.mrr > before:
            _sell(books, course.now, "plan_upgrade", course.now.mrr - before, at)
    elif what in {"leave", "fail"} and status == "active":
        course.cancel(at, "voluntary" if what == "leave" else "payment_failure")
    elif what == "later" and status == "active" and course.now.cancel_at is None:
        course.cancel_later(at, "voluntary")
    elif what == "pause" and status == "active":
        course.pause(at)
    elif what == "resume" and status == "paused":
        course.resume(at)
    elif what == "return" and status == "cancelled":
        course.reactivate(at)


def _sell(books: Books, owner: Subscription, kind: Any, amount: int, at: datetime) -> None:
    sale = Sale(
        id=new_id(),
        client_id=owner.client_id,
        subscription_id=owner.id if kind == "plan_upgrade" else None,
        kind=kind,
        description="Plano melhor" if kind == "plan_upgrade" else "Treinamento",
        amount=amount,
        currency=owner.currency,
        at=at,
    )
    books.sales.append(sale)
    if kind == "extra":
        books.waiting[owner.client_id].append(_line(owner.client_id, "extra", amount, at))


def _line(client: str, kind: Any, amount: int, at: datetime, invoice: str | None = None) -> Line:
    number = new_id()
    return Line(
        id=number,
        key=number,
        client_id=client,
        subscription_id=None,
        invoice_id=invoice,
        kind=kind,
        code=kind,
        description=kind,
        quantity=1,
        unit=amount,
        total=amount,
        currency="BRL",
        at=at,
        from_at=None,
        until_at=None,
    )


def _use(books: Books, course: Course, month: Month) -> None:
    """Count the month's messages of a subscription that runs."""
    owner, luck = course.now, books.luck
    if owner.status != "active":
        return
    plan, last = books.plan(owner.plan_id), month.ends(ZONE) - timedelta.resolution
    quantity = int((plan.entitlements["messages"] or 0) * luck.betavariate(2, 3) * 1.3) + 1
    books.usage.append(
        {
            "id": new_id(),
            "subscription_id": owner.id,
            "client_id": owner.client_id,
            "meter": "messages",
            "period": str(month),
            "quantity": quantity,
            "at": stamp(last),
        }
    )
    course.lines += overage(owner, plan, {"messages": quantity}, month, last)
    if luck.random() < 1 / 150:
        _sell(books, owner, "extra", luck.randrange(5_000, 90_000), last)


def _collect(books: Books, course: Course) -> None:
    """Take over what a course wrote down so far."""
    books.changes += course.changes
    books.waiting[course.now.client_id] += course.lines
    course.changes.clear()
    course.lines.clear()


def _draw(books: Books, month: Month) -> None:
    """Draw up the month's invoices, and let most of them be paid."""
    edge = month.ends(ZONE)
    for client_id, waiting in books.waiting.items():
        lines = [line for line in waiting if line.at < edge]
        if not lines or sum(line.total for line in lines) < 0:
            continue
        at = edge + timedelta(milliseconds=len(books.invoices) % 60_000)
        invoice = drawn(
            lines,
            number=books.next("invoice"),
            client_id=client_id,
            month=month,
            at=at,
            due=due_on(at, DUE_DAYS, ZONE),
        )
        if invoice is None:
            continue
        books.waiting[client_id] = [line for line in waiting if line.at >= edge]
        books.lines += [replace(line, invoice_id=invoice.id) for line in lines]
        books.invoices.append(_settled(books, invoice))


def _settled(books: Books, invoice: Invoice) -> Invoice:
    """Return an invoice as the following weeks leave it: paid, late, corrected, or open."""
    luck = books.luck
    if luck.random() < 1 / 300 and invoice.total > 1_000:
        invoice = _corrected(books, invoice)
    days = luck.uniform(0, DUE_DAYS) if luck.random() < 9 / 10 else luck.uniform(10, 45)
    at = invoice.issued_at + timedelta(days=days)
    if invoice.balance == 0 or luck.random() < 1 / 80 or at >= books.until:
        return invoice
    gone = at + timedelta(days=3)
    refunded = luck.random() < 1 / 400 and gone < books.until
    payment = Payment(
        id=new_id(),
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        amount=invoice.balance,
        currency=invoice.currency,
        method="pix",
        state="refunded" if refunded else "received",
        at=at,
        refunded_at=gone if refunded else None,
        provider=None,
        provider_id=None,
        code=None,
        url=None,
        note=None,
    )
    books.payments.append(payment)
    client = books.clients[invoice.client_id]
    since = min(client.first_paid_at or at, at)
    books.clients[client.id] = replace(client, first_paid_at=since)
    paid = replace(invoice, paid=0 if refunded else payment.amount)
    return replace(paid, status=settled(paid))


def _corrected(books: Books, invoice: Invoice) -> Invoice:
    """Give a tenth back by a credit note."""
    amount, at = invoice.total // 10, invoice.issued_at + timedelta(seconds=1)
    note = replace(
        invoice,
        id=new_id(),
        kind="credit_note",
        number=books.next("credit_note"),
        period=str(Month.of(at, ZONE)),
        issued_at=at,
        due_on=due_on(at, 0, ZONE),
        total=-amount,
        status="credited",
        corrects=invoice.id,
        reason="Uma semana sem atendimento",
    )
    books.invoices.append(note)
    books.lines.append(_line(invoice.client_id, "credit", -amount, at, note.id))
    changed = replace(invoice, credited=amount)
    return replace(changed, status=settled(changed))


def _written(books: Books) -> Iterator[list[Any]]:
    """Yield the records, each kind after those that it points to."""
    waiting = [line for lines in books.waiting.values() for line in lines]
    # A credit note points to its invoice, which was kept after it.
    papers = sorted(books.invoices, key=lambda one: one.kind == "credit_note")
    for records in (
        list(books.clients.values()),
        [course.now for course in books.courses],
        books.changes,
        papers,
        [*books.lines, *waiting],
        books.payments,
        books.sales,
    ):
        for begin in range(0, len(records), BATCH):
            yield list(records[begin : begin + BATCH])


def _rest(tx: Connection, books: Books) -> None:
    """Write what was used, and where the series of numbers stand."""
    for values in books.usage:
        book.add_usage(tx, TENANT, values)
    for kind, last in books.numbers.items():
        tx.conn.execute(
            "INSERT INTO finance_numbers (kind, tenant_id, last) VALUES (?, ?, ?)",
            (kind, TENANT, last),
        )


def _unsaid(_: Connection, __: str, ___: dict[str, Any]) -> None:
    """Nothing reads the usage ledger of a data set."""


async def main() -> None:
    """Put the books into a database file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--months", type=int, default=36)
    asked = parser.parse_args()
    database = await Database.open(asked.path, MIGRATIONS)
    await fill(database, clients=asked.clients, months=asked.months)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
