"""Fixtures of a box with a ledger of its own, and of both stores of the control plane."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from uuid_utils import uuid7

from sync.central.pg_store import PostgresStore
from sync.central.sqlite_store import SqliteStore
from sync.central.store import Store
from sync.ledger import Ledger
from tests.sync.central_fixtures import Cluster, Plane, a_plane
from tests.sync.doubles import Box, StillClock

BINARIES = Path("/usr/lib/postgresql/15/bin")
ROOT = 0


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
        pytest.skip("PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    folder = Path(tempfile.mkdtemp(prefix="na-pg-"))
    run_as: dict[str, Any] = {}
    if os.geteuid() == ROOT:  # initdb refuses root
        run_as = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    _run([BINARIES / "initdb", "-A", "trust", "-U", "boss", "-D", data, "--no-sync"], run_as)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
    options += "-c shared_buffers=32MB -c fsync=off"
    control: list[str | Path] = [BINARIES / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    _run([*control, "-o", options, "start"], run_as)
    yield Cluster(port)
    _run([BINARIES / "pg_ctl", "-D", data, "-m", "immediate", "stop"], run_as)
    shutil.rmtree(folder)


def _run(command: Sequence[str | Path], run_as: dict[str, Any]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **run_as)


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
