"""The document that integrators build against, held against the running box."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.box import Box

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
EXAMPLES = 20
# What ends the caller's own session, or opens a socket.
LEFT_OUT = "^/(ws|auth/logout|auth/password)$"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    settings = {
        "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
        # A port where nobody listens: sessions that are made here never leave this machine.
        "NEXTAGENT_WHATSAPP__SERVER_URL": "ws://127.0.0.1:9/ws/chat",
        "NEXTAGENT_AUTH__LOGIN_TRIES": "100",
    }
    async with Box.running(tmp_path, **settings) as running:
        yield running


@pytest.mark.timeout(900)
async def test_made_up_input_never_breaks_the_box_or_its_document(box: Box, tmp_path: Path) -> None:
    await box.agent("Loja")
    program = Path(sys.executable).with_name("st")
    url = f"http://127.0.0.1:{box.port}"
    arguments = [
        "run",
        f"{url}/openapi.json",
        "--checks",
        ",".join(CHECKS),
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        "1",
        "--phases",
        "examples,coverage,fuzzing",
        "--exclude-path-regex",
        LEFT_OUT,
        "--header",
        f"Authorization: {box.headers['authorization']}",
        "--header",
        "x-tenant-id: local",
        "--no-color",
        "--continue-on-failure",
    ]
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()[-20_000:]
