"""The control plane as a process: starts, prints its first key, survives kill -9."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from tests.sync.central_fixtures import Plane, a_box
from tests.sync.cluster import Cluster
from tests.sync.doubles import StillClock

KILLS = 5
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
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    await _kill_and_count(request, tmp_path, kind, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_killed_a_hundred_times_it_holds_at_least_what_it_acknowledged(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    await _kill_and_count(request, tmp_path, kind, 100)


async def _kill_and_count(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, kills: int
) -> None:
    variables = {}
    if kind == "postgres":
        cluster = request.getfixturevalue("cluster")
        assert isinstance(cluster, Cluster)
        variables["NEXTAGENT_CENTRAL_DATABASE_URL"] = await cluster.database()
    clock = StillClock()
    clock.wall = datetime.now(UTC)  # the process lives in our time
    async with aiohttp.ClientSession() as session:
        async with running(tmp_path / "c", **variables) as run:
            key = run.key
            await _office(session, run, key, "/api/resellers", {"id": "norte", "name": "N"})
            tenant = {"id": "acme", "name": "A", "resellerId": "norte"}
            await _office(session, run, key, "/api/tenants", tenant)
            token = await _office(session, run, key, "/api/tenants/acme/tokens", None)
            plane = Plane(None, clock, session, run.base, None)  # type: ignore[arg-type]  # elsewhere
            box = await a_box(plane, tmp_path / "box.db", clock)
            await box.client.enroll(token["token"])
        sent = 0
        for kill in range(kills):
            async with running(tmp_path / "c", **variables) as run:
                assert run.key == "", "the first key is printed once"
                box.line.transport._base = run.base  # noqa: SLF001 - it got another port
                sent += 3
                await box.use(3)
                clock.advance(hours=1)
                cycle = asyncio.create_task(box.client.cycle())
                await asyncio.sleep(0.004 * (kill % 12))
                run.process.kill()
                await cycle
        async with running(tmp_path / "c", **variables) as run:
            box.line.transport._base = run.base  # noqa: SLF001 - it got another port
            for _ in range(12):  # after so many failures it knocks first
                await box.client.cycle()
            status = await box.client.status()
            assert (status.state, status.waiting) == ("ok", 0)
            span = "start=2000-01-01T00:00:00Z&end=2199-01-01T00:00:00Z"
            path = f"/api/devices/{status.device_id}/usage?{span}"
            headers = {"Authorization": f"Bearer {key}"}
            async with session.get(run.base + path, headers=headers) as response:
                rows = (await response.json())["items"]
        assert sum(row["quantity"] for row in rows) == sent == 3 * kills


async def test_a_bad_setting_stops_the_start_and_is_named() -> None:
    environment = {**os.environ, "NEXTAGENT_CENTRAL_PORT": "-1"}
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "run", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 2
    assert said.startswith(b"port: ")
