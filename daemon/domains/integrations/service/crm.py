"""CRM and ERP: connectors, what they would get, and what they got."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from daemon.domains.integrations.domain import crm
from daemon.domains.integrations.domain.crm import Connector, Draft, Link, Sent, SentOutcome
from daemon.domains.integrations.domain.webhooks import WebhookLimitError
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.infra.outbound import OutboundFailedError, OutboundRefusedError, Reply
from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job, NewJob, RetryLaterError
from daemon.kernel.pages import Page

from .deals import DealThings
from .desk import Desk
from .webhooks import check_headers

if TYPE_CHECKING:
    from daemon.domains.integrations.ports import Things

log = structlog.get_logger(__name__)

PUSH, SWEEP = "integrations.push", "integrations.sweep"
SWEEP_BATCH = 200
TIMEOUT_S = 20.0
EXCERPT = 300
# What happened to which kind of thing, and where the event names it.
CHANGES = {
    "contact.updated": ("contact", "id"),
    "deal.updated": ("deal", "id"),
    "invoice.issued": ("invoice", "id"),
    "payment.updated": ("invoice", "invoice_id"),
}


@dataclass(frozen=True)
class Answer:
    """What came of one request."""

    status: int | None
    error: str | None
    body: bytes
    ms: int

    @property
    def done(self) -> bool:
        """Whether it was taken over there."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP

    @property
    def hopeless(self) -> bool:
        """Whether the same request would be refused again."""
        refused = self.status is not None and 300 <= self.status < 500  # noqa: PLR2004 - HTTP
        return refused and self.status not in crm.RETRIED


