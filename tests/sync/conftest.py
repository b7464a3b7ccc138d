"""Fixtures of a box with a ledger of its own, and of both stores of the control plane."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from uuid_utils import uuid7

from sync.central.pg_store import PostgresStore
from sync.central.sqlite_store import SqliteStore
from sync.central.store import Store
from sync.ledger import Ledger
from tests.sync.central_fixtures import Plane, a_plane
from tests.sync.cluster import BINARIES, MISSING, Cluster, a_cluster
from tests.sync.doubles import Box, StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path / "box.db")
    yield box
    box.tx.close()


@pytest.fixture
def ledger(box: Box, clock: StillClock) -> Ledger:
    ledger = Ledger(
        tenant_id="acme", device_id=str(uuid7()), key=b"k" * 32, boot="boot-1", clock=clock
    )
    ledger.begin(box.tx)
    return ledger


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a cluster of our own, or say why there is none."""
    if not (BINARIES / "initdb").exists():
        pytest.skip(MISSING)
    with a_cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: StillClock
) -> AsyncIterator[Store]:
    """Each store in turn: what one promises, the other must."""
    store: Store
    if request.param == "sqlite":
        store = await SqliteStore.open(tmp_path / "central")
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        store = await PostgresStore.open(await cluster.database(), clock.now())
    yield store
    await store.close()


@pytest.fixture
async def plane(store: Store, clock: StillClock, tmp_path: Path) -> AsyncIterator[Plane]:
    """A control plane on that store."""
    async with a_plane(store, clock, tmp_path) as plane:
        yield plane
