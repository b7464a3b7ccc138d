"""Brings events to endpoints: at least once, each endpoint at its own speed.

Two loops over durable rows. The first follows the event log by a cursor of its own and writes one
delivery for each endpoint that hears an event, in the transaction that moves the cursor: a daemon
that is killed goes on where it was. The second sends what is due, a few at a time for each
endpoint, so that one that is slow or dead holds up nobody else, nor the worker that answers
customers.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

import orjson
import structlog

from daemon.domains.integrations.domain import catalogue
from daemon.domains.integrations.domain.webhooks import (
    EXCERPT,
    FAILING_FOR,
    GONE,
    Attempt,
    Delivery,
    Endpoint,
    Reason,
    WebhookDisabled,
    signed,
    wait_s,
)
from daemon.domains.integrations.store import deliveries, rows
from daemon.infra.database import Connection
from daemon.infra.outbound import OutboundFailedError, OutboundRefusedError, Reply
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id

from .desk import Desk
from .webhooks import Sealed, hears, new_delivery

log = structlog.get_logger(__name__)

BATCH = 200
POLL_S = 1.0
AT_A_TIME = 3
TIMEOUT_S = 15.0
MAX_ANSWER = 64 * 1024
LAZY = 500
"""Events that nobody hears move the cursor only so often: no write for each."""


class Follower(Protocol):
    """Does something durable about events, in the transaction that moves the cursor."""

    def cares(self, tx: Connection, event: Recorded) -> bool:
        """Say whether there is something to do about an event; a read."""

    def follow(self, tx: Connection, event: Recorded) -> None:
        """Do it."""


class Couriers:
    """The two loops, while the block runs."""

    def __init__(self, desk: Desk, sealed: Sealed, follower: Follower | None = None) -> None:
        self._desk, self._sealed, self._follower = desk, sealed, follower
        self._seen = self._stored = 0
        self._busy: dict[str, dict[str, asyncio.Task[None]]] = {}
        self._wake, self._news = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def heard(self, _: Recorded) -> None:
        """Look at the event log; subscribe it to everything."""
        self._news.set()

    def look(self) -> None:
        """Look for what is due now."""
        self._wake.set()

    async def __aenter__(self) -> Self:
        """Go on from where the cursor stands."""
        await self.begin()
        for loop in (self._follow, self._send):
            self._tasks.append(asyncio.create_task(self._forever(loop), name=loop.__name__))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; a try that is cut short is made again at the next start."""
        running = [task for busy in self._busy.values() for task in busy.values()]
        for task in (*self._tasks, *running):
            task.cancel()
        await asyncio.gather(*self._tasks, *running, return_exceptions=True)

    async def begin(self) -> None:
        """Read the cursor; a box that has none yet begins with what happens from now on."""

        def commit(tx: Connection) -> int:
            if (found := deliveries.cursor(tx)) is not None:
                return found
            newest = int(tx.conn.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])
            deliveries.move(tx, self._desk.tenant_id, newest)
            return newest

        self._seen = self._stored = await self._desk.database.write(commit)

    async def follow(self) -> int:
        """Write down what each endpoint is to get; returns how many events were new."""
        events = await self._desk.outbox.since(self._seen, BATCH)
        if not events:
            return 0
        last = events[-1].id
        matter = await self._desk.database.read(lambda tx: self._matter(tx, events))
        if matter or last - self._stored >= LAZY:
            await self._desk.database.write(lambda tx: self._take(tx, events))
            self._stored = last
            self._wake.set()
        self._seen = last
        return len(events)

    async def send_due(self) -> int:
        """Begin what is due and has a free place; returns how many were begun."""
        now = self._desk.clock.now()
        held = {number: tuple(tasks) for number, tasks in self._busy.items()}
        found = await self._desk.database.read(lambda tx: _due(tx, now, held))
        for sent in found:
            task = asyncio.create_task(self._carry(sent), name=f"webhook-{sent.id}")
            self._busy.setdefault(sent.webhook_id, {})[sent.id] = task
        return len(found)

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while running := [task for busy in self._busy.values() for task in busy.values()]:
            await asyncio.gather(*running, return_exceptions=True)

    # -- loops

    async def _forever(self, loop: Callable[[], Any]) -> None:
        while True:
            try:
                await loop()
            except Exception:
                log.exception("webhooks_failed")
                await asyncio.sleep(POLL_S)

    async def _follow(self) -> None:
        while await self.follow():
            pass
        await self._news.wait()
        self._news.clear()

    async def _send(self) -> None:
        self._wake.clear()
        if await self.send_due():
            return
        try:
            async with asyncio.timeout(POLL_S):
                await self._wake.wait()
        except TimeoutError:
            return

    # -- following

    def _matter(self, tx: Connection, events: list[Recorded]) -> bool:
        endpoints = self._hearing(tx)
        return any(
            hears(endpoint, event.name, event.data) for endpoint in endpoints for event in events
        ) or (
            self._follower is not None and any(self._follower.cares(tx, event) for event in events)
        )

    def _hearing(self, tx: Connection) -> list[Endpoint]:
        """Return who hears of events now; nobody while the licence does not cover it."""
        return _active(tx) if self._desk.gate.allows("webhooks") else []

    def _take(self, tx: Connection, events: list[Recorded]) -> None:
        now, endpoints = self._desk.clock.now(), self._hearing(tx)
        for event in events:
            for endpoint in endpoints:
                new = event.id > endpoint.since_seq
                if new and hears(endpoint, event.name, event.data):
                    at = datetime.fromisoformat(event.at)
                    sent = new_delivery(
                        endpoint.id, event.id, event.name, event.data, at=at, now=now
                    )
                    rows.add(tx, self._desk.tenant_id, sent)
            if self._follower is not None:
                self._follower.follow(tx, event)
        deliveries.move(tx, self._desk.tenant_id, events[-1].id)

    # -- sending

    async def _carry(self, sent: Delivery) -> None:
        try:
            endpoint, body = await self._desk.database.read(lambda tx: self._packed(tx, sent))
            if endpoint is None:
                return
            began = self._desk.clock.monotonic()
            reply, error = await self._post(endpoint, sent, body)
            ms = int((self._desk.clock.monotonic() - began) * 1000)
            await self._desk.database.write(lambda tx: self._settle(tx, sent, reply, error, ms))
        except Exception:
            log.exception("webhook_failed", delivery=sent.id)
            await asyncio.sleep(POLL_S)
        finally:
            self._busy[sent.webhook_id].pop(sent.id, None)
            self._wake.set()

    def _packed(self, tx: Connection, sent: Delivery) -> tuple[Endpoint | None, bytes]:
        """Return the endpoint, if it is (still) to get this, and the body of the request."""
        endpoint = rows.find(tx, Endpoint, id=sent.webhook_id)
        if endpoint is None or endpoint.status != "active":
            return None, b""
        data = dict(sent.data)
        known = catalogue.BY_NAME.get(sent.type)
        if (
            endpoint.include_content
            and known is not None
            and known.content
            and not data.get("test")
        ):
            # Read now, not when it happened: what was erased meanwhile is not sent any more.
            data["content"] = self._desk.ports.content(tx, sent.type, sent.data)
        packed = {
            "type": sent.type,
            "timestamp": sent.at.isoformat(),
            "tenantId": self._desk.tenant_id,
            "data": data,
        }
        return endpoint, orjson.dumps(packed)

    async def _post(
        self, endpoint: Endpoint, sent: Delivery, body: bytes
    ) -> tuple[Reply | None, str | None]:
        secrets_, own = self._sealed.open(endpoint)
        headers = {**own, **signed(secrets_, sent.id, self._desk.clock.now(), body)}
        try:
            reply = await self._desk.outbound.request(
                "POST",
                endpoint.url,
                headers=headers,
                body=body,
                timeout_s=TIMEOUT_S,
                max_bytes=MAX_ANSWER,
            )
        except OutboundRefusedError as error:
            return None, f"refused: {error.reason}"
        except OutboundFailedError as error:
            return None, str(error.reason.value)
        return reply, None

    def _settle(
        self, tx: Connection, sent: Delivery, reply: Reply | None, error: str | None, ms: int
    ) -> None:
        """Write down one try and what follows from it."""
        endpoint = rows.find(tx, Endpoint, id=sent.webhook_id)
        if endpoint is None:
            return
        now = self._desk.clock.now()
        status = None if reply is None else reply.status
        excerpt = None if reply is None else _excerpt(reply.body)
        done = status is not None and 200 <= status < 300  # noqa: PLR2004 - HTTP
        tried = Attempt(new_id(), sent.id, now, status, error, ms, excerpt)
        rows.add(tx, self._desk.tenant_id, tried)
        after = replace(
            sent, attempts=sent.attempts + 1, status=status, error=error, ms=ms, excerpt=excerpt
        )
        if done:
            rows.save(tx, replace(after, state="delivered", delivered_at=now))
            if endpoint.failing_since is not None:
                rows.save(tx, replace(endpoint, failing_since=None))
            return
        asked = None if reply is None else reply.headers.get("retry-after")
        wait = wait_s(after.attempts, secrets.randbelow(1001) / 1000, asked)
        rows.save(
            tx,
            replace(after, state="failed")
            if wait is None
            else replace(after, next_at=now + timedelta(seconds=wait)),
        )
        self._failed(tx, endpoint, gone=status == GONE, now=now)

    def _failed(self, tx: Connection, endpoint: Endpoint, *, gone: bool, now: datetime) -> None:
        """Note that an endpoint fails; switch off one that is gone, or that failed for days."""
        since = endpoint.failing_since or now
        if not gone and now - since < FAILING_FOR:
            if endpoint.failing_since is None:
                rows.save(tx, replace(endpoint, failing_since=now))
            return
        if endpoint.status != "active":
            return
        reason: Reason = "gone" if gone else "failing"
        off = replace(
            endpoint, status="disabled", reason=reason, failing_since=since, updated_at=now
        )
        rows.save(tx, off)
        self._desk.outbox.record(tx, WebhookDisabled(endpoint.id, endpoint.name, reason))
        log.warning("webhook_disabled", webhook=endpoint.id, reason=reason)


def _active(tx: Connection) -> list[Endpoint]:
    found = tx.conn.execute("SELECT * FROM webhooks WHERE status = 'active'")
    return [rows.load(Endpoint, row) for row in found]


def _due(tx: Connection, now: datetime, held: Mapping[str, tuple[str, ...]]) -> list[Delivery]:
    """Return what is due, as much as each endpoint has free places; `held` is on its way."""
    found = list[Delivery]()
    for endpoint in _active(tx):
        busy = held.get(endpoint.id, ())
        places = (1 if endpoint.failing_since else AT_A_TIME) - len(busy)
        if places > 0:
            found += deliveries.due(tx, endpoint.id, now, busy, places)
    return found


def _excerpt(body: bytes) -> str:
    return body[: EXCERPT * 4].decode("utf-8", "replace").replace("\0", "")[:EXCERPT]
