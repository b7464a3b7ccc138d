"""The office over HTTP: one table of routes, which is also its OpenAPI document."""

from typing import Any

from aiohttp import web

from sync.central.access import COOKIE, Access, Person
from sync.central.access import NewKey as Session
from sync.central.answers import base, fleet, operations, people
from sync.central.billing.api import BillingApi
from sync.central.desired import Desired
from sync.central.exports import Exports
from sync.central.fleet.api import FleetApi
from sync.central.invoicing import Invoicing
from sync.central.office import Office, Publication
from sync.central.office_models import (
    Closing,
    DevicePage,
    KeyLogin,
    Login,
    NewAudit,
    NewDocument,
    NewInvoice,
    NewKey,
    NewReseller,
    NewTenant,
    NewUser,
    OfTenant,
    Page,
    Span,
)
from sync.central.openapi import document
from sync.central.operations import contents
from sync.central.operations.api import OperationsApi
from sync.central.parts import Central
from sync.central.problems import json
from sync.central.routing import Answer, Route, served
from sync.central.users import SESSION_DAYS, Users
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

DAY_S = 86_400


class OfficeApi:
    """Routes of people and of the programs that work for them."""

    def __init__(self, central: Central, desired: Desired) -> None:
        self._office = Office(central.store, central.clock)
        self._access = Access(central.store, central.clock)
        self._invoicing = Invoicing(self._office, central.store, central.clock, central.key)
        self._users = Users(self._office, self._access, central.store, central.clock)
        self._desired, self._central = desired, central
        self.billing = BillingApi(central, self._office)
        self.operations = OperationsApi(central, self._office, desired)
        tenant, device = "/api/tenants/{id}", "/api/devices/{id}"
        self.table = [
            Route("GET", "/api/resellers", self.resellers, returns=people.Reseller, many=True),
            Route(
                "POST",
                "/api/resellers",
                self.add_reseller,
                NewReseller,
                status=201,
                returns=people.Reseller,
            ),
            Route(
                "GET", "/api/tenants", self.tenants, query=Page, returns=people.Tenant, many=True
            ),
            Route(
                "POST",
                "/api/tenants",
                self.add_tenant,
                NewTenant,
                status=201,
                returns=people.Tenant,
            ),
            Route("GET", tenant, self.tenant, returns=people.Tenant),
            Route("POST", f"{tenant}/tokens", self.add_token, status=201, returns=people.NewToken),
            Route(
                "GET",
                f"{tenant}/usage",
                self.tenant_usage,
                query=Span,
                returns=fleet.UsageSum,
                many=True,
            ),
            Route("POST", f"{tenant}/close", self.close, Closing, returns=people.Closed),
            Route(
                "GET",
                "/api/devices",
                self.devices,
                query=DevicePage,
                returns=fleet.RawBox,
                many=True,
            ),
            Route("GET", device, self.device, returns=fleet.RawBox),
            Route("POST", f"{device}/revoke", self.revoke, returns=fleet.RawBox),
            Route("POST", f"{device}/activate", self.activate, returns=fleet.RawBox),
            Route(
                "GET", f"{device}/usage", self.usage, query=Span, returns=fleet.UsageHour, many=True
            ),
            Route("GET", f"{device}/audits", self.audits, returns=fleet.AuditRow, many=True),
            Route(
                "POST",
                f"{device}/audits",
                self.order_audit,
                NewAudit,
                status=201,
                returns=base.Gone,
            ),
            Route(
                "GET",
                f"{device}/quarantine",
                self.quarantine,
                returns=fleet.QuarantineRow,
                many=True,
            ),
            Route(
                "GET",
                f"{device}/invoices",
                self.invoices,
                query=OfTenant,
                returns=fleet.BoxInvoiceRow,
                many=True,
            ),
            Route(
                "POST",
                f"{device}/invoices",
                self.issue,
                NewInvoice,
                status=201,
                returns=fleet.BoxInvoice,
            ),
            Route(
                "GET",
                f"{device}/invoices/{{period}}",
                self.invoice,
                query=OfTenant,
                returns=fleet.BoxInvoice,
            ),
            Route(
                "GET", "/api/documents", self.documents, returns=operations.DocumentRow, many=True
            ),
            Route(
                "POST", "/api/documents", self.publish, NewDocument, status=201, returns=base.Gone
            ),
            Route(
                "POST", "/api/documents/{id}/withdraw", self.withdraw, returns=operations.Withdrawn
            ),
            Route("GET", "/api/keys", self.keys, returns=people.KeyRow, many=True),
            Route("POST", "/api/keys", self.add_key, NewKey, status=201, returns=people.MadeKey),
            Route("DELETE", "/api/keys/{id}", self.drop_key, returns=base.Gone),
            Route("POST", "/api/login", self.login, Login, public=True, returns=people.Session),
            Route(
                "POST",
                "/api/login/key",
                self.login_by_key,
                KeyLogin,
                public=True,
                returns=people.Session,
            ),
            Route("POST", "/api/logout", self.logout, returns=base.Done),
            Route("GET", "/api/me", self.me, returns=people.Me),
            Route("GET", "/api/users", self.list_users, returns=people.UserRow, many=True),
            Route("POST", "/api/users", self.add_user, NewUser, status=201, returns=people.UserRow),
            Route("DELETE", "/api/users/{id}", self.drop_user, returns=base.Gone),
            Route("GET", "/api/log", self.log, returns=people.LogRow, many=True),
            *FleetApi(central, self._office).table,
            *self.operations.table,
            *self.billing.table,
            *Exports(central, self._office, self.billing).table,
        ]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, each behind its checks."""
        described = document(self.table)

        async def openapi(_: web.Request) -> web.Response:
            return json(described)

        found = [
            web.route(route.method, route.path, served(route, self._access)) for route in self.table
        ]
        return [*found, web.get("/openapi.json", openapi)]

    async def watch(self) -> None:
        """Open and resolve alerts; the program does so every minute."""
        await self.operations.watching.watch()

    async def bill(self) -> None:
        """Issue last month's invoices, once they are due."""
        await self.billing.invoices.run_due()

    async def resellers(self, who: Person, *_: Any) -> Answer:
        """List resellers."""
        return await self._office.resellers(who)

    async def add_reseller(self, who: Person, body: NewReseller, *_: Any) -> Answer:
        """Add a reseller."""
        return await self._office.add_reseller(who, body.id, body.name)

    async def tenants(self, who: Person, _: Any, query: Page, *__: Any) -> Answer:
        """List tenants by id; go on with `after`."""
        return await self._office.tenants(who, query.after, query.limit)

    async def add_tenant(self, who: Person, body: NewTenant, *_: Any) -> Answer:
        """Add a tenant."""
        return await self._office.add_tenant(who, body.id, body.reseller_id, body.name)

    async def tenant(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a tenant."""
        return await self._office.tenant(who, id_)

    async def add_token(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Make an enrolment token; it is shown this once."""
        return await self._office.add_token(who, id_)

    async def tenant_usage(self, who: Person, _: Any, query: Span, id_: str) -> Answer:
        """Return a tenant's usage by meter."""
        return await self._office.tenant_usage(who, id_, query.start, query.end)

    async def close(self, who: Person, body: Closing, _: Any, id_: str) -> Answer:
        """Close a tenant's past hours."""
        return await self._office.close(who, id_, body.before)

    async def devices(self, who: Person, _: Any, query: DevicePage, *__: Any) -> Answer:
        """List boxes by id; go on with `after`."""
        return await self._office.devices(
            who,
            tenant_id=query.tenant_id,
            status=query.status,
            after=query.after,
            limit=query.limit,
        )

    async def device(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a box."""
        return await self._office.device(who, id_)

    async def revoke(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Revoke a box: it keeps serving, its licence's grace begins."""
        return await self._office.set_status(who, id_, "revoked")

    async def activate(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Take a revoked box back."""
        return await self._office.set_status(who, id_, "active")

    async def usage(self, who: Person, _: Any, query: Span, id_: str) -> Answer:
        """Return a box's usage by hour and meter."""
        return await self._office.usage(who, id_, query.start, query.end)

    async def audits(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """List a box's audits."""
        return await self._office.audits(who, id_)

    async def order_audit(self, who: Person, body: NewAudit, _: Any, id_: str) -> Answer:
        """Ask a box to show raw events with its next sync."""
        return await self._office.order_audit(who, id_, body.raw_epoch, body.first, body.last)

    async def quarantine(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """List a box's events that were put aside."""
        return await self._office.quarantine(who, id_)

    async def invoices(self, who: Person, _: Any, query: OfTenant, id_: str) -> Answer:
        """List a box's invoices to its tenant and to former ones."""
        return await self._invoicing.months(who, id_, query.tenant_id)

    async def issue(self, who: Person, body: NewInvoice, _: Any, id_: str) -> Answer:
        """Issue a box's invoice of a month; a month that has one keeps it."""
        return {"document": await self._invoicing.issue(who, id_, body)}

    async def invoice(self, who: Person, _: Any, query: OfTenant, id_: str) -> Answer:
        """Return an invoice with its evidence, to be proved offline."""
        device, _, period = id_.rpartition("/")
        return {"document": await self._invoicing.show(who, device, period, query.tenant_id)}

    async def documents(self, who: Person, *_: Any) -> Answer:
        """List documents and their roll-outs."""
        return await self._office.documents(who)

    async def publish(self, who: Person, body: NewDocument, *_: Any) -> Answer:
        """Publish a document; what boxes would refuse is refused here, by field."""
        if not body.unchecked and (wrong := contents.problems(body.kind, body.body)):
            raise SyncError(code="content_unfit", count=len(wrong), problems=wrong)
        asked = body.model_dump(exclude={"unchecked"})
        made = await self._office.publish(who, Publication(**asked))
        await self._desired.forget()
        return made

    async def withdraw(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Take a document back."""
        done = await self._office.withdraw(who, id_)
        await self._desired.forget()
        return done

    async def keys(self, who: Person, *_: Any) -> Answer:
        """List API keys."""
        return await self._office.keys(who)

    async def add_key(self, who: Person, body: NewKey, *_: Any) -> Answer:
        """Make an API key; it is shown this once."""
        who.must(write=True, platform=body.role == "platform")
        reseller = who.reseller_id or body.reseller_id
        if body.role != "platform" and reseller:
            known = {row["id"] for row in await self._office.resellers(who)}
            if reseller not in known:
                raise malformed(field="resellerId", problem="names no reseller")
        elif body.role == "reseller":
            raise malformed(field="resellerId", problem="is needed for this role")
        owner = "" if body.role == "platform" else reseller
        made = await self._access.create(who.scope, body.name, body.role, owner, days=body.days)
        await self._office.note(who, "key.add", made.id)
        return {"id": made.id, "key": made.key, "expires_at": made.expires_at}

    async def drop_key(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """End an API key."""
        return await self._office.drop_key(who, id_)

    async def login(self, _: Person, body: Login, *__: Any) -> Answer:
        """Return a key for half a day, and set it as a cookie that scripts cannot read."""
        return self._session(await self._users.login(body.username, body.password))

    async def login_by_key(self, _: Person, body: KeyLogin, *__: Any) -> Answer:
        """Do the same for an API key; the session ends with the key, and leaves it as it is."""
        return self._session(await self._access.session(body.key, days=SESSION_DAYS))

    def _session(self, made: Session) -> web.Response:
        response = json({"key": made.key, "expiresAt": made.expires_at})
        response.set_cookie(
            COOKIE,
            made.key,
            max_age=int(SESSION_DAYS * DAY_S),
            httponly=True,
            samesite="Strict",
            secure=self._central.https,
        )
        return response

    async def logout(self, who: Person, *_: Any) -> Answer:
        """End the key that the request carries."""
        await self._access.end(who)
        response = json({})
        response.del_cookie(COOKIE)
        return response

    async def me(self, who: Person, *_: Any) -> Answer:
        """Say who asks."""
        return {
            "id": who.id,
            "name": who.name,
            "role": who.role,
            "reseller_id": who.reseller_id,
            "version": self._central.version,
        }

    async def list_users(self, who: Person, *_: Any) -> Answer:
        """List people."""
        return await self._users.all(who)

    async def add_user(self, who: Person, body: NewUser, *_: Any) -> Answer:
        """Add a person."""
        return await self._users.add(
            who,
            username=body.username,
            name=body.name,
            password=body.password,
            role=body.role,
            reseller=body.reseller_id,
        )

    async def drop_user(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Remove a person."""
        return await self._users.drop(who, id_)

    async def log(self, who: Person, *_: Any) -> Answer:
        """List who did what."""
        return await self._office.log(who)
