"""People with a password: a login gives a key for half a day, of the person's role."""

import asyncio
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from uuid_utils import uuid7

from sync.central.access import Access, NewKey, Person, Role
from sync.central.clock import Clock
from sync.central.office import Office
from sync.central.store import PLATFORM, Store
from sync.protocol.problems import SyncError

SESSION_DAYS = 0.5
MOST_FAILURES = 10
FORGIVEN_AFTER = timedelta(minutes=15)

Row = dict[str, Any]


class Users:
    """Adds people, knows them by their password, and lets nobody guess."""

    def __init__(self, office: Office, access: Access, store: Store, clock: Clock) -> None:
        self._office, self._access, self._store, self._clock = office, access, store, clock
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash("nobody")

    async def add(
        self, who: Person, *, username: str, name: str, password: str, role: Role, reseller: str
    ) -> Row:
        """Add a person; a reseller's people add their own only."""
        who.must(write=True, platform=role == "platform")
        reseller = "" if role == "platform" else who.reseller_id or reseller
        if reseller and reseller not in {row["id"] for row in await self._office.resellers(who)}:
            raise SyncError(code="not_found", kind="reseller", id=reseller)
        if role == "reseller" and not reseller:
            raise SyncError(code="malformed", field="resellerId", problem="is needed here")
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        id_ = str(uuid7())
        added = await self._store.query(
            who.scope,
            "INSERT INTO users (id, username, name, password, role, reseller_id, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id",
            id_,
            username,
            name,
            password_hash,
            role,
            reseller,
            self._clock.now(),
        )
        if not added:
            raise SyncError(code="id_taken", id=username)
        await self._office.note(who, "user.add", username)
        return next(row for row in await self.all(who) if row["id"] == id_)

    async def all(self, who: Person) -> list[Row]:
        """List people."""
        return await self._store.query(
            who.scope,
            "SELECT id, username, name, role, reseller_id, created_at FROM users "
            "WHERE ($1 = '' OR reseller_id = $1) ORDER BY username",
            who.reseller_id,
        )

    async def drop(self, who: Person, id_: str) -> Row:
        """Remove a person, and end the sessions they have."""
        who.must(write=True)
        rows = await self._store.query(
            who.scope,
            "DELETE FROM users WHERE id = $1 AND ($2 = '' OR reseller_id = $2) RETURNING id",
            id_,
            who.reseller_id,
        )
        if not rows:
            raise SyncError(code="not_found", kind="user", id=id_)
        await self._store.query(
            who.scope, "DELETE FROM api_keys WHERE user_id = $1 RETURNING id", id_
        )
        await self._office.note(who, "user.drop", id_)
        return rows[0]

    async def login(self, username: str, password: str) -> NewKey:
        """Return a key for half a day. Ten wrong tries close an account for a quarter hour."""
        now = self._clock.now()
        rows = await self._store.query(
            PLATFORM,
            "UPDATE users SET failures = CASE WHEN failed_at IS NULL OR failed_at < $1 THEN 1 "
            "ELSE failures + 1 END, failed_at = CASE WHEN failed_at IS NULL OR failed_at < $1 "
            "THEN $2 ELSE failed_at END WHERE username = $3 "
            "RETURNING id, name, password, role, reseller_id, failures",
            now - FORGIVEN_AFTER,
            now,
            username,
        )
        row: Row = rows[0] if rows else {"password": self._nobody, "failures": 0}
        if row["failures"] > MOST_FAILURES:  # counted before the password is looked at
            raise SyncError(code="rate_limited", retry_after_s=int(FORGIVEN_AFTER.total_seconds()))
        if not await asyncio.to_thread(self._matches, row["password"], password) or not rows:
            raise SyncError(code="bad_login")
        await self._store.query(
            PLATFORM, "UPDATE users SET failures = 0, failed_at = NULL WHERE id = $1", row["id"]
        )
        return await self._access.create(
            PLATFORM,
            row["name"],
            row["role"],
            row["reseller_id"],
            days=SESSION_DAYS,
            user_id=row["id"],
        )

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerificationError:
            return False
