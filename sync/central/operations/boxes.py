"""What people do to a box: move it, have it change its key.

A move takes effect when the box has handed in everything it used so far and has enrolled again by
itself: what it counted before stays with the old tenant, however late it comes, and what it counts
after belongs to the new one. The cut is the box's own, and both chains end and begin with a signed
receipt. Until then the move waits, and can be taken back.
"""

from datetime import timedelta

from uuid_utils import uuid7

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.device_api import token_hash
from sync.central.history import remember
from sync.central.office import Office
from sync.central.routing import Row
from sync.central.store import PLATFORM, Store
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

MOVE_WAITS = timedelta(days=396)  # as long as a box may be away and still hand in its usage


class Boxes:
    """Orders that a box carries out at its next sync."""

    def __init__(self, store: Store, clock: Clock, office: Office) -> None:
        self._store, self._clock, self._office = store, clock, office

    async def rotate(self, who: Person, id_: str) -> Row:
        """Have a box change its key."""
        who.must(write=True)
        await self._office.device(who, id_)
        now = self._clock.now()
        await self._store.query(
            who.scope, "UPDATE devices SET rotate_at = $1 WHERE id = $2", now, id_
        )
        await remember(self._store, self._clock, id_, "rotation", actor=who.name, step="ordered")
        await self._office.note(who, "device.rotate", id_)
        return {"rotation_wanted_at": now}

    async def move(self, who: Person, id_: str, tenant_id: str) -> Row:
        """Order a move to another tenant; only the platform moves boxes between resellers."""
        who.must(write=True)
        device = await self._office.device(who, id_)
        target = await self._office.tenant(who, tenant_id)
        if device["tenant_id"] == tenant_id:
            raise malformed(field="tenantId", problem="is the tenant it belongs to")
        move_id, now = str(uuid7()), self._clock.now()
        await self._store.batch(
            PLATFORM,
            [
                *self._cancelling(device),
                (
                    (
                        "INSERT INTO moves (tenant_id, id, device_id, reseller_id, to_tenant, "
                        "to_reseller, actor, ordered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                    ),
                    (
                        device["tenant_id"],
                        move_id,
                        id_,
                        device["reseller_id"],
                        tenant_id,
                        target["reseller_id"],
                        who.name,
                        now,
                    ),
                ),
                (
                    (
                        "INSERT INTO tokens "
                        "(tenant_id, hash, created_at, expires_at, bound_device) "
                        "VALUES ($1, $2, $3, $4, $5)"
                    ),
                    (tenant_id, token_hash(move_id), now, now + MOVE_WAITS, id_),
                ),
                ("UPDATE devices SET move_id = $1 WHERE id = $2", (move_id, id_)),
            ],
        )
        await remember(
            self._store, self._clock, id_, "move", actor=who.name, step="ordered", to=tenant_id
        )
        await self._office.note(who, "device.move", f"{id_}/{tenant_id}")
        return {"id": move_id, "tenant_id": tenant_id, "ordered_at": now}

    async def stay(self, who: Person, id_: str) -> Row:
        """Take a move back that has not happened yet."""
        who.must(write=True)
        device = await self._office.device(who, id_)
        rows = await self._store.query(
            who.scope, "SELECT move_id FROM devices WHERE id = $1 AND move_id <> ''", id_
        )
        if not rows:
            raise SyncError(code="not_found", kind="move", id=id_)
        await self._store.batch(PLATFORM, self._cancelling(device))
        await remember(self._store, self._clock, id_, "move", actor=who.name, step="taken_back")
        await self._office.note(who, "device.stay", id_)
        return {"id": rows[0]["move_id"]}

    def _cancelling(self, device: Row) -> list[tuple[str, tuple[object, ...]]]:
        id_ = device["id"]
        return [
            (
                (
                    "UPDATE moves SET cancelled_at = $1 WHERE device_id = $2 AND done_at IS NULL "
                    "AND cancelled_at IS NULL"
                ),
                (self._clock.now(), id_),
            ),
            ("DELETE FROM tokens WHERE bound_device = $1 AND device_id IS NULL", (id_,)),
            ("UPDATE devices SET move_id = '' WHERE id = $1", (id_,)),
        ]
