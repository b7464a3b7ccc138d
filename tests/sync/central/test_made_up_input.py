"""The office's document, held against a running control plane by schemathesis."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.sync.central.test_everything_of_others import furnish
from tests.sync.central_fixtures import Plane

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# What ends the caller's own session, and what needs a signature that no tool makes up.
LEFT_OUT = "^/(api/logout|v1/.*)$"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("examples", [4, pytest.param(60, marks=pytest.mark.soak)])
async def test_made_up_input_never_breaks_the_control_plane_or_its_document(
    plane: Plane, tmp_path: Path, examples: int
) -> None:
    await furnish(plane, tmp_path)
    key = await plane.key()

    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("st"),
        "run",
        f"{plane.base}/openapi.json",
        "--checks",
        ",".join(CHECKS),
        "--max-examples",
        str(examples),
        "--seed",
        "1",
        "--phases",
        "examples,coverage,fuzzing",
        "--exclude-path-regex",
        LEFT_OUT,
        "--header",
        f"Authorization: Bearer {key}",
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()

    assert process.returncode == 0, said.decode()[-20_000:]
