"""`Idempotency-Key`: the same key with the same request gets the same answer, once done."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlite_utils import Migrations

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.errors import BadInputError, ConflictError, UnprocessableError
from daemon.kernel.subject import Subject, Tally

migrations = Migrations("idempotency")

HEADER = "Idempotency-Key"
KEEP = timedelta(hours=24)
MAX_KEY = 200


class KeyInUseError(ConflictError):
    """The first request of this key is still being answered."""

    code = "idempotency_key_in_use"
    template = "A request with this Idempotency-Key is still running."
    template_pt = "Uma requisição com esta Idempotency-Key ainda está em andamento."


class KeyReusedError(UnprocessableError):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    template = "This Idempotency-Key was used with a different request."
    template_pt = "Esta Idempotency-Key já foi usada com outra requisição."


@migrations()
def create_replays(tx: Connection) -> None:
    """Create the table of answers."""
    tx.conn.execute(
        "CREATE TABLE idempotency (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "fingerprint TEXT NOT NULL, status INTEGER NOT NULL, media TEXT NOT NULL, "
        "body BLOB NOT NULL, at TEXT NOT NULL)"
    )


class Replays:
    """Answers kept for a day, by caller and key."""

    def __init__(self, database: Database, clock: Clock, tenant_id: str) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._running: set[str] = set()

    async def answer(
        self, request: web.Request, proceed: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Give the kept answer, or proceed and keep what comes out of it."""
        number = _number(request)
        raw = await request.read()
        fingerprint = hashlib.sha256(
            b"\0".join((request.method.encode(), request.path_qs.encode(), raw))
        ).hexdigest()
        if number in self._running:
            raise KeyInUseError(field=HEADER)
        self._running.add(number)
        try:
            row = await self._db.read(lambda tx: _find(tx, number))
            if row is not None:
                return _again(row, fingerprint)
            response = await proceed()
            if isinstance(response, web.Response) and response.status < 500:  # noqa: PLR2004 - HTTP
                await self._keep(number, fingerprint, response)
            return response
        finally:
            self._running.discard(number)

    async def prune(self) -> None:
        """Forget answers older than a day."""
        before = stamp(self._clock.now() - KEEP)
        await self._db.write(
            lambda tx: tx.conn.execute("DELETE FROM idempotency WHERE at < ?", (before,)) and None
        )

    async def _keep(self, number: str, fingerprint: str, response: web.Response) -> None:
        body = bytes(response.body) if isinstance(response.body, bytes | bytearray) else b""
        values = (
            number,
            self._tenant,
            fingerprint,
            response.status,
            response.content_type,
            body,
            stamp(self._clock.now()),
        )
        await self._db.write(
            lambda tx: (
                tx.conn.execute(
                    "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)", values
                )
                and None
            )
        )


def forget(tx: Connection, person: Subject) -> Tally:
    """Erase kept answers in which a person stands."""
    rows = tx.conn.execute("SELECT id, body FROM idempotency").fetchall()
    mine = [
        (row["id"],) for row in rows if person.mentioned_in(row["body"].decode("utf-8", "replace"))
    ]
    tx.conn.executemany("DELETE FROM idempotency WHERE id = ?", mine)
    return Tally(len(mine))


def replays(store: Replays) -> Any:
    """Return the middleware; it looks only at writes that carry the header and a small body."""

    @web.middleware
    async def idempotent(request: web.Request, handler: Any) -> web.StreamResponse:
        if HEADER not in request.headers or not _replayable(request):
            response: web.StreamResponse = await handler(request)
            return response
        return await store.answer(request, lambda: handler(request))

    return idempotent


def _replayable(request: web.Request) -> bool:
    """Say whether an answer may be kept: never one of /auth (it holds secrets), no uploads."""
    return (
        request.method not in {"GET", "HEAD"}
        and not request.path.startswith("/auth/")
        and not request.content_type.startswith("multipart/")
    )


def _number(request: web.Request) -> str:
    key = request.headers[HEADER]
    if not key or len(key) > MAX_KEY:
        raise BadInputError(
            field=HEADER,
            problem=f"must have 1 to {MAX_KEY} characters",
            problem_pt=f"deve ter de 1 a {MAX_KEY} caracteres",
        )
    # The caller's own proof is part of the id: nobody reads another's answer by guessing a key.
    proof = request.headers.get("Authorization", "") + request.headers.get("Cookie", "")
    return hashlib.sha256(f"{proof}\0{key}".encode()).hexdigest()


def _find(tx: Connection, number: str) -> Any:
    return tx.conn.execute("SELECT * FROM idempotency WHERE id = ?", (number,)).fetchone()


def _again(row: Any, fingerprint: str) -> web.Response:
    if row["fingerprint"] != fingerprint:
        raise KeyReusedError(field=HEADER)
    return web.Response(
        body=row["body"],
        status=row["status"],
        content_type=row["media"],
        headers={"Idempotent-Replayed": "true"},
    )
