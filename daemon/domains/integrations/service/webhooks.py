"""Endpoints: made, changed, given new secrets, tried out; and what was delivered to them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from daemon.domains.integrations.domain import catalogue
from daemon.domains.integrations.domain.webhooks import (
    Attempt,
    Delivery,
    Endpoint,
    Secret,
    Status,
    WebhookLimitError,
    WebhookOffError,
    checked_secret,
    new_secret,
    valid,
)
from daemon.domains.integrations.store import deliveries, rows
from daemon.infra.database import Connection
from daemon.infra.vault import Vault
from daemon.kernel.clock import stamp
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk

MAX_REPLAYED = 5_000
NEWEST_EVENT = "SELECT coalesce(max(seq), 0) FROM events"
EVENTS_SINCE = "SELECT seq, name, at, data FROM events WHERE at >= ? ORDER BY at, seq LIMIT ?"


class Sealed:
    """An endpoint's secrets and headers, at rest."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def close(self, number: str, secrets: Sequence[Secret], headers: Mapping[str, str]) -> bytes:
        """Seal them for one endpoint."""
        plain = orjson.dumps({"secrets": [asdict(one) for one in secrets], "headers": headers})
        return self._vault.seal(plain, context=f"webhook/{number}")

    def open(self, endpoint: Endpoint) -> tuple[list[Secret], dict[str, str]]:
        """Return what was sealed."""
        plain = self._vault.open(endpoint.sealed, context=f"webhook/{endpoint.id}")
        found = orjson.loads(plain)
        secrets = [
            Secret(one["value"], datetime.fromisoformat(one["until"]) if one["until"] else None)
            for one in found["secrets"]
        ]
        return secrets, found["headers"]


