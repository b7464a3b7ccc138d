"""CRM and ERP: connectors, what they would get, and what they got."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from daemon.domains.integrations.domain import crm
from daemon.domains.integrations.domain.crm import Connector, Draft, Link, Sent
from daemon.domains.integrations.domain.webhooks import WebhookLimitError
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.kernel.errors import NotFoundError
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob
from daemon.kernel.pages import Page

from .desk import Desk
from .pushing import SWEEP, link, mapped, queue, things
from .webhooks import check_headers

# What happened to which kind of thing, and where the event names it.
CHANGES = {
    "contact.updated": ("contact", "id"),
    "deal.updated": ("deal", "id"),
    "invoice.issued": ("invoice", "id"),
    "payment.updated": ("invoice", "invoice_id"),
}


class Crm:
    """The connectors of this box."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._things = things(desk)

    async def create(self, values: Mapping[str, Any], headers: Mapping[str, str]) -> Connector:
        """Add a connector; the values of its headers are sealed and never shown again."""
        self._desk.gate.require("crm")
        self._check(values, headers)
        number, now = new_id(), self._desk.clock.now()
        connector = Connector(
            id=number,
            header_names=sorted(headers),
            sealed=self._seal(number, headers),
            status="active",
            created_at=now,
            updated_at=now,
            **values,
        )

        def commit(tx: Connection) -> Connector:
            if rows.count(tx, Connector) >= self._desk.limit:
                raise WebhookLimitError(limit=self._desk.limit)
            rows.add(tx, self._desk.tenant_id, connector)
            return connector

        return await self._desk.database.write(commit)

    async def change(
        self, number: str, values: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> Connector:
        """Change a connector."""
        self._check(values, headers or {})

        def commit(tx: Connection) -> Connector:
            before = rows.get(tx, Connector, number)
            after = replace(before, **values, updated_at=self._desk.clock.now())
            if headers is not None:
                after = replace(
                    after, header_names=sorted(headers), sealed=self._seal(number, headers)
                )
            rows.save(tx, after)
            return after

        return await self._desk.database.write(commit)

    async def delete(self, number: str) -> None:
        """Remove a connector; what it made over there stays."""
        await self._desk.database.write(lambda tx: rows.drop(tx, Connector, number))

    async def get(self, number: str) -> Connector:
        """Return a connector."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Connector, number))

    async def page(self, cursor: str | None, limit: int) -> Page[Connector]:
        """List the connectors."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Connector, {}, cursor, limit)
        )
        return Page.of(found, limit, lambda connector: connector.id)

    async def log(self, number: str, cursor: str | None, limit: int) -> Page[Sent]:
        """List what was sent, newest first."""

        def query(tx: Connection) -> list[Sent]:
            rows.get(tx, Connector, number)
            return rows.listed(tx, Sent, {"connector_id": number}, cursor, limit)

        return Page.of(await self._desk.database.read(query), limit, lambda sent: sent.id)

    async def links(self, number: str, cursor: str | None, limit: int) -> Page[Link]:
        """List which of our things are known over there, and by which id."""

        def query(tx: Connection) -> list[Link]:
            rows.get(tx, Connector, number)
            return rows.listed(tx, Link, {"connector_id": number}, cursor, limit)

        return Page.of(await self._desk.database.read(query), limit, lambda link: link.id)

    async def dry_run(
        self,
        number: str,
        kind: str,
        *,
        object_id: str | None,
        sample: Mapping[str, Any] | None,
        mapping: Mapping[str, Any] | None,
    ) -> Draft:
        """Show the exact request for a thing, and send nothing; `mapping` need not be saved."""

        def query(tx: Connection) -> Draft:
            connector = rows.get(tx, Connector, number)
            if mapping is not None:
                connector = replace(connector, objects={**connector.objects, kind: mapping})
            mapped(connector, kind)
            if object_id is None:
                return crm.draft(connector, kind, sample or crm.SAMPLES[kind], None)
            thing = self._things[kind].get(tx, object_id)
            if thing is None:
                raise NotFoundError(kind=kind, id=object_id)
            known = link(tx, number, kind, object_id)
            return crm.draft(connector, kind, thing, known.external_id)

        made = await self._desk.database.read(query)
        self._desk.outbound.check(made.url, name="baseUrl")
        return made

    async def sync(self, number: str, kind: str, object_id: str | None, *, force: bool) -> None:
        """Queue one thing, or everything of a kind that changed since it was last sent.

        With `force` a thing goes at once: unchanged, or before its next try.
        """

        def commit(tx: Connection) -> None:
            connector = rows.get(tx, Connector, number)
            mapped(connector, kind)
            if object_id is None:
                asked = {"connector_id": number, "kind": kind, "after": ""}
                self._desk.queue.add(tx, NewJob(SWEEP, asked, key=f"{number}:{kind}"))
                return
            if self._things[kind].get(tx, object_id) is None:
                raise NotFoundError(kind=kind, id=object_id)
            queue(self._desk, tx, number, kind, object_id, force=force)

        await self._desk.database.write(commit)

    def cares(self, tx: Connection, event: Recorded) -> bool:
        """Say whether a connector wants to hear of a thing by itself."""
        if not self._desk.gate.allows("crm"):
            return False
        return bool(_changed(event)[1] and _wanting(tx, _changed(event)[0]))

    def follow(self, tx: Connection, event: Recorded) -> None:
        """Queue a thing that changed for each connector that wants it by itself."""
        kind, object_id = _changed(event)
        if object_id is not None and self._desk.gate.allows("crm"):
            for number in _wanting(tx, kind):
                queue(self._desk, tx, number, kind, object_id)

    def _seal(self, number: str, headers: Mapping[str, str]) -> bytes:
        return self._desk.vault.seal(orjson.dumps(headers), context=f"crm/{number}")

    def _check(self, values: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        if (url := values.get("base_url")) is not None:
            self._desk.outbound.check(url, name="baseUrl")
        names = {name.lower(): value for name, value in headers.items()}
        names.pop("content-type", None)
        check_headers(names)


def _wanting(tx: Connection, kind: str) -> list[str]:
    found = tx.conn.execute("SELECT * FROM crm_connectors WHERE auto = 1 AND status = 'active'")
    connectors = (rows.load(Connector, row) for row in found)
    return [one.id for one in connectors if kind in one.objects]


def _changed(event: Recorded) -> tuple[str, str | None]:
    """Return the kind and the id of the thing that an event is about, if a CRM may want it."""
    kind, name = CHANGES.get(event.name, ("", ""))
    gone = event.data.get("stage") == "deleted"
    return kind, None if gone else event.data.get(name)
