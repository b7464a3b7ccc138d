"""Fixtures of all tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, settings

from config.logging import configure
from daemon.infra import outbox, queue
from daemon.infra.bus import Bus
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock, FakeClock

configure("warning", "json")

# How long an example takes says how busy the machine is; which ones are drawn is the same anywhere.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

OURS = ["config", "daemon", "models", "sync"]


@pytest.fixture(autouse=True)
def nothing_of_ours_blocks_the_loop() -> Iterator[BlockBuster]:
    """Fail any test in which our code makes a blocking call on the event loop."""
    with blockbuster_ctx(OURS) as blockbuster:
        yield blockbuster


@pytest.fixture(autouse=True)
def the_log_is_left_as_it_was_found() -> Iterator[None]:
    """Fail the test that changes the log for whoever comes after it in this process."""
    before = structlog.get_config()
    yield
    assert structlog.get_config() == before


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A real database with the kernel's own tables; a context adds its migrations."""
    database = await Database.open(tmp_path / "box.db", [queue.migrations, outbox.migrations])
    yield database
    await database.close()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
async def log_of_events(db: Database, bus: Bus) -> AsyncIterator[Outbox]:
    async with Outbox(db, bus, Clock(), "local") as events:
        yield events


@pytest.fixture
def jobs(clock: FakeClock) -> Queue:
    return Queue(clock, "local")
