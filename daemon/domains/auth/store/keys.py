"""Rows of API keys."""

from datetime import datetime
from typing import Any

from daemon.domains.auth.domain import ApiKey
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import NotFoundError

COLUMNS = (
    "id, tenant_id, prefix, name, role, created_by, created_at, expires_at, last_used_at, hash"
)


def add(tx: Connection, key: ApiKey, hashed: bytes) -> None:
    """Insert a key."""
    tx.conn.execute(
        f"INSERT INTO api_keys ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key.id,
            key.tenant_id,
            key.prefix,
            key.name,
            key.role,
            key.created_by,
            stamp(key.created_at),
            stamp(key.expires_at),
            None,
            hashed,
        ),
    )


def find(tx: Connection, prefix: str) -> tuple[ApiKey, bytes] | None:
    """Return the key of a prefix and its hash, whatever its tenant: the caller compares that."""
    row = tx.conn.execute(f"SELECT {COLUMNS} FROM api_keys WHERE prefix = ?", (prefix,)).fetchone()
    return None if row is None else (_key(row), row["hash"])


def listed(tx: Connection, tenant: str, cursor: str | None, limit: int) -> list[ApiKey]:
    """Return keys, newest first."""
    rows = tx.conn.execute(
        f"SELECT {COLUMNS} FROM api_keys WHERE tenant_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (tenant, cursor or "~", limit),
    )
    return [_key(row) for row in rows]


def count(tx: Connection, tenant: str) -> int:
    """Return how many keys there are."""
    row = tx.conn.execute("SELECT count(*) FROM api_keys WHERE tenant_id = ?", (tenant,)).fetchone()
    return int(row[0])


def used(tx: Connection, number: str, at: datetime) -> None:
    """Write when the key was last used."""
    tx.conn.execute("UPDATE api_keys SET last_used_at = ? WHERE id = ?", (stamp(at), number))


def remove(tx: Connection, tenant: str, number: str) -> None:
    """Delete a key. Raises NotFoundError."""
    cursor = tx.conn.execute(
        "DELETE FROM api_keys WHERE tenant_id = ? AND id = ?", (tenant, number)
    )
    if cursor.rowcount == 0:
        raise NotFoundError(kind="API key", id=number)


def _key(row: Any) -> ApiKey:
    last = row["last_used_at"]
    return ApiKey(
        id=row["id"],
        tenant_id=row["tenant_id"],
        prefix=row["prefix"],
        name=row["name"],
        role=row["role"],
        created_by=row["created_by"],
        created_at=datetime.fromisoformat(row["created_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        last_used_at=None if last is None else datetime.fromisoformat(last),
    )
