"""The link between a program and its child: newline-delimited JSON over a socketpair.

Both ends use the same class. A frame is one JSON object a line, at most `MAX_FRAME` bytes:

- request  `{"id": 7, "op": "embed", "data": {...}}`, ids are the sender's own
- response `{"re": 7, "ok": true, "data": ...}` or `{"re": 7, "ok": false, "error": {...}}`
- part     `{"re": 7, "part": {...}}`, any number before the response of a streamed request
- event    `{"event": "name", "seq": 3, "data": {...}}`, answered `{"ack": 3}` when it has a seq

A frame that is not one of these breaks the link: the peer is not who we think it is.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

import orjson
import structlog

log = structlog.get_logger(__name__)

PROTOCOL = 1
MAX_FRAME = 16 * 1024 * 1024
FD_VARIABLE = "NEXTAGENT_FD"

RequestHandler = Callable[[dict[str, Any]], Awaitable[Any]]
StreamHandler = Callable[[dict[str, Any]], AsyncIterator[Any]]
EventHandler = Callable[[str, int | None, dict[str, Any]], Awaitable[None]]


class LinkClosedError(ConnectionError):
    """The other end is gone, or said something that is not the protocol."""


class RemoteError(Exception):
    """The other end answered a request with an error of its own."""

    def __init__(self, code: str, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.data = data or {}


@dataclass(frozen=True, slots=True)
class Part:
    """A streamed item that is sent at once; a bare one waits for the next, lest it be the last."""

    value: Any


class Link:
    """One end of the link. Requests run at once, events one after the other, in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._parts: dict[int, asyncio.Queue[Any]] = {}
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._handlers: dict[str, RequestHandler] = {}
        self._streams: dict[str, StreamHandler] = {}
        self._on_event: EventHandler | None = None
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = asyncio.Event()
        self.on_request("ping", _pong)

    @classmethod
    async def over(cls, sock: socket.socket) -> Self:
        """Wrap a connected socket; call `start` once the handlers are in place."""
        sock.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=sock, limit=MAX_FRAME)
        return cls(reader, writer)

    @classmethod
    async def inherited(cls) -> Self:
        """Wrap the descriptor that the parent passed in `NEXTAGENT_FD`."""
        fd = int(os.environ[FD_VARIABLE])
        return await cls.over(socket.socket(fileno=fd))

    def on_request(self, op: str, handler: RequestHandler) -> None:
        """Answer `op` with what `handler(data)` returns; a RemoteError becomes its error."""
        self._handlers[op] = handler

    def on_stream(self, op: str, handler: StreamHandler) -> None:
        """Answer `op` with the items of `handler(data)` as parts; the last one is the response."""
        self._streams[op] = handler

    def on_event(self, handler: EventHandler) -> None:
        """Hand every event to `handler(name, seq, data)`; it is acked when the handler returns."""
        self._on_event = handler

    def start(self) -> None:
        """Begin to read."""
        self._tasks = [
            asyncio.create_task(self._read(), name="link-read"),
            asyncio.create_task(self._consume_events(), name="link-events"),
        ]

    async def request(
        self, op: str, data: dict[str, Any] | None = None, *, timeout_s: float | None = 30.0
    ) -> Any:
        """Ask and wait. Raises RemoteError, LinkClosedError or TimeoutError."""
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await self._send({"id": number, "op": op, "data": data or {}})
            async with asyncio.timeout(timeout_s):
                return await future
        except (TimeoutError, asyncio.CancelledError):
            self._cancel_remote(number)
            raise
        finally:
            self._waiting.pop(number, None)

    async def stream(
        self, op: str, data: dict[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> AsyncIterator[Any]:
        """Ask and yield the parts, then the final response. Leaving early cancels it there."""
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        parts: asyncio.Queue[Any] = asyncio.Queue()
        self._waiting[number], self._parts[number] = future, parts
        future.add_done_callback(lambda _: parts.put_nowait(_END))
        finished = False
        now = asyncio.get_running_loop().time()
        deadline = None if timeout_s is None else now + timeout_s
        try:
            await self._send({"id": number, "op": op, "data": data or {}})
            while True:
                async with asyncio.timeout_at(
                    deadline
                ):  # never across a yield: that is not our time
                    part = await parts.get()
                if part is _END:
                    break
                yield part
            finished = True
            yield future.result()
        finally:
            if not finished:
                self._cancel_remote(number)
            self._waiting.pop(number, None)
            self._parts.pop(number, None)
            if future.done() and not future.cancelled():
                future.exception()  # retrieved: a link that closed later is not news

    async def emit(self, event: str, data: dict[str, Any], *, seq: int | None = None) -> None:
        """Say that something happened."""
        frame: dict[str, Any] = {"event": event, "data": data}
        if seq is not None:
            frame["seq"] = seq
        await self._send(frame)

    async def close(self) -> None:
        """Close this end; whoever waits on it gets LinkClosedError."""
        self._lost(None)
        for task in (*self._tasks, *self._serving.values()):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._serving.values(), return_exceptions=True)
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _send(self, frame: dict[str, Any]) -> None:
        if self.closed.is_set():
            msg = "the link is closed"
            raise LinkClosedError(msg)
        line = orjson.dumps(frame)
        if len(line) >= MAX_FRAME:
            msg = f"a frame of {len(line)} bytes is over the limit of {MAX_FRAME}"
            raise ValueError(msg)
        self._writer.write(line + b"\n")
        try:
            await self._writer.drain()
        except ConnectionError as error:
            self._lost(error)
            raise LinkClosedError(str(error)) from error

    def _cancel_remote(self, number: int) -> None:
        if self.closed.is_set():
            return
        frame = {"id": next(self._ids), "op": "cancel", "data": {"target": number}}
        self._writer.write(orjson.dumps(frame) + b"\n")

    async def _read(self) -> None:
        problem: Exception | None = None
        try:
            while line := await self._reader.readline():
                self._dispatch(orjson.loads(line))
        except (ConnectionError, ValueError, KeyError, TypeError, AttributeError) as error:
            problem = error
            log.warning("link_broken", error=type(error).__name__)
        finally:
            self._lost(problem)

    def _dispatch(self, frame: dict[str, Any]) -> None:
        if "re" in frame:
            self._answered(frame)
        elif "op" in frame:
            self._asked(int(frame["id"]), str(frame["op"]), frame.get("data") or {})
        elif "event" in frame:
            self._events.put_nowait(frame)
        elif "ack" in frame:
            self._acked(int(frame["ack"]))
        else:
            msg = "a frame that is neither request, response, event nor ack"
            raise ValueError(msg)

    def _acked(self, seq: int) -> None:
        """Python children send no numbered events; the bridge, in Node, does."""

    def _answered(self, frame: dict[str, Any]) -> None:
        number = int(frame["re"])
        if "part" in frame:
            if (parts := self._parts.get(number)) is not None:
                parts.put_nowait(frame["part"])
            return
        future = self._waiting.get(number)
        if future is None or future.done():
            return
        if frame["ok"]:
            future.set_result(frame.get("data"))
        else:
            error = frame["error"]
            future.set_exception(
                RemoteError(error["code"], error.get("message", ""), error.get("data"))
            )

    def _asked(self, number: int, op: str, data: dict[str, Any]) -> None:
        if op == "cancel":
            if task := self._serving.get(int(data.get("target", 0))):
                task.cancel()
            return
        task = asyncio.create_task(self._serve(number, op, data), name=f"link-{op}")
        self._serving[number] = task
        task.add_done_callback(lambda _: self._serving.pop(number, None))

    async def _serve(self, number: int, op: str, data: dict[str, Any]) -> None:
        try:
            frame = {"re": number, "ok": True, "data": await self._handle(number, op, data)}
        except asyncio.CancelledError:
            frame = _refusal(number, "cancelled", "the request was cancelled")
        except RemoteError as error:
            frame = _refusal(number, error.code, error.message, error.data)
        except LinkClosedError:
            return
        except Exception as error:  # whatever went wrong here, the other end must hear of it
            log.exception("link_request_failed", op=op)
            frame = _refusal(number, "internal", type(error).__name__)
        with contextlib.suppress(LinkClosedError, ConnectionError):
            await self._send(frame)

    async def _handle(self, number: int, op: str, data: dict[str, Any]) -> Any:
        if (handler := self._handlers.get(op)) is not None:
            return await handler(data)
        if (stream := self._streams.get(op)) is None:
            raise RemoteError(code="unknown_op", message=f"no such operation: {op}")
        last: Any = _END
        items = stream(data)
        try:
            async for item in items:
                if isinstance(item, Part):
                    await self._send({"re": number, "part": item.value})
                    continue
                if last is not _END:
                    await self._send({"re": number, "part": last})
                last = item
        finally:
            if (aclose := getattr(items, "aclose", None)) is not None:
                await aclose()
        return None if last is _END else last

    async def _consume_events(self) -> None:
        while True:
            frame = await self._events.get()
            seq = frame.get("seq")
            if self._on_event is not None:
                try:
                    await self._on_event(str(frame["event"]), seq, frame.get("data") or {})
                except Exception:  # not acked: the child offers it again after its restart
                    log.exception("link_event_failed", event_name=frame["event"])
                    continue
            if seq is not None:
                with contextlib.suppress(LinkClosedError, ConnectionError):
                    await self._send({"ack": seq})

    def _lost(self, error: Exception | None) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkClosedError(str(error or "the link was closed")))
        self._writer.close()


_END = object()


async def _pong(_: dict[str, Any]) -> dict[str, Any]:
    return {}


def _refusal(
    number: int, code: str, message: str, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    error = {"code": code, "message": message, "data": data or {}}
    return {"re": number, "ok": False, "error": error}
