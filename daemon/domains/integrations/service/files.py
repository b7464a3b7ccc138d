"""Files of contacts, clients and deals: taken in as a whole, or refused as a whole."""

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

from daemon.domains.integrations.domain import cards, files, sheets
from daemon.domains.integrations.domain.cards import Version
from daemon.domains.integrations.domain.files import FileKind, Import, Plan, Source
from daemon.domains.integrations.domain.sheets import FileRefusedError
from daemon.domains.integrations.store import rows
from daemon.infra.database import Connection
from daemon.kernel.errors import NextAgentError
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import Job
from daemon.kernel.pages import Page

from .deals import Deals
from .desk import Desk

log = structlog.get_logger(__name__)

DROP = "integrations.drop"
MAX_BYTES = 5 * 1024 * 1024
SETTLED_S = 5.0
"""A file that was written to so recently may not be whole yet."""

EXPORT_BATCH = 500
SHOWN = 5


@dataclass(frozen=True)
class Taken:
    """What came of a file, or what would: then nothing was written."""

    plan: Plan
    created: int
    updated: int
    unchanged: int
    skipped: int
    dry_run: bool


class _DryRunError(Exception):
    """Takes a transaction back."""


class Files:
    """The ways in and out by file."""

    def __init__(self, desk: Desk, deals: Deals, folder: Path) -> None:
        """`folder` is looked through for files that somebody dropped."""
        self._desk, self._deals, self._folder = desk, deals, folder

    async def csv(
        self,
        data: bytes,
        kind: FileKind,
        mapping: Mapping[str, str] | None,
        *,
        name: str,
        dry_run: bool,
        source: Source = "csv",
    ) -> Taken:
        """Take in a CSV. Raises FileRefusedError naming line and column; then nothing is in."""

        def read() -> Plan:
            return files.plan(sheets.read(data), kind, mapping, self._desk.ports.speaking.digits)

        return await self._take(data, kind, source, name, dry_run=dry_run, read=read)

    async def vcard(self, data: bytes, *, name: str, dry_run: bool) -> Taken:
        """Take in the contacts of a vCard file; cards without a telephone are counted, not kept."""
        skipped = 0

        def read() -> Plan:
            nonlocal skipped
            found, skipped = cards.read(data, self._desk.ports.speaking.digits)
            return Plan("contacts", {}, [], found)

        taken = await self._take(data, "contacts", "vcard", name, dry_run=dry_run, read=read)
        return Taken(
            taken.plan, taken.created, taken.updated, taken.unchanged, skipped, taken.dry_run
        )

    async def export(self, version: Version, after: str) -> tuple[bytes, str | None]:
        """Return some contacts as vCards, and the id to go on after (None: these are the last)."""
        contacts = self._desk.ports.contacts

        def query(tx: Connection) -> tuple[list[dict[str, Any]], str | None]:
            ids = contacts.after(tx, after, EXPORT_BATCH)
            found = [one for number in ids if (one := contacts.get(tx, number)) is not None]
            return found, ids[-1] if len(ids) == EXPORT_BATCH else None

        found, last = await self._desk.database.read(query)
        text = await asyncio.to_thread(lambda: "".join(cards.write(found, version)))
        return text.encode(), last

    async def page(self, cursor: str | None, limit: int) -> Page[Import]:
        """List the files that came, newest first."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Import, {}, cursor, limit)
        )
        return Page.of(found, limit, lambda one: one.id)

    async def look(self, _: Job | None = None) -> int:
        """Take in what lies in the folder; returns how many files there were."""
        now = self._desk.clock.now().timestamp()
        found = await asyncio.to_thread(_dropped, self._folder, now)
        for path, kind, data in found:
            try:
                taken = await self.csv(
                    data, kind, None, name=path.name, dry_run=False, source="drop"
                )
            except NextAgentError as error:
                words = {"error": error.code, "en": error.text("en"), "pt": error.text("pt-BR")}
                await asyncio.to_thread(_away, path, "refused", words)
            else:
                facts = {"rows": len(taken.plan.rows), "created": taken.created}
                await asyncio.to_thread(_away, path, "done", facts)
        return len(found)

    async def _take(
        self, data: bytes, kind: FileKind, source: Source, name: str, *, dry_run: bool, read: Any
    ) -> Taken:
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())

        def entry(outcome: Any, error: str | None, counts: tuple[int, int, int]) -> Import:
            total, created, updated = counts
            now = self._desk.clock.now()
            return Import(
                new_id(),
                source,
                name[:200],
                kind,
                digest,
                outcome,
                error,
                total,
                created,
                updated,
                now,
            )

        try:
            plan: Plan = await asyncio.to_thread(read)
        except FileRefusedError as error:
            if not dry_run:
                refused = entry("refused", error.text("pt-BR")[:500], (0, 0, 0))
                await self._desk.database.write(
                    lambda tx: rows.add(tx, self._desk.tenant_id, refused)
                )
            raise
        counts = {"created": 0, "updated": 0, "unchanged": 0}

        def commit(tx: Connection) -> None:
            for values in plan.rows:
                counts[self._put(tx, kind, dict(values))] += 1
            if dry_run:
                raise _DryRunError
            done = entry("imported", None, (len(plan.rows), counts["created"], counts["updated"]))
            rows.add(tx, self._desk.tenant_id, done)

        with contextlib.suppress(_DryRunError):
            await self._desk.database.write(commit)
        return Taken(plan, **counts, skipped=0, dry_run=dry_run)

    def _put(self, tx: Connection, kind: FileKind, values: dict[str, Any]) -> Any:
        ports = self._desk.ports
        if kind == "contacts":
            return ports.contacts.put(tx, values.pop("phone"), values)[1]
        if kind == "clients":
            return ports.clients.put(tx, values)
        deal = {
            ours: values[theirs]
            for theirs, ours in (
                ("title", "title"),
                ("value", "value_centavos"),
                ("stage", "stage"),
                ("externalId", "external_id"),
            )
            if theirs in values
        }
        if "phone" in values:
            named = {"name": values["contactName"]} if "contactName" in values else {}
            deal["contact_id"] = ports.contacts.put(tx, values["phone"], named)[0]
        return self._deals.put(tx, deal)


def _dropped(folder: Path, now: float) -> list[tuple[Path, FileKind, bytes]]:
    """Return the files that lie there whole; their names begin with what they hold."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = list[tuple[Path, FileKind, bytes]]()
    kinds: tuple[FileKind, ...] = ("contacts", "clients", "deals")
    for path in sorted(folder.glob("*.csv")):
        kind = next((kind for kind in kinds if path.name.lower().startswith(kind)), None)
        status = path.lstat()
        if kind is None or path.is_symlink() or now - status.st_mtime < SETTLED_S:
            continue
        if status.st_size > MAX_BYTES:
            _away(path, "refused", {"error": "too_large", "limit": MAX_BYTES})
            continue
        found.append((path, kind, path.read_bytes()))
    return found


def _away(path: Path, where: str, words: Mapping[str, Any]) -> None:
    """Move a file out of the way, with a note on what came of it."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / f"{new_id()}-{path.name}"
    path.rename(target)
    target.with_suffix(".json").write_bytes(orjson.dumps(dict(words)))
