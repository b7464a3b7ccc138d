"""A route of the office: what it takes, what it gives, and how it is described."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from sync.central.access import COOKIE, Access, Person
from sync.central.problems import json
from sync.protocol.messages import MAX_SMALL_BODY, malformed, parse

Row = dict[str, Any]
Answer = Row | list[Row] | web.StreamResponse
Handler = Callable[[Person, Any, Any, str], Awaitable[Answer]]
RawHandler = Callable[[Person, web.Request, Any, str], Awaitable[Answer]]
NOBODY = Person("", "", "reader", "-")  # before the login
PRINTABLE = re.compile(r"[A-Za-z0-9-]{1,64}\Z")


@dataclass(frozen=True)
class Route:
    """One operation.

    `returns` describes the answer: one, a list of `many`, or a `paged` one. A `raw` handler gets
    the request in place of the body, and reads or streams by itself; `media` is what it answers.
    """

    method: str
    path: str
    handler: Any
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    public: bool = False
    returns: type[BaseModel] | None = None
    many: bool = False
    paged: bool = False
    raw: bool = False
    media: str = "application/json"


def served(route: Route, access: Access) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler behind its checks: who asks, the ids of the path, body and query."""

    async def handle(request: web.Request) -> web.StreamResponse:
        who = NOBODY if route.public else await access.known(credential(request))
        parts = request.match_info
        for name, value in parts.items():
            if not PRINTABLE.match(value):
                raise malformed(field=name, problem="is not an id")
        id_ = "/".join(parts.values())
        body: Any = request if route.raw else None
        if route.body is not None:
            body = parse(route.body, await _read(request))
        query = None if route.query is None else _query(route.query, request)
        answer = await route.handler(who, body, query, id_)
        if isinstance(answer, web.StreamResponse):
            return answer
        return json(shown(answer), route.status)

    return handle


def credential(request: web.Request) -> str:
    """Return the header, or what the cookie of a login stands for."""
    header = request.headers.get("Authorization", "")
    if header:
        return header
    cookie = request.cookies.get(COOKIE, "")
    return f"Bearer {cookie}" if cookie else ""


async def _read(request: web.Request) -> bytes:
    body = await request.read()
    if len(body) > MAX_SMALL_BODY:
        raise malformed(field="body", problem=f"is over {MAX_SMALL_BODY} bytes")
    return body


def _query(model: type[BaseModel], request: web.Request) -> BaseModel:
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "query"
        raise malformed(field=field, problem=str(first["msg"])) from error


def shown(answer: Row | list[Row]) -> Any:
    """Return rows under the names of the wire; what a box said of itself stays as it said it."""
    if isinstance(answer, list):
        return {"items": [shown(row) for row in answer]}
    return {to_camel(name): value for name, value in answer.items()}


def page(rows: list[Row], cursor: str | None) -> Row:
    """Return a page of a list and where it goes on."""
    return {"items": [shown(row) for row in rows], "next_cursor": cursor}
