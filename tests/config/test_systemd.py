"""What systemd hears from us."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.systemd import Systemd

ROOT = Path(__file__).parents[3]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The end of the notification socket that systemd holds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.setblocking(False)
        yield sock


def heard(manager: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(manager.recv(4096).decode())
        except BlockingIOError:
            return messages


def test_each_state_is_told_in_its_own_words(manager: socket.socket) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": manager.getsockname()})

    systemd.ready("listening")
    systemd.status("2 numbers connected")
    systemd.extend(90)
    systemd.stopping()

    assert heard(manager) == [
        "READY=1\nSTATUS=listening",
        "STATUS=2 numbers connected",
        "EXTEND_TIMEOUT_USEC=90000000",
        "STOPPING=1",
    ]


async def test_the_watchdog_is_fed_at_a_third_of_its_time(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def at_once(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    systemd = Systemd({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "300000"})

    async with systemd.watchdog():
        while len(pauses) < 4:
            await sleep(0)

    assert pauses == pytest.approx([0.1] * len(pauses))
    assert heard(manager) == ["WATCHDOG=1"] * len(pauses)


async def test_a_hung_event_loop_starves_the_watchdog(manager: socket.socket) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "150000"})

    async with systemd.watchdog():
        await asyncio.sleep(0)
        time.sleep(0.4)  # noqa: ASYNC251 - the hang itself
        assert heard(manager) == ["WATCHDOG=1"]


async def test_the_watchdog_of_another_process_is_not_fed(manager: socket.socket) -> None:
    environ = {
        "NOTIFY_SOCKET": manager.getsockname(),
        "WATCHDOG_USEC": "10000",
        "WATCHDOG_PID": str(os.getpid() + 1),
    }

    async with Systemd(environ).watchdog():
        await asyncio.sleep(0.1)

    assert heard(manager) == []


async def test_without_systemd_nothing_happens() -> None:
    systemd = Systemd({})

    async with systemd.watchdog():
        systemd.ready("listening")


def test_a_manager_that_went_away_is_no_error(tmp_path: Path) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("listening")


def test_an_abstract_address_is_understood() -> None:
    name = f"nextagent-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + name)
        sock.setblocking(False)
        code = "import os; from config.systemd import Systemd; Systemd(os.environ).ready('x')"
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, env={"NOTIFY_SOCKET": "@" + name}
        )

        assert heard(sock) == ["READY=1\nSTATUS=x"]
