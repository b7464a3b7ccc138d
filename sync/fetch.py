"""Model and update files from the control plane: resumed where they stopped, believed by hash."""

import asyncio
import hashlib
from contextlib import AsyncExitStack
from pathlib import Path

from sync.errors import UntrustedError
from sync.ports import Transport, TransportError
from sync.protocol.messages import BLOB
from sync.talk import Talk

WHOLE, PART, BEYOND = 200, 206, 416
READ_BYTES = 1024 * 1024


async def fetch(
    transport: Transport, talk: Talk, busy: asyncio.Lock, sha256: str, path: Path
) -> None:
    """Bring a file to `path`. What came of it before is kept beside it, and gone on from.

    Raises TransportError if it does not come whole, UntrustedError if it is another file.
    """
    part = path.with_name(path.name + ".part")
    have = await asyncio.to_thread(_size, part)
    async with AsyncExitStack() as stack:
        async with busy:  # requests are numbered: they must set out one after the other
            headers = {**talk.headers("GET", BLOB + sha256), "Range": f"bytes={have}-"}
            opened = transport.receive(BLOB + sha256, headers)
            status, chunks = await stack.enter_async_context(opened)
        if status not in {WHOLE, PART, BEYOND}:
            msg = f"status {status} for a file"
            raise TransportError(msg)
        if status != BEYOND:  # beyond the end: it was whole already
            mode = "ab" if status == PART else "wb"
            file = await asyncio.to_thread(part.open, mode)
            try:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
            finally:
                await asyncio.to_thread(file.close)
    if await asyncio.to_thread(_hash, part) != sha256:
        await asyncio.to_thread(part.unlink)
        msg = f"the file is not {sha256}"
        raise UntrustedError(msg)
    await asyncio.to_thread(part.replace, path)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(READ_BYTES):
            found.update(data)
    return found.hexdigest()
