"""Endpoints that hear events, what was delivered to them, and how it is signed and tried again."""

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from standardwebhooks import Webhook as Signer

from daemon.kernel.errors import BadInputError, ConflictError
from daemon.kernel.events import Event

Status = Literal["active", "paused", "disabled"]
State = Literal["pending", "delivered", "failed"]
Reason = Literal["gone", "failing"]

SCHEDULE_S = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The wait before each try: three days and some, all in all."""

JITTER = 0.1
FAILING_FOR = timedelta(days=5)
LONGEST_WAIT = timedelta(days=1)
GONE = 410
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix that the standard gives every secret
SECRET_BYTES = 32
LEAST_BYTES, MOST_BYTES = 24, 64
EXCERPT = 500


@dataclass(frozen=True)
class Endpoint:
    """Where events go.

    `sealed` holds its secrets and headers; `since_seq` is the last event before it was there.
    """

    id: str
    name: str
    url: str
    events: list[str]
    agent_id: str | None
    include_content: bool
    status: Status
    reason: Reason | None
    sealed: bytes
    since_seq: int
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint; its id is the `webhook-id` of every try."""

    id: str
    webhook_id: str
    event_seq: int | None
    type: str
    data: dict[str, Any]
    at: datetime
    state: State
    attempts: int
    next_at: datetime
    status: int | None
    error: str | None
    ms: int | None
    excerpt: str | None
    delivered_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class Attempt:
    """One try: the status of the answer, or why there was none."""

    id: str
    delivery_id: str
    at: datetime
    status: int | None
    error: str | None
    ms: int
    excerpt: str | None


@dataclass(frozen=True)
class Secret:
    """A signing secret; one that was replaced signs along until `until`."""

    value: str
    until: datetime | None = None


@dataclass(frozen=True)
class WebhookDisabled(Event):
    """An endpoint was switched off."""

    name: ClassVar[str] = "webhook.disabled"
    id: str
    webhook_name: str
    reason: str


class WebhookLimitError(ConflictError):
    """The box has as many endpoints as it may."""

    code = "webhook_limit"
    template = "This box may have {limit} of these. Delete one first."
    template_pt = "Esta caixa pode ter {limit} destes. Apague um antes."


class WebhookOffError(ConflictError):
    """Nothing is sent to an endpoint that is not active."""

    code = "webhook_not_active"
    template = "This webhook is {status}. Set its status to active first."
    template_pt = "Este webhook está {status}. Mude o status para active antes."


def new_secret() -> str:
    """Return a fresh signing secret."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def checked_secret(text: str, field: str = "secret") -> str:
    """Return a secret that somebody brought along, or raise with what is wrong with it."""
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(SECRET_PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise BadInputError(
            field=field,
            problem=f"must be whsec_ and {LEAST_BYTES} to {MOST_BYTES} bytes in base64",
            problem_pt=f"deve ser whsec_ e de {LEAST_BYTES} a {MOST_BYTES} bytes em base64",
        )
    return text


def valid(known: Sequence[Secret], now: datetime) -> list[Secret]:
    """Return the secrets that sign now, the newest first."""
    return [secret for secret in known if secret.until is None or secret.until > now]


def signed(known: Sequence[Secret], number: str, now: datetime, body: bytes) -> Mapping[str, str]:
    """Return the headers of the standard: who replaced a secret may check with either."""
    text = body.decode()
    signatures = [Signer(secret.value).sign(number, now, text) for secret in valid(known, now)]
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
        "content-type": "application/json",
    }


def wait_s(attempts: int, chance: float, retry_after: str | None = None) -> float | None:
    """Return the seconds until the next try after so many, None when that was the last one.

    `chance` (0 to 1) spreads the tries; a `Retry-After` in seconds is honoured, up to a day.
    """
    if attempts >= len(SCHEDULE_S):
        return None
    planned = SCHEDULE_S[attempts] * (1 + JITTER * (2 * chance - 1))
    asked = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
    return max(planned, min(asked, LONGEST_WAIT.total_seconds()))
