"""The control plane's application, from its parts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from aiohttp import web

from sync.central.desired import Desired
from sync.central.device_api import DeviceApi
from sync.central.office_api import OfficeApi
from sync.central.operations.notices import Notices
from sync.central.pages import Pages
from sync.central.parts import Central
from sync.central.pressure import Pressure
from sync.central.problems import answers, json
from sync.protocol.messages import LIVE, MAX_PACKED
from sync.protocol.problems import SyncError

log = structlog.get_logger(__name__)

MAINTENANCE_S = 3600.0
STEERING_S = 60.0
WATCHING_S = 60.0
READY_AGAIN_S = 5


def build(central: Central) -> web.Application:
    """Return the application; the store is the caller's to close."""
    app = web.Application(
        middlewares=[answers(central.keyring, central.clock)], client_max_size=8 * MAX_PACKED
    )
    pressure = Pressure(central.capacity, central.parameters.interval_s)
    desired = Desired(central.store, central.clock, central.key)
    app.add_routes(DeviceApi(central, pressure, desired).routes())
    office = OfficeApi(central, desired)
    app.add_routes(office.routes())
    app.add_routes(Pages.load().routes())
    notices = Notices(central)

    async def live(_: web.Request) -> web.Response:
        return json({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        try:
            await central.store.ready()
        except Exception as error:  # whatever is wrong with it: it is not ready
            log.warning("central_not_ready", error=type(error).__name__)
            raise SyncError(code="busy", retry_after_s=READY_AGAIN_S) from error
        return json({"status": "ok"})

    app.add_routes([web.get(LIVE, live), web.get("/health/ready", ready)])

    async def maintain() -> None:
        now = central.clock.now()
        if central.keyring.advance(now):
            log.info("server_key_in_use", key=central.key.id)
        await central.store.maintain(now)

    async def upkeep(_: web.Application) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(_repeat(maintain, MAINTENANCE_S), name="central-maintain"),
            asyncio.create_task(_repeat(desired.steer, STEERING_S), name="central-steer"),
            asyncio.create_task(_repeat(office.watch, WATCHING_S), name="central-watch"),
            asyncio.create_task(_repeat(notices.send, WATCHING_S), name="central-notices"),
            asyncio.create_task(_repeat(office.bill, MAINTENANCE_S), name="central-bill"),
        ]
        yield
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    app.cleanup_ctx.append(upkeep)
    return app


async def _repeat(work: Callable[[], Awaitable[None]], pause_s: float) -> None:
    while True:
        await asyncio.sleep(pause_s)
        try:
            await work()
        except Exception:  # a store that is away now is tried again; batches tell their boxes so
            log.exception("central_pass_failed", work=work.__qualname__)
