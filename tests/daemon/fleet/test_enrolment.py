"""A box joins a real control plane by the command line, and what it then says of itself."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.box import ROOT, ApiError, Box, free_port

QUIET = {"NEXTAGENT_MODELS__LANGUAGE__ENGINE": "off", "NEXTAGENT_WHATSAPP__ENABLED": "false"}


@dataclass
class Central:
    """A control plane on loopback, and a one-time token of one of its tenants."""

    url: str
    token: str


@pytest.fixture
async def central(tmp_path: Path) -> AsyncIterator[Central]:
    port = free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "NEXTAGENT_CENTRAL_STATE_DIR": str(tmp_path / "central"),
        "NEXTAGENT_CENTRAL_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sync.central",
        "run",
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        key = await _until(process, r"shown once: (\S+)")
        await _until(process, r"listens on (\S+)")
        url = f"http://127.0.0.1:{port}"
        yield Central(url, await _token(url, key))
    finally:
        process.terminate()
        await process.wait()


async def _until(process: asyncio.subprocess.Process, pattern: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            if found := re.search(pattern, line):
                return found[1]
    msg = f"nothing like {pattern} was printed"
    raise AssertionError(msg)


async def _token(url: str, key: str) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(url, headers=headers) as office:
        for path, body in (
            ("/api/resellers", {"id": "revenda", "name": "Revenda"}),
            ("/api/tenants", {"id": "padaria", "name": "Padaria", "reseller_id": "revenda"}),
        ):
            async with office.post(path, json=body) as response:
                assert response.status == 201, await response.text()
        async with office.post("/api/tenants/padaria/tokens") as response:
            assert response.status == 201, await response.text()
            return str((await response.json())["token"])


async def test_a_box_joins_by_the_command_line_and_says_that_it_is_synced(
    tmp_path: Path, central: Central
) -> None:
    async with Box.running(tmp_path, NEXTAGENT_SYNC__URL=central.url, **QUIET) as box:
        assert (await box.get("/sync"))["state"] == "unenrolled"

        said = await box.command("enroll", central.token, "--lang", "en")

        assert "Everything is synced" in said
        state = await box.get("/sync")
        assert (state["state"], state["tenant"]) == ("ok", "padaria")
        names = [key["name"] for key in (await box.get("/auth/keys"))["items"]]
        assert "nextagent enroll" not in names


async def test_without_a_control_plane_the_box_says_which_setting_is_missing(
    tmp_path: Path,
) -> None:
    async with Box.running(tmp_path, **QUIET) as box:
        with pytest.raises(ApiError) as refused:
            await box.post("/sync/enroll", {"token": "a-token-of-nobody"})

    assert refused.value.status == 409
    assert refused.value.problem["field"] == "sync.url"


async def test_a_wrong_token_is_refused_with_its_own_code(tmp_path: Path, central: Central) -> None:
    async with Box.running(tmp_path, NEXTAGENT_SYNC__URL=central.url, **QUIET) as box:
        with pytest.raises(ApiError) as refused:
            await box.post("/sync/enroll", {"token": "not-the-token-at-all"})

        assert 400 <= refused.value.status < 500
        assert refused.value.problem["code"] != "internal"
        assert (await box.get("/sync"))["state"] == "unenrolled"
