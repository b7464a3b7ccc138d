"""`nextagent run` as systemd sees it: one of it, ready when it says so, gone when asked."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.journeys.box import free_port


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NEXTAGENT")}
    return {
        **clean,
        "NEXTAGENT_STATE_DIR": str(tmp_path / "state"),
        "NEXTAGENT_HTTP__PORT": str(free_port()),
        "NEXTAGENT_WHATSAPP__ENABLED": "false",
        "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "600000",
    }


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The end of the notification socket that systemd holds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(60)
        yield sock


@pytest.fixture
def daemon(
    tmp_path: Path, environment: dict[str, str], manager: socket.socket
) -> Iterator[subprocess.Popen[bytes]]:
    assert manager.fileno() >= 0
    with (tmp_path / "err").open("wb") as errors:
        process = start(tmp_path, environment, stderr=errors)
        yield process
        process.kill()
        process.communicate()


def start(
    cwd: Path, environment: dict[str, str], *, stderr: IO[bytes] | int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "daemon", "run"],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


def heard(manager: socket.socket, wanted: str) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if wanted in manager.recv(4096).decode().splitlines():
            return
    pytest.fail(f"systemd never heard {wanted}")


def test_it_serves_when_it_says_so_prints_the_link_and_ends_when_asked(
    daemon: subprocess.Popen[bytes], manager: socket.socket, environment: dict[str, str]
) -> None:
    heard(manager, "READY=1")
    address = f"http://127.0.0.1:{environment['NEXTAGENT_HTTP__PORT']}"
    with urllib.request.urlopen(f"{address}/auth/state") as answer:  # noqa: S310 - our own server
        assert json.load(answer)["setupNeeded"] is True
    heard(manager, "WATCHDOG=1")

    daemon.send_signal(signal.SIGTERM)
    output, _ = daemon.communicate(timeout=60)

    assert daemon.returncode == 0
    assert f"{address}/#/setup?token=" in output.decode()
    heard(manager, "STOPPING=1")


def test_a_second_one_on_the_same_box_is_refused(
    daemon: subprocess.Popen[bytes],
    manager: socket.socket,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    heard(manager, "READY=1")

    second = start(tmp_path, {**environment, "NEXTAGENT_HTTP__PORT": str(free_port())})
    _, said = second.communicate(timeout=60)

    assert second.returncode == 1
    assert f"em uso pelo processo {daemon.pid}" in said.decode()
    assert daemon.poll() is None
