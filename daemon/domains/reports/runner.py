"""The daemon's side of the maker: a process for each report, so that nothing here waits for it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[3]  # where the package `daemon` lies
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
LONGEST_LINE = 1 << 16
CRASHED, TOO_SLOW = "crashed", "too_slow"

Progress = Callable[[float, int], Awaitable[None]]


class MakingFailedError(Exception):
    """The maker gave up.

    `code`: out_of_memory, disk_full, disk_failed, too_large, too_slow or crashed.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Runner:
    """Starts makers, follows them, ends them."""

    def __init__(self, module: str, *, timeout_s: float) -> None:
        """Take the module that `python -m` runs to make what stands on its standard input."""
        self._module, self._timeout_s = module, timeout_s
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def make(self, report_id: str, spec: dict[str, Any], progress: Progress) -> int:
        """Make one report; return how many rows it has. Raises MakingFailedError."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # may carry what customers wrote
            cwd=ROOT,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        self._running[report_id] = process
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _follow(process, spec, progress)
        except TimeoutError:
            raise MakingFailedError(TOO_SLOW) from None
        finally:
            self._running.pop(report_id, None)
            await _end(process)

    def stop(self, report_id: str) -> None:
        """End the maker of a report that nobody wants any more."""
        process = self._running.get(report_id)
        if process is not None:
            _kill(process)


async def _follow(
    process: asyncio.subprocess.Process, spec: dict[str, Any], progress: Progress
) -> int:
    if process.stdin is None or process.stdout is None:  # pragma: no cover - both are pipes
        raise MakingFailedError(CRASHED)
    with contextlib.suppress(ConnectionError):
        process.stdin.write(orjson.dumps(spec) + b"\n")
        await process.stdin.drain()
    async for line in process.stdout:
        told = orjson.loads(line)
        if "failed" in told:
            raise MakingFailedError(told["failed"])
        if "done" in told:
            return int(told["done"])
        await progress(told["progress"], told["rows"])
    raise MakingFailedError(CRASHED)


async def _end(process: asyncio.subprocess.Process) -> None:
    _kill(process)
    await process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
