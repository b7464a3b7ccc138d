"""Routes that say what they take and give: the one place that validates, guards and documents.

A context declares `routes = Routes(tag="agents")` and decorates its handlers; `app.py` mounts them.
Everything is private unless `public=True`, and every private route needs `x-tenant-id`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from daemon.kernel.errors import (
    BadInputError,
    ForbiddenError,
    NextAgentError,
    TooLargeError,
    UnauthorizedError,
)
from daemon.kernel.pages import Page

from .acts import Audited, Trail, describe, made_by
from .address import address_of
from .auth import Guard, Identity, Role
from .problems import language_of, status_of

B = TypeVar("B")
Q = TypeVar("Q")
Handler = Callable[["Call[Any, Any]"], Awaitable[Any]]

TENANT_HEADER = "x-tenant-id"
MAX_JSON = 2 * 1024 * 1024


class TenantMissingError(NextAgentError):
    """A private route was called without the tenant."""

    code = "tenant_missing"
    status = 400
    template = "Send the header x-tenant-id with the id of this box's tenant."
    template_pt = "Envie o cabeçalho x-tenant-id com o id do tenant desta caixa."


class TenantMismatchError(NextAgentError):
    """The tenant is not the one this box serves, or not the token's."""

    code = "tenant_mismatch"
    status = 403
    template = "This box does not serve that tenant."
    template_pt = "Esta caixa não atende esse tenant."


@dataclass(frozen=True)
class Call(Generic[B, Q]):
    """One request, already checked."""

    request: web.Request
    body: B
    query: Q
    who: Identity
    noted: dict[str, Any] = field(default_factory=dict)
    signed: list[Identity] = field(default_factory=list)

    def note(self, **facts: Any) -> None:
        """Tell the audit log more of this act: never a secret, never anybody's words."""
        self.noted.update(facts)

    def proved(self, who: Identity) -> None:
        """Tell the audit log who a caller of a public route turned out to be."""
        self.signed.append(who)

    @property
    def app(self) -> web.Application:
        """The application, to find a service by its key."""
        return self.request.app

    @property
    def path(self) -> dict[str, str]:
        """The parts of the path."""
        return dict(self.request.match_info)

    @property
    def language(self) -> str:
        """The reader's language, `pt-BR` or `en`."""
        return language_of(self.request)


@dataclass(frozen=True)
class Route:
    """What the OpenAPI document says of one operation."""

    method: str
    path: str
    handler: Handler
    tag: str
    role: Role
    public: bool
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    returns: Any
    status: int
    media: str
    upload: bool
    errors: Sequence[type[NextAgentError]]
    summary: str
    description: str
    examples: dict[str, Any]
    also: Sequence[int]
    audited: Audited
    unaudited: str
    reads: type[BaseModel] | None
    headers: dict[str, str]

    @property
    def act(self) -> str:
        """What the audit log calls it."""
        return f"{self.tag}.{getattr(self.handler, '__name__', 'handler')}"


