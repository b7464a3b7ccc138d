"""Routes of outgoing webhooks."""

from datetime import timedelta

from daemon.domains.integrations.domain import catalogue
from daemon.domains.integrations.domain.webhooks import WebhookLimitError, WebhookOffError
from daemon.infra.outbound import OutboundRefusedError
from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import PageView

from .views import INTEGRATIONS
from .webhook_views import (
    DeliveryDetail,
    DeliveryQuery,
    DeliveryView,
    EventTypeView,
    NewWebhook,
    Ping,
    Replay,
    Replayed,
    Rotation,
    WebhookChange,
    WebhookMade,
    WebhookQuery,
    WebhookView,
)

routes = Routes(tag="integrations")

AGENT = "agent_id"
WEBHOOK = {
    "name": "ERP da loja",
    "url": "https://hooks.example.com/nextagent",
    "events": ["message.received", "invoice.*", "payment.updated"],
    "includeContent": False,
    "headers": {"X-Store": "17"},
}


@routes.get("/integrations/events", returns=PageView[EventTypeView])
async def events(call: Call[None, None]) -> Page[EventTypeView]:
    """List the events that webhooks may ask for, each with an example."""
    english = call.language == "en"
    return Page(
        [
            EventTypeView(
                type=kind.name,
                description=kind.says if english else kind.says_pt,
                content=kind.content,
                example={
                    "type": kind.name,
                    "timestamp": "2026-11-22T12:00:00.000000+00:00",
                    "tenantId": call.who.tenant_id,
                    "data": dict(kind.example),
                },
            )
            for kind in catalogue.TYPES
        ]
    )


@routes.get("/integrations/webhooks", query=WebhookQuery, returns=PageView[WebhookView])
async def webhooks(call: Call[None, WebhookQuery]) -> Page[WebhookView]:
    """List the webhooks, newest first."""
    desk, query = call.app[INTEGRATIONS].webhooks, call.query
    found = await desk.page(query.status, query.cursor, query.limit)
    shown = [WebhookView.of(one, desk.headers_of(one)) for one in found.items]
    return Page(shown, found.next_cursor)


@routes.post(
    "/integrations/webhooks",
    role="owner",
    body=NewWebhook,
    returns=WebhookMade,
    status=201,
    errors=[WebhookLimitError, OutboundRefusedError, BadInputError],
    examples={"body": WEBHOOK},
)
async def create_webhook(call: Call[NewWebhook, None]) -> WebhookMade:
    """Add a webhook, signed by Standard Webhooks. The secret is told only in this answer.

    Verify `webhook-id`, `webhook-timestamp` and `webhook-signature` with any library of the
    standard. Deliveries come at least once: tell them apart by `webhook-id`. What fails is tried
    for three days; 410 switches the webhook off, and so do five days without any success.
    """
    desk, body = call.app[INTEGRATIONS].webhooks, call.body
    values = body.model_dump(exclude={"headers", "secret"})
    made, secret = await desk.create(values, secret=body.secret, headers=body.headers)
    return WebhookMade(**WebhookView.of(made, sorted(body.headers)).model_dump(), secret=secret)


@routes.get("/integrations/webhooks/{id}", returns=WebhookView, errors=[NotFoundError])
async def webhook(call: Call[None, None]) -> WebhookView:
    """Show a webhook."""
    desk = call.app[INTEGRATIONS].webhooks
    found = await desk.get(call.path["id"])
    return WebhookView.of(found, desk.headers_of(found))


@routes.patch(
    "/integrations/webhooks/{id}",
    role="owner",
    body=WebhookChange,
    returns=WebhookView,
    errors=[NotFoundError, OutboundRefusedError, BadInputError],
    examples={"body": {"events": ["message.*"], "status": "active"}},
)
async def change_webhook(call: Call[WebhookChange, None]) -> WebhookView:
    """Change a webhook, pause it, or switch it on again."""
    desk, body = call.app[INTEGRATIONS].webhooks, call.body
    values = body.model_dump(exclude_none=True, exclude={"headers"})
    if AGENT in body.model_fields_set:
        values[AGENT] = body.agent_id
    made = await desk.change(call.path["id"], values, body.headers)
    return WebhookView.of(made, desk.headers_of(made))


