"""The erasure itself: place by place, each step on the disk; a crash goes on where it was.

The first transaction gathers what is the person's, seals that for the steps to come, and erases
contact, chats and messages. Whoever writes from then on is a new contact. What was under way (an
answer being made, a message being sent) finds nothing to go on with; once it has ended, every
place is swept a second time. Then every file of the box is searched for what was erased.
"""

import asyncio
import contextlib
import time
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson
import structlog

from daemon.infra import residue
from daemon.infra.database import Connection
from daemon.infra.upgrade import forget_copy
from daemon.kernel.jobs import Job
from daemon.kernel.subject import Subject, Tally

from . import store
from .domain import Count, Result
from .ports import Place
from .service import Desk, ask_erase

log = structlog.get_logger(__name__)

LATE_S = 30.0
MOST_IDS = 300
FRESH_S = 5.0
"""A file this young may belong to a message that is on its way in."""


class Erasing:
    """Handles the job `privacy.erase`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def erase(self, job: Job) -> None:
        """Erase a contact everywhere."""
        number, db = str(job.payload["erasure_id"]), self._desk.database
        person = await db.write(lambda tx: self._begin(tx, number))
        if person is None:
            return
        erasure, _ = await db.read(lambda tx: store.erasure(tx, number))
        await asyncio.to_thread(
            self._desk.register.add, number, erasure.created_at, erasure.pseudonyms
        )
        places = self._desk.ports.places
        for place in places[1:]:
            await self._sweep(number, person, place)
        files = await self._files(person)
        await self._settle(person)
        for place in places:
            await self._sweep(number, person, place)
        reports = await self._desk.ports.reports(person)
        await db.write(lambda tx: self._add(tx, number, Count("reports", reports.erased, 0)))
        await asyncio.to_thread(forget_copy, db.path)  # what an upgrade put aside knows them still
        rebuilt, remaining = await self._search(person)
        await db.write(
            lambda tx: self._end(tx, number, files=files, rebuilt=rebuilt, remaining=remaining)
        )
        await db.alone(residue.truncate_log)
        log.info("contact_erased", erasure=number, rebuilt=rebuilt, remaining=len(remaining))

    async def again(self) -> int:
        """Ask for the erasures that a restored backup does not know of; return how many."""
        entries = await asyncio.to_thread(self._desk.register.read)
        if not entries:
            return 0
        known = await self._desk.database.read(store.all_erasures)
        missing = [entry for entry in entries if entry.id not in known]
        if not missing:
            return 0

        def commit(tx: Connection) -> int:
            names = [
                (contact, self._desk.ports.pseudonym(alias), since)
                for contact, alias, since in self._desk.ports.known_by(tx)
            ]
            count = 0
            for entry in missing:
                back = {
                    contact
                    for contact, who, since in names
                    if who in entry.pseudonyms and since <= entry.at.isoformat()
                }
                for contact in back:
                    ask_erase(tx, self._desk, contact, "restore")
                count += len(back)
            return count

        return await self._desk.database.write(commit)

    # -- the steps

    def _begin(self, tx: Connection, number: str) -> Subject | None:
        """Return who is to be erased; None when that is done. The first step is done with it."""
        desk = self._desk
        erasure, sealed = store.erasure(tx, number)
        if erasure.state in {"ready", "failed"}:
            return None
        if sealed is not None:
            return Subject(**orjson.loads(desk.vault.open(sealed, context=_context(number))))
        person = desk.ports.subject(tx, erasure.contact_id)
        if person is None:  # merged into another, or gone since it was asked for
            gone = replace(erasure, state="failed", finished_at=desk.clock.now())
            store.save(tx, desk.tenant_id, gone, None)
            return None
        first, steps = desk.ports.places[0], 2 * len(desk.ports.places)
        outside = list(desk.ports.outside(tx, person))
        tally = first.forget(tx, person, ())
        names = person.aliases or [person.contact_id]
        begun = replace(
            erasure,
            state="running",
            started_at=desk.clock.now(),
            step=1,
            steps=steps,
            pseudonyms=[desk.ports.pseudonym(name) for name in names],
            result=Result((Count(first.name, tally.erased, tally.kept),), outside=outside),
        )
        body = desk.vault.seal(orjson.dumps(person.plain()), context=_context(number))
        store.save(tx, desk.tenant_id, begun, body)
        return person

    async def _sweep(self, number: str, person: Subject, place: Place) -> None:
        look = place.look
        found = () if look is None else await self._desk.database.read(lambda tx: look(tx, person))

        def commit(tx: Connection) -> None:
            tally = place.forget(tx, person, found)
            self._add(tx, number, Count(place.name, tally.erased, tally.kept))

        await self._desk.database.write(commit)

    def _add(self, tx: Connection, number: str, count: Count) -> None:
        erasure, sealed = store.erasure(tx, number)
        counts = {one.place: one for one in erasure.result.counts}
        known = counts.get(count.place, Count(count.place, 0, 0))
        both = Tally(known.erased, known.kept) + Tally(count.erased, count.kept)
        counts[count.place] = Count(count.place, both.erased, both.kept)
        result = replace(erasure.result, counts=tuple(counts.values()))
        step = min(erasure.step + 1, erasure.steps)
        store.save(tx, self._desk.tenant_id, replace(erasure, step=step, result=result), sealed)

    async def _files(self, person: Subject) -> int:
        """Delete files that no other message shows, and exports; return how many."""
        count = 0
        for name in person.media:
            path = self._desk.media / name
            await asyncio.sleep(await asyncio.to_thread(_youth, path))
            # In a transaction, so that no message can come to show the file in between.
            count += await self._desk.database.write(partial(self._unlink, name=name, path=path))

        def commit(tx: Connection) -> list[str]:
            gone = store.exports_of(tx, person.contact_id)
            for number in gone:
                store.delete_export(tx, number)
            return gone

        for number in await self._desk.database.write(commit):
            await asyncio.to_thread(self._desk.file(number).unlink, missing_ok=True)
            count += 1
        return count

    def _unlink(self, tx: Connection, *, name: str, path: Path) -> int:
        if self._desk.ports.in_use(tx, name) or not path.is_file():
            return 0
        path.unlink()
        return 1

    async def _settle(self, person: Subject) -> None:
        """Wait for jobs about the person that run: what they write is swept afterwards."""
        end = self._desk.clock.monotonic() + LATE_S
        while await self._desk.database.read(lambda tx: self._desk.ports.at_work(tx, person)):
            if self._desk.clock.monotonic() > end:
                log.warning("erasure_goes_on", reason="a job about the contact still runs")
                return
            await asyncio.sleep(0.1)

    async def _search(self, person: Subject) -> tuple[bool, dict[str, int]]:
        """Look for what was erased in every file; rebuild the database if some is left in it."""
        desk, said = self._desk, list(person.words)
        if person.name and " " in person.name.strip():  # a first name alone is many people's
            said.append(person.name.strip())
        common = await desk.database.read(lambda tx: desk.ports.shared(tx, said))
        words = {*person.numbers, *person.wa_ids[:MOST_IDS], *said} - common
        await desk.database.alone(residue.truncate_log)
        remaining = await self._found(words)
        path = desk.database.path
        for copy in desk.copies:
            # A way back to the release before; it goes, because the person would come back with it.
            if remaining.pop(copy.name, None):
                await asyncio.to_thread(copy.unlink, missing_ok=True)
        if not any(name.startswith(path.name) for name in remaining):
            return False, remaining
        rebuilt = await desk.database.alone(lambda connection: residue.rebuild(connection, path))
        return rebuilt, await self._found(words)

    async def _found(self, words: Collection[str]) -> dict[str, int]:
        desk = self._desk
        return await asyncio.to_thread(residue.search, desk.state, words, (desk.models,))

    def _end(
        self, tx: Connection, number: str, *, files: int, rebuilt: bool, remaining: dict[str, int]
    ) -> None:
        desk = self._desk
        erasure, _ = store.erasure(tx, number)
        result = replace(erasure.result, files=files, rebuilt=rebuilt, remaining=remaining)
        done = replace(
            erasure,
            state="ready",
            step=erasure.steps,
            result=result,
            finished_at=desk.clock.now(),
        )
        done = replace(done, digest=done.hashed())
        store.save(tx, desk.tenant_id, done, None)
        facts = {"id": number, "contact_id": done.contact_id, "digest": done.digest}
        desk.ports.note(tx, {**facts, "erased": done.erased, "origin": done.origin})


def _context(number: str) -> str:
    return f"privacy/{number}"


def _youth(path: Path) -> float:
    """Return the seconds until a file is no longer fresh."""
    with contextlib.suppress(FileNotFoundError):
        return max(0.0, min(FRESH_S, path.stat().st_mtime + FRESH_S - time.time()))
    return 0.0
