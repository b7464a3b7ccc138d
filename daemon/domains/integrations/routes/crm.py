"""Routes of CRM and ERP."""

from daemon.domains.integrations.domain.webhooks import WebhookLimitError
from daemon.infra.outbound import OutboundRefusedError
from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .crm_views import (
    ConnectorChange,
    ConnectorView,
    DraftView,
    DryRun,
    LinkView,
    NewConnector,
    PreviewView,
    PulledView,
    PullTry,
    PullWish,
    SentView,
    SyncQueued,
    SyncWish,
)
from .views import INTEGRATIONS

routes = Routes(tag="integrations")

CONTACT = {"person.name": "/name", "person.phones[0].value": "/phone", "tags": "/tags"}
CONNECTOR = {
    "name": "CRM de vendas",
    "baseUrl": "https://crm.example.com/api/v1",
    "headers": {"Authorization": "Bearer 5f3c"},
    "auto": False,
    "objects": {
        "contact": {
            "create": {"method": "POST", "path": "/people", "fields": CONTACT},
            "update": {"method": "PUT", "path": "/people/{{/externalId}}"},
            "idPointer": "/data/id",
            "pull": {
                "path": "/people?updated_since={{/since}}&page={{/page}}",
                "items": "/data",
                "changed": "/updated_at",
            },
        },
        "deal": {
            "create": {
                "path": "/deals",
                "body": {"name": "{{/title}} ({{/contact/name|-}})", "amount": "/value"},
            }
        },
    },
}


@routes.get("/integrations/crm", query=ListQuery, returns=PageView[ConnectorView])
async def connectors(call: Call[None, ListQuery]) -> Page[ConnectorView]:
    """List the connectors, newest first."""
    found = await call.app[INTEGRATIONS].crm.page(call.query.cursor, call.query.limit)
    return Page([ConnectorView.of(one) for one in found.items], found.next_cursor)


@routes.post(
    "/integrations/crm",
    role="owner",
    body=NewConnector,
    returns=ConnectorView,
    status=201,
    errors=[WebhookLimitError, OutboundRefusedError, BadInputError],
    examples={"body": CONNECTOR},
)
async def create_connector(call: Call[NewConnector, None]) -> ConnectorView:
    """Add a CRM or an ERP that takes JSON over HTTP.

    A text in a body or a path is a JSON pointer into the thing that is sent, or holds some in
    double braces. `/externalId` is the id that it has over there. `fields` are the body by dotted
    paths; two that cannot both be there (`person` and `person.name`) are refused.
    """
    values = call.body.model_dump(by_alias=False, exclude={"headers", "objects"})
    values["objects"] = call.body.model_dump(by_alias=True)["objects"]
    made = await call.app[INTEGRATIONS].crm.create(values, call.body.headers)
    return ConnectorView.of(made)


@routes.get("/integrations/crm/{id}", returns=ConnectorView, errors=[NotFoundError])
async def connector(call: Call[None, None]) -> ConnectorView:
    """Show a connector."""
    return ConnectorView.of(await call.app[INTEGRATIONS].crm.get(call.path["id"]))


@routes.patch(
    "/integrations/crm/{id}",
    role="owner",
    body=ConnectorChange,
    returns=ConnectorView,
    errors=[NotFoundError, OutboundRefusedError, BadInputError],
    examples={"body": {"name": "CRM de vendas (novo)"}},
)
async def change_connector(call: Call[ConnectorChange, None]) -> ConnectorView:
    """Change a connector, or pause it."""
    values = call.body.model_dump(exclude_none=True, exclude={"headers", "objects"})
    if call.body.objects is not None:
        values["objects"] = call.body.model_dump(by_alias=True)["objects"]
    made = await call.app[INTEGRATIONS].crm.change(call.path["id"], values, call.body.headers)
    return ConnectorView.of(made)


@routes.delete("/integrations/crm/{id}", role="owner", errors=[NotFoundError])
async def delete_connector(call: Call[None, None]) -> None:
    """Delete a connector; what it made over there stays."""
    await call.app[INTEGRATIONS].crm.delete(call.path["id"])


