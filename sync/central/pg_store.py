"""The production store: PostgreSQL, one call per batch, the scope set in every transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self

import asyncpg
import orjson

from sync.central import pg_rows as rows
from sync.central.intake import Intake
from sync.central.pg_pool import SET_SCOPE, pool_of, reachable
from sync.central.pg_schema import APP_ROLE, make_partitions, migrate
from sync.central.store import (
    Applied,
    Audit,
    Covered,
    Device,
    NewDevice,
    Report,
    Scope,
    Token,
    folded,
)
from sync.protocol.chain import SYNCED, start

CONNECTIONS = 8


class PostgresStore:
    """Keeps the contract of `Store` in one database."""

    def __init__(self, url: str, pool: Any) -> None:
        self._url = url
        self._pool = pool

    @classmethod
    async def open(cls, url: str, now: datetime, *, connections: int = CONNECTIONS) -> Self:
        """Bring the schema up to date as its owner, then connect as the application's role."""
        owner = await asyncpg.connect(url)
        try:
            await migrate(owner)
            await make_partitions(owner, now)
        finally:
            await owner.close()
        return cls(url, await pool_of(url, APP_ROLE, connections))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._pool.close()

    async def ready(self) -> None:
        """Raise if the database does not answer."""
        await self._pool.fetchval("SELECT 1")

    async def add_reseller(self, id_: str, name: str, at: datetime) -> None:
        """Add a reseller, unless there is one of that id."""
        async with self._scope("platform") as tx:
            await tx.execute(
                "INSERT INTO resellers VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", id_, name, at
            )

    async def add_tenant(self, id_: str, reseller_id: str, name: str, at: datetime) -> None:
        """Add a tenant of a reseller, unless there is one of that id."""
        async with self._scope("platform") as tx:
            await tx.execute(
                "INSERT INTO tenants VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                id_,
                reseller_id,
                name,
                at,
                folded(name),
            )

    async def add_token(self, tenant_id: str, hash_: str, at: datetime, until: datetime) -> None:
        """Add an enrolment token."""
        async with self._scope("tenant", tenant_id) as tx:
            await tx.execute(
                "INSERT INTO tokens (tenant_id, hash, created_at, expires_at) "
                "VALUES ($1, $2, $3, $4)",
                tenant_id,
                hash_,
                at,
                until,
            )

    async def token(self, hash_: str) -> Token | None:
        """Find an enrolment token by its hash."""
        async with self._scope("lookup", lookup=hash_) as tx:
            return await rows.find_token(tx, hash_)

    async def enroll(self, new: NewDevice) -> Token:
        """Use the token, unless it is used; return it as it is afterwards."""
        level = "platform" if new.moved_from else "tenant"  # a move touches two tenants
        async with self._scope(level, new.tenant_id) as tx:
            used = await tx.fetchval(
                "UPDATE tokens SET device_id = $1, public_key = $2, answer = $3 "
                "WHERE hash = $4 AND device_id IS NULL RETURNING hash",
                new.device_id,
                new.public_key,
                new.answer,
                new.token_hash,
            )
            if used is not None and new.moved_from:
                await rows.move_device(tx, new)
            elif used is not None:
                await rows.add_device(tx, new)
            found = await rows.find_token(tx, new.token_hash)
        if found is None:
            raise LookupError(new.tenant_id)
        return found

    async def device(self, device_id: str, now: datetime) -> Device | None:
        """Find a box and the keys it may sign with now."""
        row = await self._fetchrow("SELECT * FROM na_find_device($1, $2)", device_id, now)
        if row is None:
            return None
        keys = dict(zip(row["names"] or [], row["keys"] or [], strict=True))
        return Device(
            row[0], row[1], row[2], row[3], bool(row[4]), keys, row["rotate"], row["move"]
        )

    async def epoch(self, device: Device) -> int:
        """Return the latest epoch a box has opened here, 0 before the first."""
        async with self._scope("tenant", device.tenant_id) as tx:
            found = await tx.fetchval(
                "SELECT epoch FROM cursors WHERE tenant_id = $1 AND device_id = $2",
                device.tenant_id,
                device.id,
            )
        return int(found or 0)

    async def take_seq(self, device: Device, seq: int) -> int | None:
        """Note a request's number; return the last one if it is not above it."""
        async with self._scope("tenant", device.tenant_id) as tx:
            taken = await tx.fetchval(
                "INSERT INTO cursors AS c (tenant_id, device_id, na_seq) VALUES ($1, $2, $3) "
                "ON CONFLICT (tenant_id, device_id) DO UPDATE SET na_seq = excluded.na_seq "
                "WHERE c.na_seq < excluded.na_seq RETURNING c.na_seq",
                device.tenant_id,
                device.id,
                seq,
            )
            if taken is not None:
                return None
            last = await tx.fetchval(
                "SELECT na_seq FROM cursors WHERE tenant_id = $1 AND device_id = $2",
                device.tenant_id,
                device.id,
            )
        return int(last)

    async def apply(
        self, device: Device, seq: int, intake: Intake, report: Report, now: datetime
    ) -> Applied:
        """Take a batch by the server rules, in one call."""
        entries, rollups = intake.entries, intake.rollups
        meters = [
            (position, meter, quantity)
            for position, rollup in enumerate(rollups, start=1)
            for meter, quantity in rollup.meters.items()
        ]
        row = await self._fetchrow(
            rows.CALL,
            device.tenant_id,
            device.id,
            seq,
            intake.epoch,
            intake.first,
            intake.to,
            intake.prev,
            intake.head,
            intake.signature,
            start(device.id, intake.epoch, device.receipt, SYNCED),
            now,
            [entry.seq for entry in entries],
            [entry.id for entry in entries],
            [entry.type for entry in entries],
            [entry.at for entry in entries],
            [entry.body for entry in entries],
            [entry.hash for entry in entries],
            [entry.fault for entry in entries],
            [rollup.seq for rollup in rollups],
            [rollup.raw_epoch for rollup in rollups],
            [rollup.first for rollup in rollups],
            [rollup.last for rollup in rollups],
            [rollup.head for rollup in rollups],
            [rollup.hour for rollup in rollups],
            [meter[0] for meter in meters],
            [meter[1] for meter in meters],
            [meter[2] for meter in meters],
            orjson.dumps(report.health).decode(),
            report.have,
            report.version,
            *report.facts.columns,
        )
        return Applied(
            row["code"],
            intake.epoch,
            row["acked"],
            row["head"],
            row["stored"],
            row["quarantined"],
            row["last_seq"],
            row["present"],
            Audit(row["audit_id"], device.id, *row[8:11]) if row["audit_id"] else None,
        )

    async def add_key(
        self, device: Device, key_id: str, public_key: bytes, old_until: datetime
    ) -> bool:
        """Add a key and end the others at `old_until`; False if another box has it."""
        async with self._scope("tenant", device.tenant_id) as tx:
            added = await tx.fetchval(
                "INSERT INTO device_keys VALUES ($1, $2, $3, $4, NULL) "
                "ON CONFLICT DO NOTHING RETURNING id",
                device.tenant_id,
                device.id,
                key_id,
                public_key,
            )
            if added is None:
                return bool(
                    await tx.fetchval(
                        "SELECT true FROM device_keys WHERE tenant_id = $1 AND device_id = $2 "
                        "AND id = $3",
                        device.tenant_id,
                        device.id,
                        key_id,
                    )
                )
            await tx.execute(
                "UPDATE device_keys SET valid_until = $1 WHERE tenant_id = $2 "
                "AND device_id = $3 AND id <> $4 AND valid_until IS NULL",
                old_until,
                device.tenant_id,
                device.id,
                key_id,
            )
            return True

    async def set_status(self, tenant_id: str, device_id: str, status: str) -> None:
        """Make a box `active` or `revoked`."""
        async with self._scope("tenant", tenant_id) as tx:
            await tx.execute(
                "UPDATE devices SET status = $1 WHERE tenant_id = $2 AND id = $3",
                status,
                tenant_id,
                device_id,
            )

    async def usage(self, tenant_id: str, device_id: str) -> dict[str, int]:
        """Return a box's sums over all hours, adjustments among them."""
        async with self._scope("tenant", tenant_id) as tx:
            found = await tx.fetch(
                "SELECT meter, sum(quantity)::bigint FROM (SELECT meter, quantity "
                "FROM usage_hours WHERE tenant_id = $1 AND device_id = $2 UNION ALL "
                "SELECT meter, quantity FROM adjustments WHERE tenant_id = $1 "
                "AND device_id = $2) AS every GROUP BY meter",
                tenant_id,
                device_id,
            )
        return {row[0]: row[1] for row in found}

    async def close_periods(self, tenant_id: str, before: datetime) -> None:
        """Close all hours before a time."""
        async with self._scope("tenant", tenant_id) as tx:
            await tx.execute(
                "INSERT INTO periods AS p VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE "
                "SET closed_before = greatest(p.closed_before, excluded.closed_before)",
                tenant_id,
                before,
            )

    async def order_audit(self, tenant_id: str, audit: Audit, at: datetime) -> None:
        """Ask a box for raw events with its next receipt."""
        async with self._scope("tenant", tenant_id) as tx:
            await tx.execute(
                "INSERT INTO audits VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, NULL)",
                tenant_id,
                audit.id,
                audit.device_id,
                audit.raw_epoch,
                audit.first,
                audit.last,
                at,
            )

    async def open_audit(self, device: Device) -> Audit | None:
        """Return the oldest unanswered audit of a box."""
        async with self._scope("tenant", device.tenant_id) as tx:
            row = await tx.fetchrow(
                "SELECT id, device_id, raw_epoch, first, last FROM audits WHERE tenant_id = $1 "
                "AND device_id = $2 AND verdict IS NULL ORDER BY ordered_at, id LIMIT 1",
                device.tenant_id,
                device.id,
            )
        return None if row is None else Audit(*row)

    async def covered(self, device: Device, audit: Audit) -> tuple[bytes | None, list[Covered]]:
        """Return the chain's hash before the audit (None: its start) and its roll-ups."""
        async with self._scope("tenant", device.tenant_id) as tx:
            key = (device.tenant_id, device.id, audit.raw_epoch)
            before = await tx.fetchval(
                "SELECT head FROM rollups WHERE tenant_id = $1 AND device_id = $2 "
                "AND raw_epoch = $3 AND last = $4",
                *key,
                audit.first - 1,
            )
            found = await tx.fetch(
                "SELECT r.hour, r.first, r.last, r.head, e.body FROM rollups r JOIN events e "
                "ON e.tenant_id = r.tenant_id AND e.device_id = r.device_id "
                "AND e.epoch = r.epoch AND e.seq = r.seq WHERE r.tenant_id = $1 "
                "AND r.device_id = $2 AND r.raw_epoch = $3 AND r.first >= $4 AND r.last <= $5 "
                "ORDER BY r.first",
                *key,
                audit.first,
                audit.last,
            )
        return before, [
            Covered(row[0], row[1], row[2], row[3], orjson.loads(row[4])["data"]["meters"])
            for row in found
        ]

    async def judge(self, device: Device, audit_id: str, verdict: str, at: datetime) -> None:
        """Close an audit."""
        async with self._scope("tenant", device.tenant_id) as tx:
            await tx.execute(
                "UPDATE audits SET verdict = $1, answered_at = $2 WHERE tenant_id = $3 "
                "AND id = $4 AND device_id = $5",
                verdict,
                at,
                device.tenant_id,
                audit_id,
                device.id,
            )

    async def verdicts(self, tenant_id: str) -> dict[str, str | None]:
        """Return the audits of a tenant and how they ended."""
        async with self._scope("tenant", tenant_id) as tx:
            found = await tx.fetch("SELECT id, verdict FROM audits WHERE tenant_id = $1", tenant_id)
        return {row[0]: row[1] for row in found}

    async def quarantined(self, tenant_id: str, device_id: str) -> dict[int, str]:
        """Return the numbers of odd events and why they were put aside."""
        async with self._scope("tenant", tenant_id) as tx:
            found = await tx.fetch(
                "SELECT seq, reason FROM quarantine WHERE tenant_id = $1 AND device_id = $2",
                tenant_id,
                device_id,
            )
        return {row[0]: row[1] for row in found}

    async def query(
        self,
        scope: Scope,
        sql: str,
        *values: Any,
        tenant: str | None = None,  # noqa: ARG002 - one database holds every tenant
    ) -> list[dict[str, Any]]:
        """Run one statement of the office, behind row-level security."""
        async with self._scope(scope.level, scope.tenant_id, reseller=scope.reseller_id) as tx:
            return [dict(row) for row in await tx.fetch(sql, *values)]

    async def batch(
        self, scope: Scope, statements: Sequence[tuple[str, Sequence[Any]]]
    ) -> list[list[dict[str, Any]]]:
        """Run statements in one transaction, behind row-level security."""
        async with self._scope(scope.level, scope.tenant_id, reseller=scope.reseller_id) as tx:
            return [
                [dict(row) for row in await tx.fetch(sql, *values)] for sql, values in statements
            ]

    async def maintain(self, now: datetime) -> None:
        """Make partitions ahead, and drop those past thirteen months, as the owner."""
        owner = await asyncpg.connect(self._url)
        try:
            await make_partitions(owner, now)
        finally:
            await owner.close()

    async def _fetchrow(self, sql: str, *values: Any) -> Any:
        with reachable():
            return await self._pool.fetchrow(sql, *values)

    @asynccontextmanager
    async def _scope(
        self, level: str, tenant: str = "", *, lookup: str = "", reseller: str = ""
    ) -> AsyncIterator[Any]:
        with reachable():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(SET_SCOPE, level, tenant, lookup, reseller)
                yield connection
