"""Files on their way in: streamed to disk, counted and hashed as they come."""

import asyncio
import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import BodyPartReader, web

from daemon.web.uploads import MALFORMED, parts

from .domain import (
    FileTooLargeError,
    MalformedUploadError,
    NoFileError,
    TooManyFilesError,
    clean_name,
)
from .files import Upload

PIECE = 256 * 1024
MEBIBYTE = 1024 * 1024
MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class Uploads:
    """Where files arrive, and how large one may be."""

    folder: Path
    limit_mb: int


@contextlib.asynccontextmanager
async def received(request: web.Request, uploads: Uploads) -> AsyncIterator[list[Upload]]:
    """Receive every file of a multipart request; what is left of them goes with the block.

    Raises NoFileError, FileTooLargeError, TooManyFilesError or MalformedUploadError.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=uploads.folder))
    try:
        files: list[Upload] = []
        async for part in parts(request):
            if part.filename is None:
                while await _piece(part):
                    continue  # a plain field: read to its end and forgotten
                continue
            if len(files) == MOST_FILES:
                raise TooManyFilesError(limit=MOST_FILES)
            files.append(await _file(part, folder / str(len(files)), uploads.limit_mb))
        if not files:
            raise NoFileError
        yield files
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _file(part: BodyPartReader, path: Path, limit_mb: int) -> Upload:
    name = clean_name(part.filename or "")
    digest, size = hashlib.sha256(), 0
    file = await asyncio.to_thread(path.open, "xb")
    try:
        while data := await _piece(part):
            size += len(data)
            if size > limit_mb * MEBIBYTE:
                raise FileTooLargeError(field="files", name=name, limit=limit_mb)
            digest.update(data)
            await asyncio.to_thread(file.write, data)
    finally:
        await asyncio.to_thread(file.close)
    return Upload(path, name, size, digest.hexdigest())


async def _piece(part: BodyPartReader) -> bytes:
    try:
        return bytes(await part.read_chunk(PIECE))
    except MALFORMED as error:
        raise MalformedUploadError from error