class Crm:
    """The connectors of this box."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._things: Mapping[str, Things] = {
            "contact": desk.ports.contacts,
            "deal": DealThings(desk),
            "invoice": desk.ports.invoices,
        }

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
        self, number: str, kind: str, object_id: str | None, sample: Mapping[str, Any] | None
    ) -> Draft:
        """Show the exact request for a thing, and send nothing."""

        def query(tx: Connection) -> Draft:
            connector = rows.get(tx, Connector, number)
            _mapped(connector, kind)
            if object_id is None:
                return crm.draft(connector, kind, sample or crm.SAMPLES[kind], None)
            thing = self._things[kind].get(tx, object_id)
            if thing is None:
                raise NotFoundError(kind=kind, id=object_id)
            link = self._link(tx, number, kind, object_id)
            return crm.draft(connector, kind, thing, link.external_id)

        made = await self._desk.database.read(query)
        self._desk.outbound.check(made.url, name="baseUrl")
        return made

    async def sync(self, number: str, kind: str, object_id: str | None) -> None:
        """Queue one thing, or everything of a kind that changed since it was last sent."""

        def commit(tx: Connection) -> None:
            connector = rows.get(tx, Connector, number)
            _mapped(connector, kind)
            if object_id is None:
                asked = {"connector_id": number, "kind": kind, "after": ""}
                self._desk.queue.add(tx, NewJob(SWEEP, asked, key=f"{number}:{kind}"))
                return
            if self._things[kind].get(tx, object_id) is None:
                raise NotFoundError(kind=kind, id=object_id)
            self._queue(tx, number, kind, object_id)

        await self._desk.database.write(commit)

    def cares(self, tx: Connection, event: Recorded) -> bool:
        """Say whether a connector wants to hear of a thing by itself."""
        if not self._desk.gate.allows("crm"):
            return False
        return bool(_changed(event)[1] and self._wanting(tx, _changed(event)[0]))

    def follow(self, tx: Connection, event: Recorded) -> None:
        """Queue a thing that changed for each connector that wants it by itself."""
        kind, object_id = _changed(event)
        if object_id is not None and self._desk.gate.allows("crm"):
            for number in self._wanting(tx, kind):
                self._queue(tx, number, kind, object_id)

    # -- jobs

    async def sweep(self, job: Job) -> None:
        """Queue everything of a kind, some at a time."""
        number, kind, after = (job.payload[name] for name in ("connector_id", "kind", "after"))

        def commit(tx: Connection) -> None:
            if rows.find(tx, Connector, id=number) is None:
                return
            found = self._things[kind].after(tx, after, SWEEP_BATCH)
            for object_id in found:
                self._queue(tx, number, kind, object_id)
            if len(found) == SWEEP_BATCH:
                asked = {"connector_id": number, "kind": kind, "after": found[-1]}
                self._desk.queue.add(tx, NewJob(SWEEP, asked, key=f"{number}:{kind}"))

        await self._desk.database.write(commit)

    async def push(self, job: Job) -> None:
        """Send one thing, unless it is over there as it is."""
        number, kind, object_id = (
            job.payload[name] for name in ("connector_id", "kind", "object_id")
        )

        def prepare(tx: Connection) -> tuple[Connector, Link, Draft, str] | None:
            connector = rows.find(tx, Connector, id=number)
            if connector is None or connector.status != "active" or kind not in connector.objects:
                return None
            thing = self._things[kind].get(tx, object_id)
            if thing is None:
                return None
            link = self._link(tx, number, kind, object_id)
            draft = crm.draft(connector, kind, thing, link.external_id)
            return connector, link, draft, crm.version(connector, kind, thing)

        prepared = await self._desk.database.read(prepare)
        if prepared is None:
            return
        connector, link, draft, version = prepared
        if link.sent_hash == version:
            return
        link = replace(link, sent_hash=version)
        answer = await self._send(connector, draft, job.id)
        wait = await self._desk.database.write(
            lambda tx: self._settle(tx, connector, link, draft, answer)
        )
        if wait is not None:
            raise RetryLaterError(wait, answer.error or f"status {answer.status}")

    async def _send(self, connector: Connector, draft: Draft, key: str) -> Answer:
        own = orjson.loads(self._desk.vault.open(connector.sealed, context=f"crm/{connector.id}"))
        headers = {"accept": "application/json", "idempotency-key": key, **own}
        if draft.body is not None:
            headers = {"content-type": "application/json", **headers}
        began = self._desk.clock.monotonic()
        reply, error = Reply(0), None
        try:
            reply = await self._desk.outbound.request(
                draft.method, draft.url, headers=headers, body=draft.raw, timeout_s=TIMEOUT_S
            )
        except OutboundRefusedError as refused:
            error = f"refused: {refused.reason}"
        except OutboundFailedError as failed:
            error = failed.reason.value
        ms = int((self._desk.clock.monotonic() - began) * 1000)
        return Answer(reply.status or None, error, reply.body, ms)

    def _settle(
        self, tx: Connection, connector: Connector, link: Link, draft: Draft, answer: Answer
    ) -> float | None:
        """Write down what came of it; returns the seconds to the next try, if there is one."""
        now = self._desk.clock.now()
        if rows.find(tx, Connector, id=connector.id) is None:
            return None
        tries = 0 if answer.done else link.tries + 1
        last = answer.hopeless or tries > len(crm.WAITS_S)
        outcome: SentOutcome = "done" if answer.done else "failed" if last else "retry"
        mapping = connector.objects[link.kind]
        external = crm.external_id(mapping, answer.body) if answer.done else None
        after = replace(link, tries=0 if last else tries, sent_hash=None)
        if answer.done:
            known = link.external_id or external
            after = replace(link, tries=0, external_id=known, synced_at=now)
        if not rows.add(tx, self._desk.tenant_id, after):
            rows.save(tx, after)
        entry = Sent(
            id=new_id(),
            connector_id=connector.id,
            kind=link.kind,
            object_id=link.object_id,
            action=draft.action,
            outcome=outcome,
            status=answer.status,
            error=answer.error or (None if answer.done else _excerpt(answer.body)),
            ms=answer.ms,
            external_id=after.external_id,
            at=now,
        )
        rows.add(tx, self._desk.tenant_id, entry)
        return crm.WAITS_S[tries - 1] if outcome == "retry" else None

    # -- parts

    def _queue(self, tx: Connection, number: str, kind: str, object_id: str) -> None:
        asked = {"connector_id": number, "kind": kind, "object_id": object_id}
        key = f"{number}:{kind}:{object_id}"
        # One lock a connector: things go over there one by one, and never fill the worker.
        self._desk.queue.add(tx, NewJob(PUSH, asked, lock=f"crm:{number}", key=key, priority=-1))

    def _wanting(self, tx: Connection, kind: str) -> list[str]:
        found = tx.conn.execute("SELECT * FROM crm_connectors WHERE auto = 1 AND status = 'active'")
        connectors = (rows.load(Connector, row) for row in found)
        return [one.id for one in connectors if kind in one.objects]

    def _link(self, tx: Connection, number: str, kind: str, object_id: str) -> Link:
        known = rows.find(tx, Link, connector_id=number, kind=kind, object_id=object_id)
        return known or Link(new_id(), number, kind, object_id, None, None, 0, None)

    def _seal(self, number: str, headers: Mapping[str, str]) -> bytes:
        return self._desk.vault.seal(orjson.dumps(headers), context=f"crm/{number}")

    def _check(self, values: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        if (url := values.get("base_url")) is not None:
            self._desk.outbound.check(url, name="baseUrl")
        names = {name.lower(): value for name, value in headers.items()}
        names.pop("content-type", None)
        check_headers(names)


def _mapped(connector: Connector, kind: str) -> None:
    if kind not in connector.objects:
        raise BadInputError(
            field="kind",
            problem="this connector has no mapping for it",
            problem_pt="este conector não tem mapeamento para isto",
        )


def _changed(event: Recorded) -> tuple[str, str | None]:
    """Return the kind and the id of the thing that an event is about, if a CRM may want it."""
    kind, name = CHANGES.get(event.name, ("", ""))
    gone = event.data.get("stage") == "deleted"
    return kind, None if gone else event.data.get(name)


def _excerpt(body: bytes) -> str:
    return body[: EXCERPT * 4].decode("utf-8", "replace").replace("\0", "")[:EXCERPT]
