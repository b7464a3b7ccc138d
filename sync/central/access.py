"""Who works in the office: API keys with a role, of the platform or of one reseller."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from uuid_utils import uuid7

from sync.central.clock import Clock
from sync.central.store import PLATFORM, Scope, Store
from sync.protocol.problems import SyncError

Role = Literal["platform", "reseller", "reader"]
PREFIX = "nac_"
KEY_DAYS = 365
COOKIE = "nextagent_central"


@dataclass(frozen=True)
class Person:
    """Who asks. A reader sees, and changes nothing; without a reseller it is the platform's."""

    id: str
    name: str
    role: Role
    reseller_id: str

    @property
    def scope(self) -> Scope:
        """What this person may see."""
        return Scope("reseller", self.reseller_id) if self.reseller_id else PLATFORM

    def must(self, *, write: bool = False, platform: bool = False) -> None:
        """Raise forbidden unless the person may."""
        if (write and self.role == "reader") or (platform and self.reseller_id):
            raise SyncError(code="forbidden")


@dataclass(frozen=True)
class NewKey:
    """A key as it is shown, once."""

    id: str
    key: str
    expires_at: datetime


class Access:
    """Makes keys, and knows them again; only their hashes are stored."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def create(
        self,
        scope: Scope,
        name: str,
        role: Role,
        reseller_id: str,
        *,
        days: float = KEY_DAYS,
        user_id: str = "",
    ) -> NewKey:
        """Make a key, of a program or of a user's half day."""
        now = self._clock.now()
        made = NewKey(str(uuid7()), PREFIX + secrets.token_urlsafe(32), now + timedelta(days=days))
        await self._store.query(
            scope,
            "INSERT INTO api_keys (id, hash, name, role, reseller_id, user_id, created_at, "
            "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            made.id,
            _hash(made.key),
            name,
            role,
            reseller_id,
            user_id,
            now,
            made.expires_at,
        )
        return made

    async def known(self, authorization: str) -> Person:
        """Return whose key a header carries. Raises unauthorized."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key.startswith(PREFIX):
            raise SyncError(code="unauthorized")
        rows = await self._store.query(
            PLATFORM,
            "SELECT id, name, role, reseller_id, expires_at FROM api_keys WHERE hash = $1",
            _hash(key.strip()),
        )
        if not rows or rows[0]["expires_at"] <= self._clock.now():
            raise SyncError(code="unauthorized")
        row = rows[0]
        return Person(row["id"], row["name"], row["role"], row["reseller_id"])

    async def session(self, key: str, *, days: float) -> NewKey:
        """Make a key for a browser out of an API key. It ends no later, and with it."""
        who = await self.known(f"Bearer {key}")
        rows = await self._store.query(
            PLATFORM, "SELECT user_id, expires_at FROM api_keys WHERE id = $1", who.id
        )
        left = (rows[0]["expires_at"] - self._clock.now()) / timedelta(days=1)
        owner = rows[0]["user_id"] or who.id
        return await self.create(
            PLATFORM, who.name, who.role, who.reseller_id, days=min(days, left), user_id=owner
        )

    async def end(self, who: Person) -> None:
        """End the key that a person asks with."""
        await self._store.query(PLATFORM, "DELETE FROM api_keys WHERE id = $1 RETURNING id", who.id)

    async def any(self) -> bool:
        """Say whether there is a key at all."""
        rows = await self._store.query(PLATFORM, "SELECT id FROM api_keys LIMIT 1")
        return bool(rows)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
