"""Sums over money that moved, and the rows that they are made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp


@dataclass(frozen=True)
class Cash:
    """What was billed and what moved, between two moments."""

    billed: int
    credited: int
    received: int
    refunded: int

    @property
    def revenue(self) -> int:
        """Money that came and stayed."""
        return self.received - self.refunded


CASH = (
    (
        "SELECT coalesce(sum(total) FILTER (WHERE kind = 'invoice'), 0), "
        "coalesce(-sum(total) FILTER (WHERE kind <> 'invoice'), 0) FROM finance_invoices "
        "WHERE issued_at >= ? AND issued_at < ? AND currency = ?"
    ),
    (
        "SELECT coalesce(sum(amount), 0) FROM finance_payments "
        "WHERE at >= ? AND at < ? AND currency = ? AND +state IN ('received', 'refunded')"
    ),
    (
        "SELECT coalesce(sum(amount), 0) FROM finance_payments "
        "WHERE refunded_at >= ? AND refunded_at < ? AND currency = ?"
    ),
)


def cash(tx: Connection, currency: str, start: datetime, end: datetime) -> Cash:
    """Sum up what happened from `start` on and before `end`."""
    span = (stamp(start), stamp(end), currency)
    found = [value for query in CASH for value in tx.conn.execute(query, span).fetchone()]
    return Cash(*found)


def usage(tx: Connection, currency: str, start: datetime, end: datetime) -> int:
    """Sum up the usage on invoices issued between two moments."""
    row = tx.conn.execute(
        "SELECT coalesce(sum(line.total), 0) FROM finance_invoices AS invoice "
        "JOIN finance_lines AS line ON line.invoice_id = invoice.id "
        "WHERE invoice.issued_at >= ? AND invoice.issued_at < ? AND invoice.currency = ? "
        "AND line.kind = 'usage'",
        (stamp(start), stamp(end), currency),
    ).fetchone()
    return int(row[0])


def sales(tx: Connection, currency: str, start: datetime, end: datetime) -> int:
    """Sum up what was sold on top between two moments."""
    row = tx.conn.execute(
        "SELECT coalesce(sum(amount), 0) FROM finance_sales "
        "WHERE at >= ? AND at < ? AND currency = ?",
        (stamp(start), stamp(end), currency),
    ).fetchone()
    return int(row[0])


# One row per thing that happened: when, what, whose, how much. Each part is read newest first by
# the index of its time; the plus keeps the planner from reading years by their state instead.
HISTORY = (
    (
        (
            "SELECT issued_at AS at, id, kind, client_id, id AS invoice_id, total AS amount, "
            "currency FROM finance_invoices WHERE issued_at >= :start AND issued_at < :end"
        ),
        ("issued_at", "id"),
    ),
    (
        (
            "SELECT at, id, 'payment' AS kind, client_id, invoice_id, amount, currency "
            "FROM finance_payments WHERE at >= :start AND at < :end "
            "AND +state IN ('received', 'refunded')"
        ),
        ("at", "id"),
    ),
    (
        (
            "SELECT refunded_at AS at, id || ':refund' AS id, 'refund' AS kind, client_id, "
            "invoice_id, -amount AS amount, currency FROM finance_payments "
            "WHERE refunded_at >= :start AND refunded_at < :end"
        ),
        ("refunded_at", "id || ':refund'"),
    ),
)


def history(
    tx: Connection, start: datetime, end: datetime, cursor: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return what happened, newest first, one more than `limit`; a cursor is `at|id`."""
    at, _, number = (cursor or "").partition("|")
    until = min(stamp(end), at + "\x7f") if cursor else stamp(end)
    values = {"start": stamp(start), "end": until, "at": at, "id": number, "limit": limit + 1}
    # Each part is cut to a page of its own first, so that years are not sorted.
    parts = [
        f"SELECT * FROM ({part}{f' AND ({when}, {key}) < (:at, :id)' if cursor else ''} "
        f"ORDER BY {when} DESC, {key} DESC LIMIT :limit)"
        for part, (when, key) in HISTORY
    ]
    query = f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY at DESC, id DESC LIMIT :limit"
    return [dict(row) for row in tx.conn.execute(query, values)]
