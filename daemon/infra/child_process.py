"""One process of a child: started in its own group, tied to us, stopped for good."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from config.ipc import FD_VARIABLE

from . import tether

INHERITED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH",
    "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
"""All that a child gets of our environment, which may hold secrets; the rest it is told."""


class ChildProcess:
    """A running process, the socket that talks to it and the pipe of what it prints."""

    def __init__(
        self,
        process: Process,
        sock: socket.socket,
        output: asyncio.StreamReader,
        pipe: asyncio.BaseTransport,
    ) -> None:
        self._process, self._pipe = process, pipe
        self.sock = sock
        self.output = output
        self.pid = process.pid

    @classmethod
    async def spawn(
        cls, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None
    ) -> Self:
        """Start `argv`. Raises OSError when there is no such program."""
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        tied = [sys.executable, "-I", "-S", str(tether.__file__), str(os.getpid()), *argv]
        try:
            process = await asyncio.create_subprocess_exec(
                *tied,
                stdin=DEVNULL,
                stdout=write_end,
                stderr=write_end,
                env={**inherited, **env, FD_VARIABLE: str(theirs.fileno())},
                cwd=cwd,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            os.close(read_end)
            raise
        finally:
            theirs.close()
            os.close(write_end)
        return cls(process, ours, *await _reader(read_end))

    async def wait(self) -> int:
        """Return the exit code; negative: the signal that ended it."""
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group of the process."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    async def stop(self, grace_s: float) -> int:
        """Ask it to end; after `grace_s` seconds do not ask any more. Return the exit code."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)  # a stopped process would not even hear the first one
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                return await self.wait()
        return await self.kill()

    async def kill(self) -> int:
        """End the whole group now, what it started included, and return the exit code."""
        self.signal(signal.SIGKILL)
        return await self.wait()

    def close(self) -> None:
        """Let go of the socket and the pipe, even if somebody else still holds its other end."""
        self.sock.close()
        self._pipe.close()


@dataclass(frozen=True)
class Vitals:
    """What the kernel says of a process: state letter and CPU ticks used by all its threads."""

    state: str
    ticks: int

    def works_since(self, before: "Vitals") -> bool:
        """Say whether it is busy (or starved of CPU or disk) rather than stuck."""
        if self.state in "TtZX":
            return False
        return self.ticks > before.ticks or self.state in "RD"


def vitals(pid: int) -> Vitals:
    """Read the vital signs of a process; one that is gone counts as dead."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return Vitals("X", 0)
    # The name, in parentheses, may hold anything; the fields after it are fixed.
    fields = stat.rpartition(")")[2].split()
    return Vitals(fields[0], int(fields[11]) + int(fields[12]))


async def _reader(descriptor: int) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    reader = asyncio.StreamReader(limit=64 * 1024)
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    return reader, transport
