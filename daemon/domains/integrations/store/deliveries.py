"""What is on its way to endpoints: the rows are the queue, so a killed daemon goes on with them."""

from collections.abc import Iterable
from datetime import datetime

from daemon.domains.integrations.domain.webhooks import Delivery
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from . import rows


def due(
    tx: Connection, webhook_id: str, now: datetime, busy: Iterable[str], limit: int
) -> list[Delivery]:
    """Return what one endpoint should get now, the longest due first, but what is `busy`."""
    out = tuple(busy)
    marks = ", ".join("?" * len(out))
    found = tx.conn.execute(
        "SELECT * FROM webhook_deliveries WHERE webhook_id = ? AND state = 'pending' "
        f"AND next_at <= ? AND id NOT IN ({marks}) ORDER BY next_at LIMIT ?",
        (webhook_id, stamp(now), *out, limit),
    )
    return [rows.load(Delivery, row) for row in found]


def again(tx: Connection, webhook_id: str, since: datetime, now: datetime) -> int:
    """Send anew what failed for good since then; returns how many."""
    cursor = tx.conn.execute(
        "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_at = ? "
        "WHERE webhook_id = ? AND state = 'failed' AND at >= ?",
        (stamp(now), webhook_id, stamp(since)),
    )
    return int(cursor.rowcount)


def hurry(tx: Connection, webhook_id: str, now: datetime) -> None:
    """Let what waits for its next try go at once: the endpoint is back."""
    tx.conn.execute(
        "UPDATE webhook_deliveries SET next_at = ? WHERE webhook_id = ? AND state = 'pending' "
        "AND next_at > ?",
        (stamp(now), webhook_id, stamp(now)),
    )


def cursor(tx: Connection) -> int | None:
    """Return the number of the last event that was dealt with."""
    row = tx.conn.execute("SELECT seq FROM integrations_cursor").fetchone()
    return None if row is None else int(row["seq"])


def move(tx: Connection, tenant_id: str, seq: int) -> None:
    """Note how far events were dealt with."""
    tx.conn.execute(
        "INSERT INTO integrations_cursor VALUES (1, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET seq = excluded.seq",
        (tenant_id, seq),
    )


def prune(tx: Connection, before: datetime) -> None:
    """Forget what is old; what still waits then waits for an endpoint that was switched off."""
    tx.conn.execute("DELETE FROM webhook_deliveries WHERE created_at < ?", (stamp(before),))
    tx.conn.execute("DELETE FROM hook_hits WHERE at < ?", (stamp(before),))
    tx.conn.execute("DELETE FROM crm_log WHERE at < ?", (stamp(before),))
    tx.conn.execute("DELETE FROM imports WHERE at < ?", (stamp(before),))
