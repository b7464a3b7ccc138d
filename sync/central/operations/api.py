"""Operations over HTTP: orders to boxes, alerts, roll-outs, files, keys of the control plane."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sync.central.access import Person
from sync.central.answers import base, fleet, people
from sync.central.answers import operations as answers
from sync.central.desired import Desired
from sync.central.office import Office
from sync.central.operations import contents
from sync.central.operations.alerts import Alerts
from sync.central.operations.blobs import Blobs
from sync.central.operations.boxes import Boxes
from sync.central.operations.models import (
    AlertPage,
    BlobName,
    DocumentChange,
    NewMove,
    NewServerKey,
    OfReseller,
    SettingsChange,
    SomeContent,
)
from sync.central.operations.rollouts import Rollouts
from sync.central.operations.settings import Settings
from sync.central.parts import Central
from sync.central.routing import Answer, Route, Row

if TYPE_CHECKING:
    from sync.central.store import Store


class OperationsApi:
    """Routes of what people do, and of what is watched for them."""

    def __init__(self, central: Central, office: Office, desired: Desired) -> None:
        store, clock = central.store, central.clock
        self._store: Store = store
        self._central, self._office = central, office
        self._boxes = Boxes(store, clock, office)
        self.watching = Alerts(store, clock, office)
        self._settings = Settings(store, clock, office)
        self._rollouts = Rollouts(store, clock, office, desired)
        self._blobs = Blobs(central, office)
        device, document = "/api/devices/{id}", "/api/documents/{id}"
        alert, reseller = "/api/alerts/{id}", "/api/resellers/{id}/settings"
        self.table = [
            Route("POST", f"{device}/rotate", self.rotate_device, returns=fleet.RotationOrdered),
            Route("POST", f"{device}/move", self.move, NewMove, returns=fleet.MoveOrdered),
            Route("DELETE", f"{device}/move", self.stay, returns=base.Gone),
            Route(
                "GET",
                "/api/alerts",
                self.alerts,
                query=AlertPage,
                returns=answers.Alert,
                paged=True,
            ),
            Route(
                "GET",
                "/api/alerts/counts",
                self.alert_counts,
                query=OfReseller,
                returns=answers.AlertCounts,
            ),
            Route("POST", f"{alert}/ack", self.ack, returns=answers.Alert),
            Route("POST", f"{alert}/resolve", self.resolve, returns=answers.Alert),
            Route("GET", reseller, self.settings, returns=people.ResellerSettings),
            Route(
                "PUT",
                reseller,
                self.change_settings,
                SettingsChange,
                returns=people.ResellerSettings,
            ),
            Route("GET", document, self.rollout, returns=answers.Rollout),
            Route("PATCH", document, self.change_rollout, DocumentChange, returns=answers.Rollout),
            Route("GET", "/api/contents", self.contents, returns=answers.Contents),
            Route(
                "POST",
                "/api/contents/check",
                self.check_content,
                SomeContent,
                returns=answers.Checked,
            ),
            Route(
                "GET", "/api/tenants/{id}/tokens", self.tokens, returns=people.TokenRow, many=True
            ),
            Route(
                "DELETE",
                "/api/tenants/{id}/tokens",
                self.drop_tokens,
                returns=people.TokensDropped,
            ),
            Route("GET", "/api/server-keys", self.server_keys, returns=people.ServerKey, many=True),
            Route(
                "POST",
                "/api/server-keys/rotate",
                self.rotate_server,
                NewServerKey,
                returns=people.ServerKey,
            ),
            Route("GET", "/api/blobs", self.blobs, returns=answers.BlobRow, many=True),
            Route("GET", "/api/blobs/{sha256}", self.blob, returns=answers.BlobState),
            Route(
                "PUT",
                "/api/blobs/{sha256}",
                self.put_blob,
                query=BlobName,
                status=201,
                raw=True,
                returns=answers.BlobState,
            ),
        ]

    async def rotate_device(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Have a box change its key at its next sync."""
        return await self._boxes.rotate(who, id_)

    async def move(self, who: Person, body: NewMove, _: Any, id_: str) -> Answer:
        """Order a box's move to another tenant."""
        return await self._boxes.move(who, id_, body.tenant_id)

    async def stay(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Take a pending move back."""
        return await self._boxes.stay(who, id_)

    async def alerts(self, who: Person, _: Any, query: AlertPage, *__: Any) -> Answer:
        """List alerts, newest first."""
        return await self.watching.page(who, query)

    async def alert_counts(self, who: Person, _: Any, query: OfReseller, *__: Any) -> Answer:
        """Count alerts that are not resolved."""
        return await self.watching.counts(who, query.reseller_id)

    async def ack(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Say that somebody looks after an alert."""
        return await self.watching.ack(who, id_)

    async def resolve(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Say that an alert is over."""
        return await self.watching.resolve(who, id_)

    async def settings(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a reseller's settings."""
        return await self._settings.show(who, id_)

    async def change_settings(self, who: Person, body: SettingsChange, _: Any, id_: str) -> Answer:
        """Put a reseller's settings."""
        return await self._settings.change(who, id_, body)

    async def rollout(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a document and how its roll-out goes."""
        return await self._rollouts.show(who, id_)

    async def change_rollout(self, who: Person, body: DocumentChange, _: Any, id_: str) -> Answer:
        """Widen a roll-out, hold it, or let it go on."""
        return await self._rollouts.change(who, id_, body)

    async def contents(self, *_: Any) -> Answer:
        """Say what publications may hold, and by what rules they go out."""
        return contents.described()

    async def check_content(self, _: Person, body: SomeContent, *__: Any) -> Answer:
        """Say what boxes would refuse in a content; nothing is published."""
        return {"problems": contents.problems(body.kind, body.body)}

    async def tokens(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """List a tenant's enrolment tokens, without the tokens."""
        await self._office.tenant(who, id_)
        rows = await self._store.query(
            who.scope,
            "SELECT created_at, expires_at, device_id FROM tokens WHERE tenant_id = $1 "
            "AND bound_device = '' ORDER BY created_at DESC, hash LIMIT 200",
            id_,
        )
        return [{**row, "state": self._state(row)} for row in rows]

    async def drop_tokens(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Take back a tenant's enrolment tokens that nobody used yet."""
        return await self._office.drop_tokens(who, id_)

    def _state(self, token: Row) -> str:
        if token["device_id"] is not None:
            return "used"
        return "expired" if token["expires_at"] <= self._central.clock.now() else "open"

    async def server_keys(self, *_: Any) -> Answer:
        """List the control plane's public keys: what they signed is verified by them."""
        self._central.keyring.advance(self._central.clock.now())
        return self._central.keyring.listed()

    async def rotate_server(self, who: Person, body: NewServerKey, *_: Any) -> Answer:
        """Make the control plane's next key."""
        who.must(write=True, platform=True)
        overlap = timedelta(days=body.overlap_days)
        made = self._central.keyring.rotate(self._central.clock.now(), overlap)
        await self._office.note(who, "server_key.rotate", made["id"])
        return made

    async def blobs(self, who: Person, *_: Any) -> Answer:
        """List files for boxes."""
        return await self._blobs.all(who)

    async def blob(self, who: Person, _: Any, __: Any, sha256: str) -> Answer:
        """Say how much of a file is here."""
        return await self._blobs.show(who, sha256)

    async def put_blob(
        self, who: Person, request: web.Request, query: BlobName, sha256: str
    ) -> Answer:
        """Send a file, or the rest of one."""
        return await self._blobs.put(who, request, sha256, query.name)
