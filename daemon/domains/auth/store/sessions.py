"""Rows of sessions and of their refresh tokens."""

from datetime import datetime
from typing import Any

from daemon.domains.auth.domain import Role, Session
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp


def add(tx: Connection, tenant: str, session: Session, *, cookie_hash: bytes, at: datetime) -> None:
    """Insert a session."""
    tx.conn.execute(
        "INSERT INTO auth_sessions (id, tenant_id, user_id, cookie_hash, created_at, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            session.id,
            tenant,
            session.user_id,
            cookie_hash,
            stamp(at),
            stamp(session.expires_at),
        ),
    )


def find(tx: Connection, tenant: str, number: str) -> tuple[Session, bytes, str, Role] | None:
    """Return a session with the hash of its cookie and the name and role of its user, as of now."""
    row = tx.conn.execute(
        "SELECT auth_sessions.*, users.name AS user_name, users.role FROM auth_sessions "
        "JOIN users ON users.id = auth_sessions.user_id "
        "WHERE auth_sessions.tenant_id = ? AND auth_sessions.id = ?",
        (tenant, number),
    ).fetchone()
    if row is None:
        return None
    return _session(row), row["cookie_hash"], row["user_name"], row["role"]


def extend(tx: Connection, tenant: str, number: str, expires_at: datetime) -> None:
    """Move the end of a session."""
    tx.conn.execute(
        "UPDATE auth_sessions SET expires_at = ? WHERE tenant_id = ? AND id = ?",
        (stamp(expires_at), tenant, number),
    )


def revoke(tx: Connection, tenant: str, number: str, at: datetime) -> None:
    """End one session and its family of tokens."""
    tx.conn.execute(
        "UPDATE auth_sessions SET revoked_at = ? "
        "WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL",
        (stamp(at), tenant, number),
    )


def revoke_all(
    tx: Connection, tenant: str, user_id: str, at: datetime, *, keep: str | None = None
) -> None:
    """End every session of a user, but for the one that asked."""
    tx.conn.execute(
        "UPDATE auth_sessions SET revoked_at = ? "
        "WHERE tenant_id = ? AND user_id = ? AND revoked_at IS NULL AND id <> ?",
        (stamp(at), tenant, user_id, keep or ""),
    )


def add_refresh(tx: Connection, tenant: str, session_id: str, hashed: bytes, at: datetime) -> None:
    """Insert a refresh token of a session."""
    tx.conn.execute(
        "INSERT INTO auth_refresh_tokens (hash, tenant_id, session_id, created_at) "
        "VALUES (?, ?, ?, ?)",
        (hashed, tenant, session_id, stamp(at)),
    )


def find_refresh(tx: Connection, tenant: str, hashed: bytes) -> tuple[Session, bool] | None:
    """Return the session of a refresh token, and whether the token was used before."""
    row = tx.conn.execute(
        "SELECT auth_sessions.*, used_at FROM auth_refresh_tokens "
        "JOIN auth_sessions ON auth_sessions.id = session_id "
        "WHERE auth_refresh_tokens.tenant_id = ? AND hash = ?",
        (tenant, hashed),
    ).fetchone()
    return None if row is None else (_session(row), row["used_at"] is not None)


def use_refresh(tx: Connection, tenant: str, hashed: bytes, at: datetime) -> None:
    """Remember that a refresh token was used: a second time is theft."""
    tx.conn.execute(
        "UPDATE auth_refresh_tokens SET used_at = ? WHERE tenant_id = ? AND hash = ?",
        (stamp(at), tenant, hashed),
    )


def prune(tx: Connection, now: datetime) -> None:
    """Delete sessions past their end, and their tokens with them."""
    tx.conn.execute("DELETE FROM auth_sessions WHERE expires_at < ?", (stamp(now),))


def _session(row: Any) -> Session:
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
        revoked=row["revoked_at"] is not None,
    )
