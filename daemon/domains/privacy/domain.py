"""An export of a person's data, an erasure of it, and the certificate that it leaves behind."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

from daemon.kernel.errors import ConflictError, NotFoundError

State = Literal["queued", "running", "ready", "failed"]
Language = Literal["pt-BR", "en"]
Origin = Literal["person", "restore"]
"""A person asked for it, or a backup brought back who was erased already."""


@dataclass(frozen=True)
class Export:
    """One person's data in a file, for as long as it is kept."""

    id: str
    contact_id: str
    language: Language
    state: State
    created_at: datetime
    bytes: int = 0
    error: str | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Count:
    """What became of one place."""

    place: str
    erased: int
    kept: int


@dataclass(frozen=True)
class Result:
    """What an erasure did. Nothing in it names the person."""

    counts: Sequence[Count] = ()
    files: int = 0
    rebuilt: bool = False
    remaining: Mapping[str, int] = field(default_factory=dict)
    outside: Sequence[str] = ()


@dataclass(frozen=True)
class Erasure:
    """One contact's way out. `pseudonyms` are keyed hashes: only this box can make them."""

    id: str
    contact_id: str
    origin: Origin
    state: State
    step: int
    steps: int
    pseudonyms: Sequence[str]
    result: Result
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    digest: str | None = None

    @property
    def progress(self) -> float:
        """How much of it is done."""
        if self.state == "ready":
            return 1.0
        return round(self.step / self.steps, 2) if self.steps else 0.0

    @property
    def erased(self) -> int:
        """Rows and files that are gone."""
        return sum(one.erased for one in self.result.counts) + self.result.files

    def certificate(self) -> dict[str, Any]:
        """Return what is certified: counts, times, pseudonyms."""
        result = self.result
        return {
            "id": self.id,
            "origin": self.origin,
            "pseudonyms": list(self.pseudonyms),
            "createdAt": self.created_at.isoformat(),
            "finishedAt": None if self.finished_at is None else self.finished_at.isoformat(),
            "counts": [vars(one) for one in result.counts],
            "files": result.files,
            "rebuilt": result.rebuilt,
            "remaining": dict(result.remaining),
            "outside": list(result.outside),
        }

    def hashed(self) -> str:
        """Return the hash of the certificate."""
        body = orjson.dumps(self.certificate(), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(body).hexdigest()


class UnknownContactError(NotFoundError):
    """No such contact."""

    code = "contact_not_found"
    template = "There is no contact {id}."
    template_pt = "Não existe o contato {id}."


class ExportNotFoundError(NotFoundError):
    """No such export."""

    code = "privacy_export_not_found"
    template = "There is no export {id}. It may have expired."
    template_pt = "Não existe a exportação {id}. Ela pode ter expirado."


class ExportNotReadyError(ConflictError):
    """Its file is not there."""

    code = "privacy_export_not_ready"
    template = "Export {id} has no file: it is {state}. Wait until it is ready, or ask again."
    template_pt = "A exportação {id} não tem arquivo: está {state}. Aguarde ou peça de novo."


class ErasureNotFoundError(NotFoundError):
    """No such erasure."""

    code = "privacy_erasure_not_found"
    template = "There is no erasure {id}."
    template_pt = "Não existe o apagamento {id}."


class ErasureNotReadyError(ConflictError):
    """There is no certificate before the end."""

    code = "privacy_erasure_not_ready"
    template = "Erasure {id} is {state}; its certificate comes at the end."
    template_pt = "O apagamento {id} está {state}; o certificado sai no fim."
