"""Roll-outs of documents as people steer them: how far, how well, held or widened."""

from typing import Any

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.desired import STAGE_LASTS, STAGES, Desired
from sync.central.office import Office
from sync.central.operations.models import DocumentChange
from sync.central.routing import Row
from sync.central.store import Store
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

WHOLE = 100


class Rollouts:
    """One document's way to the boxes, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, office: Office, desired: Desired) -> None:
        self._store, self._clock = store, clock
        self._office, self._desired = office, desired

    async def show(self, who: Person, id_: str) -> Row:
        """Return a document and how it fares with the boxes that have it."""
        row = await self._row(who, id_)
        issued = await self._store.query(
            who.scope,
            "SELECT count(*) AS found FROM device_documents WHERE source_id = $1",
            id_,
        )
        good, bad = await self._desired.reports(id_, row["staged_at"])
        going = row["state"] == "running" and row["percent"] < WHOLE
        following = next((stage for stage in STAGES if stage > row["percent"]), None)
        return {
            **row,
            "body": orjson.loads(row["body"]),
            "issued": issued[0]["found"],
            "good": good,
            "bad": bad,
            "next_percent": following if going else None,
            "next_at": row["staged_at"] + STAGE_LASTS if going else None,
        }

    async def change(self, who: Person, id_: str, asked: DocumentChange) -> Row:
        """Widen a roll-out, hold it where it is, or let it go on."""
        who.must(write=True)
        row = await self._row(who, id_)
        if row["state"] == "stopped":
            raise malformed(field="state", problem="it was stopped; publish it again")
        changes: dict[str, Any] = asked.model_dump(exclude_none=True)
        if asked.percent is not None and asked.percent < row["percent"]:
            raise malformed(field="percent", problem="only rises; withdraw the document instead")
        if changes:
            if asked.percent is not None:
                changes["staged_at"] = self._clock.now()
            sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, start=2))
            await self._store.query(
                who.scope, f"UPDATE documents SET {sets} WHERE id = $1", id_, *changes.values()
            )
            await self._desired.forget()
            await self._office.note(who, "document.change", id_)
        return await self.show(who, id_)

    async def _row(self, who: Person, id_: str) -> Row:
        rows = await self._store.query(
            who.scope,
            "SELECT id, reseller_id, tenant_id, device_id, kind, body, expires_days, percent, "
            "state, reason, created_at, staged_at FROM documents WHERE id = $1 "
            "AND ($2 = '' OR reseller_id = $2)",
            id_,
            who.reseller_id,
        )
        if not rows:
            raise SyncError(code="not_found", kind="document", id=id_)
        return rows[0]
