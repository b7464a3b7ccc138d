"""What happened to a box, kept beside its chain: rows are added, never changed."""

from typing import Any

import orjson
from uuid_utils import uuid7

from sync.central.clock import Clock
from sync.central.store import PLATFORM, Store

ADD = (
    "INSERT INTO device_history (tenant_id, device_id, id, reseller_id, kind, actor, facts, at) "
    "SELECT tenant_id, id, $1, reseller_id, $2, $3, $4, $5 FROM devices WHERE id = $6"
)


async def remember(
    store: Store, clock: Clock, device_id: str, kind: str, *, actor: str = "", **facts: Any
) -> None:
    """Add to the history of a box, under the tenant it belongs to now."""
    text = orjson.dumps(facts).decode()
    await store.query(PLATFORM, ADD, str(uuid7()), kind, actor, text, clock.now(), device_id)
