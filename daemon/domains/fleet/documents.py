"""What the control plane wants of this box: judged, given its files, and put in force.

A document is in force as a whole or not at all. The verdict is in the database before anything
changes in memory, and a start after a kill goes on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from daemon.infra import desired
from daemon.infra.database import Connection, Database
from daemon.infra.desired import BadDocumentError
from daemon.infra.steering import Steering
from daemon.kernel.clock import Clock, stamp
from sync import running
from sync.errors import NotEnrolledError, UntrustedError
from sync.ports import TransportError
from sync.protocol.contents import MOST_PICTURE
from sync.running import APPLIED, Document, Verdict

log = structlog.get_logger(__name__)

RETRY_S = (15.0, 60.0, 300.0, 900.0)
PENDING = Verdict("pending")

Fetch = Callable[[str, Path], Awaitable[None]]
Installing = Callable[[], Awaitable[None]]


class Documents:
    """Judges documents, and puts them in force."""

    def __init__(
        self, database: Database, clock: Clock, tenant_id: str, *, steering: Steering
    ) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._steering = steering
        self._news = asyncio.Event()

    def judge(self, kind: str, body: Any) -> Verdict:
        """Say what becomes of a document as it comes; pure, for it runs in a transaction."""
        try:
            read = desired.read(kind, body, self._steering.own)
        except BadDocumentError as error:
            return Verdict("refused", str(error))
        return PENDING if kind == "brand" and _pictures(read) else APPLIED

    async def taken(self, kinds: Sequence[str]) -> None:
        """Hear that documents came; what they need is done beside the sync, which waits for it."""
        log.info("documents_taken", kinds=list(kinds))
        await self._enforce()
        self._news.set()

    async def run(self, fetch: Fetch, installing: Installing) -> None:
        """Judge anew what an older version of this program refused, then bring files, for ever."""
        await self._judge_again()
        tries = 0
        while True:
            self._news.clear()
            try:
                done = await self.settle(fetch)
                await installing()
            except Exception:  # a broken document must not end the bringing of all others
                log.exception("documents_failed")
                done = False
            tries = 0 if done else tries + 1
            try:
                async with asyncio.timeout(None if done else RETRY_S[min(tries, len(RETRY_S)) - 1]):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def settle(self, fetch: Fetch) -> bool:
        """Bring the files that are still missing; say whether nothing waits any more."""
        waiting = await self._db.read(lambda tx: running.latest(tx, "pending"))
        for one in waiting:
            verdict = await self._brought(one, fetch)
            if verdict.state != "pending":
                await self._note(one, verdict)
        await self._enforce()
        return not await self._db.read(lambda tx: running.latest(tx, "pending"))

    async def _judge_again(self) -> None:
        for one in await self._db.read(lambda tx: running.latest(tx, "refused")):
            verdict = one.judged(self.judge)
            if verdict.state != "refused":
                await self._note(one, verdict)

    async def _note(self, one: Document, verdict: Verdict) -> None:
        at = stamp(self._clock.now())

        def commit(tx: Connection) -> bool:
            return running.settle(tx, self._tenant, one, verdict, at=at)

        if await self._db.write(commit):
            log.info("document_settled", kind=one.kind, version=one.version, state=verdict.state)

    async def _enforce(self) -> None:
        self._steering.take(await self._db.read(running.in_force))

    async def _brought(self, one: Document, fetch: Fetch) -> Verdict:
        try:
            pack = desired.read(one.kind, one.body, self._steering.own)
        except BadDocumentError as error:
            return Verdict("refused", str(error))
        for name, sha256 in _pictures(pack).items():
            path = self._steering.picture(sha256)
            try:
                await self._bring(fetch, sha256, path)
            except (TransportError, NotEnrolledError, OSError) as error:
                log.info("picture_not_here_yet", name=name, reason=type(error).__name__)
                return PENDING
            except UntrustedError:
                return Verdict("refused", f"brand.{name}: the file is not the one of that hash")
            if await asyncio.to_thread(_unfit, path):
                return Verdict("refused", f"brand.{name}: must be a PNG, ICO or SVG of 1 MiB")
        return APPLIED

    async def _bring(self, fetch: Fetch, sha256: str, path: Path) -> None:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        if not await asyncio.to_thread(path.exists):
            await fetch(sha256, path)


def _pictures(pack: Any) -> dict[str, str]:
    named = {"logo": pack.logo, "favicon": pack.favicon}
    return {name: sha256 for name, sha256 in named.items() if sha256 is not None}


def _unfit(path: Path) -> bool:
    return path.stat().st_size > MOST_PICTURE or desired.image_of(path.read_bytes()) is None
