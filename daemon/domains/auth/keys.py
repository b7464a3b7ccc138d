"""API keys: for programs, with a role and an end, shown once."""

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page
from daemon.web.auth import Identity

from .domain import ApiKey, LimitReachedError, Role, TokenExpiredError, TokenInvalidError
from .store import keys
from .tokens import expiry, is_hash_of, new_api_key, prefix_of

log = structlog.get_logger(__name__)

DEFAULT_DAYS = 365
USE_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class IssuedKey:
    """A new key and its text, which nobody sees again."""

    key: ApiKey
    text: str


class ApiKeys:
    """The keys of this box."""

    def __init__(self, database: Database, clock: Clock, *, tenant_id: str, limit: int) -> None:
        self._db, self._clock, self._tenant, self._limit = database, clock, tenant_id, limit

    async def issue(self, *, name: str, role: Role, days: int, created_by: str) -> IssuedKey:
        """Make a key."""
        now = self._clock.now()
        issued = await self._db.write(
            lambda tx: issue_key(
                tx,
                ApiKey(
                    id=new_id(),
                    tenant_id=self._tenant,
                    prefix="",
                    name=name,
                    role=role,
                    created_by=created_by,
                    created_at=now,
                    expires_at=expiry(now, days),
                ),
                limit=self._limit,
            )
        )
        log.info("api_key_issued", id=issued.key.id, role=role)
        return issued

    async def listed(self, cursor: str | None, limit: int) -> Page[ApiKey]:
        """Return keys, newest first."""
        rows = await self._db.read(lambda tx: keys.listed(tx, self._tenant, cursor, limit + 1))
        return Page.of(rows, limit, lambda key: key.id)

    async def revoke(self, number: str) -> None:
        """Delete a key: the next request with it is refused."""
        await self._db.write(lambda tx: keys.remove(tx, self._tenant, number))
        log.info("api_key_revoked", id=number)

    async def identify(self, text: str) -> Identity:
        """Return who holds a key. Raises TokenInvalidError or TokenExpiredError."""
        prefix = prefix_of(text)
        found = None if prefix is None else await self._db.read(lambda tx: keys.find(tx, prefix))
        if found is None or not is_hash_of(found[1], text):
            raise TokenInvalidError
        key, now = found[0], self._clock.now()
        if now >= key.expires_at:
            raise TokenExpiredError
        if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
            await self._db.write(lambda tx: keys.used(tx, key.id, now))
        return Identity(key.tenant_id, key.id, key.role, key.name, "key")


def issue_key(tx: Connection, wanted: ApiKey, *, limit: int) -> IssuedKey:
    """Insert a key within the limit of the box; its prefix and its text are made here."""
    if keys.count(tx, wanted.tenant_id) >= limit:
        raise LimitReachedError(field="limits.api_keys", field_name="limits.api_keys", limit=limit)
    prefix, secret = new_api_key()
    key = replace(wanted, prefix=prefix)
    keys.add(tx, key, secret.hashed)
    return IssuedKey(key, secret.text)