@dataclass
class Routes:
    """The routes of one context."""

    tag: str
    items: list[Route] = field(default_factory=list)

    def add(
        self,
        method: str,
        path: str,
        *,
        role: Role = "viewer",
        public: bool = False,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        returns: Any = None,
        status: int = 200,
        media: str = "application/json",
        upload: bool = False,
        errors: Sequence[type[NextAgentError]] = (),
        examples: dict[str, Any] | None = None,
        also: Sequence[int] = (),
        audited: Audited | None = None,
        unaudited: str = "",
        reads: type[BaseModel] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare an operation.

        `upload=True` takes multipart, read by the handler itself. `also` are other statuses with
        the same answer. Everything but a GET is an administrative act that the audit log keeps,
        unless `unaudited` says why it is none; `audited="before"` keeps a GET, too (an export).
        `reads` is a JSON body that the handler reads itself, from its bytes; `headers` are those
        that it asks for, by name, and what each is.
        """

        def declare(handler: Handler) -> Handler:
            summary, _, rest = (handler.__doc__ or handler.__name__).strip().partition("\n")
            self.items.append(
                Route(
                    method=method,
                    path=path,
                    handler=handler,
                    tag=self.tag,
                    role=role,
                    public=public,
                    body=body,
                    query=query,
                    returns=returns,
                    status=status,
                    media=media,
                    upload=upload,
                    errors=errors,
                    summary=summary,
                    description=" ".join(rest.split()),
                    examples=examples or {},
                    also=also,
                    audited=audited or ("no" if method == "GET" or unaudited else "before"),
                    unaudited=unaudited,
                    reads=reads,
                    headers=headers or {},
                )
            )
            return handler

        return declare

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a GET."""
        return self.add("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a POST."""
        return self.add("POST", path, **{"role": "operator", **options})

    def patch(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a PATCH."""
        return self.add("PATCH", path, **{"role": "operator", **options})

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a PUT."""
        return self.add("PUT", path, **{"role": "operator", **options})

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a DELETE."""
        return self.add("DELETE", path, **{"role": "operator", "status": 204, **options})


NOBODY = Identity(tenant_id="", user_id="", role="viewer", name="")


def mount(
    app: web.Application,
    routes: Sequence[Route],
    guard: Guard,
    tenant_id: str,
    trail: Trail | None = None,
) -> None:
    """Add the routes to the application, each behind its checks; acts are kept in the trail."""
    for route in routes:
        app.router.add_route(route.method, route.path, _checked(route, guard, tenant_id, trail))


def _checked(
    route: Route, guard: Guard, tenant_id: str, trail: Trail | None
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        who = NOBODY if route.public else await _admit(request, route, guard, tenant_id, trail)
        query = None if route.query is None else _query(route.query, request)
        body = None if route.body is None else await _body(route.body, request)
        call = Call(request=request, body=body, query=query, who=who)
        if trail is None or route.audited == "no":
            result = await route.handler(call)
        else:
            result = await _watched(route, call, trail)
        return result if isinstance(result, web.StreamResponse) else _answer(route, result)

    return handle


async def _watched(route: Route, call: "Call[Any, Any]", trail: Trail) -> Any:
    """Run a handler with its entry in the audit log: no entry, no act.

    An act is written down before it happens and how it went after it, so that one which a power
    cut interrupts is there, too. What only gives something out (a sign-in) is written down with
    its outcome before the answer leaves: nobody can fill the disk by guessing passwords faster
    than the limit of tries, and nobody gets a token without an entry.
    """
    known = None if call.who is NOBODY else call.who
    deed = describe(route.act, call.request, known, call.body, address_of(call.request))
    number = await trail.begin(deed) if route.audited == "before" else None
    status, made = 500, None
    try:
        result = await route.handler(call)
        status = _status(route, result)
        made = made_by(result) if status == HTTPStatus.CREATED else None
    except Exception as error:
        status = status_of(error)
        call.note(code=getattr(error, "code", type(error).__name__))
        raise
    finally:
        if number is not None:
            await trail.end(number, status=status, made=made, facts=call.noted)
        elif status != HTTPStatus.TOO_MANY_REQUESTS:
            deed = replace(deed, who=call.signed[0]) if call.signed else deed
            await trail.whole(deed, status=status, facts=call.noted)
    return result


def _status(route: Route, result: Any) -> int:
    if isinstance(result, web.StreamResponse):
        return result.status
    return route.status if result is not None or route.returns is None else 204


async def _admit(
    request: web.Request, route: Route, guard: Guard, tenant_id: str, trail: Trail | None
) -> Identity:
    who = await guard(request)
    if who is None:
        raise UnauthorizedError
    tenant = request.headers.get(TENANT_HEADER)
    if tenant is None and request.headers.get("Upgrade", "").lower() == "websocket":
        tenant = request.query.get("tenantId", tenant_id)  # a browser cannot set its headers
    if not tenant:
        raise TenantMissingError(field=TENANT_HEADER)
    if tenant_id not in (tenant, who.tenant_id) or tenant != who.tenant_id:
        raise TenantMismatchError(field=TENANT_HEADER)
    if not who.may(route.role):
        if trail is not None and route.audited != "no":
            deed = describe(route.act, request, who, None, address_of(request))
            await trail.whole(deed, status=403, facts={"code": ForbiddenError.code})
        raise ForbiddenError
    return who


def _query(model: type[BaseModel], request: web.Request) -> BaseModel:
    values: dict[str, Any] = {}
    for key in request.query:
        found = request.query.getall(key)
        values[key] = found[0] if len(found) == 1 else found
    return model.model_validate(values)


async def _body(model: type[BaseModel], request: web.Request) -> BaseModel:
    if request.content_length is not None and request.content_length > MAX_JSON:
        raise TooLargeError(field="body", what="body", limit=f"{MAX_JSON} bytes")
    raw = await request.read()
    if len(raw) > MAX_JSON:
        raise TooLargeError(field="body", what="body", limit=f"{MAX_JSON} bytes")
    try:
        data = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadInputError(
            field="body", problem="is not valid JSON", problem_pt="não é um JSON válido"
        ) from error
    try:
        return model.model_validate(data)
    except ValidationError:
        raise
    except RecursionError as error:
        raise BadInputError(
            field="body", problem="is nested too deeply", problem_pt="tem níveis demais"
        ) from error


def _answer(route: Route, result: Any) -> web.Response:
    if result is None:
        return web.Response(status=route.status if route.returns is None else 204)
    return web.Response(
        body=orjson.dumps(to_json(result)), status=route.status, content_type="application/json"
    )


def to_json(value: Any) -> Any:
    """Turn models, pages and plain values into what `orjson` writes."""
    if isinstance(value, Page):
        items = [to_json(item) for item in value.items]
        return {"items": items, "nextCursor": value.next_cursor}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value
