"""The WebSocket gateway: every event, in order, resumable by the id of the last one seen.

`GET /ws?since=ID&events=a,b`. A client proves who it is as on any route, or, where it cannot set
headers, by a first frame `{"type": "auth", "token": "..."}` within five seconds. Frames are
`{"id", "event", "at", "data"}`. A client that reads too slowly is disconnected and resumes.
"""

import asyncio
import contextlib
from typing import Any

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import Field

from daemon.infra.bus import Bus
from daemon.infra.outbox import BATCH, Outbox
from daemon.kernel.events import Recorded
from daemon.kernel.spelling import camel

from .auth import Guard, Identity
from .routing import Call, Routes
from .schema import ApiModel

log = structlog.get_logger(__name__)

AUTH_S = 5.0
HEARTBEAT_S = 25.0
BACKLOG = 1000


class LiveQuery(ApiModel):
    """Where to resume, and what to hear."""

    since: int | None = Field(None, ge=0, description="Id of the last event seen")
    events: str | None = Field(None, max_length=500, description="Names, separated by commas")
    tenant_id: str | None = Field(None, max_length=63, description="Tenant, for browsers")


class Gateway:
    """Hands recorded events to open sockets."""

    def __init__(self, outbox: Outbox, bus: Bus, guard: Guard, tenant_id: str) -> None:
        self._outbox, self._guard, self._tenant = outbox, guard, tenant_id
        self._clients: dict[web.WebSocketResponse, asyncio.Queue[Recorded]] = {}
        bus.subscribe("*", self._heard)

    @property
    def clients(self) -> int:
        """How many sockets are open."""
        return len(self._clients)

    async def close(self) -> None:
        """Say good-bye to every client; they resume at the next start."""
        for socket in list(self._clients):
            with contextlib.suppress(ConnectionError):
                await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")

    async def serve(self, call: Call[None, LiveQuery]) -> web.WebSocketResponse:
        """Hold one socket until it closes."""
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=64 * 1024)
        await socket.prepare(call.request)
        who = await self._admit(call, socket)
        if who is None:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"unauthorized")
            return socket
        wanted = frozenset((call.query.events or "").split(",")) - {""}
        waiting: asyncio.Queue[Recorded] = asyncio.Queue(BACKLOG)
        self._clients[socket] = waiting
        sender = asyncio.create_task(self._send(socket, waiting, call.query.since, wanted))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._clients.pop(socket, None)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
        return socket

    async def _admit(
        self, call: Call[None, LiveQuery], socket: web.WebSocketResponse
    ) -> Identity | None:
        if (who := await self._guard(call.request)) is not None:
            return who if who.tenant_id == self._tenant else None
        try:
            frame: Any = await socket.receive_json(timeout=AUTH_S, loads=orjson.loads)
            token = str(frame["token"])
        except (TimeoutError, TypeError, ValueError, KeyError):
            return None
        request = call.request.clone(headers={"Authorization": f"Bearer {token}"})
        with contextlib.suppress(Exception):
            return await self._guard(request)
        return None

    async def _heard(self, event: Recorded) -> None:
        for socket, waiting in list(self._clients.items()):
            try:
                waiting.put_nowait(event)
            except asyncio.QueueFull:
                log.warning("slow_client_dropped")
                self._clients.pop(socket, None)
                await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too slow")

    async def _send(
        self,
        socket: web.WebSocketResponse,
        waiting: asyncio.Queue[Recorded],
        since: int | None,
        wanted: frozenset[str],
    ) -> None:
        last = since if since is not None else await self._outbox.last()
        hello = {"id": last, "event": "hello", "at": None, "data": {"tenantId": self._tenant}}
        await socket.send_str(orjson.dumps(hello).decode())
        while missed := await self._outbox.since(last):
            for event in missed:
                last = event.id
                await _tell(socket, event, wanted)
            if len(missed) < BATCH:
                break
        while True:
            event = await waiting.get()
            if event.id > last:  # what the resume has told already is not told again
                last = event.id
                await _tell(socket, event, wanted)


async def _tell(socket: web.WebSocketResponse, event: Recorded, wanted: frozenset[str]) -> None:
    if wanted and event.name not in wanted:
        return
    with contextlib.suppress(ConnectionError):
        await socket.send_str(orjson.dumps(frame(event)).decode())


def frame(event: Recorded) -> dict[str, Any]:
    """Return an event as clients get it."""
    return {"id": event.id, "event": event.name, "at": event.at, "data": camel(event.data)}


GATEWAY: web.AppKey[Gateway] = web.AppKey("gateway", Gateway)
routes = Routes(tag="live")


@routes.get("/ws", public=True, query=LiveQuery, status=101)
async def live(call: Call[None, LiveQuery]) -> web.WebSocketResponse:
    """Open the event stream (WebSocket).

    It admits callers itself, because a browser may only prove itself in the first frame.
    """
    return await call.app[GATEWAY].serve(call)
