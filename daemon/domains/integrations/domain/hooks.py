"""Ways in: an address with a secret token, and what a call to it makes the box do."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from daemon.kernel.errors import NotFoundError, UnauthorizedError, UnprocessableError

Action = Literal["send_message", "start_flow"]
HookStatus = Literal["active", "paused"]
Outcome = Literal["accepted", "done", "refused"]

TOKEN_PREFIX = "hook_"  # noqa: S105 - a prefix by which leaked tokens are recognised
TOKEN_BYTES = 32
PER_MINUTE = 60


@dataclass(frozen=True)
class Hook:
    """A way in. `mapping` says where in the payload the receiver, the text and so on stand."""

    id: str
    name: str
    token_hash: str
    action: Action
    agent_id: str
    session_id: str | None
    flow_id: str | None
    mapping: dict[str, Any]
    sealed: bytes | None
    status: HookStatus
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Hit:
    """One call; `dedup` is the caller's own id of it."""

    id: str
    hook_id: str
    at: datetime
    outcome: Outcome
    code: str | None
    message_id: str | None
    run_id: str | None
    dedup: str | None


class HookNotFoundError(NotFoundError):
    """No way in has this token, or it is paused."""

    code = "hook_not_found"
    template = "There is no active hook at this address."
    template_pt = "Não existe gatilho ativo neste endereço."


class HookSignatureError(UnauthorizedError):
    """The call is not signed with the hook's secret."""

    code = "hook_signature"
    template = "The Standard Webhooks signature is missing, old or wrong."
    template_pt = "A assinatura Standard Webhooks falta, é antiga ou está errada."


class HookPayloadError(UnprocessableError):
    """The payload does not hold what the mapping points at."""

    code = "hook_payload"
    template = "The payload has no usable value for {target} (mapped from {source})."
    template_pt = "O conteúdo não tem valor utilizável para {target} (mapeado de {source})."


class FlowsMissingError(UnprocessableError):
    """Nobody on this box runs flows."""

    code = "flows_unavailable"
    template = "This box cannot start flows from hooks."
    template_pt = "Esta caixa não consegue iniciar fluxos por gatilhos."


def new_token() -> str:
    """Return a token for an address."""
    return TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """Return what is kept of a token; it is long and random, so one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Bucket:
    """So many calls a minute, for each hook; a restart forgives."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._rate, self._size = per_minute / 60, float(per_minute)
        self._levels: dict[str, tuple[float, float]] = {}

    def wait_s(self, key: str, now: float) -> int:
        """Take one; returns 0, or the seconds to wait."""
        level, at = self._levels.get(key, (self._size, now))
        level = min(self._size, level + (now - at) * self._rate)
        taken = level >= 1
        self._levels[key] = (level - 1 if taken else level, now)
        return 0 if taken else max(1, round((1 - level) / self._rate))
