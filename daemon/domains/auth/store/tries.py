"""Rows of login tries and of set-up links: counted in the database, so no restart forgets them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from math import ceil

from daemon.domains.auth.domain import TRY_WINDOW
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import RateLimitedError


def take(
    tx: Connection, tenant: str, subjects: Sequence[str], *, limit: int, now: datetime
) -> list[int]:
    """Count one try of each subject before it is made. Raises RateLimitedError.

    Subjects are stored as hashes: people type their password into the wrong field.
    """
    since = stamp(now - TRY_WINDOW)
    tx.conn.execute("DELETE FROM auth_tries WHERE at < ?", (since,))
    taken = []
    for subject in subjects:
        hashed = sha256(subject.encode()).digest()
        row = tx.conn.execute(
            "SELECT count(*) AS n, min(at) AS first FROM auth_tries "
            "WHERE tenant_id = ? AND subject = ?",
            (tenant, hashed),
        ).fetchone()
        if row["n"] >= limit:
            free = datetime.fromisoformat(row["first"]) + TRY_WINDOW - now
            raise RateLimitedError(retry_after_s=max(1, ceil(free.total_seconds())))
        cursor = tx.conn.execute(
            "INSERT INTO auth_tries (tenant_id, subject, at) VALUES (?, ?, ?)",
            (tenant, hashed, stamp(now)),
        )
        taken.append(int(cursor.lastrowid or 0))
    return taken


def give_back(tx: Connection, taken: Sequence[int]) -> None:
    """Uncount tries that were good; what others tried from the same place stays counted."""
    tx.conn.executemany("DELETE FROM auth_tries WHERE id = ?", [(number,) for number in taken])


def forgive(tx: Connection, tenant: str, subject: str) -> None:
    """Forget the tries of a subject: it proved to be who it says."""
    tx.conn.execute(
        "DELETE FROM auth_tries WHERE tenant_id = ? AND subject = ?",
        (tenant, sha256(subject.encode()).digest()),
    )


def add_link(tx: Connection, tenant: str, hashed: bytes, expires_at: datetime) -> None:
    """Insert a set-up link."""
    tx.conn.execute(
        "INSERT INTO auth_setup_tokens (hash, tenant_id, expires_at) VALUES (?, ?, ?)",
        (hashed, tenant, stamp(expires_at)),
    )


def link_lives(tx: Connection, tenant: str, hashed: bytes, now: datetime) -> bool:
    """Say whether a set-up link is good."""
    row = tx.conn.execute(
        "SELECT 1 FROM auth_setup_tokens WHERE tenant_id = ? AND hash = ? AND expires_at > ?",
        (tenant, hashed, stamp(now)),
    ).fetchone()
    return row is not None


def remove_links(tx: Connection, tenant: str) -> None:
    """Delete every set-up link: one was used."""
    tx.conn.execute("DELETE FROM auth_setup_tokens WHERE tenant_id = ?", (tenant,))


def prune_links(tx: Connection, now: datetime) -> None:
    """Delete set-up links past their end."""
    tx.conn.execute("DELETE FROM auth_setup_tokens WHERE expires_at < ?", (stamp(now),))
