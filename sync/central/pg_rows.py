"""Statements of the PostgreSQL store that several of its methods share."""

from typing import Any

from sync.central.store import NewDevice, Token


async def find_token(tx: Any, hash_: str) -> Token | None:
    """Find an enrolment token by its hash."""
    row = await tx.fetchrow(
        "SELECT tenant_id, expires_at, device_id, public_key, answer FROM tokens WHERE hash = $1",
        hash_,
    )
    return None if row is None else Token(*row)


async def add_device(tx: Any, new: NewDevice) -> None:
    """Add a box and its key, or take a known one back."""
    await tx.execute(
        "INSERT INTO devices "
        "(tenant_id, id, reseller_id, status, receipt, version, enrolled_at) "
        "SELECT $1, $2, reseller_id, 'active', $3, $4, $5 FROM tenants WHERE id = $1 "
        "ON CONFLICT (tenant_id, id) DO UPDATE "
        "SET status = 'active', version = excluded.version",
        new.tenant_id,
        new.device_id,
        new.receipt,
        new.version,
        new.at,
    )
    await tx.execute(
        "INSERT INTO device_keys VALUES ($1, $2, $3, $4, NULL) ON CONFLICT DO NOTHING",
        new.tenant_id,
        new.device_id,
        new.key_id,
        new.public_key,
    )


CALL = f"SELECT * FROM na_apply({', '.join(f'${n}' for n in range(1, 31))})"
