"""Files for boxes, sent by people: streamed to a part file, visible once the hash is right."""

import asyncio
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from aiohttp import web

from sync.central.access import Person
from sync.central.office import Office
from sync.central.parts import Central
from sync.central.routing import Row
from sync.protocol.messages import malformed
from sync.protocol.problems import SyncError

if TYPE_CHECKING:
    from sync.central.clock import Clock
    from sync.central.store import Store

SHA256 = re.compile(r"[0-9a-f]{64}\Z")
RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})\Z")
CHUNK = 1 << 20


class Blobs:
    """Takes and lists files. One writer of a part file at a time."""

    def __init__(self, central: Central, office: Office) -> None:
        self._store: Store = central.store
        self._clock: Clock = central.clock
        self._folder: Path = central.blobs
        self._most = central.limits.blob_bytes
        self._office = office
        self._writing: set[str] = set()

    async def put(self, who: Person, request: web.Request, sha256: str, name: str) -> Row:
        """Take a file, or the rest of one from where it stopped."""
        who.must(write=True)
        _checked(sha256)
        first, total = _range(request)
        if (total or request.content_length or 0) > self._most:
            raise SyncError(code="too_large", what="file", limit=f"{self._most} bytes")
        if sha256 in self._writing:
            raise SyncError(code="blob_busy", sha256=sha256)
        self._writing.add(sha256)
        try:
            path = self._folder / sha256
            if not await asyncio.to_thread(path.is_file):
                await self._receive(request, path, first, total)
            elif await _digest(request, self._most) != sha256:  # who sends it knows it
                raise SyncError(code="blob_differs", found="another")
            size = await asyncio.to_thread(_size, path)
        finally:
            self._writing.discard(sha256)
        if not size:
            return await self.show(who, sha256)
        await self._keep(who, sha256, name, size)
        return {"sha256": sha256, "bytes": size, "complete": True, "received": size}

    async def _receive(
        self, request: web.Request, path: Path, first: int, total: int | None
    ) -> None:
        part = path.with_suffix(".part")
        held = await asyncio.to_thread(_size, part)
        if first not in {0, held}:
            raise SyncError(code="blob_gap", received=held)
        file = await asyncio.to_thread(_open, part, first)
        try:
            size = first
            async for piece in request.content.iter_chunked(CHUNK):
                size += len(piece)
                if size > self._most:
                    raise SyncError(code="too_large", what="file", limit=f"{self._most} bytes")
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(_flush, file)
        finally:
            await asyncio.to_thread(file.close)
        if total is not None and size < total:
            return
        found = await asyncio.to_thread(_hash, part)
        if found != path.name:
            await asyncio.to_thread(part.unlink)
            raise SyncError(code="blob_differs", found=found)
        await asyncio.to_thread(part.replace, path)

    async def _keep(self, who: Person, sha256: str, name: str, size: int) -> None:
        await self._store.query(
            who.scope,
            "INSERT INTO blobs (sha256, reseller_id, name, bytes, created_at) "
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            sha256,
            who.reseller_id,
            name,
            size,
            self._clock.now(),
        )
        await self._office.note(who, "blob.put", sha256)

    async def show(self, who: Person, sha256: str) -> Row:
        """Say how much of a file is here. A reseller's people see what they sent."""
        _checked(sha256)
        rows = await self._store.query(
            who.scope,
            "SELECT bytes FROM blobs WHERE sha256 = $1 AND ($2 = '' OR reseller_id = $2)",
            sha256,
            who.reseller_id,
        )
        if rows:
            size = rows[0]["bytes"]
            return {"sha256": sha256, "bytes": size, "complete": True, "received": size}
        held = await asyncio.to_thread(_size, (self._folder / sha256).with_suffix(".part"))
        return {"sha256": sha256, "bytes": None, "complete": False, "received": held}

    async def all(self, who: Person) -> list[Row]:
        """List files, the newest first."""
        return await self._store.query(
            who.scope,
            "SELECT sha256, name, bytes, created_at, reseller_id FROM blobs "
            "WHERE ($1 = '' OR reseller_id = $1) ORDER BY created_at DESC, sha256 LIMIT 500",
            who.reseller_id,
        )


def _checked(sha256: str) -> None:
    if not SHA256.match(sha256):
        raise malformed(field="sha256", problem="is not 64 hexadecimal digits")


def _range(request: web.Request) -> tuple[int, int | None]:
    header = request.headers.get("Content-Range", "")
    if not header:
        return 0, request.content_length
    found = RANGE.match(header)
    if found is None or not int(found[1]) <= int(found[2]) < int(found[3]):
        raise malformed(field="Content-Range", problem="must be: bytes FIRST-LAST/TOTAL")
    return int(found[1]), int(found[3])


async def _digest(request: web.Request, most: int) -> str:
    """Read what is sent once more, and return its hash."""
    size, digest = 0, hashlib.sha256()
    async for piece in request.content.iter_chunked(CHUNK):
        size += len(piece)
        if size > most:
            raise SyncError(code="too_large", what="file", limit=f"{most} bytes")
        await asyncio.to_thread(digest.update, piece)
    return digest.hexdigest()


def _open(part: Path, first: int) -> BinaryIO:
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    file = os.fdopen(descriptor, "r+b")
    file.truncate(first)
    file.seek(first)
    return file


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
