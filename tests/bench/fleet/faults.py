"""A small HTTP proxy that does to requests what bad links do."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from random import Random

import aiohttp
from aiohttp import web

KINDS = ("drop", "delay", "duplicate", "truncate", "reorder", "cut_after_commit")
HOP = {"transfer-encoding", "connection", "content-length", "content-encoding", "host"}
MAX_BODY = 16 * 1024 * 1024


class FaultProxy:
    """Stands before a server; each request meets a fault with probability `rate`."""

    def __init__(self, upstream: str, rate: float, seed: int) -> None:
        self.rate = rate
        self.met: Counter[str] = Counter()
        self._upstream = upstream
        self._dice = Random(seed)  # noqa: S311 - repeatable bad luck
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listen on a free loopback port; yield the address."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None)
        connector = aiohttp.TCPConnector(limit=128)
        async with aiohttp.ClientSession(connector=connector) as self._session:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
            try:
                yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            finally:
                await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        kind = self._dice.choice(KINDS) if self._dice.random() < self.rate else "none"
        self.met[kind] += 1
        if kind == "drop":
            return _hang_up(request)
        if kind in {"delay", "reorder"}:  # a request held back lets those behind it pass
            await asyncio.sleep(self._dice.uniform(0, 0.05))
        if kind == "truncate" and self._dice.random() < 0.5:
            body = body[: len(body) // 2]
        try:
            status, headers, content = await self._forward(request, body)
            if kind == "duplicate":
                await self._forward(request, body)
        except aiohttp.ClientError:
            return _hang_up(request)
        if kind == "cut_after_commit":
            return _hang_up(request)
        if kind == "truncate":
            return await _half(request, status, headers, content)
        return web.Response(status=status, headers=headers, body=content)

    async def _forward(
        self, request: web.Request, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        assert self._session is not None
        headers = {k: v for k, v in request.headers.items() if k.lower() not in HOP}
        async with self._session.request(
            request.method,
            self._upstream + request.path_qs,
            data=BytesIO(body) if body else None,
            headers=headers,
        ) as response:
            kept = {k: v for k, v in response.headers.items() if k.lower() not in HOP}
            return response.status, kept, await response.read()


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(
    request: web.Request, status: int, headers: dict[str, str], content: bytes
) -> web.StreamResponse:
    """Promise the whole body, send half of it, and hang up."""
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(content)
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response
