"""The daemon's side of the reading worker."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from .blocks import BROKEN, Limits, UnreadableError

ROOT = Path(__file__).parents[4]  # where the package `daemon` lies
LONGEST_ANSWER = 256 * 1024 * 1024
AT_A_TIME = 2
INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage with its stems, as the worker sends it."""

    text: str
    page: int | None
    heading: str
    heading_stems: str
    stems: str


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What was in a file."""

    mime: str
    title: str
    pages: int | None
    language: str
    passages: list[ReadPassage]


class Reader:
    """Starts a worker for each upload; at most two at a time, none when nothing is uploaded."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._places = asyncio.Semaphore(AT_A_TIME)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator["Session"]:
        """Start a worker; it ends with the block."""
        async with self._places:
            session = Session(self._limits)
            try:
                yield session
            finally:
                await session.close()


class Session:
    """One worker; a new one takes its place if it dies."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, path: Path, name: str) -> ReadDocument:
        """Read one file. Raises UnreadableError."""
        request = {"path": str(path), "name": name, "limits": asdict(self._limits)}
        process = self._process or await self._start()
        line = b""
        if process.stdin is not None and process.stdout is not None:
            with contextlib.suppress(ConnectionError, ValueError):
                process.stdin.write(orjson.dumps(request) + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
        if not line:  # the worker itself died
            await self.close()
            raise UnreadableError(BROKEN)
        return _answer(orjson.loads(line))

    async def close(self) -> None:
        """End the worker and wait for it."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the fork that reads goes with it
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "daemon.domains.knowledge.reading.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            limit=LONGEST_ANSWER,
            start_new_session=True,
        )
        return self._process


def _answer(data: dict[str, Any]) -> ReadDocument:
    if "refused" in data:
        raise UnreadableError(data["refused"])
    passages = [ReadPassage(**passage) for passage in data.pop("passages")]
    return ReadDocument(**data, passages=passages)
