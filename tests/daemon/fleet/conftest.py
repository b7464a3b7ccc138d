"""A control plane in a process of its own, as boxes meet it."""

import asyncio
import hashlib
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journeys.box import ROOT, free_port


@dataclass
class Central:
    """A control plane on loopback, and a one-time token of one of its tenants."""

    url: str
    token: str
    key: str
    folder: Path

    async def office(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the office as the platform."""
        headers = {"Authorization": f"Bearer {self.key}"}
        async with (
            aiohttp.ClientSession(self.url, headers=headers) as office,
            office.request(method, path, json=body) as response,
        ):
            assert response.status < 300, await response.text()
            return await response.json(content_type=None)

    async def publish(self, kind: str, body: Any) -> str:
        """Want something of every box, also what it will refuse."""
        made = await self.office(
            "POST", "/api/documents", {"kind": kind, "body": body, "unchecked": True}
        )
        return str(made["id"])

    def blob(self, data: bytes) -> str:
        """Hold a file; return its hash."""
        name = hashlib.sha256(data).hexdigest()
        self.blobs.mkdir(parents=True, exist_ok=True)
        (self.blobs / name).write_bytes(data)
        return name

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"


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
        yield Central(url, await _token(url, key), key, tmp_path / "central")
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
