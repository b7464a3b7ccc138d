"""What everything stands on: folders, secrets, the database, events, jobs and the ledger."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlite_utils import Migrations

import daemon.domains.agents.store
import daemon.domains.audit.store
import daemon.domains.auth.store.schema
import daemon.domains.conversations.store.schema
import daemon.domains.finance.store.schema
import daemon.domains.flows.store.schema
import daemon.domains.integrations.store.schema
import daemon.domains.knowledge.store
import daemon.domains.logs.store
import daemon.domains.metrics.store.schema
import daemon.domains.notifications.store
import daemon.domains.privacy.store
import daemon.domains.reports.store
import daemon.domains.support.store
import daemon.domains.templates.store
import daemon.domains.whatsapp.store.schema
import sync.schema
from config.paths import Paths
from config.settings import Settings
from daemon.infra import egress, outbox, queue
from daemon.infra.bus import Bus
from daemon.infra.database import Database
from daemon.infra.egress import Egress
from daemon.infra.licence_gate import LicenceGate
from daemon.infra.outbound import Outbound
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.infra.scheduler import Scheduler
from daemon.infra.steering import Steering
from daemon.infra.upgrade import prepare
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock
from daemon.web import idempotency
from sync import running
from sync.state import Opened, open_ledger

MIGRATIONS: tuple[Migrations, ...] = (
    queue.migrations,
    outbox.migrations,
    idempotency.migrations,
    daemon.domains.auth.store.schema.migrations,
    daemon.domains.agents.store.migrations,
    daemon.domains.knowledge.store.migrations,
    daemon.domains.conversations.store.schema.migrations,
    daemon.domains.whatsapp.store.schema.migrations,
    daemon.domains.logs.store.migrations,
    daemon.domains.audit.store.migrations,
    daemon.domains.metrics.store.schema.migrations,
    daemon.domains.finance.store.schema.migrations,
    daemon.domains.reports.store.migrations,
    daemon.domains.notifications.store.migrations,
    daemon.domains.privacy.store.migrations,
    daemon.domains.integrations.store.schema.migrations,
    daemon.domains.templates.store.migrations,
    daemon.domains.support.store.migrations,
    daemon.domains.flows.store.schema.migrations,
    sync.schema.migrations,
    egress.migrations,
)
"""Every table of the box; the order is the order of the first start."""


@dataclass(frozen=True)
class Ground:
    """The parts that every context is built from."""

    settings: Settings
    paths: Paths
    clock: Clock
    vault: Vault
    database: Database
    bus: Bus
    outbox: Outbox
    queue: Queue
    scheduler: Scheduler
    ledger: Opened
    outbound: Outbound
    egress: Egress
    steering: Steering
    licence: LicenceGate

    @property
    def live(self) -> Settings:
        """The settings in force, each part of which reads as it is at the moment of a look."""
        return self.steering.live()

    @property
    def tenant_id(self) -> str:
        """The one tenant of this box."""
        return self.settings.tenant.id


@contextlib.asynccontextmanager
async def ground(settings: Settings, clock: Clock) -> AsyncIterator[Ground]:
    """Open everything, oldest dependency first; closed in reverse."""
    paths, tenant = Paths(settings.state_dir.absolute()), settings.tenant.id
    async with contextlib.AsyncExitStack() as stack:
        await asyncio.to_thread(paths.create)
        vault = await asyncio.to_thread(_vault, paths)
        await asyncio.to_thread(prepare, paths.database, MIGRATIONS)
        database = await Database.open(paths.database, MIGRATIONS)
        stack.push_async_callback(database.close)
        bus, jobs = Bus(), Queue(clock, tenant)
        events = Outbox(database, bus, clock, tenant)
        zone = await asyncio.to_thread(ZoneInfo, settings.tenant.timezone)
        scheduler = Scheduler(database, jobs, zone=zone)
        await stack.enter_async_context(events)
        opened = await open_ledger(database, vault, clock, tenant)
        leaving = await stack.enter_async_context(Egress(database, clock, tenant))
        steering = Steering(settings, paths.state / "brand")
        steering.take(await database.read(running.in_force))
        yield Ground(
            settings=settings,
            paths=paths,
            clock=clock,
            vault=vault,
            database=database,
            bus=bus,
            outbox=events,
            queue=jobs,
            scheduler=scheduler,
            ledger=opened,
            outbound=Outbound(settings.outbound.allow, noted=leaving.note),
            egress=leaving,
            steering=steering,
            licence=LicenceGate(steering, opened),
        )


def _vault(paths: Paths) -> Vault:
    fresh = not paths.database.exists()
    return Vault.load(paths.key, fresh=fresh, credentials=os.environ.get("CREDENTIALS_DIRECTORY"))
