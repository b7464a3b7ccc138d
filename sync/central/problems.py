"""Answers to boxes: every one signed, every refusal a documented problem."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from aiohttp import web

from sync.central.clock import Clock
from sync.central.keyring import Keyring
from sync.central.store import StoreAwayError
from sync.protocol.problems import SyncError
from sync.signing import RESPONSE_SIGNATURE, SERVER_KEYS, sign_response

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AWAY_S = 900  # a shorter pause would bring the whole fleet back at once
PROBLEM_TYPE = "application/problem+json"
SIGNED_PREFIX = "/v1/"


def problem(error: SyncError, clock: Clock, language: str) -> web.Response:
    """Return the refusal with its facts and the time here, which a box may need to know."""
    facts = {**error.facts, "server_time": clock.now().isoformat()}
    body = {
        "type": f"urn:nextagent:problem:{error.code}",
        "title": error.code,
        "status": error.status,
        "code": error.code,
        "detail": error.text(language),
        "facts": facts,
    }
    if "field" in error.facts:
        body["field"] = error.facts["field"]
    response = web.Response(status=error.status, body=orjson.dumps(body), content_type=PROBLEM_TYPE)
    if "retry_after_s" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after_s"])
    return response


def language_of(request: web.Request) -> str:
    """Return the reader's language."""
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "pt-BR"


def answers(key: Keyring, clock: Clock) -> Any:
    """Return the middleware that translates refusals and signs what goes to boxes."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except SyncError as error:
            response = problem(error, clock, language_of(request))
        except StoreAwayError as error:
            log.warning("central_store_away", error=str(error), path=request.path)
            away = SyncError(code="busy", retry_after_s=AWAY_S)
            response = problem(away, clock, language_of(request))
        except web.HTTPRequestEntityTooLarge as error:
            limit = SyncError(code="too_large", what="body", limit=f"{error.text}")
            response = problem(limit, clock, language_of(request))
        if request.path.startswith(SIGNED_PREFIX) and isinstance(response, web.Response):
            body = response.body if isinstance(response.body, bytes) else b""
            response.headers[RESPONSE_SIGNATURE] = sign_response(
                key, response.status, request_number(request), body
            )
            if key.chain:
                response.headers[SERVER_KEYS] = key.chain
        return response

    return answer


def request_number(request: web.Request) -> int:
    """Return the number a box gave its request, 0 if it gave none."""
    text = request.headers.get("na-seq", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - 64 bits


def json(data: Any, status: int = 200) -> web.Response:
    """Return a JSON response."""
    return web.Response(status=status, body=orjson.dumps(data), content_type="application/json")