@routes.post(
    "/integrations/crm/{id}/dry-run",
    body=DryRun,
    returns=DraftView,
    errors=[NotFoundError, OutboundRefusedError, BadInputError],
    unaudited="nothing is sent or written",
    examples={
        "sample": {"kind": "contact", "sample": {"name": "Marina", "phone": "+5511987654321"}},
        "made up": {"kind": "deal"},
    },
)
async def dry_run(call: Call[DryRun, None]) -> DraftView:
    """Show the exact request for a thing, and send nothing."""
    body, desk = call.body, call.app[INTEGRATIONS].crm
    mapping = None if body.mapping is None else body.mapping.model_dump(by_alias=True)
    draft = await desk.dry_run(
        call.path["id"], body.kind, object_id=body.object_id, sample=body.sample, mapping=mapping
    )
    names = (await desk.get(call.path["id"])).header_names
    return DraftView.of(draft, names)


@routes.post(
    "/integrations/crm/{id}/sync",
    body=SyncWish,
    returns=SyncQueued,
    status=202,
    errors=[NotFoundError, BadInputError],
    examples={"body": {"kind": "contact"}},
)
async def sync(call: Call[SyncWish, None]) -> SyncQueued:
    """Send one thing, or all of a kind that changed since they were last sent."""
    body = call.body
    desk = call.app[INTEGRATIONS].crm
    await desk.sync(call.path["id"], body.kind, body.object_id, force=body.force)
    return SyncQueued()


@routes.get(
    "/integrations/crm/{id}/log",
    query=ListQuery,
    returns=PageView[SentView],
    errors=[NotFoundError],
)
async def crm_log(call: Call[None, ListQuery]) -> Page[SentView]:
    """List what was sent, newest first."""
    found = await call.app[INTEGRATIONS].crm.log(
        call.path["id"], call.query.cursor, call.query.limit
    )
    return Page([SentView.model_validate(one) for one in found.items], found.next_cursor)


@routes.get(
    "/integrations/crm/{id}/links",
    query=ListQuery,
    returns=PageView[LinkView],
    errors=[NotFoundError],
)
async def links(call: Call[None, ListQuery]) -> Page[LinkView]:
    """List which of our things are known over there, and by which id."""
    found = await call.app[INTEGRATIONS].crm.links(
        call.path["id"], call.query.cursor, call.query.limit
    )
    return Page([LinkView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/integrations/crm/{id}/pull",
    body=PullWish,
    returns=SyncQueued,
    status=202,
    errors=[NotFoundError, BadInputError],
    examples={"body": {"kind": "contact"}},
)
async def pull(call: Call[PullWish, None]) -> SyncQueued:
    """Bring back now what changed over there since the last time."""
    await call.app[INTEGRATIONS].puller.ask(call.path["id"], call.body.kind)
    return SyncQueued()


@routes.post(
    "/integrations/crm/{id}/pull/dry-run",
    role="owner",
    body=PullTry,
    returns=PreviewView,
    errors=[NotFoundError, OutboundRefusedError, BadInputError],
    unaudited="it only reads over there; nothing is written",
    examples={"body": {"kind": "contact"}},
)
async def pull_dry_run(call: Call[PullTry, None]) -> PreviewView:
    """Ask for the first page from the beginning, and say what would come of it."""
    body = call.body
    mapping = None if body.mapping is None else body.mapping.model_dump(by_alias=True)
    puller = call.app[INTEGRATIONS].puller
    return PreviewView.model_validate(await puller.preview(call.path["id"], body.kind, mapping))


@routes.get("/integrations/crm/{id}/pulls", returns=PageView[PulledView], errors=[NotFoundError])
async def pulls(call: Call[None, None]) -> Page[PulledView]:
    """Say how far each kind was brought back."""
    found = await call.app[INTEGRATIONS].puller.states(call.path["id"])
    return Page([PulledView.model_validate(one) for one in found], None)
