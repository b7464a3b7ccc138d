"""What the box runs of the documents it was sent: in force, refused with a reason, or on its way.

The verdict on a version is written in the transaction that takes it, so that a kill at any moment
leaves the old content in force or the new one, never half. Only what needs files first waits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from sync.ports import Transaction

State = Literal["applied", "refused", "pending"]


@dataclass(frozen=True)
class Verdict:
    """What is to become of a version; a reason names the field that is wrong."""

    state: State
    reason: str = ""


APPLIED = Verdict("applied")
Judge = Callable[[str, Any], Verdict]


def accept(_: str, __: Any) -> Verdict:
    """Put anything in force, as the fleet simulator does."""
    return APPLIED


@dataclass(frozen=True)
class Running:
    """How a kind of document stands: the latest version, and the one in force."""

    kind: str
    version: int
    state: State
    reason: str
    applied: int | None
    expires: str | None


@dataclass(frozen=True)
class Document:
    """A version of a kind, and its content; a withdrawn one returns the box to its own."""

    kind: str
    version: int
    body: Any
    withdrawn: bool = False

    def judged(self, judge: Judge) -> Verdict:
        """Return the verdict; to take a content back needs nobody's."""
        return APPLIED if self.withdrawn else judge(self.kind, self.body)


def overview(tx: Transaction) -> list[Running]:
    """Return how each kind stands."""
    rows = tx.conn.execute(
        "SELECT r.kind, r.version, r.state, r.reason, r.applied, d.expires "
        "FROM sync_running r JOIN sync_documents d ON d.kind = r.kind ORDER BY r.kind"
    )
    return [Running(*row) for row in rows]


def in_force(tx: Transaction) -> dict[str, Any]:
    """Return the content in force, by kind."""
    rows = tx.conn.execute("SELECT kind, body FROM sync_running WHERE body IS NOT NULL")
    return {row[0]: orjson.loads(row[1]) for row in rows}


def taken(tx: Transaction, kinds: Sequence[str]) -> list[Document]:
    """Return the versions that were just taken."""
    rows = tx.conn.execute("SELECT kind, version, document FROM sync_documents").fetchall()
    return [_read(*row) for row in rows if row[0] in kinds]


def latest(tx: Transaction, *states: State) -> list[Document]:
    """Return the latest version of each kind that is in one of these states."""
    rows = tx.conn.execute(
        "SELECT d.kind, d.version, d.document, r.state FROM sync_documents d "
        "JOIN sync_running r ON r.kind = d.kind AND r.version = d.version ORDER BY d.kind"
    )
    return [_read(*row[:3]) for row in rows if row[3] in states]


def _read(kind: str, version: int, document: str) -> Document:
    content = orjson.loads(document)
    return Document(kind, version, content["body"], content.get("withdrawn") is True)


def settle(tx: Transaction, tenant_id: str, one: Document, verdict: Verdict, *, at: str) -> bool:
    """Note the verdict on a version, and put it in force if it is applied; all in one step.

    False, and nothing is done, when a newer version came in the meantime.
    """
    row = tx.conn.execute(
        "SELECT version FROM sync_documents WHERE kind = ?", (one.kind,)
    ).fetchone()
    if row is None or row[0] != one.version:
        return False
    applied = verdict.state == "applied"
    tx.conn.execute(
        "INSERT INTO sync_running VALUES (:tenant, :kind, :version, :state, :reason, :applied, "
        ":body, :at) ON CONFLICT (kind) DO UPDATE SET version = excluded.version, "
        "state = excluded.state, reason = excluded.reason, at = excluded.at, "
        "applied = coalesce(excluded.applied, applied), "
        "body = CASE WHEN excluded.applied IS NULL THEN body ELSE excluded.body END",
        {
            "tenant": tenant_id,
            "kind": one.kind,
            "version": one.version,
            "state": verdict.state,
            "reason": verdict.reason,
            "applied": one.version if applied else None,
            "body": orjson.dumps(one.body).decode() if applied and not one.withdrawn else None,
            "at": at,
        },
    )
    return True


def report(tx: Transaction) -> dict[str, Any]:
    """Return what the control plane hears: the versions in force, and what was refused and why."""
    found = overview(tx)
    told: dict[str, Any] = {
        "documents": {one.kind: one.applied for one in found if one.applied is not None}
    }
    refused = {
        one.kind: {"version": one.version, "reason": one.reason}
        for one in found
        if one.state == "refused"
    }
    return {**told, "refused": refused} if refused else told
