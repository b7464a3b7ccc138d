"""The sync client under the daemon: it runs for as long as the box does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import structlog

from daemon.domains.fleet.documents import Documents
from daemon.domains.fleet.installing import Installing
from daemon.domains.fleet.service import Fleet, Terms
from models.library import Library
from sync.client import Client
from sync.http import HttpTransport

from .egress import CountedTransport
from .ground import Ground

log = structlog.get_logger(__name__)

MARK = "ledger.mark"
KEEP_TIME_S = 600.0


@contextlib.asynccontextmanager
async def fleet(
    base: Ground, *, version: str, health: Callable[[], Awaitable[dict[str, Any]]]
) -> AsyncIterator[Fleet]:
    """Keep the control plane told, where the settings name one, and do what it wants."""
    url, steering = base.settings.sync.url, base.steering
    documents = Documents(base.database, base.clock, base.tenant_id, steering=steering)

    async def told() -> dict[str, Any]:
        facts, wanted = await health(), steering.channel
        return facts if wanted is None else {**facts, "channel": wanted.channel}

    async with aiohttp.ClientSession() as session:
        client = Client(
            base.ledger,
            db=base.database,
            sealer=base.vault,
            transport=CountedTransport(HttpTransport(session, url), url, base.egress),
            clock=base.clock,
            version=version,
            health=told,
            on_alarm=_alarm,
            judge=documents.judge,
            on_documents=documents.taken,
            mark=base.paths.state / MARK,
        )
        library = Library(base.paths.models)
        installing = Installing(client, library, base.clock, steering=steering, gate=base.licence)
        loops = [documents.run(client.fetch, installing.wanted), _keep_time(client)]
        if url:
            loops.append(client.run())
        running = [asyncio.create_task(loop, name="sync") for loop in loops]
        zone = await asyncio.to_thread(ZoneInfo, base.settings.tenant.timezone)
        try:
            yield Fleet(
                client,
                Terms(url, version, zone),
                steering=steering,
                gate=base.licence,
                installing=installing,
            )
        finally:
            await installing.close()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


async def _keep_time(client: Client) -> None:
    """Note the time now and then: a clock set back while the box was off gains nothing."""
    while True:
        await asyncio.sleep(KEEP_TIME_S)
        if client.enrolled:
            await client.keep_time()


def _alarm(code: str, detail: str) -> None:
    log.error("sync_alarm", code=code, detail=detail)
