"""A real API with the routes of access, on a real database, at a time that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Brand, Limits, Settings, Tenant
from daemon.domains.auth.parts import AuthParts
from daemon.domains.auth.routes import AUTH, routes
from daemon.domains.auth.store.schema import migrations
from daemon.infra.database import Database
from daemon.infra.vault import Vault
from daemon.kernel.clock import FakeClock
from daemon.web import idempotency, server
from daemon.web.assets import Assets
from daemon.web.idempotency import Replays
from tests.daemon.auth.box import TENANT, Box


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        state_dir=tmp_path,
        tenant=Tenant(id=TENANT),
        brand=Brand(name="Atende"),
        limits=Limits(users=5, api_keys=3),
    )


@pytest.fixture
async def box(tmp_path: Path, clock: FakeClock, settings: Settings) -> AsyncIterator[Box]:
    db = await Database.open(tmp_path / "auth.db", [migrations, idempotency.migrations])
    auth = await AuthParts.build(settings, db, Vault([bytes(32)]), clock, version="1.2.3")
    app = server.build(
        routes.items,
        guard=auth.guard.identify,
        replays_store=Replays(db, clock, TENANT),
        tenant_id=TENANT,
        title="test",
        version="1.2.3",
        assets=Assets({}),
        services={AUTH: auth},
        max_body=1_000_000,
    )
    async with TestClient(TestServer(app)) as http:
        yield Box(http, auth, clock, db)
    auth.close()
    await db.close()
