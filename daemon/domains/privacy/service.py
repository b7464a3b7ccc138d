"""Asking for a person's data, and for its erasure; jobs do the work."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob
from daemon.kernel.pages import Page
from daemon.kernel.subject import Subject

from . import paper, store
from .domain import (
    Erasure,
    ErasureNotReadyError,
    Export,
    ExportNotReadyError,
    Language,
    Origin,
    Result,
    UnknownContactError,
)
from .ports import Ports
from .register import Register

EXPORT, ERASE = "privacy.export", "privacy.erase"
LOCK = "privacy"


@dataclass(frozen=True)
class Desk:
    """What everything here works with."""

    database: Database
    queue: Queue
    vault: Vault
    clock: Clock
    tenant_id: str
    zone: ZoneInfo
    state: Path
    media: Path
    models: Path
    exports: Path
    copies: Sequence[Path]
    register: Register
    keep: timedelta
    ports: Ports
    issuer: Callable[[], str]

    def file(self, number: str) -> Path:
        """Return where the file of an export lies."""
        return self.exports / f"{number}.zip"


class Privacy:
    """What the box knows of a person."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def person(self, contact_id: str) -> Subject:
        """Return what a contact is called and what is theirs."""
        return await self._desk.database.read(lambda tx: self._subject(tx, contact_id))

    async def export(self, contact_id: str, language: Language) -> Export:
        """Ask for the data of a contact."""

        def commit(tx: Connection) -> Export:
            self._subject(tx, contact_id)
            return ask_export(tx, self._desk, contact_id, language)

        return await self._desk.database.write(commit)

    async def exports(self, contact_id: str | None, cursor: str | None, limit: int) -> Page[Export]:
        """List exports, newest first."""
        found = await self._desk.database.read(
            lambda tx: store.exports(tx, contact_id, cursor, limit)
        )
        return Page.of(found, limit, lambda one: one.id)

    async def get_export(self, number: str) -> Export:
        """Return an export."""
        return await self._desk.database.read(lambda tx: store.export(tx, number))

    async def file(self, number: str) -> Path:
        """Return the file of an export."""
        export = await self.get_export(number)
        path = self._desk.file(number)
        if export.state != "ready" or not await asyncio.to_thread(path.is_file):
            raise ExportNotReadyError(id=number, state=export.state)
        return path

    async def delete_export(self, number: str) -> None:
        """Delete an export and its file."""

        def commit(tx: Connection) -> None:
            store.export(tx, number)
            store.delete_export(tx, number)

        await self._desk.database.write(commit)
        await asyncio.to_thread(self._desk.file(number).unlink, missing_ok=True)

    async def erase(self, contact_id: str, confirm: str) -> Erasure:
        """Ask for the erasure of a contact; `confirm` is its phone or name, typed by a person."""

        def commit(tx: Connection) -> Erasure:
            person = self._subject(tx, contact_id)
            if not confirmed(person, confirm):
                raise BadInputError(
                    field="confirm",
                    problem="must be the phone or the name of this contact",
                    problem_pt="deve ser o telefone ou o nome deste contato",
                )
            return ask_erase(tx, self._desk, contact_id, "person")

        return await self._desk.database.write(commit)

    async def erasures(
        self, contact_id: str | None, cursor: str | None, limit: int
    ) -> Page[Erasure]:
        """List erasures, newest first."""
        found = await self._desk.database.read(
            lambda tx: store.erasures(tx, contact_id, cursor, limit)
        )
        return Page.of(found, limit, lambda one: one.id)

    async def get_erasure(self, number: str) -> Erasure:
        """Return an erasure."""
        return (await self._desk.database.read(lambda tx: store.erasure(tx, number)))[0]

    async def certificate(self, number: str, language: Language) -> str:
        """Return the certificate of an erasure as a page."""
        erasure = await self.get_erasure(number)
        if erasure.state != "ready":
            raise ErasureNotReadyError(id=number, state=erasure.state)
        return paper.certificate(erasure, language, self._desk.zone, self._desk.issuer())

    def _subject(self, tx: Connection, contact_id: str) -> Subject:
        person = self._desk.ports.subject(tx, contact_id)
        if person is None:
            raise UnknownContactError(id=contact_id)
        return person


def confirmed(person: Subject, typed: str) -> bool:
    """Say whether a person typed the phone or the name of a contact; its id if it has neither."""
    digits = "".join(filter(str.isdigit, typed))
    wanted = typed.strip().casefold()
    if len(digits) >= 8 and any(user.endswith(digits) for user in person.users):  # noqa: PLR2004 - a phone without its codes
        return True
    names = {name.strip().casefold() for name in (person.name, person.contact_id) if name}
    return wanted in names


def ask_export(tx: Connection, desk: "Desk | Asked", contact_id: str, language: Language) -> Export:
    """Write down an export and queue its job."""
    export = Export(new_id(), contact_id, language, "queued", desk.clock.now())
    store.save_export(tx, desk.tenant_id, export)
    desk.queue.add(tx, NewJob(EXPORT, {"export_id": export.id}, lock=LOCK))
    return export


def ask_erase(
    tx: Connection,
    desk: "Desk | Asked",
    contact_id: str,
    origin: Origin,
    number: str | None = None,
) -> Erasure:
    """Write down an erasure and queue its job; one that is asked for twice is one."""
    if (known := store.running(tx, contact_id)) is not None:
        return known
    now = desk.clock.now()
    erasure = Erasure(number or new_id(), contact_id, origin, "queued", 0, 0, (), Result(), now)
    store.save(tx, desk.tenant_id, erasure, None)
    desk.queue.add(tx, NewJob(ERASE, {"erasure_id": erasure.id}, lock=LOCK))
    return erasure


@dataclass(frozen=True)
class Asked:
    """As much of the desk as asking takes: the command line has no more."""

    queue: Queue
    clock: Clock
    tenant_id: str
