"""Downloads one large file and goes on where it broke off, in this run or a later one."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import structlog

from .errors import DownloadError

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

ATTEMPTS = 6
"""In a row without a single new byte; progress starts the count again."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
STALL_S = 60.0
READ = 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PASSING = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
"""Refusals that pass with time, like all of the 500s."""
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull is."""

    stage: str
    """``download``, ``copy`` or ``verify``."""
    done_bytes: int
    total_bytes: int | None


Report = Callable[[Progress], None]


class _BrokenOffError(Exception):
    """This attempt ended early; another one may bring the rest."""


class _OtherVersionError(_BrokenOffError):
    """The bytes we have belong to an older file: the next attempt begins anew."""


class Download:
    """One address, one ``.part`` file."""

    def __init__(self, source: str, part: Path, report: Report, wait_s: float) -> None:
        _require_safe(source, source)
        self._source, self._part, self._report, self._wait_s = source, part, report, wait_s
        self._promised: str | None = None

    async def run(self) -> str | None:
        """Bring the file in; return the sha256 that the hub promises, if it does.

        Raises DownloadError. What arrived stays for the next call.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=STALL_S)
        failures = 0
        async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
            while True:
                before = await asyncio.to_thread(self._size)
                try:
                    await self._attempt(session)
                except (_BrokenOffError, aiohttp.ClientError, TimeoutError) as error:
                    grew = await asyncio.to_thread(self._size) > before
                    failures = 1 if grew else failures + 1
                    reason = str(error) or type(error).__name__
                    log.info("download_broke_off", reason=reason, failures=failures)
                    if failures >= ATTEMPTS:
                        raise DownloadError(source=self._source, reason=reason) from None
                    await asyncio.sleep(min(self._wait_s * 2 ** (failures - 1), LONGEST_WAIT_S))
                except OSError as error:
                    reason = error.strerror or str(error)
                    raise DownloadError(source=self._source, reason=reason) from None
                else:
                    return self._promised

    async def _attempt(self, session: aiohttp.ClientSession) -> None:
        have = await asyncio.to_thread(self._size)
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if label := await asyncio.to_thread(self._label):
                headers["If-Range"] = label
        async with session.get(self._source, headers=headers) as response:
            _require_safe(str(response.url), self._source)
            self._note_promise(response)
            try:
                start, total = _where(response, have)
            except _OtherVersionError:
                await asyncio.to_thread(self._part.unlink)
                raise
            if start != total:
                with await asyncio.to_thread(self._open, response, start, total) as file:
                    await self._receive(response, file, start, total)

    def _open(self, response: aiohttp.ClientResponse, start: int, total: int | None) -> IO[bytes]:
        if total is not None:
            check_disk(self._part.parent, total - start, self._source)
        label_of(self._part).write_text(_version(response))
        file = self._part.open("rb+" if start else "wb", buffering=0)
        file.seek(start)
        file.truncate()
        return file

    async def _receive(
        self, response: aiohttp.ClientResponse, file: IO[bytes], start: int, total: int | None
    ) -> None:
        done = start
        while data := await response.content.read(READ):
            await asyncio.to_thread(file.write, data)
            done += len(data)
            self._report(Progress("download", done, total))
        if total is not None and done < total:
            msg = f"the connection closed after {done} of {total} bytes"
            raise _BrokenOffError(msg)

    def _note_promise(self, response: aiohttp.ClientResponse) -> None:
        """Take the hub's own hash: it sends it beside the redirect to its storage."""
        for answer in (*response.history, response):
            tag = answer.headers.get("X-Linked-Etag", "").strip('"').lower()
            if _SHA256.fullmatch(tag):
                self._promised = tag

    def _size(self) -> int:
        try:
            return self._part.stat().st_size
        except FileNotFoundError:
            return 0

    def _label(self) -> str:
        try:
            return label_of(self._part).read_text()
        except FileNotFoundError:
            return ""


def _where(response: aiohttp.ClientResponse, have: int) -> tuple[int, int | None]:
    """Return where the body begins and how long the file is. Raises when there is none."""
    status = response.status
    whole = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if status == HTTPStatus.OK:
        return 0, response.content_length
    if whole and (status, int(whole[1] or have)) == (HTTPStatus.PARTIAL_CONTENT, have):
        return have, int(whole[2])
    if whole and (status, int(whole[2])) == (HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, have):
        return have, have  # nothing is missing
    if status in {HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}:
        msg = "the server has another version of the file"
        raise _OtherVersionError(msg)
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        msg = f"the server answered {status}"
        raise _BrokenOffError(msg)
    source = str(response.url.with_query(None))
    raise DownloadError(source=source, reason=f"the server answered {status}")


def check_disk(folder: Path, needed: int, source: str) -> None:
    """Refuse what cannot fit. Raises DownloadError."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        reason = f"it needs {needed // 10**6} MB and {free // 10**6} MB are free"
        raise DownloadError(source=source, reason=reason)


def label_of(part: Path) -> Path:
    """Return where a part remembers which version of the remote file it belongs to."""
    return part.with_name(f"{part.name}.version")


def _version(response: aiohttp.ClientResponse) -> str:
    tag = response.headers.get("ETag", "")
    # A weak tag may not be used with If-Range.
    return "" if tag.startswith("W/") else tag or response.headers.get("Last-Modified", "")


def _require_safe(address: str, source: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise DownloadError(source=source, reason="only https addresses are allowed")