@routes.delete("/integrations/webhooks/{id}", role="owner", errors=[NotFoundError])
async def delete_webhook(call: Call[None, None]) -> None:
    """Delete a webhook with its log."""
    await call.app[INTEGRATIONS].webhooks.delete(call.path["id"])


@routes.post(
    "/integrations/webhooks/{id}/rotate",
    role="owner",
    body=Rotation,
    returns=WebhookMade,
    errors=[NotFoundError],
    examples={"body": {"overlapHours": 24}},
)
async def rotate(call: Call[Rotation, None]) -> WebhookMade:
    """Make a new secret. Until the overlap is over, deliveries carry a signature of each."""
    desk = call.app[INTEGRATIONS].webhooks
    made, secret = await desk.rotate(call.path["id"], timedelta(hours=call.body.overlap_hours))
    return WebhookMade(**WebhookView.of(made, desk.headers_of(made)).model_dump(), secret=secret)


@routes.post(
    "/integrations/webhooks/{id}/ping",
    body=Ping,
    returns=DeliveryView,
    status=202,
    errors=[NotFoundError, WebhookOffError, BadInputError],
    examples={"body": {"type": "message.received"}},
)
async def ping(call: Call[Ping, None]) -> DeliveryView:
    """Send an example of an event; its data says `test: true`. See the delivery for the outcome."""
    known = (catalogue.PING, *catalogue.BY_NAME)
    if call.body.type not in known:
        raise BadInputError(
            field="type",
            problem="is no event; see GET /integrations/events",
            problem_pt="não é um evento; veja GET /integrations/events",
        )
    sent = await call.app[INTEGRATIONS].webhooks.ping(call.path["id"], call.body.type)
    return DeliveryView.of(sent)


@routes.post(
    "/integrations/webhooks/{id}/replay",
    body=Replay,
    returns=Replayed,
    status=202,
    errors=[NotFoundError, WebhookOffError],
    examples={"body": {"since": "2026-11-01T00:00:00Z", "only": "all"}},
)
async def replay(call: Call[Replay, None]) -> Replayed:
    """Send anew what failed, or was missed, since a moment.

    What was missed can be sent as long as the event log keeps it (`retention.events_days`).
    """
    body = call.body
    queued = await call.app[INTEGRATIONS].webhooks.replay(
        call.path["id"],
        body.since,
        failed=body.only in ("failed", "all"),
        missed=body.only in ("missed", "all"),
    )
    return Replayed(queued=queued)


@routes.get("/integrations/deliveries", query=DeliveryQuery, returns=PageView[DeliveryView])
async def deliveries(call: Call[None, DeliveryQuery]) -> Page[DeliveryView]:
    """List deliveries, newest first."""
    query = call.query
    equal = {"webhook_id": query.webhook_id, "state": query.state, "type": query.type}
    found = await call.app[INTEGRATIONS].webhooks.deliveries(equal, query.cursor, query.limit)
    return Page([DeliveryView.of(one) for one in found.items], found.next_cursor)


@routes.get("/integrations/deliveries/{id}", returns=DeliveryDetail, errors=[NotFoundError])
async def delivery(call: Call[None, None]) -> DeliveryDetail:
    """Show a delivery with its last tries."""
    sent, tries = await call.app[INTEGRATIONS].webhooks.delivery(call.path["id"])
    return DeliveryDetail.whole(sent, tries)


@routes.post(
    "/integrations/deliveries/{id}/replay",
    returns=DeliveryView,
    status=202,
    errors=[NotFoundError, WebhookOffError],
)
async def resend(call: Call[None, None]) -> DeliveryView:
    """Send once more, under the same `webhook-id`."""
    return DeliveryView.of(await call.app[INTEGRATIONS].webhooks.resend(call.path["id"]))
