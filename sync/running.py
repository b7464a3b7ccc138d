"""What the box runs of the documents it was sent: in force, refused with a reason, or on its way.

A document is taken as it comes (`desired.apply`), and judged by the program around the client
(`settle`). Until somebody judges, as in the fleet simulator, what was taken counts as in force.
"""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from sync.ports import Transaction

State = Literal["applied", "refused", "pending"]


@dataclass(frozen=True)
class Running:
    """How a kind of document stands: the latest version, and the one in force."""

    kind: str
    version: int
    state: State
    reason: str
    applied: int | None


@dataclass(frozen=True)
class Unsettled:
    """A document that was taken and is not judged yet."""

    kind: str
    version: int
    body: Any


ALL = (
    "SELECT d.kind, d.version, d.document, r.version AS judged, r.state, r.reason, r.applied, "
    "r.body FROM sync_documents d LEFT JOIN sync_running r ON r.kind = d.kind ORDER BY d.kind"
)


def overview(tx: Transaction) -> list[Running]:
    """Return how each kind stands."""
    return [_running(row) for row in tx.conn.execute(ALL)]


def _running(row: Any) -> Running:
    if row["judged"] is None:
        return Running(row["kind"], row["version"], "applied", "", row["version"])
    if row["judged"] < row["version"]:
        return Running(row["kind"], row["version"], "pending", "", row["applied"])
    return Running(row["kind"], row["version"], row["state"], row["reason"], row["applied"])


def in_force(tx: Transaction) -> dict[str, Any]:
    """Return the content in force, by kind."""
    found = {}
    for row in tx.conn.execute(ALL):
        if row["judged"] is None:
            found[row["kind"]] = orjson.loads(row["document"])["body"]
        elif row["body"] is not None:
            found[row["kind"]] = orjson.loads(row["body"])
    return found


def judged(tx: Transaction) -> dict[str, Any]:
    """Return the content in force that was judged, by kind: nothing is taken on trust here."""
    rows = tx.conn.execute("SELECT kind, body FROM sync_running WHERE body IS NOT NULL")
    return {row["kind"]: orjson.loads(row["body"]) for row in rows}


def unsettled(tx: Transaction) -> list[Unsettled]:
    """Return what nobody has judged yet, and what waits for its files."""
    return [
        Unsettled(row["kind"], row["version"], orjson.loads(row["document"])["body"])
        for row in tx.conn.execute(ALL)
        if row["judged"] is None or row["judged"] < row["version"] or row["state"] == "pending"
    ]


def settle(
    tx: Transaction, tenant_id: str, one: Unsettled, state: State, reason: str, at: str
) -> bool:
    """Note the verdict on a version, and put it in force if it was applied; all in one step.

    False, and nothing is done, when a newer version came in the meantime.
    """
    row = tx.conn.execute(
        "SELECT version FROM sync_documents WHERE kind = ?", (one.kind,)
    ).fetchone()
    if row is None or row["version"] != one.version:
        return False
    applied = state == "applied"
    tx.conn.execute(
        "INSERT INTO sync_running VALUES (:tenant, :kind, :version, :state, :reason, :applied, "
        ":body, :at) ON CONFLICT (kind) DO UPDATE SET version = excluded.version, "
        "state = excluded.state, reason = excluded.reason, at = excluded.at, "
        "applied = coalesce(excluded.applied, applied), body = coalesce(excluded.body, body)",
        {
            "tenant": tenant_id,
            "kind": one.kind,
            "version": one.version,
            "state": state,
            "reason": reason,
            "applied": one.version if applied else None,
            "body": orjson.dumps(one.body).decode() if applied else None,
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
