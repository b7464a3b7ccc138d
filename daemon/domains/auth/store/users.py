"""Rows of users."""

import sqlite3
from datetime import datetime
from typing import Any

from daemon.domains.auth.domain import User, UsernameTakenError
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import NotFoundError

COLUMNS = "id, tenant_id, username, name, role, created_at, updated_at, last_login_at"


def add(tx: Connection, user: User, password_hash: str) -> None:
    """Insert a user. Raises UsernameTakenError."""
    try:
        tx.conn.execute(
            f"INSERT INTO users ({COLUMNS}, password_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                user.id,
                user.tenant_id,
                user.username,
                user.name,
                user.role,
                stamp(user.created_at),
                stamp(user.updated_at),
                None,
                password_hash,
            ),
        )
    except sqlite3.IntegrityError:
        raise UsernameTakenError(field="username", username=user.username) from None


def get(tx: Connection, tenant: str, number: str) -> User:
    """Return a user. Raises NotFoundError."""
    row = tx.conn.execute(
        f"SELECT {COLUMNS} FROM users WHERE tenant_id = ? AND id = ?", (tenant, number)
    ).fetchone()
    if row is None:
        raise NotFoundError(kind="user", id=number)
    return _user(row)


def find(tx: Connection, tenant: str, username: str) -> tuple[User, str] | None:
    """Return the user of that name and the hash of the password."""
    row = tx.conn.execute(
        f"SELECT {COLUMNS}, password_hash FROM users WHERE tenant_id = ? AND username = ?",
        (tenant, username),
    ).fetchone()
    return None if row is None else (_user(row), row["password_hash"])


def password_hash(tx: Connection, tenant: str, number: str) -> str:
    """Return the hash of a user's password. Raises NotFoundError."""
    row = tx.conn.execute(
        "SELECT password_hash FROM users WHERE tenant_id = ? AND id = ?", (tenant, number)
    ).fetchone()
    if row is None:
        raise NotFoundError(kind="user", id=number)
    return str(row["password_hash"])


def listed(tx: Connection, tenant: str, cursor: str | None, limit: int) -> list[User]:
    """Return users, oldest first."""
    rows = tx.conn.execute(
        f"SELECT {COLUMNS} FROM users WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?",
        (tenant, cursor or "", limit),
    )
    return [_user(row) for row in rows]


def owners(tx: Connection, tenant: str) -> list[User]:
    """Return the owners."""
    rows = tx.conn.execute(
        f"SELECT {COLUMNS} FROM users WHERE tenant_id = ? AND role = 'owner'", (tenant,)
    )
    return [_user(row) for row in rows]


def count(tx: Connection, tenant: str) -> int:
    """Return how many users there are."""
    row = tx.conn.execute("SELECT count(*) FROM users WHERE tenant_id = ?", (tenant,)).fetchone()
    return int(row[0])


def update(tx: Connection, user: User) -> None:
    """Write name, role and the time of the change."""
    tx.conn.execute(
        "UPDATE users SET name = ?, role = ?, updated_at = ? WHERE tenant_id = ? AND id = ?",
        (user.name, user.role, stamp(user.updated_at), user.tenant_id, user.id),
    )


def set_password(tx: Connection, tenant: str, number: str, hashed: str) -> None:
    """Replace the hash of the password."""
    tx.conn.execute(
        "UPDATE users SET password_hash = ? WHERE tenant_id = ? AND id = ?",
        (hashed, tenant, number),
    )


def logged_in(tx: Connection, tenant: str, number: str, at: datetime) -> None:
    """Write the time of the last login."""
    tx.conn.execute(
        "UPDATE users SET last_login_at = ? WHERE tenant_id = ? AND id = ?",
        (stamp(at), tenant, number),
    )


def remove(tx: Connection, tenant: str, number: str) -> None:
    """Delete a user, and every session with it."""
    tx.conn.execute("DELETE FROM users WHERE tenant_id = ? AND id = ?", (tenant, number))


def _user(row: Any) -> User:
    last = row["last_login_at"]
    return User(
        id=row["id"],
        tenant_id=row["tenant_id"],
        username=row["username"],
        name=row["name"],
        role=row["role"],
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        last_login_at=None if last is None else datetime.fromisoformat(last),
    )
