"""Routes of deals."""

from daemon.domains.integrations.domain.deals import ExternalIdTakenError
from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import PageView

from .deal_views import DealChange, DealQuery, DealView, NewDeal
from .views import INTEGRATIONS

routes = Routes(tag="deals")

DEAL = {
    "title": "Plano anual",
    "contactId": "",
    "valueCentavos": 150_000,
    "stage": "proposal",
    "externalId": "CRM-1042",
}


@routes.get("/deals", query=DealQuery, returns=PageView[DealView])
async def deals(call: Call[None, DealQuery]) -> Page[DealView]:
    """List deals, newest first."""
    query = call.query
    equal = {"stage": query.stage, "contact_id": query.contact_id}
    found = await call.app[INTEGRATIONS].deals.page(equal, query.cursor, query.limit)
    return Page([DealView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/deals",
    body=NewDeal,
    returns=DealView,
    status=201,
    errors=[BadInputError, ExternalIdTakenError],
    examples={"body": DEAL},
)
async def create_deal(call: Call[NewDeal, None]) -> DealView:
    """Add a deal."""
    values = call.body.model_dump()
    return DealView.model_validate(await call.app[INTEGRATIONS].deals.create(values))


@routes.get("/deals/{id}", returns=DealView, errors=[NotFoundError])
async def deal(call: Call[None, None]) -> DealView:
    """Show a deal."""
    return DealView.model_validate(await call.app[INTEGRATIONS].deals.get(call.path["id"]))


@routes.patch(
    "/deals/{id}",
    body=DealChange,
    returns=DealView,
    errors=[NotFoundError, BadInputError, ExternalIdTakenError],
    examples={"body": {"stage": "won"}},
)
async def change_deal(call: Call[DealChange, None]) -> DealView:
    """Change a deal; null takes its contact or external id away."""
    given = call.body.model_dump(exclude_unset=True)
    kept = {"contact_id", "external_id"}
    values = {name: value for name, value in given.items() if value is not None or name in kept}
    return DealView.model_validate(
        await call.app[INTEGRATIONS].deals.change(call.path["id"], values)
    )


@routes.delete("/deals/{id}", errors=[NotFoundError])
async def delete_deal(call: Call[None, None]) -> None:
    """Delete a deal."""
    await call.app[INTEGRATIONS].deals.delete(call.path["id"])
