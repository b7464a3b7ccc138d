"""Secrets of flows, sealed."""

from collections.abc import Iterable
from datetime import datetime

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp


def names(tx: Connection, flow_id: str) -> dict[str, datetime]:
    """Return the secrets that a flow has, each with when it was written."""
    rows = tx.conn.execute(
        "SELECT name, updated_at FROM flow_secrets WHERE flow_id = ? ORDER BY name", (flow_id,)
    )
    return {row["name"]: datetime.fromisoformat(row["updated_at"]) for row in rows}


def sealed(tx: Connection, flow_id: str, wanted: Iterable[str]) -> dict[str, bytes]:
    """Return those of the wanted ones that are there."""
    found = {}
    for name in wanted:
        row = tx.conn.execute(
            "SELECT sealed FROM flow_secrets WHERE flow_id = ? AND name = ?", (flow_id, name)
        ).fetchone()
        if row is not None:
            found[name] = bytes(row["sealed"])
    return found


def put(  # noqa: PLR0917 - the columns
    tx: Connection, tenant_id: str, flow_id: str, name: str, value: bytes, at: datetime
) -> None:
    """Write a secret, over the one of this name."""
    tx.conn.execute(
        "INSERT INTO flow_secrets (flow_id, name, tenant_id, sealed, updated_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (flow_id, name) DO UPDATE SET "
        "sealed = excluded.sealed, updated_at = excluded.updated_at",
        (flow_id, name, tenant_id, value, stamp(at)),
    )


def remove(tx: Connection, flow_id: str, name: str) -> bool:
    """Remove a secret; False when there is none."""
    cursor = tx.conn.execute(
        "DELETE FROM flow_secrets WHERE flow_id = ? AND name = ?", (flow_id, name)
    )
    return bool(cursor.rowcount)
