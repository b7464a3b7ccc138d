"""The doctor names what is wrong and says how to fix it."""

import json
import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def box(nextagent: Run, tmp_path: Path) -> Path:
    """A box that was used once."""
    nextagent("token", "create", "--role", "owner", "--name", "CI")
    return tmp_path / "state"


def findings(nextagent: Run, **env: str) -> list[dict[str, Any]]:
    result = nextagent("--lang", "en", "doctor", "--json", env=env)
    found: list[dict[str, Any]] = json.loads(result.stdout)
    assert result.returncode == int(any(one["level"] == "fail" for one in found))
    return found


def failures(nextagent: Run, **env: str) -> list[str]:
    return [one["what"] for one in findings(nextagent, **env) if one["level"] == "fail"]


OFF = {"NEXTAGENT_WHATSAPP__ENABLED": "false"}


def test_a_sound_box_has_nothing_to_complain_of(nextagent: Run, box: Path) -> None:
    assert box.exists()
    assert failures(nextagent, **OFF) == []


def test_a_blank_box_says_how_to_start(nextagent: Run) -> None:
    result = nextagent("doctor", env=OFF)

    assert result.returncode == 0
    assert "nextagent run" in result.stdout


def test_bad_settings_are_named(nextagent: Run) -> None:
    assert "http.port" in failures(nextagent, NEXTAGENT_HTTP__PORT="many")[0]
    assert "NEXTAGENT_HTP__PORT" in failures(nextagent, NEXTAGENT_HTP__PORT="1")[0]


def test_an_open_folder_and_a_readable_key_come_with_their_fix(nextagent: Run, box: Path) -> None:
    box.chmod(0o755)
    (box / "vault.key").chmod(0o644)

    found = findings(nextagent, **OFF)

    said = " ".join(one["what"] + one["fix"] for one in found if one["level"] == "fail")
    assert f"chmod 700 {box}" in said
    assert f"chmod 600 {box}/vault.key" in said


def test_a_lost_key_is_a_failure(nextagent: Run, box: Path) -> None:
    (box / "vault.key").unlink()

    assert "is missing" in failures(nextagent, **OFF)[0]
    assert not (box / "vault.key").exists()


def test_a_damaged_database_is_a_failure_with_the_way_back(nextagent: Run, box: Path) -> None:
    connection = sqlite3.connect(box / "nextagent.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with (box / "nextagent.db").open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))

    found = [one for one in findings(nextagent, **OFF) if one["level"] == "fail"]

    assert any("nextagent restore" in one["fix"] for one in found)


def test_a_port_in_use_by_another_program_is_named(nextagent: Run, box: Path) -> None:

    assert box.exists()
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = str(sock.getsockname()[1])

        found = failures(nextagent, NEXTAGENT_HTTP__PORT=port, **OFF)

    assert found == [f"Port {port} cannot be used: Address already in use"]
