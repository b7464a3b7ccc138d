"""The services: sandboxed as promised, understood by systemd, installable on a blank system."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

FILES = Path(__file__).parents[2] / "systemd"
UNITS = ["nextagent.service", "nextagent-central.service"]
MOST_EXPOSURE = 1.5

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed here"
)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_the_sandbox_leaves_at_most_the_promised_exposure(unit: str) -> None:
    result = run(
        "systemd-analyze", "security", "--offline=true", "--threshold=15", str(FILES / unit)
    )

    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", result.stdout)
    assert exposure is not None, result.stderr
    assert float(exposure[1]) <= MOST_EXPOSURE
    assert result.returncode == 0


@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line(unit: str) -> None:
    result = run("systemd-analyze", "verify", "--recursive-errors=no", str(FILES / unit))

    complaints = [line for line in result.stderr.splitlines() if unit in line]
    # The program is not installed where the unit expects it: not on the machine of a developer.
    assert [line for line in complaints if "is not executable" not in line] == []


@needs_systemd
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make users")
def test_users_and_folders_are_made_on_a_blank_system(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()

    users = run("systemd-sysusers", f"--root={tmp_path}", str(FILES / "sysusers.conf"))
    folders = run(
        "systemd-tmpfiles", "--create", f"--root={tmp_path}", str(FILES / "tmpfiles.conf")
    )

    assert users.returncode == 0, users.stderr
    assert folders.returncode == 0, folders.stderr
    passwd = (tmp_path / "etc/passwd").read_text()
    made = {line.split(":")[0]: int(line.split(":")[2]) for line in passwd.splitlines()}
    assert {"nextagent", "nextagent-central"} <= made.keys()
    state = (tmp_path / "var/lib/nextagent").stat()
    assert stat.S_IMODE(state.st_mode) == 0o700
    assert state.st_uid == made["nextagent"]


def test_a_hung_or_dead_daemon_is_started_again() -> None:
    lines = (FILES / "nextagent.service").read_text().splitlines()

    assert {"Type=notify", "WatchdogSec=30", "Restart=always", "OOMPolicy=continue"} <= set(lines)
