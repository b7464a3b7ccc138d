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
    usage: int
    upsell: int

    @property
    def revenue(self) -> int:
        """Money that came and stayed."""
        return self.received - self.refunded


def cash(tx: Connection, currency: str, start: datetime, end: datetime) -> Cash:
    """Sum up what happened from `start` on and before `end`."""
    span = (stamp(start), stamp(end), currency)

    def one(query: str) -> int:
        return int(tx.conn.execute(query, span).fetchone()[0])

    where = "WHERE {} >= ? AND {} < ? AND currency = ?".format
    issued = where("issued_at", "issued_at")
    refunded = where("refunded_at", "refunded_at")
    return Cash(
        billed=one(
            f"SELECT coalesce(sum(total), 0) FROM finance_invoices {issued} AND kind = 'invoice'"
        ),
        credited=-one(
            f"SELECT coalesce(sum(total), 0) FROM finance_invoices {issued} AND kind <> 'invoice'"
        ),
        received=one(
            f"SELECT coalesce(sum(amount), 0) FROM finance_payments {where('at', 'at')} "
            "AND (state = 'received' OR (state = 'refunded' AND refunded_at IS NOT NULL))"
        ),
        refunded=one(f"SELECT coalesce(sum(amount), 0) FROM finance_payments {refunded}"),
        usage=one(
            "SELECT coalesce(sum(line.total), 0) FROM finance_invoices AS invoice "
            "JOIN finance_lines AS line ON line.invoice_id = invoice.id "
            "WHERE invoice.issued_at >= ? AND invoice.issued_at < ? AND invoice.currency = ? "
            "AND line.kind = 'usage'"
        ),
        upsell=one(f"SELECT coalesce(sum(amount), 0) FROM finance_sales {where('at', 'at')}"),
    )


# One row per thing that happened: when, what, whose, how much.
HISTORY = (
    (
        "SELECT issued_at AS at, id, kind, client_id, id AS invoice_id, total AS amount, "
        "currency FROM finance_invoices WHERE issued_at >= :start AND issued_at < :end"
    ),
    (
        "SELECT at, id, 'payment' AS kind, client_id, invoice_id, amount, currency "
        "FROM finance_payments WHERE at >= :start AND at < :end "
        "AND state IN ('received', 'refunded')"
    ),
    (
        "SELECT refunded_at AS at, id || ':refund' AS id, 'refund' AS kind, client_id, invoice_id, "
        "-amount AS amount, currency FROM finance_payments "
        "WHERE refunded_at >= :start AND refunded_at < :end"
    ),
)


def history(
    tx: Connection, start: datetime, end: datetime, cursor: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return what happened, newest first, one more than `limit`; a cursor is `at|id`."""
    at, _, number = (cursor or "").partition("|")
    until = min(stamp(end), at + "\x7f") if cursor else stamp(end)
    values = {"start": stamp(start), "end": until, "at": at, "id": number, "limit": limit + 1}
    before = "WHERE (at, id) < (:at, :id)" if cursor else ""
    # Each part is cut to a page of its own first, so that years of history are not sorted.
    parts = " UNION ALL ".join(
        f"SELECT * FROM (SELECT * FROM ({part}) {before} ORDER BY at DESC, id DESC LIMIT :limit)"
        for part in HISTORY
    )
    rows = tx.conn.execute(f"{parts} ORDER BY at DESC, id DESC LIMIT :limit", values)
    return [dict(row) for row in rows]
