"""Two daemons cannot work on one box."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon.infra.lock import StateLockedError, state_lock

HOLD = """
import sys, time
from pathlib import Path
from daemon.infra.lock import state_lock
with state_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_one_is_told_who_is_first(tmp_path: Path) -> None:
    with (
        state_lock(tmp_path / "state"),
        pytest.raises(StateLockedError, match=f"process {os.getpid()}"),
        state_lock(tmp_path / "state"),
    ):
        pass

    with state_lock(tmp_path / "state"):
        pass


def test_a_killed_daemon_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StateLockedError), state_lock(tmp_path):
            pass
        holder.kill()
        holder.wait()

    time.sleep(0.05)
    with state_lock(tmp_path):
        pass
