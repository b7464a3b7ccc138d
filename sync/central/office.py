"""The reseller's office: its tenants, boxes, tokens, usage, audits, documents and keys.

Every statement names the reseller it is asked for, so that both stores keep resellers apart;
PostgreSQL checks it a second time.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from uuid_utils import uuid7

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.device_api import token_hash
from sync.central.history import remember
from sync.central.store import PLATFORM, Audit, Store
from sync.protocol.problems import SyncError

TOKEN_BYTES = 20
TOKEN_LIFE = timedelta(hours=24)
# The page is cut before the join: a planner that sees both takes the fleet apart for 50 rows.
DEVICE = (
    "SELECT d.id, d.tenant_id, t.name AS tenant, d.reseller_id, d.status, d.version, d.health, "
    "d.desired_have, d.enrolled_at, d.seen_at FROM (SELECT * FROM devices WHERE {where} "
    "ORDER BY id LIMIT {limit}) AS d JOIN tenants t ON t.id = d.tenant_id ORDER BY d.id"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Publication:
    """A document to go out, to the platform, a reseller, a tenant or one box."""

    kind: str
    body: dict[str, Any]
    reseller_id: str
    tenant_id: str
    device_id: str
    expires_days: int
    percent: int


class Office:
    """What people do. Each method is for one person, and stays within what they may see."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def resellers(self, who: Person) -> list[Row]:
        """List resellers: all of them, or one's own."""
        return await self._store.query(
            who.scope,
            "SELECT id, name, created_at FROM resellers WHERE ($1 = '' OR id = $1) ORDER BY id",
            who.reseller_id,
        )

    async def add_reseller(self, who: Person, id_: str, name: str) -> Row:
        """Add a reseller."""
        who.must(write=True, platform=True)
        await self._store.add_reseller(id_, name, self._clock.now())
        await self.note(who, "reseller.add", id_)
        rows = await self._store.query(
            who.scope, "SELECT id, name, created_at FROM resellers WHERE id = $1", id_
        )
        return _only(rows, "reseller", id_)

    async def tenants(self, who: Person, after: str, limit: int) -> list[Row]:
        """List tenants, by id."""
        return await self._store.query(
            who.scope,
            "SELECT id, reseller_id, name, created_at FROM tenants "
            "WHERE ($1 = '' OR reseller_id = $1) AND id > $2 ORDER BY id LIMIT $3",
            who.reseller_id,
            after,
            limit,
        )

    async def tenant(self, who: Person, id_: str) -> Row:
        """Return a tenant. Raises not_found, also for another reseller's."""
        rows = await self._store.query(
            who.scope,
            "SELECT id, reseller_id, name, created_at FROM tenants "
            "WHERE ($1 = '' OR reseller_id = $1) AND id = $2",
            who.reseller_id,
            id_,
        )
        return _only(rows, "tenant", id_)

    async def add_tenant(self, who: Person, id_: str, reseller_id: str, name: str) -> Row:
        """Add a tenant of a reseller; a reseller's people add their own."""
        who.must(write=True)
        reseller = who.reseller_id or reseller_id
        known = await self._store.query(
            PLATFORM, "SELECT id FROM resellers WHERE id = $1", reseller
        )
        _only(known, "reseller", reseller)
        taken = await self._store.query(
            PLATFORM, "SELECT reseller_id FROM tenants WHERE id = $1", id_
        )
        if taken and taken[0]["reseller_id"] != reseller:
            raise SyncError(code="id_taken", id=id_)
        await self._store.add_tenant(id_, reseller, name, self._clock.now())
        await self.note(who, "tenant.add", id_)
        return await self.tenant(who, id_)

    async def add_token(self, who: Person, tenant_id: str) -> Row:
        """Make an enrolment token of 160 bits; it is shown once and good for a day."""
        who.must(write=True)
        await self.tenant(who, tenant_id)
        token = base64.b32encode(os.urandom(TOKEN_BYTES)).decode()
        now = self._clock.now()
        await self._store.add_token(tenant_id, token_hash(token), now, now + TOKEN_LIFE)
        await self.note(who, "token.add", tenant_id)
        return {"token": token, "expires_at": now + TOKEN_LIFE}

    async def drop_tokens(self, who: Person, tenant_id: str) -> Row:
        """Take back a tenant's tokens that nobody used; a pending move keeps its own."""
        who.must(write=True)
        await self.tenant(who, tenant_id)
        rows = await self._store.query(
            who.scope,
            "DELETE FROM tokens WHERE tenant_id = $1 AND device_id IS NULL "
            "AND bound_device = '' RETURNING hash",
            tenant_id,
        )
        await self.note(who, "token.drop", tenant_id)
        return {"taken_back": len(rows)}

    async def devices(
        self, who: Person, *, tenant_id: str, status: str, after: str, limit: int
    ) -> list[Row]:
        """List boxes, by id."""
        where = _Where(who)
        where.add("id > ${number}", after)
        if tenant_id:
            where.add("tenant_id = ${number}", tenant_id)
        if status:
            where.add("status = ${number}", status)
        rows = await self._store.query(who.scope, where.page(limit), *where.values)
        return [_healthy(row) for row in rows]

    async def device(self, who: Person, id_: str) -> Row:
        """Return a box. Raises not_found, also for another reseller's."""
        where = _Where(who)
        where.add("id = ${number}", id_)
        rows = await self._store.query(who.scope, where.page(1), *where.values)
        return _healthy(_only(rows, "device", id_))

    async def set_status(self, who: Person, id_: str, status: str) -> Row:
        """Revoke a box, or take it back."""
        who.must(write=True)
        device = await self.device(who, id_)
        await self._store.set_status(device["tenant_id"], id_, status)
        await remember(self._store, self._clock, id_, "status", actor=who.name, status=status)
        await self.note(who, f"device.{status}", id_)
        return {**device, "status": status}

    async def usage(self, who: Person, id_: str, start: datetime, end: datetime) -> list[Row]:
        """Return a box's sums by hour and meter; late ones carry when they were adjusted."""
        device = await self.device(who, id_)
        key = (device["tenant_id"], id_, start, end)
        hours = await self._store.query(
            who.scope,
            "SELECT hour, meter, quantity FROM usage_hours WHERE tenant_id = $1 "
            "AND device_id = $2 AND hour >= $3 AND hour < $4 ORDER BY hour, meter",
            *key,
            tenant=device["tenant_id"],
        )
        late = await self._store.query(
            who.scope,
            "SELECT hour, meter, quantity, made_at FROM adjustments WHERE tenant_id = $1 "
            "AND device_id = $2 AND hour >= $3 AND hour < $4 ORDER BY hour, meter, made_at",
            *key,
            tenant=device["tenant_id"],
        )
        return [*hours, *late]

    async def tenant_usage(
        self, who: Person, tenant_id: str, start: datetime, end: datetime
    ) -> list[Row]:
        """Return a tenant's sums by meter over hours, without adjustments of closed periods."""
        await self.tenant(who, tenant_id)
        return await self._store.query(
            who.scope,
            "SELECT meter, CAST(sum(quantity) AS BIGINT) AS quantity FROM usage_hours "
            "WHERE tenant_id = $1 AND hour >= $2 AND hour < $3 GROUP BY meter ORDER BY meter",
            tenant_id,
            start,
            end,
            tenant=tenant_id,
        )

    async def close(self, who: Person, tenant_id: str, before: datetime) -> Row:
        """Close a tenant's hours before a time; what comes later becomes an adjustment."""
        who.must(write=True)
        await self.tenant(who, tenant_id)
        await self._store.close_periods(tenant_id, before)
        await self.note(who, "period.close", tenant_id)
        return {"tenant_id": tenant_id, "closed_before": before}

    async def order_audit(
        self, who: Person, device_id: str, raw_epoch: int, first: int, last: int
    ) -> Row:
        """Ask a box to show raw events."""
        who.must(write=True)
        device = await self.device(who, device_id)
        audit = Audit(str(uuid7()), device_id, raw_epoch, first, last)
        await self._store.order_audit(device["tenant_id"], audit, self._clock.now())
        await self.note(who, "audit.order", device_id)
        return {"id": audit.id}

    async def audits(self, who: Person, device_id: str) -> list[Row]:
        """List a box's audits and how they ended."""
        device = await self.device(who, device_id)
        return await self._store.query(
            who.scope,
            "SELECT id, raw_epoch, first, last, verdict, ordered_at, answered_at FROM audits "
            "WHERE tenant_id = $1 AND device_id = $2 ORDER BY ordered_at DESC, id DESC LIMIT 200",
            device["tenant_id"],
            device_id,
            tenant=device["tenant_id"],
        )

    async def quarantine(self, who: Person, device_id: str) -> list[Row]:
        """List a box's events that were put aside, and why."""
        device = await self.device(who, device_id)
        return await self._store.query(
            who.scope,
            "SELECT q.epoch, q.seq, q.reason, q.received_at, coalesce(e.type, '') AS type "
            "FROM quarantine q LEFT JOIN events e ON e.tenant_id = q.tenant_id "
            "AND e.device_id = q.device_id AND e.epoch = q.epoch AND e.seq = q.seq "
            "WHERE q.tenant_id = $1 AND q.device_id = $2 "
            "ORDER BY q.received_at DESC, q.epoch DESC, q.seq DESC LIMIT 500",
            device["tenant_id"],
            device_id,
            tenant=device["tenant_id"],
        )

    async def publish(self, who: Person, new: Publication) -> Row:
        """Publish a document; below 100 percent it starts as a canary."""
        who.must(write=True)
        reseller = who.reseller_id or new.reseller_id
        tenant = new.tenant_id
        if new.device_id:
            device = await self.device(who, new.device_id)
            tenant, reseller = device["tenant_id"], device["reseller_id"]
        elif tenant:
            reseller = (await self.tenant(who, tenant))["reseller_id"]
        id_, now = str(uuid7()), self._clock.now()
        await self._store.query(
            who.scope,
            "INSERT INTO documents (id, reseller_id, tenant_id, device_id, kind, body, "
            "expires_days, percent, state, created_at, staged_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'running', $9, $9)",
            id_,
            reseller,
            tenant,
            new.device_id,
            new.kind,
            orjson.dumps(new.body).decode(),
            new.expires_days,
            new.percent,
            now,
        )
        await self.note(who, "document.publish", id_)
        return {"id": id_}

    async def documents(self, who: Person) -> list[Row]:
        """List documents and how far they have gone out, newest first."""
        return await self._store.query(
            who.scope,
            "SELECT id, reseller_id, tenant_id, device_id, kind, percent, state, reason, "
            "created_at, staged_at FROM documents WHERE ($1 = '' OR reseller_id = $1) "
            "ORDER BY created_at DESC, id DESC LIMIT 500",
            who.reseller_id,
        )

    async def withdraw(self, who: Person, id_: str) -> Row:
        """Take a document back: boxes get the one before it, or go back to their own settings."""
        who.must(write=True)
        rows = await self._store.query(
            who.scope,
            "UPDATE documents SET state = 'stopped', reason = 'withdrawn' WHERE id = $1 "
            "AND ($2 = '' OR reseller_id = $2) RETURNING id, state, reason",
            id_,
            who.reseller_id,
        )
        await self.note(who, "document.withdraw", id_)
        return _only(rows, "document", id_)

    async def keys(self, who: Person) -> list[Row]:
        """List API keys, without the keys."""
        return await self._store.query(
            who.scope,
            "SELECT id, name, role, reseller_id, created_at, expires_at FROM api_keys "
            "WHERE ($1 = '' OR reseller_id = $1) AND user_id = '' ORDER BY id",
            who.reseller_id,
        )

    async def drop_key(self, who: Person, id_: str) -> Row:
        """End an API key."""
        who.must(write=True)
        rows = await self._store.query(
            who.scope,
            "DELETE FROM api_keys WHERE id = $1 AND ($2 = '' OR reseller_id = $2) RETURNING id",
            id_,
            who.reseller_id,
        )
        if rows:  # and the browsers that signed in with it
            await self._store.query(
                PLATFORM, "DELETE FROM api_keys WHERE user_id = $1 RETURNING id", id_
            )
        await self.note(who, "key.drop", id_)
        return _only(rows, "key", id_)

    async def log(self, who: Person) -> list[Row]:
        """List who did what, newest first."""
        return await self._store.query(
            who.scope,
            "SELECT id, reseller_id, actor, action, target, at FROM office_log "
            "WHERE ($1 = '' OR reseller_id = $1) ORDER BY id DESC LIMIT 500",
            who.reseller_id,
        )

    async def note(self, who: Person, action: str, target: str) -> None:
        """Keep who did what."""
        await self._store.query(
            who.scope,
            "INSERT INTO office_log (id, reseller_id, actor, action, target, at) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            str(uuid7()),
            who.reseller_id,
            who.name,
            action,
            target,
            self._clock.now(),
        )


class _Where:
    """Conditions on boxes, those of a person's reseller first."""

    def __init__(self, who: Person) -> None:
        self.values: list[Any] = []
        self._conditions: list[str] = []
        if who.reseller_id:
            self.add("reseller_id = ${number}", who.reseller_id)

    def add(self, condition: str, value: Any) -> None:
        """Add a condition; `${number}` stands for its value."""
        self.values.append(value)
        self._conditions.append(condition.format(number=len(self.values)))

    def page(self, limit: int) -> str:
        """Return the statement."""
        return DEVICE.format(where=" AND ".join(self._conditions), limit=limit)


def _only(rows: list[Row], kind: str, id_: str) -> Row:
    if not rows:
        raise SyncError(code="not_found", kind=kind, id=id_)
    return rows[0]


def _healthy(row: Row) -> Row:
    return {**row, "health": orjson.loads(row["health"])}
