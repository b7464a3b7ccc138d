"""How a reseller wants to be told, and where its day begins."""

import base64
import os

import orjson

from sync.central.access import Person
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.operations.models import SettingsChange
from sync.central.routing import Row
from sync.central.store import Store
from sync.protocol.problems import SyncError

SECRET_BYTES = 24


class Settings:
    """Settings of resellers, within what a person may see."""

    def __init__(self, store: Store, clock: Clock, office: Office) -> None:
        self._store, self._clock, self._office = store, clock, office

    async def show(self, who: Person, reseller_id: str) -> Row:
        """Return a reseller's settings; the secret of its webhook is not shown again."""
        if reseller_id not in {row["id"] for row in await self._office.resellers(who)}:
            raise SyncError(code="not_found", kind="reseller", id=reseller_id)
        rows = await self._row(who, reseller_id)
        if not rows:
            return {**SettingsChange().model_dump(), "reseller_id": reseller_id}
        row = rows[0]
        return {
            "reseller_id": reseller_id,
            "zone": row["zone"],
            "silent_hours": row["silent_hours"],
            "alert_emails": orjson.loads(row["alert_emails"]),
            "webhook_url": row["webhook_url"],
            "notify_from": row["notify_from"],
            "language": row["language"],
        }

    async def change(self, who: Person, reseller_id: str, asked: SettingsChange) -> Row:
        """Put a reseller's settings; a new webhook address gets a new secret, shown this once."""
        who.must(write=True)
        before = await self.show(who, reseller_id)
        rows = await self._row(who, reseller_id)
        secret = rows[0]["webhook_secret"] if rows else ""
        fresh = asked.webhook_url != "" and asked.webhook_url != before["webhook_url"]
        if fresh:
            secret = "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
        await self._store.query(
            who.scope,
            "INSERT INTO reseller_settings (reseller_id, zone, silent_hours, alert_emails, "
            "webhook_url, webhook_secret, notify_from, changed_at, language) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (reseller_id) DO UPDATE SET "
            "zone = excluded.zone, silent_hours = excluded.silent_hours, "
            "alert_emails = excluded.alert_emails, webhook_url = excluded.webhook_url, "
            "webhook_secret = excluded.webhook_secret, notify_from = excluded.notify_from, "
            "changed_at = excluded.changed_at, language = excluded.language",
            reseller_id,
            asked.zone,
            asked.silent_hours,
            orjson.dumps(asked.alert_emails).decode(),
            asked.webhook_url,
            secret,
            asked.notify_from,
            self._clock.now(),
            asked.language,
        )
        await self._office.note(who, "settings.change", reseller_id)
        shown = await self.show(who, reseller_id)
        return {**shown, "webhook_secret": secret} if fresh else shown

    async def _row(self, who: Person, reseller_id: str) -> list[Row]:
        return await self._store.query(
            who.scope,
            "SELECT zone, silent_hours, alert_emails, webhook_url, webhook_secret, notify_from, "
            "language FROM reseller_settings WHERE reseller_id = $1",
            reseller_id,
        )