class Webhooks:
    """The endpoints of this box."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.sealed = Sealed(desk.vault)

    async def create(
        self, values: Mapping[str, Any], *, secret: str | None, headers: Mapping[str, str]
    ) -> tuple[Endpoint, str]:
        """Add an endpoint; its secret is told this once. It hears what happens from now on."""
        self._desk.gate.require("webhooks")
        self._check(values.get("url"), values.get("events"), headers)
        secret = new_secret() if secret is None else checked_secret(secret)
        number, now = new_id(), self._desk.clock.now()
        sealed = self.sealed.close(number, [Secret(secret)], headers)

        def commit(tx: Connection) -> Endpoint:
            if rows.count(tx, Endpoint) >= self._desk.limit:
                raise WebhookLimitError(limit=self._desk.limit)
            endpoint = Endpoint(
                id=number,
                status="active",
                reason=None,
                sealed=sealed,
                since_seq=int(tx.conn.execute(NEWEST_EVENT).fetchone()[0]),
                failing_since=None,
                created_at=now,
                updated_at=now,
                **values,
            )
            rows.add(tx, self._desk.tenant_id, endpoint)
            return endpoint

        return await self._desk.database.write(commit), secret

    async def change(
        self, number: str, values: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> Endpoint:
        """Change an endpoint; one that becomes active gets what waited for it, at once."""
        self._check(values.get("url"), values.get("events"), headers or {})

        def commit(tx: Connection) -> Endpoint:
            before = rows.get(tx, Endpoint, number)
            now = self._desk.clock.now()
            after = replace(before, **values, updated_at=now)
            if headers is not None:
                secrets, _ = self.sealed.open(before)
                after = replace(after, sealed=self.sealed.close(number, secrets, headers))
            if after.status == "active" and before.status != "active":
                after = replace(after, reason=None, failing_since=None)
                deliveries.hurry(tx, number, now)
            rows.save(tx, after)
            return after

        return await self._desk.database.write(commit)

    async def rotate(self, number: str, overlap: timedelta) -> tuple[Endpoint, str]:
        """Make a new secret; the old ones sign along until the overlap is over."""
        secret = new_secret()

        def commit(tx: Connection) -> Endpoint:
            before, now = rows.get(tx, Endpoint, number), self._desk.clock.now()
            known, headers = self.sealed.open(before)
            end = now + overlap
            old = [replace(one, until=min(one.until or end, end)) for one in valid(known, now)]
            kept = [Secret(secret), *valid(old, now)]
            after = replace(before, sealed=self.sealed.close(number, kept, headers), updated_at=now)
            rows.save(tx, after)
            return after

        return await self._desk.database.write(commit), secret

    async def delete(self, number: str) -> None:
        """Remove an endpoint with its log."""
        await self._desk.database.write(lambda tx: rows.drop(tx, Endpoint, number))

    async def get(self, number: str) -> Endpoint:
        """Return an endpoint."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Endpoint, number))

    async def page(self, status: Status | None, cursor: str | None, limit: int) -> Page[Endpoint]:
        """List endpoints."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Endpoint, {"status": status}, cursor, limit)
        )
        return Page.of(found, limit, lambda endpoint: endpoint.id)

    def headers_of(self, endpoint: Endpoint) -> list[str]:
        """Return the names of an endpoint's own headers; their values are secret."""
        return sorted(self.sealed.open(endpoint)[1])

    async def ping(self, number: str, type_: str) -> Delivery:
        """Send an example of an event, the way that every event goes."""
        known = catalogue.BY_NAME.get(type_)
        example = dict(known.example) if known else {"webhookId": number}

        def commit(tx: Connection) -> Delivery:
            _active(rows.get(tx, Endpoint, number))
            now = self._desk.clock.now()
            sent = new_delivery(number, None, type_, {**example, "test": True}, at=now, now=now)
            rows.add(tx, self._desk.tenant_id, sent)
            return sent

        return await self._desk.database.write(commit)

    async def replay(self, number: str, since: datetime, *, failed: bool, missed: bool) -> int:
        """Send what failed, and what was never sent, since a moment; returns how many."""

        def commit(tx: Connection) -> int:
            endpoint, now = rows.get(tx, Endpoint, number), self._desk.clock.now()
            _active(endpoint)
            count = deliveries.again(tx, number, since, now) if failed else 0
            if not missed:
                return count
            told = tx.conn.execute(EVENTS_SINCE, (stamp(since), MAX_REPLAYED)).fetchall()
            for row in told:
                data = orjson.loads(row["data"])
                if hears(endpoint, row["name"], data):
                    at = datetime.fromisoformat(row["at"])
                    sent = new_delivery(number, row["seq"], row["name"], data, at=at, now=now)
                    count += rows.add(tx, self._desk.tenant_id, sent)
            return count

        return await self._desk.database.write(commit)

    async def deliveries(
        self, equal: Mapping[str, Any], cursor: str | None, limit: int
    ) -> Page[Delivery]:
        """List what was sent, newest first."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Delivery, equal, cursor, limit)
        )
        return Page.of(found, limit, lambda sent: sent.id)

    async def delivery(self, number: str) -> tuple[Delivery, list[Attempt]]:
        """Return what was sent, with its last tries, the newest first."""

        def query(tx: Connection) -> tuple[Delivery, list[Attempt]]:
            sent = rows.get(tx, Delivery, number)
            return sent, rows.listed(tx, Attempt, {"delivery_id": number}, None, 50)

        return await self._desk.database.read(query)

    async def resend(self, number: str) -> Delivery:
        """Send once more, under the same id: who has it already can tell."""

        def commit(tx: Connection) -> Delivery:
            sent = rows.get(tx, Delivery, number)
            _active(rows.get(tx, Endpoint, sent.webhook_id))
            again = replace(sent, state="pending", attempts=0, next_at=self._desk.clock.now())
            rows.save(tx, again)
            return again

        return await self._desk.database.write(commit)

    def _check(
        self, url: str | None, events: Sequence[str] | None, headers: Mapping[str, str]
    ) -> None:
        if url is not None:
            self._desk.outbound.check(url)
        for wanted in events or ():
            if not catalogue.is_filter(wanted):
                raise BadInputError(
                    field="events",
                    problem=f"{wanted!r} is no event; see GET /integrations/events",
                    problem_pt=f"{wanted!r} não é um evento; veja GET /integrations/events",
                )
        check_headers(headers)


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that say something else than who is calling."""
    for name, value in headers.items():
        token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        ours = name.lower().startswith(("webhook-", "content-", "proxy-", "transfer-"))
        if not token or ours or name.lower() in OURS or not value.isprintable():
            raise BadInputError(
                field="headers",
                problem=f"the header {name[:60]!r} is not allowed",
                problem_pt=f"o cabeçalho {name[:60]!r} não é permitido",
            )


OURS = frozenset({"host", "connection", "expect", "te", "trailer", "upgrade", "accept-encoding"})


def hears(endpoint: Endpoint, name: str, data: Mapping[str, Any]) -> bool:
    """Say whether an endpoint asked for an event."""
    mine = endpoint.agent_id in (None, data.get("agent_id"))
    ways = data.get("channels")  # a notification says itself by which ways it is told
    meant = ways is None or "webhook" in ways
    return mine and meant and catalogue.chooses(endpoint.events, name)


def new_delivery(
    webhook_id: str,
    seq: int | None,
    name: str,
    data: dict[str, Any],
    *,
    at: datetime,
    now: datetime,
) -> Delivery:
    """Return an event that is to be sent as soon as possible."""
    return Delivery(
        id=new_id(),
        webhook_id=webhook_id,
        event_seq=seq,
        type=name,
        data=data if seq is None else catalogue.public(data),
        at=at,
        state="pending",
        attempts=0,
        next_at=now,
        status=None,
        error=None,
        ms=None,
        excerpt=None,
        delivered_at=None,
        created_at=now,
    )


def _active(endpoint: Endpoint) -> None:
    if endpoint.status != "active":
        raise WebhookOffError(status=endpoint.status)
