"""One signed request, one response that is believed only with the control plane's signature."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sync.ports import Reply, Transport, TransportError
from sync.protocol.problems import PROBLEMS, SyncError
from sync.signing import RESPONSE_SIGNATURE, SERVER_KEYS, PrivateKey, ServerKeys, sign_request

OK = 200
NOT_MODIFIED = 304
TOO_MANY = 429
SERVER_FAULT = 500


class SlowDownError(Exception):
    """The control plane is there and asks for time."""

    def __init__(self, retry_after_s: float | None) -> None:
        super().__init__("slow down")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Signed:
    """Who asks, and whose answers count."""

    device: str
    key: PrivateKey
    server: ServerKeys


async def ask(
    transport: Transport,
    signed: Signed,
    method: str,
    path: str,
    *,
    seq: int,
    created: datetime,
    body: bytes = b"",
    media: str = "application/json",
) -> Reply:
    """Return a 2xx or 304. Raises SyncError, SlowDownError, or TransportError for all else.

    A refusal without the signature comes from something on the way (a proxy, a captive portal),
    and means no more than a link that is down.
    """
    headers = sign_request(
        signed.key, method, path, device=signed.device, seq=seq, body=body, created=created
    )
    headers["Content-Type"] = media
    reply = await transport.send(method, path, headers, body)
    if reply.status == TOO_MANY or reply.status >= SERVER_FAULT:
        raise SlowDownError(retry_after(reply))
    signature = reply.headers.get(RESPONSE_SIGNATURE, "")
    server = signed.server.extended(reply.headers.get(SERVER_KEYS, ""))
    if not server.trusts_response(signature, reply.status, seq, reply.body):
        msg = f"status {reply.status} without the control plane's signature"
        raise TransportError(msg)
    if reply.status in {OK, NOT_MODIFIED}:
        return reply
    raise refusal(reply)


def refusal(reply: Reply) -> SyncError:
    """Return the refusal a response states. Raises TransportError if it states none of ours."""
    try:
        content: dict[str, Any] = orjson.loads(reply.body)
        code, facts = content["code"], dict(content.get("facts", {}))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        msg = f"status {reply.status} is not a problem of ours"
        raise TransportError(msg) from error
    if code not in PROBLEMS:
        return SyncError(code="malformed", field="response", problem=str(code), **_without(facts))
    return SyncError(code=code, **facts)


def _without(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in {"field", "problem"}}


def retry_after(reply: Reply) -> float | None:
    """Return the seconds a response asks to wait, if it does."""
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None
