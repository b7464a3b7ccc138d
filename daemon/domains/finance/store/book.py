"""Queries that are more than one record by its id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.domains.finance.domain.movements import Step
from daemon.domains.finance.domain.records import (
    Invoice,
    Kpi,
    Line,
    Payment,
    Plan,
    Subscription,
)
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .rows import add, load


def next_number(tx: Connection, tenant_id: str, kind: str) -> int:
    """Take the next number of a series, in the transaction of what is numbered: no gaps."""
    row = tx.conn.execute(
        "INSERT INTO finance_numbers (kind, tenant_id, last) VALUES (?, ?, 1) "
        "ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last",
        (kind, tenant_id),
    ).fetchone()
    return int(row[0])


def due(tx: Connection, until: datetime, limit: int) -> list[Subscription]:
    """Return subscriptions that time has something for, the longest due first."""
    rows = tx.conn.execute(
        "SELECT * FROM finance_subscriptions WHERE next_at IS NOT NULL AND next_at <= ? "
        "ORDER BY next_at LIMIT ?",
        (stamp(until), limit),
    )
    return [load(Subscription, row) for row in rows]


def steps(
    tx: Connection, currency: str, since: datetime | None = None, until: datetime | None = None
) -> list[Step]:
    """Return the history of MRR, oldest first; `since` is included, `until` is not."""
    rows = tx.conn.execute(
        "SELECT change.client_id, change.subscription_id, change.at, change.mrr, change.reason "
        "FROM finance_changes AS change JOIN finance_subscriptions AS subscription "
        "ON subscription.id = change.subscription_id "
        "WHERE change.at >= ? AND change.at < ? AND subscription.currency = ? "
        "ORDER BY change.at, change.id",
        ("" if since is None else stamp(since), "~" if until is None else stamp(until), currency),
    )
    return [
        Step(row[0], row[1], datetime.fromisoformat(row[2]), row[3], row[4] == "payment_failure")
        for row in rows
    ]


def standing(tx: Connection, currency: str, edge: datetime) -> list[dict[str, Any]]:
    """Return what each subscription that counted was worth just before a moment."""
    rows = tx.conn.execute(
        "SELECT change.subscription_id, change.client_id, change.plan_id, change.period, "
        "change.price, change.mrr, max(change.at || change.id) AS latest "
        "FROM finance_changes AS change JOIN finance_subscriptions AS subscription "
        "ON subscription.id = change.subscription_id "
        "WHERE change.at < ? AND subscription.currency = ? "
        "GROUP BY change.subscription_id HAVING change.mrr > 0 ORDER BY change.subscription_id",
        (stamp(edge), currency),
    )
    return [{name: row[name] for name in row.keys() if name != "latest"} for row in rows]  # noqa: SIM118 - a sqlite3.Row iterates over values


def active(tx: Connection, currency: str) -> list[dict[str, Any]]:
    """Return what each subscription that counts is worth now."""
    rows = tx.conn.execute(
        "SELECT id AS subscription_id, client_id, plan_id, period, price, mrr "
        "FROM finance_subscriptions WHERE status = 'active' AND currency = ? AND mrr > 0 "
        "ORDER BY id",
        (currency,),
    )
    return [dict(row) for row in rows]


def first_paid(tx: Connection) -> dict[str, datetime]:
    """Return since when each client is one that has paid."""
    rows = tx.conn.execute(
        "SELECT id, first_paid_at FROM finance_clients WHERE first_paid_at IS NOT NULL"
    )
    return {row[0]: datetime.fromisoformat(row[1]) for row in rows}


def waiting_clients(tx: Connection, before: datetime) -> list[str]:
    """Return clients with something to invoice."""
    rows = tx.conn.execute(
        "SELECT DISTINCT client_id FROM finance_lines WHERE invoice_id IS NULL AND at < ? "
        "ORDER BY client_id",
        (stamp(before),),
    )
    return [row[0] for row in rows]


def waiting_lines(tx: Connection, client_id: str, before: datetime) -> list[Line]:
    """Return what a client owes that stands on no invoice yet."""
    rows = tx.conn.execute(
        "SELECT * FROM finance_lines WHERE client_id = ? AND invoice_id IS NULL AND at < ? "
        "ORDER BY at, id",
        (client_id, stamp(before)),
    )
    return [load(Line, row) for row in rows]


def put_on(tx: Connection, lines: Iterable[Line], invoice_id: str) -> None:
    """Write lines onto an invoice, for good."""
    for line in lines:
        tx.conn.execute(
            "UPDATE finance_lines SET invoice_id = ? WHERE id = ?", (invoice_id, line.id)
        )


def add_line(tx: Connection, tenant_id: str, line: Line) -> bool:
    """Write a line unless its key is there already."""
    known = tx.conn.execute("SELECT 1 FROM finance_lines WHERE key = ?", (line.key,)).fetchone()
    if known is None:
        add(tx, tenant_id, line)
    return known is None


def lines_of(tx: Connection, invoice_ids: Sequence[str]) -> dict[str, list[Line]]:
    """Return the lines of some invoices."""
    found: dict[str, list[Line]] = {number: [] for number in invoice_ids}
    marks = ", ".join("?" * len(invoice_ids))
    rows = tx.conn.execute(
        f"SELECT * FROM finance_lines WHERE invoice_id IN ({marks}) ORDER BY invoice_id, id",
        tuple(invoice_ids),
    )
    for row in rows:
        found[row["invoice_id"]].append(load(Line, row))
    return found


def last_closed(tx: Connection, currency: str) -> str | None:
    """Return the last month that was closed."""
    row = tx.conn.execute(
        "SELECT max(period) FROM finance_kpis WHERE currency = ?", (currency,)
    ).fetchone()
    return None if row is None else row[0]


def closed(tx: Connection, currency: str) -> list[str]:
    """Return the months that were closed."""
    rows = tx.conn.execute("SELECT period FROM finance_kpis WHERE currency = ?", (currency,))
    return [row[0] for row in rows]


def kpis(tx: Connection, currency: str, first: str, last: str) -> dict[str, Kpi]:
    """Return the closed months of a range."""
    rows = tx.conn.execute(
        "SELECT * FROM finance_kpis WHERE period >= ? AND period <= ? AND currency = ?",
        (first, last, currency),
    )
    return {row["period"]: load(Kpi, row) for row in rows}


def first_step(tx: Connection) -> datetime | None:
    """Return when the history of MRR begins, also where that was before this box came."""
    row = tx.conn.execute("SELECT min(at) FROM finance_changes").fetchone()
    return None if row[0] is None else datetime.fromisoformat(row[0])


def first_record(tx: Connection) -> datetime | None:
    """Return when this box first wrote down anything to invoice or to count."""
    row = tx.conn.execute(
        "SELECT min(at) FROM (SELECT recorded_at AS at FROM finance_changes "
        "WHERE id = (SELECT min(id) FROM finance_changes) UNION ALL "
        "SELECT at FROM finance_sales WHERE id = (SELECT min(id) FROM finance_sales))"
    ).fetchone()
    return None if row[0] is None else datetime.fromisoformat(row[0])


def plans(tx: Connection) -> list[Plan]:
    """Return every plan; there are few."""
    return [load(Plan, row) for row in tx.conn.execute("SELECT * FROM finance_plans ORDER BY id")]


def used(tx: Connection, subscription_id: str, period: str) -> dict[str, int]:
    """Return what a subscription used of each meter in a month."""
    rows = tx.conn.execute(
        "SELECT meter, quantity FROM finance_used WHERE period = ? AND subscription_id = ?",
        (period, subscription_id),
    )
    return {row[0]: row[1] for row in rows}


def users_of(tx: Connection, period: str) -> list[str]:
    """Return the subscriptions that used anything in a month."""
    rows = tx.conn.execute(
        "SELECT DISTINCT subscription_id FROM finance_used WHERE period = ? "
        "ORDER BY subscription_id",
        (period,),
    )
    return [row[0] for row in rows]


@dataclass(frozen=True)
class Near:
    """A meter of an active subscription, and what was used of it in three months."""

    subscription_id: str
    client_id: str
    plan_id: str
    period: str
    meter: str
    used: tuple[int, int, int]


def nearly_used_up(tx: Connection, months: tuple[str, str, str], percent: int) -> list[Near]:
    """Return meters that reached a share of what is included in the month in the middle."""
    rows = tx.conn.execute(
        "SELECT mid.subscription_id, subscription.client_id, subscription.plan_id, "
        "subscription.period, mid.meter, coalesce(early.quantity, 0), mid.quantity, "
        "coalesce(late.quantity, 0) FROM finance_used AS mid "
        "JOIN finance_subscriptions AS subscription ON subscription.id = mid.subscription_id "
        "JOIN finance_plans AS plan ON plan.id = subscription.plan_id "
        "LEFT JOIN finance_used AS early ON early.period = ?1 "
        "AND early.subscription_id = mid.subscription_id AND early.meter = mid.meter "
        "LEFT JOIN finance_used AS late ON late.period = ?3 "
        "AND late.subscription_id = mid.subscription_id AND late.meter = mid.meter "
        "WHERE mid.period = ?2 AND subscription.status = 'active' "
        "AND json_extract(plan.entitlements, '$.' || mid.meter) > 0 "
        "AND mid.quantity * 100 >= json_extract(plan.entitlements, '$.' || mid.meter) * ?4 "
        "ORDER BY mid.subscription_id, mid.meter",
        (*months, percent),
    )
    return [Near(row[0], row[1], row[2], row[3], row[4], (row[5], row[6], row[7])) for row in rows]


def add_usage(tx: Connection, tenant_id: str, values: dict[str, Any]) -> None:
    """Count what was used."""
    given = {"tenant_id": tenant_id, **values}
    marks = ", ".join("?" * len(given))
    tx.conn.execute(
        f"INSERT INTO finance_usage ({', '.join(given)}) VALUES ({marks})", tuple(given.values())
    )


def warned(  # noqa: PLR0917 - the columns of its row
    tx: Connection, tenant_id: str, client_id: str, meter: str, period: str, level: int
) -> bool:
    """Remember a warning; False if it was given before."""
    cursor = tx.conn.execute(
        "INSERT INTO finance_warnings (client_id, meter, period, level, tenant_id) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (client_id, meter, period, level, tenant_id),
    )
    return bool(cursor.rowcount)


def running_clients(tx: Connection) -> list[str]:
    """Return who subscribes to anything now."""
    rows = tx.conn.execute(
        "SELECT DISTINCT client_id FROM finance_subscriptions "
        "WHERE status IN ('active', 'trialing') ORDER BY client_id"
    )
    return [row[0] for row in rows]


def open_invoices(tx: Connection, cursor: str, limit: int) -> list[Invoice]:
    """Return open invoices, oldest first, after a cursor."""
    rows = tx.conn.execute(
        "SELECT * FROM finance_invoices WHERE status = 'open' AND id > ? ORDER BY id LIMIT ?",
        (cursor, limit),
    )
    return [load(Invoice, row) for row in rows]


def first_time(tx: Connection, tenant_id: str, provider: str, number: str, at: datetime) -> bool:
    """Remember an event of a provider; False if it was here before."""
    cursor = tx.conn.execute(
        "INSERT INTO finance_notices (provider, id, tenant_id, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (provider, number, tenant_id, stamp(at)),
    )
    return bool(cursor.rowcount)


def charges_of(tx: Connection, invoice_ids: Sequence[str]) -> dict[str, Payment]:
    """Return the charge that waits on each of some invoices."""
    marks = ", ".join("?" * len(invoice_ids))
    rows = tx.conn.execute(
        f"SELECT * FROM finance_payments WHERE invoice_id IN ({marks}) "
        "AND provider IS NOT NULL AND state IN ('pending', 'overdue') ORDER BY id",
        tuple(invoice_ids),
    )
    return {row["invoice_id"]: load(Payment, row) for row in rows}


@dataclass(frozen=True)
class Told:
    """What a client was told of an invoice: the last rung, when the first and the last were."""

    rung: int | None
    first: datetime | None
    last: datetime | None
    stopped: bool


def reminded(tx: Connection, invoice_id: str) -> Told:
    """Return what was said about an invoice."""
    row = tx.conn.execute(
        "SELECT max(rung), min(at), max(at), max(stopped) FROM finance_reminders "
        "WHERE invoice_id = ?",
        (invoice_id,),
    ).fetchone()
    first, last = (None if at is None else datetime.fromisoformat(at) for at in row[1:3])
    return Told(row[0], first, last, bool(row[3]))


def remind(
    tx: Connection, tenant_id: str, invoice_id: str, rung: int, at: datetime, *, stopped: bool
) -> None:
    """Remember that a rung was said, or that the ladder stopped at it."""
    tx.conn.execute(
        "INSERT INTO finance_reminders (invoice_id, rung, tenant_id, stopped, at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
        (invoice_id, rung, tenant_id, stopped, stamp(at)),
    )


def charged_for(tx: Connection, invoice_id: str) -> list[str]:
    """Return the subscriptions that an invoice charges for."""
    rows = tx.conn.execute(
        "SELECT DISTINCT subscription_id FROM finance_lines "
        "WHERE invoice_id = ? AND subscription_id IS NOT NULL ORDER BY subscription_id",
        (invoice_id,),
    )
    return [row[0] for row in rows]


def reminded_since(tx: Connection, client_id: str, since: datetime) -> bool:
    """Say whether a client was reminded of any invoice since a moment."""
    row = tx.conn.execute(
        "SELECT 1 FROM finance_invoices AS invoice JOIN finance_reminders AS reminder "
        "ON reminder.invoice_id = invoice.id "
        "WHERE invoice.client_id = ? AND reminder.at >= ? AND reminder.stopped = 0",
        (client_id, stamp(since)),
    ).fetchone()
    return row is not None
