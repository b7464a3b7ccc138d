"""One daemon for each state directory: two would answer every customer twice."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from daemon.kernel.errors import ConflictError

NAME = "daemon.lock"


class StateLockedError(ConflictError):
    """Somebody else works with this state directory."""

    code = "state_locked"
    template = "{path} is in use by process {pid}. Stop it first (systemctl stop nextagent)."
    template_pt = "{path} está em uso pelo processo {pid}. Pare-o antes (systemctl stop nextagent)."


@contextlib.contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Hold the state directory. Raises StateLockedError. The kernel lets go when we die."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(state / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
            raise StateLockedError(path=state, pid=pid) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        yield
    finally:
        os.close(descriptor)
