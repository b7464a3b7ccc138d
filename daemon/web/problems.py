"""Errors become problem+json here, and nowhere else."""

import contextlib
import sqlite3
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from aiohttp import web
from pydantic import ValidationError

from daemon.kernel.complaints import complaint
from daemon.kernel.errors import NextAgentError, RateLimitedError
from models.errors import ModelError
from sync.errors import SyncError
from sync.ports import TransportError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


def language_of(request: web.BaseRequest) -> str:
    """Return the reader's language: English only when it is asked for before Portuguese."""
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("pt"):
            return "pt-BR"
        if tag.startswith("en"):
            return "en"
    return "pt-BR"


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    errors: list[dict[str, Any]] | None = None,
) -> web.Response:
    """Make the answer of RFC 9457."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if field is not None:
        body["field"] = field
    if errors is not None:
        body["errors"] = errors
    return web.Response(body=orjson.dumps(body), status=status, content_type=MEDIA_TYPE)


@web.middleware
async def problems(request: web.Request, handler: Any) -> web.StreamResponse:
    """Answer every error as a problem, in the reader's language."""
    try:
        response: web.StreamResponse = await handler(request)
    except Exception as error:
        for kind, translate in TRANSLATIONS.items():
            if isinstance(error, kind):
                return translate(error, language_of(request))
        raise
    return response


def _place(request: web.Request) -> str:
    """Return the address as it is declared: a part of a path may be a secret."""
    resource = request.match_info.route.resource
    return request.path if resource is None else resource.canonical


@web.middleware
async def last_resort(request: web.Request, handler: Any) -> web.StreamResponse:
    """Log what nobody foresaw, and say so without its details."""
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("request_failed", method=request.method, path=_place(request))
        english = language_of(request) == "en"
        return problem(500, "internal", "Something went wrong." if english else "Algo deu errado.")
    return response


def _model(error: ModelError, language: str) -> web.Response:
    return problem(503 if error.transient else 422, error.code, error.words(language))


def _sync(error: SyncError, language: str) -> web.Response:
    return problem(error.status, error.code, error.text(language))


def _unheard(_: TransportError, language: str) -> web.Response:
    pt, en = "O plano de controle não responde.", "The control plane does not answer."
    return problem(503, "control_plane_unreachable", pt if language == "pt-BR" else en)


def _full(error: sqlite3.OperationalError, language: str) -> web.Response:
    if getattr(error, "sqlite_errorname", "") != "SQLITE_FULL":
        raise error
    return problem(
        507, "disk_full", "O disco está cheio." if language == "pt-BR" else "The disk is full."
    )


def _known(error: NextAgentError, language: str) -> web.Response:
    response = problem(
        error.status,
        error.code,
        error.text(language),
        field=error.field,
        errors=error.listed(language),
    )
    if isinstance(error, RateLimitedError):
        response.headers["Retry-After"] = str(error.facts.get("retry_after_s", 1))
    return response


def _invalid(error: ValidationError, language: str) -> web.Response:
    errors = [
        {"field": ".".join(str(part) for part in item["loc"]), "detail": complaint(item, language)}
        for item in error.errors(include_url=False, include_input=False)
    ]
    first = errors[0]
    named = first["field"] or ("body" if language == "en" else "corpo")
    detail = f"{named}: {first['detail']}"
    return problem(400, "invalid_input", detail, field=first["field"] or "body", errors=errors)


def _http(error: web.HTTPException, language: str) -> web.Response:
    if error.status < HTTPStatus.BAD_REQUEST:
        raise error
    english = language == "en"
    texts = {
        404: ("not_found", "There is no such address.", "Este endereço não existe."),
        405: ("method_not_allowed", "This method is not allowed.", "Método não permitido."),
        413: ("too_large", "The body is too large.", "O corpo da requisição é grande demais."),
    }
    code, en, pt = texts.get(error.status, ("http_error", error.reason, error.reason))
    response = problem(error.status, code, en if english else pt)
    if isinstance(error, web.HTTPMethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
    return response


TRANSLATIONS: dict[type[Exception], Callable[[Any, str], web.Response]] = {
    NextAgentError: _known,
    ValidationError: _invalid,
    web.HTTPException: _http,
    ModelError: _model,
    SyncError: _sync,
    TransportError: _unheard,
    sqlite3.OperationalError: _full,
}


def status_of(error: Exception) -> int:
    """Return the status with which an error is answered."""
    if isinstance(error, web.HTTPException):
        return error.status
    for kind, translate in TRANSLATIONS.items():
        if isinstance(error, kind):
            with contextlib.suppress(type(error)):  # a translator hands back what it does not know
                return translate(error, "en").status
    return 500
