"""The document that integrators build against, held against a running box that holds everything."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from .conftest import Seeded

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(1200)]

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# What ends the caller's own session, opens a socket, or takes the box away from its office.
LEFT_OUT = "^/(ws|auth/logout|auth/password)$"


@pytest.mark.parametrize("examples", [6, pytest.param(60, marks=pytest.mark.soak)])
async def test_made_up_input_never_breaks_the_box_or_its_document(
    seeded: Seeded, tmp_path: Path, examples: int
) -> None:
    """First on things that exist, at last on what may be gone: deletions, and any id at all."""
    known, every = await _known(seeded), "examples,coverage,fuzzing"
    said = [
        await _noise(seeded, tmp_path, examples, *arguments)
        for arguments in (
            ("--phases", every, "--exclude-method", "DELETE", *known),
            ("--phases", every, "--include-method", "DELETE", *known),
            ("--phases", "fuzzing"),
        )
    ]

    broken = [_clipped(output) for status, output in said if status != 0]
    assert not broken, "\n\n".join(broken)


def _clipped(output: str) -> str:
    """Return what is said of the failures; made-up input may be long."""
    told = output[output.find("= FAILURES =") :]
    return "\n".join(line[:300] for line in told.splitlines())[:20_000]


async def _known(seeded: Seeded) -> tuple[str, str]:
    """Return the option that fills paths with the ids of things that exist."""
    tables = []
    for path in {one.path for one in seeded.operations if "{" in one.path}:
        try:
            ids = await seeded.walk.parameters(path)
        except LookupError:
            continue
        filled = ", ".join(f'"path.{name}" = {json.dumps(value)}' for name, value in ids.items())
        tables.append(
            f"[[operations]]\ninclude-path = {json.dumps(path)}\nparameters = {{ {filled} }}\n"
        )
    settings = seeded.box.directory / "known.toml"
    await asyncio.to_thread(settings.write_text, "\n".join(tables), "utf-8")
    return "--config-file", str(settings)


async def _noise(
    seeded: Seeded, directory: Path, examples: int, *arguments: str
) -> tuple[int | None, str]:
    program, box = Path(sys.executable).with_name("st"), seeded.box
    before = list(arguments[-2:]) if "--config-file" in arguments else []
    process = await asyncio.create_subprocess_exec(
        program,
        *before,
        "run",
        f"http://127.0.0.1:{box.port}/openapi.json",
        *arguments[: len(arguments) - len(before)],
        "--checks",
        ",".join(CHECKS),
        "--max-examples",
        str(examples),
        "--seed",
        "1",
        "--exclude-path-regex",
        LEFT_OUT,
        "--header",
        f"Authorization: {box.headers['authorization']}",
        "--header",
        "x-tenant-id: local",
        "--continue-on-failure",
        cwd=directory,
        env={**box.environment, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()
