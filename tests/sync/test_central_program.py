"""The control plane as a process: starts, prints its first key, survives kill -9."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from tests.sync.central_fixtures import Plane, a_box
from tests.sync.cluster import BINARIES, MISSING, Cluster, a_cluster
from tests.sync.doubles import StillClock

KILLS = 6
PROGRAM = [sys.executable, "-m", "sync.central"]


@dataclass
class Running:
    """A started control plane."""

    process: asyncio.subprocess.Process
    base: str
    key: str


@asynccontextmanager
async def running(folder: Path, **variables: str) -> AsyncIterator[Running]:
    environment = {
        **os.environ,
        "NEXTAGENT_CENTRAL_STATE_DIR": str(folder),
        "NEXTAGENT_CENTRAL_PORT": "0",
        **variables,
    }
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "run", env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = ""
    while "listens on" not in said:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "the control plane ended"
        said += line.decode()
    base = re.search(r"http://\S+", said)
    key = re.search(r"nac_\S+", said)
    assert base is not None
    yield Running(process, base[0], key[0] if key else "")
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.wait()


async def _office(
    session: aiohttp.ClientSession, run: Running, key: str, path: str, body: object
) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {key}"}
    async with session.post(run.base + path, json=body, headers=headers) as response:
        assert response.status < 300, await response.text()
        answer: dict[str, str] = await response.json()
        return answer


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_killed_at_random_it_holds_at_least_what_it_acknowledged(
    tmp_path: Path, kind: str
) -> None:
    await _kill_and_count(tmp_path, kind, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_killed_a_hundred_times_it_holds_at_least_what_it_acknowledged(
    tmp_path: Path, kind: str
) -> None:
    await _kill_and_count(tmp_path, kind, 100)


async def _kill_and_count(folder: Path, kind: str, kills: int) -> None:
    """Kill the program; on PostgreSQL, program and database in turns."""
    with ExitStack() as stack:
        cluster, variables = None, {}
        if kind == "postgres":
            if not (BINARIES / "initdb").exists():
                pytest.skip(MISSING)
            cluster = stack.enter_context(a_cluster("-c shared_buffers=32MB"))
            variables["NEXTAGENT_CENTRAL_DATABASE_URL"] = await cluster.database()
        await _kill_and_drain(folder, variables, cluster, kills)


async def _kill_and_drain(
    folder: Path, variables: dict[str, str], cluster: Cluster | None, kills: int
) -> None:
    clock = StillClock()
    clock.wall = datetime.now(UTC)  # the process lives in our time
    async with aiohttp.ClientSession() as session:
        async with running(folder / "c", **variables) as run:
            key = run.key
            await _office(session, run, key, "/api/resellers", {"id": "norte", "name": "N"})
            tenant = {"id": "acme", "name": "A", "resellerId": "norte"}
            await _office(session, run, key, "/api/tenants", tenant)
            token = await _office(session, run, key, "/api/tenants/acme/tokens", None)
            plane = Plane(None, clock, session, run.base, None)  # type: ignore[arg-type]  # elsewhere
            box = await a_box(plane, folder / "box.db", clock)
            await box.client.enroll(token["token"])
        for kill in range(kills):
            async with running(folder / "c", **variables) as run:
                assert run.key == "", "the first key is printed once"
                box.line.transport._base = run.base  # noqa: SLF001 - it got another port
                await box.use(3)
                clock.advance(hours=1)
                cycle = asyncio.create_task(box.client.cycle())
                await asyncio.sleep(0.004 * (kill % 12))
                if cluster is None or kill % 2:
                    run.process.kill()
                    await cycle
                else:
                    await asyncio.to_thread(cluster.kill)
                    await cycle
                    await asyncio.to_thread(cluster.start)
                    await _until_ready(session, run)
        async with running(folder / "c", **variables) as run:
            box.line.transport._base = run.base  # noqa: SLF001 - it got another port
            status = await box.client.status()
            held = await _held(session, run, key, str(status.device_id))
            assert held >= 3 * (status.acked - 1), "each roll-up but the epoch's event holds three"
            for _ in range(12):  # after so many failures it knocks first
                await box.client.cycle()
            status = await box.client.status()
            assert (status.state, status.waiting) == ("ok", 0)
            assert await _held(session, run, key, str(status.device_id)) == 3 * kills


async def _held(session: aiohttp.ClientSession, run: Running, key: str, device: str) -> int:
    span = "start=2000-01-01T00:00:00Z&end=2199-01-01T00:00:00Z"
    path = f"/api/devices/{device}/usage?{span}"
    async with session.get(run.base + path, headers={"Authorization": f"Bearer {key}"}) as response:
        return sum(row["quantity"] for row in (await response.json())["items"])


async def _until_ready(session: aiohttp.ClientSession, run: Running) -> None:
    """Wait until the program has found its database again, by itself."""
    async with asyncio.timeout(30):
        while True:
            async with session.get(run.base + "/health/ready") as response:
                if response.status == 200:
                    return
            await asyncio.sleep(0.05)


async def test_a_bad_setting_stops_the_start_and_is_named() -> None:
    environment = {**os.environ, "NEXTAGENT_CENTRAL_PORT": "-1"}
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "run", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 2
    assert said.startswith(b"port: ")
