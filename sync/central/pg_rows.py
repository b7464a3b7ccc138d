"""Statements of the PostgreSQL store that several of its methods share."""

from typing import Any

from sync.central.store import NewDevice, Token


async def find_token(tx: Any, hash_: str) -> Token | None:
    """Find an enrolment token by its hash."""
    row = await tx.fetchrow(
        "SELECT tenant_id, expires_at, device_id, public_key, answer, bound_device FROM tokens "
        "WHERE hash = $1",
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


async def move_device(tx: Any, new: NewDevice) -> None:
    """Hand a box, its numbers and keys over to the tenant of its token, in the platform's scope."""
    await tx.execute(
        "UPDATE devices SET tenant_id = $1, receipt = $2, version = $3, status = 'active', "
        "move_id = '', reseller_id = (SELECT reseller_id FROM tenants WHERE id = $1) "
        "WHERE id = $4",
        new.tenant_id,
        new.receipt,
        new.version,
        new.device_id,
    )
    for table in ("device_keys", "device_documents"):
        await tx.execute(
            f"UPDATE {table} SET tenant_id = $1 WHERE device_id = $2",
            new.tenant_id,
            new.device_id,
        )
    await tx.execute(
        "INSERT INTO cursors (tenant_id, device_id, na_seq, epoch) "
        "SELECT $1, device_id, na_seq, epoch FROM cursors WHERE tenant_id = $2 AND device_id = $3 "
        "ON CONFLICT (tenant_id, device_id) DO UPDATE "
        "SET na_seq = excluded.na_seq, epoch = excluded.epoch",
        new.tenant_id,
        new.moved_from,
        new.device_id,
    )
    await tx.execute(
        "INSERT INTO covers (tenant_id, device_id, raw_epoch, last, head) "
        "SELECT $1, device_id, raw_epoch, last, head FROM covers "
        "WHERE tenant_id = $2 AND device_id = $3 "
        "ON CONFLICT (tenant_id, device_id, raw_epoch) DO UPDATE "
        "SET last = excluded.last, head = excluded.head",
        new.tenant_id,
        new.moved_from,
        new.device_id,
    )
    await tx.execute(
        "UPDATE moves SET done_at = $1 WHERE device_id = $2 AND done_at IS NULL "
        "AND cancelled_at IS NULL",
        new.at,
        new.device_id,
    )


CALL = f"SELECT * FROM na_apply({', '.join(f'${n}' for n in range(1, 38))})"
