"""Secrets that prove who asks: access tokens (JWT), and random ones stored as hashes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

import jwt

from daemon.infra.database import Connection, Database
from daemon.infra.vault import Vault
from daemon.kernel.clock import Clock

from .domain import TokenExpiredError, TokenInvalidError

ALGORITHM = "HS256"
ISSUER = "nextagent"
KEY_NAME = "jwt"
KEY_CONTEXT = "auth.jwt"
API_KEY_START = "na_"
PREFIX_CHARS = 10


@dataclass(frozen=True)
class Claims:
    """What an access token says, once it is verified."""

    tenant_id: str
    user_id: str
    session_id: str


@dataclass(frozen=True)
class NewSecret:
    """A secret on its way out: shown once, kept as a hash."""

    text: str
    hashed: bytes


class AccessTokens:
    """Signs and verifies access tokens with a key that only the vault can open."""

    def __init__(self, key: bytes, clock: Clock, life: timedelta) -> None:
        self._key, self._clock, self.life = key, clock, life

    @classmethod
    async def load(
        cls, database: Database, vault: Vault, clock: Clock, *, tenant_id: str, life: timedelta
    ) -> Self:
        """Open the key of this box, or make it. Raises VaultError when it cannot be opened."""

        def commit(tx: Connection) -> bytes:
            row = tx.conn.execute(
                "SELECT sealed FROM auth_secrets WHERE name = ?", (KEY_NAME,)
            ).fetchone()
            if row is None:
                key = secrets.token_bytes(32)
            else:
                key = vault.open(row["sealed"], context=KEY_CONTEXT)
            if row is None or not vault.is_current(row["sealed"]):  # `nextagent rotate-key`
                sealed = vault.seal(key, context=KEY_CONTEXT)
                tx.conn.execute(
                    "INSERT OR REPLACE INTO auth_secrets VALUES (?, ?, ?)",
                    (KEY_NAME, tenant_id, sealed),
                )
            return key

        return cls(await database.write(commit), clock, life)

    def issue(self, claims: Claims) -> str:
        """Return a signed token."""
        now = self._clock.now()
        payload = {
            "iss": ISSUER,
            "sub": claims.user_id,
            "tid": claims.tenant_id,
            "sid": claims.session_id,
            "iat": int(now.timestamp()),
            "exp": int((now + self.life).timestamp()),
        }
        return jwt.encode(payload, self._key, algorithm=ALGORITHM)

    def verify(self, token: str) -> Claims:
        """Return the claims. Raises TokenInvalidError or TokenExpiredError."""
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                # The end is compared below, with our own clock.
                options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False},
            )
            claims = Claims(str(payload["tid"]), str(payload["sub"]), str(payload["sid"]))
        except (jwt.InvalidTokenError, KeyError):
            raise TokenInvalidError from None
        if self._clock.now().timestamp() >= float(payload["exp"]):
            raise TokenExpiredError
        return claims


def new_secret(start: str = "") -> NewSecret:
    """Return 256 random bits as text, and their hash."""
    text = start + secrets.token_urlsafe(32)
    return NewSecret(text, hash_of(text))


def new_api_key() -> tuple[str, NewSecret]:
    """Return the prefix of a new API key, by which it is found, and the key."""
    prefix = secrets.token_hex(PREFIX_CHARS // 2)
    return prefix, new_secret(f"{API_KEY_START}{prefix}_")


def prefix_of(key: str) -> str | None:
    """Return the prefix of an API key; None when it cannot be one."""
    prefix, mark, secret = key.removeprefix(API_KEY_START).partition("_")
    return prefix if mark and secret and len(prefix) == PREFIX_CHARS else None


def hash_of(text: str) -> bytes:
    """Hash a random secret: 256 bits need no slow hash."""
    return sha256(text.encode()).digest()


def is_hash_of(hashed: bytes, text: str) -> bool:
    """Compare in constant time."""
    return secrets.compare_digest(hashed, hash_of(text))


def expiry(now: datetime, days: int) -> datetime:
    """Return the moment so many days from now."""
    return now + timedelta(days=days)
