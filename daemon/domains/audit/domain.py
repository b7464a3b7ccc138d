"""An entry, its hash, and what a broken chain is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from daemon.kernel.errors import NotFoundError

Stage = Literal["act", "outcome", "fact"]
"""An act that is about to happen, how it went, and what it did (in the act's own transaction)."""
WhoKind = Literal["user", "key", "cli", "anonymous"]
Outcome = Literal["done", "refused", "failed", "unknown"]

GENESIS = "0" * 64
REFUSED, FAILED = 400, 500  # the first statuses of each


@dataclass(frozen=True)
class Row:
    """One line of the chain as it is written; everything in it is hashed."""

    seq: int
    id: str
    tenant_id: str
    stage: Stage
    act_id: str
    at: str
    act: str
    who_kind: str
    who_id: str
    who_name: str
    role: str
    object: str | None
    path: str
    fields: str
    value: str
    address: str
    request_id: str
    status: int | None
    facts: str
    prev: str


@dataclass(frozen=True)
class Entry:
    """An act with its outcome, as people read it."""

    id: str
    seq: int
    at: datetime
    act: str
    who_kind: WhoKind
    who_id: str
    who_name: str
    role: str
    object: str | None
    path: Mapping[str, str]
    fields: tuple[str, ...]
    values: Mapping[str, Any]
    address: str
    request_id: str
    status: int | None
    outcome: Outcome
    finished_at: datetime | None
    facts: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold."""

    seq: int
    problem: str
    problem_pt: str

    def text(self, language: str) -> str:
        """Say it in words."""
        english = language.startswith("en")
        return f"{self.seq}: {self.problem if english else self.problem_pt}"


class AuditNotFoundError(NotFoundError):
    """No such entry."""

    code = "audit_not_found"
    template = "There is no audit entry {id}."
    template_pt = "Não existe o registro de auditoria {id}."


def digest(row: Row) -> str:
    """Return the hash of a row; it covers the hash of the row before it."""
    values = [getattr(row, name) for name in Row.__dataclass_fields__]
    return hashlib.sha256(orjson.dumps(values)).hexdigest()


def outcome_of(status: int | None) -> Outcome:
    """Say in one word how an act went; unknown: it still runs, or the box went down in it."""
    if status is None:
        return "unknown"
    if status >= FAILED:
        return "failed"
    return "refused" if status >= REFUSED else "done"
