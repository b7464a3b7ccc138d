"""The sync client under the daemon: it runs for as long as the box does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import structlog

from daemon.domains.fleet.service import Fleet
from sync.client import Client
from sync.http import HttpTransport

from .ground import Ground

log = structlog.get_logger(__name__)

MARK = "ledger.mark"


@contextlib.asynccontextmanager
async def fleet(
    base: Ground, *, version: str, health: Callable[[], Awaitable[dict[str, Any]]]
) -> AsyncIterator[Fleet]:
    """Keep the control plane told, where the settings name one."""
    url = base.settings.sync.url
    async with aiohttp.ClientSession() as session:
        client = Client(
            base.ledger,
            db=base.database,
            sealer=base.vault,
            transport=HttpTransport(session, url),
            clock=base.clock,
            version=version,
            health=health,
            on_alarm=_alarm,
            mark=base.paths.state / MARK,
        )
        running = asyncio.create_task(client.run(), name="sync") if url else None
        try:
            yield Fleet(client, url=url)
        finally:
            if running is not None:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


def _alarm(code: str, detail: str) -> None:
    log.error("sync_alarm", code=code, detail=detail)
