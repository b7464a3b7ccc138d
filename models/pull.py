"""Gets a model file: from an address, resuming and checked, or from a path such as a USB stick.

Nothing becomes a model before its sha256 is right: bytes arrive in a ``.part`` file, which the next
call continues, and only a checked whole is renamed to its place.
"""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import catalog
from .download import FIRST_WAIT_S, Download, Progress, Report, check_disk, label_of
from .errors import (
    DownloadError,
    ModelChecksumError,
    ModelFileError,
    NotAChatModelError,
    UnknownModelError,
)
from .gguf import read_header
from .library import CHUNK, ModelSpec, sha256_of, sync_folder

if TYPE_CHECKING:
    from .library import Library


async def pull(
    library: Library,
    wanted: str,
    *,
    sha256: str | None = None,
    report: Report = lambda _: None,
    wait_s: float = FIRST_WAIT_S,
) -> ModelSpec:
    """Bring a model in: a catalogue id, an https address, or the path of a GGUF file.

    Raises UnknownModelError, DownloadError (call again to resume), ModelChecksumError,
    NotAModelError or NotAChatModelError.
    """
    entry = catalog.find(wanted)
    source = entry.source if entry else wanted
    if entry is not None and not source:
        raise DownloadError(source=wanted, reason="it comes with the installation")
    model_id = entry.id if entry else id_of(source)
    pinned = await asyncio.to_thread(library.pinned, model_id)
    promised = (sha256 or pinned or "").lower() or None
    target = library.folder / f"{model_id}.gguf"
    await asyncio.to_thread(library.folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".gguf.part")
    if _is_address(source):
        download = Download(source, part, report, wait_s)
        offered = await download.run()
        promised = promised or offered
    elif await asyncio.to_thread(Path(source).is_file):
        await asyncio.to_thread(_copy, Path(source), part, report)
    else:
        raise UnknownModelError(model=wanted)
    actual = await asyncio.to_thread(_accept, part, target, promised, report)
    now = datetime.now(UTC).isoformat()
    await asyncio.to_thread(library.pin, model_id, target, actual, source=source, at=now)
    return await asyncio.to_thread(library.resolve, model_id)


def id_of(source: str) -> str:
    """Name a model by the last part of its address or path."""
    stem = Path(urlsplit(source).path if _is_address(source) else source).stem
    return re.sub(r"[^a-z0-9.]+", "-", stem.lower()).strip("-.") or "model"


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _accept(part: Path, target: Path, promised: str | None, report: Report) -> str:
    """Check what arrived and put it in its place; return its sha256."""
    size = part.stat().st_size
    actual = sha256_of(part, lambda done: report(Progress("verify", int(done * size), size)))
    if promised is not None and actual != promised:
        part.unlink()
        raise ModelChecksumError(path=str(part), actual=actual, expected=promised)
    try:
        if read_header(part).chat_template is None:
            raise NotAChatModelError(path=str(part))
    except ModelFileError:
        part.unlink()
        raise
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    label_of(part).unlink(missing_ok=True)
    sync_folder(target.parent)
    return actual


def _copy(source: Path, part: Path, report: Report) -> None:
    size, done = source.stat().st_size, 0
    check_disk(part.parent, size, str(source))
    with source.open("rb") as reader, part.open("wb") as writer:
        while chunk := reader.read(CHUNK):
            writer.write(chunk)
            done += len(chunk)
            report(Progress("copy", done, size))
