"""Logins: tries, tokens, refresh, logout, and who a token belongs to."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from config.settings import Auth
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.web.auth import Identity

from .domain import (
    LoginFailedError,
    RefreshReusedError,
    Session,
    TokenInvalidError,
    User,
    network_of,
    normal,
)
from .passwords import Passwords
from .store import sessions, tries, users
from .tokens import AccessTokens, Claims, expiry, hash_of, is_hash_of, new_secret

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tokens:
    """What a login gives: three proofs of one session, none of them stored as it is."""

    access: str
    refresh: str
    cookie: str
    """Empty after a refresh: the browser keeps the one it has."""
    expires_in: timedelta
    cookie_life: timedelta
    user: User


class Sessions:
    """Every login of this box."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        access: AccessTokens,
        settings: Auth,
        *,
        tenant_id: str,
    ) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._passwords, self._access, self._settings = passwords, access, settings

    async def login(self, username: str, password: str, *, address: str) -> Tokens:
        """Check user name and password. Raises LoginFailedError or RateLimitedError."""
        name = normal(username)
        taken = await self.take_try(f"user:{name}", f"address:{network_of(address)}")
        found = await self._db.read(lambda tx: users.find(tx, self._tenant, name))
        hashed = None if found is None else found[1]
        if not await self._passwords.matches(hashed, password) or found is None:
            log.warning("login_failed", address=address)
            raise LoginFailedError
        if self._passwords.is_dated(found[1]):
            await self._rehash(found[0], password)

        def forgive(tx: Connection) -> None:
            tries.give_back(tx, taken)
            tries.forgive(tx, self._tenant, f"user:{name}")

        await self._db.write(forgive)
        return await self.open(found[0].id)

    async def take_try(self, *subjects: str) -> list[int]:
        """Count a try before it is made, so that many at once are not a way around the limit."""
        now, limit = self._clock.now(), self._settings.login_tries
        return await self._db.write(
            lambda tx: tries.take(tx, self._tenant, subjects, limit=limit, now=now)
        )

    async def open(self, user_id: str) -> Tokens:
        """Begin a session of a user that proved who it is."""
        now = self._clock.now()
        cookie, refresh = new_secret(), new_secret("nr_")
        life = timedelta(days=self._settings.refresh_days)
        session = Session(new_id(), user_id, now + life, revoked=False)

        def commit(tx: Connection) -> User:
            user = users.get(tx, self._tenant, user_id)
            sessions.add(tx, self._tenant, session, cookie_hash=cookie.hashed, at=now)
            sessions.add_refresh(tx, self._tenant, session.id, refresh.hashed, now)
            users.logged_in(tx, self._tenant, user_id, now)
            return user

        user = await self._db.write(commit)
        log.info("login", user=user.id)
        return Tokens(
            access=self._sign(session),
            refresh=refresh.text,
            cookie=f"{session.id}.{cookie.text}",
            expires_in=self._access.life,
            cookie_life=life,
            user=user,
        )

    async def refresh(self, token: str) -> Tokens:
        """Trade a refresh token for new ones; one that comes twice ends its whole family."""
        now = self._clock.now()
        old, new = hash_of(token), new_secret("nr_")
        ends = expiry(now, self._settings.refresh_days)

        def commit(tx: Connection) -> tuple[Session, User] | None:
            found = sessions.find_refresh(tx, self._tenant, old)
            if found is None or not found[0].lives(now):
                raise TokenInvalidError(field="refreshToken")
            session, used = found
            if used:  # the revocation must be kept, so this transaction may not fail
                sessions.revoke(tx, self._tenant, session.id, now)
                return None
            sessions.use_refresh(tx, self._tenant, old, now)
            sessions.add_refresh(tx, self._tenant, session.id, new.hashed, now)
            sessions.extend(tx, self._tenant, session.id, ends)
            return session, users.get(tx, self._tenant, session.user_id)

        outcome = await self._db.write(commit)
        if outcome is None:
            log.warning("refresh_token_reused")
            raise RefreshReusedError(field="refreshToken")
        session, user = outcome
        return Tokens(
            access=self._sign(session),
            refresh=new.text,
            cookie="",
            expires_in=self._access.life,
            cookie_life=ends - now,
            user=user,
        )

    async def close(self, session_id: str) -> None:
        """Log out: the session and every token of it."""
        now = self._clock.now()
        await self._db.write(lambda tx: sessions.revoke(tx, self._tenant, session_id, now))

    async def by_access_token(self, token: str) -> tuple[Identity, str]:
        """Return who holds an access token, and the session. Role and name are as of now."""
        claims = self._access.verify(token)
        if claims.tenant_id != self._tenant:  # signed here, for another tenant: the mount refuses
            return Identity(claims.tenant_id, claims.user_id, "viewer", ""), claims.session_id
        found = await self._db.read(lambda tx: sessions.find(tx, self._tenant, claims.session_id))
        if found is None or not found[0].lives(self._clock.now()):
            raise TokenInvalidError
        session, _, name, role = found
        return Identity(self._tenant, session.user_id, role, name), session.id

    async def by_cookie(self, value: str) -> tuple[Identity, str] | None:
        """Return who holds a session cookie, and the session; None when it is not good any more."""
        number, _, secret = value.partition(".")
        found = await self._db.read(lambda tx: sessions.find(tx, self._tenant, number))
        if found is None or not found[0].lives(self._clock.now()):
            return None
        session, hashed, name, role = found
        if not is_hash_of(hashed, secret):
            return None
        return Identity(self._tenant, session.user_id, role, name), session.id

    async def prune(self) -> None:
        """Delete what is past its end."""
        now = self._clock.now()

        def commit(tx: Connection) -> None:
            sessions.prune(tx, now)
            tries.prune_links(tx, now)

        await self._db.write(commit)

    def _sign(self, session: Session) -> str:
        return self._access.issue(Claims(self._tenant, session.user_id, session.id))

    async def _rehash(self, user: User, password: str) -> None:
        hashed = await self._passwords.hash(password)
        await self._db.write(lambda tx: users.set_password(tx, self._tenant, user.id, hashed))
