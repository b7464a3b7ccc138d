"""Rows that hold secrets: Signal keys, credentials, plaintexts, what was sent.

Every value is sealed under its session and carries its own name, so that a row copied to another
place does not open there.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from daemon.infra.database import Connection
from daemon.infra.vault import SealBrokenError, Vault
from daemon.kernel.clock import stamp

KeyRow = Sequence[str | None]
_SEPARATOR = b"\n"
POLL_SECRET_BYTES = 32


class SealedRows:
    """Reads and writes the sealed tables inside a transaction."""

    def __init__(self, vault: Vault, tenant_id: str) -> None:
        self._vault, self._tenant = vault, tenant_id

    def put_keys(self, tx: Connection, session_id: str, rows: Sequence[KeyRow]) -> None:
        """Write and delete keys: [type, id, value or None]."""
        gone = [(session_id, row[0], row[1]) for row in rows if row[2] is None]
        kept = [
            (
                session_id,
                self._tenant,
                row[0],
                row[1],
                self._seal(session_id, f"{row[0]}/{row[1]}", str(row[2]).encode()),
            )
            for row in rows
            if row[2] is not None
        ]
        tx.conn.executemany(
            "DELETE FROM wa_keys WHERE session_id = ? AND type = ? AND id = ?", gone
        )
        tx.conn.executemany(
            "INSERT INTO wa_keys (session_id, tenant_id, type, id, sealed) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET sealed = excluded.sealed",
            kept,
        )

    def keys(
        self, tx: Connection, session_id: str, kind: str, ids: Sequence[str]
    ) -> dict[str, str | None]:
        """Return the values of the keys; None for one that there is not."""
        found: dict[str, str | None] = {}
        for number in ids:
            row = tx.conn.execute(
                "SELECT sealed FROM wa_keys WHERE session_id = ? AND type = ? AND id = ?",
                (session_id, kind, number),
            ).fetchone()
            opened = row and self._open(session_id, f"{kind}/{number}", row["sealed"])
            found[number] = opened.decode() if opened is not None else None
        return found

    def put_creds(self, tx: Connection, session_id: str, creds: str) -> None:
        """Write the credentials of the account."""
        tx.conn.execute(
            "INSERT INTO wa_creds (session_id, tenant_id, sealed) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET sealed = excluded.sealed",
            (session_id, self._tenant, self._seal(session_id, "creds", creds.encode())),
        )

    def creds(self, tx: Connection, session_id: str) -> str | None:
        """Return the credentials of the account."""
        row = tx.conn.execute(
            "SELECT sealed FROM wa_creds WHERE session_id = ?", (session_id,)
        ).fetchone()
        return None if row is None else self._open(session_id, "creds", row["sealed"]).decode()

    def forget(self, tx: Connection, session_id: str) -> None:
        """Delete all that belongs to a link that WhatsApp has ended."""
        for table in ("wa_keys", "wa_creds", "wa_inbox", "wa_sent"):
            tx.conn.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))

    def forgotten(self, tx: Connection, session_id: str) -> bool:
        """Say whether the link has ended and is forgotten: what it still writes is of no use.

        The bridge may have writes on their way when it tells of the end.
        """
        query = (
            "SELECT 1 FROM wa_sessions AS one WHERE id = ? AND wanted = 0 "
            "AND NOT EXISTS (SELECT 1 FROM wa_creds WHERE session_id = one.id)"
        )
        return tx.conn.execute(query, (session_id,)).fetchone() is not None

    def put_inbox(
        self,
        tx: Connection,
        session_id: str,
        digest: str,
        body: bytes,
        *,
        pending: bool,
        at: datetime,
    ) -> None:
        """Keep what was decrypted from the ciphertext of this digest."""
        tx.conn.execute(
            "INSERT INTO wa_inbox (session_id, tenant_id, digest, sealed, pending, at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                session_id,
                self._tenant,
                digest,
                self._seal(session_id, f"inbox/{digest}", body),
                pending,
                stamp(at),
            ),
        )

    def inbox(self, tx: Connection, session_id: str, digest: str) -> bytes | None:
        """Return what was decrypted from the ciphertext of this digest."""
        row = tx.conn.execute(
            "SELECT sealed FROM wa_inbox WHERE session_id = ? AND digest = ?", (session_id, digest)
        ).fetchone()
        return row and self._open(session_id, f"inbox/{digest}", row["sealed"])

    def pending(self, tx: Connection, session_id: str) -> list[tuple[str, bytes]]:
        """Return what was decrypted and not delivered, oldest first."""
        rows = tx.conn.execute(
            "SELECT digest, sealed FROM wa_inbox WHERE session_id = ? AND pending = 1 ORDER BY at",
            (session_id,),
        ).fetchall()
        return [
            (row["digest"], self._open(session_id, f"inbox/{row['digest']}", row["sealed"]))
            for row in rows
        ]

    def delivered(self, tx: Connection, session_id: str, digest: str) -> None:
        """Mark an inbox row as delivered."""
        tx.conn.execute(
            "UPDATE wa_inbox SET pending = 0 WHERE session_id = ? AND digest = ?",
            (session_id, digest),
        )

    def put_sent(
        self, tx: Connection, session_id: str, wa_message_id: str, payload: bytes, at: datetime
    ) -> None:
        """Keep what was sent: a contact that cannot decrypt it asks for it again."""
        tx.conn.execute(
            "INSERT INTO wa_sent (session_id, tenant_id, wa_message_id, sealed, at) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed",
            (
                session_id,
                self._tenant,
                wa_message_id,
                self._seal(session_id, f"sent/{wa_message_id}", payload),
                stamp(at),
            ),
        )

    def sent(self, tx: Connection, session_id: str, wa_message_id: str) -> bytes | None:
        """Return what was sent under this id."""
        row = tx.conn.execute(
            "SELECT sealed FROM wa_sent WHERE session_id = ? AND wa_message_id = ?",
            (session_id, wa_message_id),
        ).fetchone()
        return row and self._open(session_id, f"sent/{wa_message_id}", row["sealed"])

    def poll_to_send(
        self,
        tx: Connection,
        session_id: str,
        wa_message_id: str,
        *,
        name: str,
        options: Sequence[str],
        at: datetime,
    ) -> str:
        """Return the secret (base64) of a poll, the same for each try; it is kept for the votes."""
        known = self.poll(tx, session_id, wa_message_id)
        if known is not None:
            return str(known["secret"])
        secret = base64.b64encode(secrets.token_bytes(POLL_SECRET_BYTES)).decode()
        body = orjson.dumps({"name": name, "options": list(options), "secret": secret})
        tx.conn.execute(
            "INSERT INTO wa_polls (session_id, tenant_id, wa_message_id, sealed, at) "
            "VALUES (?, ?, ?, ?, ?)",
            (
                session_id,
                self._tenant,
                wa_message_id,
                self._seal(session_id, f"poll/{wa_message_id}", body),
                stamp(at),
            ),
        )
        return secret

    def poll(self, tx: Connection, session_id: str, wa_message_id: str) -> dict[str, Any] | None:
        """Return the poll that went out under this id: {name, options, secret}."""
        row = tx.conn.execute(
            "SELECT sealed FROM wa_polls WHERE session_id = ? AND wa_message_id = ?",
            (session_id, wa_message_id),
        ).fetchone()
        if row is None:
            return None
        body = self._open(session_id, f"poll/{wa_message_id}", row["sealed"])
        return dict(orjson.loads(body))

    def put_refused(
        self,
        tx: Connection,
        number: str,
        *,
        session_id: str,
        body: bytes,
        reason: str,
        at: datetime,
    ) -> None:
        """Keep a message that could not be taken in, for its job to try again."""
        tx.conn.execute(
            "INSERT INTO wa_refused (id, session_id, tenant_id, sealed, reason, at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                number,
                session_id,
                self._tenant,
                self._seal(session_id, f"refused/{number}", body),
                reason,
                stamp(at),
            ),
        )

    def refused(self, tx: Connection, number: str) -> bytes | None:
        """Return a message that could not be taken in."""
        row = tx.conn.execute(
            "SELECT session_id, sealed FROM wa_refused WHERE id = ?", (number,)
        ).fetchone()
        return row and self._open(row["session_id"], f"refused/{number}", row["sealed"])

    def taken(self, tx: Connection, number: str) -> None:
        """Drop a message that was taken in after all."""
        tx.conn.execute("DELETE FROM wa_refused WHERE id = ?", (number,))

    def prune(self, tx: Connection, before: datetime, polls_before: datetime) -> None:
        """Drop what nobody will ask for again: WhatsApp keeps undelivered messages a month."""
        tx.conn.execute("DELETE FROM wa_polls WHERE at < ?", (stamp(polls_before),))
        moment = stamp(before)
        tx.conn.execute("DELETE FROM wa_inbox WHERE pending = 0 AND at < ?", (moment,))
        tx.conn.execute("DELETE FROM wa_sent WHERE at < ?", (moment,))

    def _seal(self, session_id: str, name: str, value: bytes) -> bytes:
        return self._vault.seal(name.encode() + _SEPARATOR + value, context=_context(session_id))

    def _open(self, session_id: str, name: str, sealed: bytes) -> bytes:
        opened = self._vault.open(sealed, context=_context(session_id))
        found, _, value = opened.partition(_SEPARATOR)
        if found != name.encode():
            raise SealBrokenError(context=_context(session_id))
        return value


def _context(session_id: str) -> str:
    return f"whatsapp/{session_id}"
