"""The aiohttp application: middlewares, the page, and a listening socket."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from aiohttp import web

from . import live
from .acts import Trail
from .assets import Assets
from .auth import Guard
from .idempotency import Replays, replays
from .openapi import document
from .problems import last_resort, problems
from .routing import Route, mount

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger(__name__)

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self' ws: wss:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SHUTDOWN_S = 5.0
# The longest question of a search, 2,000 characters, may take 12 bytes each in an address.
MAX_LINE = 32 * 1024


@web.middleware
async def dressed(request: web.Request, handler: Any) -> web.StreamResponse:
    """Give every answer an id and the security headers; name no software."""
    request_id = request.headers.get("X-Request-Id", "")[:64] or secrets.token_hex(8)
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        response: web.StreamResponse = await handler(request)
    if not response.prepared:
        response.headers.setdefault("X-Request-Id", request_id)
    return response


async def _sign(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "box"
    response.headers.setdefault("Cache-Control", "no-store")


def build(
    routes: Sequence[Route],
    *,
    guard: Guard,
    replays_store: Replays,
    tenant_id: str,
    title: str,
    version: str,
    assets: Assets,
    services: Mapping[web.AppKey[Any], Any],
    max_body: int,
    trail: Trail | None = None,
) -> web.Application:
    """Make the application of all routes."""
    app = web.Application(
        middlewares=[dressed, last_resort, problems, replays(replays_store)],
        client_max_size=max_body,
    )
    for key, service in services.items():
        app[key] = service
    mount(app, [*routes, *live.routes.items], guard, tenant_id, trail)
    described = document(
        [*routes, *live.routes.items], title=title, version=version, tenant_id=tenant_id
    )
    spec = orjson.dumps(described)

    async def openapi(_: web.Request) -> web.Response:
        return web.Response(body=spec, content_type="application/json")

    app.router.add_get("/openapi.json", openapi)
    assets.mount(app)
    app.on_response_prepare.append(_sign)
    return app


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> "AsyncIterator[int]":
    """Listen while the block runs; gives the port, which the system chose where it was 0."""
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=SHUTDOWN_S, max_line_size=MAX_LINE
    )
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
