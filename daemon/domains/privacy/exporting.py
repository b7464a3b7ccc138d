"""The file that a person is given: everything as JSON, a page to read, and the files themselves."""

import asyncio
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

from daemon.infra.database import Connection
from daemon.kernel.jobs import Job
from daemon.kernel.subject import Subject

from . import paper, store
from .domain import Export, ExportNotFoundError
from .service import Desk

log = structlog.get_logger(__name__)

STORED = {".jpg", ".jpeg", ".png", ".webp", ".mp4", ".ogg", ".opus", ".mp3", ".pdf", ".zip"}
"""Packed already: not packed again."""


class Exporting:
    """Handles the job `privacy.export`, and forgets what was kept long enough."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def export(self, job: Job) -> None:
        """Make the file of an export; a box that stops meanwhile makes it again."""
        number, db = str(job.payload["export_id"]), self._desk.database
        try:
            export = await db.write(lambda tx: self._start(tx, number))
        except ExportNotFoundError:
            return  # deleted meanwhile
        if export is None:
            return
        # One try, and a word on the export: a job that tries again would hold back erasures.
        try:
            found = await db.read(lambda tx: self._told(tx, export.contact_id))
            if found is None:
                await self._finish(number, error="contact_erased")
                return
            size = await asyncio.to_thread(self._pack, export, *found)
        except Exception as error:
            log.exception("export_failed", export=number)
            code = "disk_failed" if isinstance(error, OSError) else "crashed"
            await self._finish(number, error=code)
            return
        if not await self._finish(number, size=size):
            await asyncio.to_thread(self._desk.file(number).unlink, missing_ok=True)

    async def tidy(self, _: Job) -> None:
        """Forget exports that were kept long enough, and files that no row speaks of."""
        now = self._desk.clock.now()

        def commit(tx: Connection) -> set[str]:
            for number in store.expired(tx, now):
                store.delete_export(tx, number)
            return store.all_exports(tx)

        known = await self._desk.database.write(commit)
        await asyncio.to_thread(self._compare, known)

    def _compare(self, known: set[str]) -> None:
        for path in self._desk.exports.iterdir():
            if path.name.partition(".")[0] not in known:
                path.unlink(missing_ok=True)

    def _start(self, tx: Connection, number: str) -> Export | None:
        export = store.export(tx, number)
        if export.state in {"ready", "failed"}:
            return None
        begun = replace(export, state="running")
        store.save_export(tx, self._desk.tenant_id, begun)
        return begun

    def _told(self, tx: Connection, contact_id: str) -> tuple[Subject, dict[str, Any]] | None:
        person = self._desk.ports.subject(tx, contact_id)
        if person is None:
            return None
        places = self._desk.ports.places
        told = {one.name: one.told(tx, person) for one in places if one.told is not None}
        return person, told

    async def _finish(self, number: str, *, size: int = 0, error: str | None = None) -> bool:
        now = self._desk.clock.now()

        def commit(tx: Connection) -> bool:
            try:
                export = store.export(tx, number)
            except ExportNotFoundError:
                return False
            done = replace(
                export,
                state="failed" if error else "ready",
                error=error,
                bytes=size,
                finished_at=now,
                expires_at=now + self._desk.keep,
            )
            store.save_export(tx, self._desk.tenant_id, done)
            return True

        return await self._desk.database.write(commit)

    def _pack(self, export: Export, person: Subject, data: Mapping[str, Any]) -> int:
        """Write the file whole, or not at all; return its size."""
        path, at = self._desk.file(export.id), self._desk.clock.now()
        partial = path.with_suffix(".part")
        names = paper.NAMES[export.language]
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                head = {"madeAt": at.isoformat(), "contactId": export.contact_id, **data}
                packed.writestr(names.data, orjson.dumps(head, option=orjson.OPT_INDENT_2))
                there = [name for name in person.media if (self._desk.media / name).is_file()]
                page = paper.page(data, export.language, self._desk.zone, at, set(there))
                packed.writestr(names.page, page)
                for name, source in self._media(there):
                    how = zipfile.ZIP_STORED if source.suffix in STORED else None
                    packed.write(source, f"{names.media}/{name}", how)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        return path.stat().st_size

    def _media(self, names: Iterable[str]) -> Iterable[tuple[str, Path]]:
        for name in names:
            yield paper.flat(name), self._desk.media / name


def file_name(export: Export, at: datetime | None) -> str:
    """Return the name under which an export is downloaded: it tells nobody's name."""
    day = (at or export.created_at).strftime("%Y-%m-%d")
    word = "dados" if export.language == "pt-BR" else "data"
    return f"{word}-{export.contact_id[-6:]}-{day}.zip"
