"""Signed, versioned documents from the control plane: all of a kind set or none."""

from datetime import datetime
from typing import Any

import orjson

from sync import running
from sync.errors import UntrustedError
from sync.ledger import Ledger
from sync.ports import Transaction
from sync.protocol.events import stamp
from sync.signing import ServerKeys
from sync.state import Memory, save

KINDS = ("entitlements", "models", "brand", "config", "channel")


def take(
    ledger: Ledger,
    tx: Transaction,
    memory: Memory,
    answer: dict[str, Any],
    at: datetime,
    *,
    judge: running.Judge,
) -> list[str]:
    """Take an answer, what becomes of each document, and its name, in one transaction."""
    changed = apply(ledger, tx, memory.server, answer["documents"], at)
    for one in running.taken(tx, changed):
        running.settle(tx, ledger.tenant_id, one, one.judged(judge), at=stamp(at))
    memory.desired_have = str(answer["version"])
    save(tx, ledger.tenant_id, memory)
    return changed


def apply(
    ledger: Ledger,
    tx: Transaction,
    server: ServerKeys,
    documents: list[dict[str, Any]],
    at: datetime,
) -> list[str]:
    """Take the documents in the caller's transaction; return the kinds that are new.

    Raises UntrustedError for a bad signature, another box's document, or an older version than
    one taken before; then nothing is taken.
    """
    changed = []
    for document in documents:
        kind, version = _check(ledger, server, document)
        row = tx.conn.execute(
            "SELECT version FROM sync_documents WHERE kind = ?", (kind,)
        ).fetchone()
        if row is not None and version < row[0]:
            msg = f"{kind}: version {version} is older than {row[0]}"
            raise UntrustedError(msg)
        if row is not None and version == row[0]:
            continue
        tx.conn.execute(
            "INSERT INTO sync_documents VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE "
            "SET version = excluded.version, expires = excluded.expires, "
            "document = excluded.document, received_at = excluded.received_at",
            (
                ledger.tenant_id,
                kind,
                version,
                document.get("expires"),
                orjson.dumps(document).decode(),
                stamp(at),
            ),
        )
        changed.append(kind)
    return changed


def _check(ledger: Ledger, server: ServerKeys, document: dict[str, Any]) -> tuple[str, int]:
    kind, version = document.get("kind"), document.get("version")
    if not server.trusts(document):
        msg = f"{kind}: not signed by the control plane"
        raise UntrustedError(msg)
    if document.get("device") != ledger.device_id:
        msg = f"{kind}: meant for another box"
        raise UntrustedError(msg)
    if kind not in KINDS or type(version) is not int:
        msg = f"{kind}: not a document this version knows"
        raise UntrustedError(msg)
    return str(kind), version


def bodies(tx: Transaction) -> dict[str, dict[str, Any]]:
    """Return the content of the latest versions, by kind; what was withdrawn has none."""
    rows = tx.conn.execute("SELECT kind, document FROM sync_documents")
    found = {row[0]: orjson.loads(row[1]) for row in rows}
    return {kind: one["body"] for kind, one in found.items() if not one.get("withdrawn")}


def versions(tx: Transaction) -> dict[str, int]:
    """Return what version of each kind is in force, to be reported."""
    return dict(map(tuple, tx.conn.execute("SELECT kind, version FROM sync_documents")))
