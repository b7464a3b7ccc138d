"""The one row of terms that were set over the API."""

from datetime import datetime

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp


def read(tx: Connection, tenant_id: str) -> tuple[str, bytes | None]:
    """Return what was set, as JSON, and the sealed secrets."""
    row = tx.conn.execute(
        "SELECT chosen, sealed FROM finance_terms WHERE tenant_id = ?", (tenant_id,)
    ).fetchone()
    return ("{}", None) if row is None else (row["chosen"], row["sealed"])


def write(tx: Connection, tenant_id: str, chosen: str, sealed: bytes | None, at: datetime) -> None:
    """Write it."""
    tx.conn.execute(
        "INSERT INTO finance_terms (tenant_id, chosen, sealed, updated_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET chosen = excluded.chosen, sealed = excluded.sealed, "
        "updated_at = excluded.updated_at",
        (tenant_id, chosen, sealed, stamp(at)),
    )
