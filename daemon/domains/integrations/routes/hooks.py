"""Routes of ways in, and the ways in themselves."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from daemon.domains.integrations.domain.hooks import (
    FlowsMissingError,
    HookNotFoundError,
    HookPayloadError,
    HookSignatureError,
)
from daemon.domains.integrations.domain.webhooks import WebhookLimitError
from daemon.domains.integrations.service.hooks import Arrival
from daemon.kernel.errors import (
    BadInputError,
    ConflictError,
    NotFoundError,
    RateLimitedError,
    TooLargeError,
)
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .hook_views import HitView, HookAnswer, HookChange, HookMade, HookView, NewHook
from .views import INTEGRATIONS

routes = Routes(tag="integrations")

MAX_BYTES = 256 * 1024
SESSION = "session_id"
FORM = "application/x-www-form-urlencoded"
HOOK = {
    "name": "Pedido pronto",
    "action": "send_message",
    "agentId": "",
    "mapping": {
        "to": "/customer/phone",
        "text": "Olá {{/customer/name|cliente}}, o pedido {{/order/id}} está pronto.",
    },
}


@routes.get("/integrations/hooks", query=ListQuery, returns=PageView[HookView])
async def hooks(call: Call[None, ListQuery]) -> Page[HookView]:
    """List the ways in, newest first."""
    found = await call.app[INTEGRATIONS].hooks.page(call.query.cursor, call.query.limit)
    return Page([HookView.of(one) for one in found.items], found.next_cursor)


@routes.post(
    "/integrations/hooks",
    role="owner",
    body=NewHook,
    returns=HookMade,
    status=201,
    errors=[WebhookLimitError, BadInputError, FlowsMissingError],
    examples={"body": HOOK},
)
async def create_hook(call: Call[NewHook, None]) -> HookMade:
    """Add a way in. Its address is told only in this answer.

    What is posted there sends a message or starts a flow, as the mapping says.
    """
    values = call.body.model_dump(exclude={"secret"})
    made, token = await call.app[INTEGRATIONS].hooks.create(values, call.body.secret)
    return HookMade.told(made, token)


@routes.get("/integrations/hooks/{id}", returns=HookView, errors=[NotFoundError])
async def hook(call: Call[None, None]) -> HookView:
    """Show a way in."""
    return HookView.of(await call.app[INTEGRATIONS].hooks.get(call.path["id"]))


@routes.patch(
    "/integrations/hooks/{id}",
    role="owner",
    body=HookChange,
    returns=HookView,
    errors=[NotFoundError, BadInputError, FlowsMissingError],
    examples={"body": {"name": "Pedido pronto (loja 2)"}},
)
async def change_hook(call: Call[HookChange, None]) -> HookView:
    """Change a way in, or pause it."""
    values = call.body.model_dump(exclude_none=True)
    if SESSION in call.body.model_fields_set:
        values[SESSION] = call.body.session_id
    return HookView.of(await call.app[INTEGRATIONS].hooks.change(call.path["id"], values))


@routes.delete("/integrations/hooks/{id}", role="owner", errors=[NotFoundError])
async def delete_hook(call: Call[None, None]) -> None:
    """Delete a way in."""
    await call.app[INTEGRATIONS].hooks.delete(call.path["id"])


@routes.post(
    "/integrations/hooks/{id}/token", role="owner", returns=HookMade, errors=[NotFoundError]
)
async def renew_hook(call: Call[None, None]) -> HookMade:
    """Give a way in a new address; the old one ends at once."""
    made, token = await call.app[INTEGRATIONS].hooks.renew(call.path["id"])
    return HookMade.told(made, token)


@routes.get(
    "/integrations/hooks/{id}/hits",
    query=ListQuery,
    returns=PageView[HitView],
    errors=[NotFoundError],
)
async def hits(call: Call[None, ListQuery]) -> Page[HitView]:
    """List the calls of a way in, newest first."""
    found = await call.app[INTEGRATIONS].hooks.hits(
        call.path["id"], call.query.cursor, call.query.limit
    )
    return Page([HitView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/hooks/{token}",
    public=True,
    returns=HookAnswer,
    status=202,
    errors=[
        HookNotFoundError,
        HookSignatureError,
        HookPayloadError,
        BadInputError,
        ConflictError,
        TooLargeError,
        RateLimitedError,
    ],
    unaudited="a program's call; the hook's own log has it",
)
async def arrive(call: Call[None, None]) -> HookAnswer:
    """Take a call of another program: JSON, or a form.

    The same `webhook-id` is done once. At most 60 calls a minute; 429 says when to come again.
    """
    desk = call.app[INTEGRATIONS].hooks
    found = await desk.find(call.path["token"])
    raw = await _small(call.request)
    headers = {name.lower(): value for name, value in call.request.headers.items()}
    payload = _form(raw) if call.request.content_type == FORM else _json(raw)
    hit, new = await desk.arrived(found, Arrival(raw, payload, headers))
    return HookAnswer(id=hit.id, known=not new, message_id=hit.message_id)


async def _small(request: web.Request) -> bytes:
    raw = await request.content.read(MAX_BYTES + 1)
    while len(raw) <= MAX_BYTES and not request.content.at_eof():
        raw += await request.content.read(MAX_BYTES + 1 - len(raw))
    if len(raw) > MAX_BYTES:
        raise TooLargeError(field="body", what="body", limit=f"{MAX_BYTES} bytes")
    return raw


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        raise BadInputError(
            field="body", problem="is not valid JSON", problem_pt="não é um JSON válido"
        ) from None


def _form(raw: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise BadInputError(
            field="body", problem="is not a valid form", problem_pt="não é um formulário válido"
        ) from None
