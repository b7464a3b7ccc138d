"""The people of the box: the first one by the set-up link, the others by an owner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from config.settings import Settings
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .domain import (
    LimitReachedError,
    LoginFailedError,
    Role,
    SetupDoneError,
    SetupTokenError,
    User,
    check_owner_remains,
    check_password,
    network_of,
    normal,
)
from .passwords import Passwords
from .sessions import Sessions, Tokens
from .store import sessions, tries, users
from .tokens import hash_of, new_secret

log = structlog.get_logger(__name__)


# Writes, in the transaction of the first owner, that there is one now.
Witness = Callable[[str], Callable[[Connection, Mapping[str, Any]], None]]


@dataclass(frozen=True)
class UserChange:
    """What to change of a user; None leaves it."""

    name: str | None = None
    role: Role | None = None
    password: str | None = None


class Accounts:
    """Users, and how the first of them comes to be."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        logins: Sessions,
        settings: Settings,
        *,
        witness: Witness | None = None,
    ) -> None:
        self._witness = witness
        self._db, self._clock, self._passwords, self._logins = database, clock, passwords, logins
        self._tenant, self._limit = settings.tenant.id, settings.limits.users
        self._setup_life = timedelta(hours=settings.auth.setup_hours)

    async def setup_needed(self) -> bool:
        """Say whether nobody has set a password yet."""
        return await self._db.read(lambda tx: users.count(tx, self._tenant)) == 0

    async def setup_link(self, address: str) -> str | None:
        """Make a one-time link to the page at `address`; None when the box has its owner."""
        now, secret = self._clock.now(), new_secret()

        def commit(tx: Connection) -> bool:
            if users.count(tx, self._tenant):
                return False
            tries.add_link(tx, self._tenant, secret.hashed, now + self._setup_life)
            return True

        made = await self._db.write(commit)
        return f"{address.rstrip('/')}/#/setup?token={secret.text}" if made else None

    async def set_up(
        self, token: str, *, name: str, username: str, password: str, address: str
    ) -> Tokens:
        """Make the first owner and log them in; the link is used up."""
        hashed, now = hash_of(token), self._clock.now()
        taken = await self._logins.take_try(f"setup:{network_of(address)}")
        if not await self.setup_needed():
            raise SetupDoneError
        if not await self._db.read(lambda tx: tries.link_lives(tx, self._tenant, hashed, now)):
            raise SetupTokenError(field="token")
        check_password(password, username)
        user = self._new(username, name, "owner")
        password_hash = await self._passwords.hash(password)
        note = None if self._witness is None else self._witness("auth.first_owner")

        def commit(tx: Connection) -> None:
            if users.count(tx, self._tenant):  # somebody was quicker
                raise SetupDoneError
            users.add(tx, user, password_hash)
            if note is not None:
                note(tx, {"user": user.id, "username": user.username, "address": address})
            tries.remove_links(tx, self._tenant)
            tries.give_back(tx, taken)

        await self._db.write(commit)
        log.info("box_set_up", user=user.id)
        return await self._logins.open(user.id)

    async def add(self, *, name: str, username: str, password: str, role: Role) -> User:
        """Add a user."""
        check_password(password, username)
        user = self._new(username, name, role)
        password_hash = await self._passwords.hash(password)

        def commit(tx: Connection) -> None:
            add_user(tx, user, password_hash, limit=self._limit)

        await self._db.write(commit)
        log.info("user_added", user=user.id, role=role)
        return user

    async def get(self, number: str) -> User:
        """Return a user."""
        return await self._db.read(lambda tx: users.get(tx, self._tenant, number))

    async def knows(self, username: str) -> bool:
        """Say whether there is a user of this name; what somebody typed may be a password."""
        name = normal(username)
        return await self._db.read(lambda tx: users.find(tx, self._tenant, name)) is not None

    async def listed(self, cursor: str | None, limit: int) -> Page[User]:
        """Return users, oldest first."""
        rows = await self._db.read(lambda tx: users.listed(tx, self._tenant, cursor, limit + 1))
        return Page.of(rows, limit, lambda user: user.id)

    async def change(self, number: str, change: UserChange) -> User:
        """Change name, role or password. The last owner stays one; a new password ends sessions."""
        now = self._clock.now()
        user = await self.get(number)
        hashed = None
        if change.password is not None:
            check_password(change.password, user.username)
            hashed = await self._passwords.hash(change.password)

        def commit(tx: Connection) -> User:
            old = users.get(tx, self._tenant, number)
            new = replace(
                old, name=change.name or old.name, role=change.role or old.role, updated_at=now
            )
            check_owner_remains(users.owners(tx, self._tenant), old, new.role)
            users.update(tx, new)
            if hashed is not None:
                users.set_password(tx, self._tenant, number, hashed)
                sessions.revoke_all(tx, self._tenant, number, now)
            return new

        return await self._db.write(commit)

    async def change_own_password(
        self, user_id: str, *, current: str, new: str, session_id: str | None
    ) -> None:
        """Change one's password, knowing the old one; other sessions end."""
        now = self._clock.now()
        user = await self.get(user_id)
        taken = await self._logins.take_try(f"user:{user.username}")
        old = await self._db.read(lambda tx: users.password_hash(tx, self._tenant, user_id))
        if not await self._passwords.matches(old, current):
            raise LoginFailedError(field="currentPassword")
        check_password(new, user.username, field="newPassword")
        hashed = await self._passwords.hash(new)

        def commit(tx: Connection) -> None:
            users.set_password(tx, self._tenant, user_id, hashed)
            sessions.revoke_all(tx, self._tenant, user_id, now, keep=session_id)
            tries.give_back(tx, taken)

        await self._db.write(commit)

    async def remove(self, number: str) -> None:
        """Remove a user and every session of theirs. The last owner stays."""

        def commit(tx: Connection) -> None:
            user = users.get(tx, self._tenant, number)
            check_owner_remains(users.owners(tx, self._tenant), user, None)
            users.remove(tx, self._tenant, number)

        await self._db.write(commit)
        log.info("user_removed", user=number)

    def _new(self, username: str, name: str, role: Role) -> User:
        now = self._clock.now()
        return User(new_id(), self._tenant, normal(username), name, role, now, now)


def add_user(tx: Connection, user: User, password_hash: str, *, limit: int) -> None:
    """Insert a user within the limit of the box."""
    if users.count(tx, user.tenant_id) >= limit:
        raise LimitReachedError(field="limits.users", field_name="limits.users", limit=limit)
    users.add(tx, user, password_hash)
