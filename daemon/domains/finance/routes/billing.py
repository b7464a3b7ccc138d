"""Routes of plans, clients and subscriptions."""

from typing import Any

from pydantic import BaseModel

from daemon.domains.finance.domain.errors import (
    ClientBusyError,
    FinanceNotFoundError,
    PeriodClosedError,
    PlanArchivedError,
    PlanCodeTakenError,
    SubscriptionStateError,
)
from daemon.domains.finance.service.subscribing import Wish
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .views import (
    FINANCE,
    Cancellation,
    ChangeView,
    ClientChange,
    ClientView,
    EntitlementView,
    NewClient,
    NewPlan,
    NewSubscription,
    NewUsage,
    PlanChange,
    PlanView,
    StatusQuery,
    SubscriptionChange,
    SubscriptionQuery,
    SubscriptionView,
    UsageView,
)

routes = Routes(tag="billing")

PLAN = {
    "code": "start",
    "name": "Start",
    "prices": {"monthly": 4900, "yearly": 49000},
    "entitlements": {"messages": 1000, "agents": 1},
    "overage": {"messages": 6},
}
CLIENT = {"name": "Clínica Bela", "phone": "5511987654321", "email": "contato@bela.example"}


@routes.get("/billing/plans", query=StatusQuery, returns=PageView[PlanView])
async def plans(call: Call[None, StatusQuery]) -> Page[PlanView]:
    """List the plans."""
    query = call.query
    found = await call.app[FINANCE].plans.page(query.status, query.cursor, query.limit)
    return Page([PlanView.model_validate(plan) for plan in found.items], found.next_cursor)


@routes.post(
    "/billing/plans",
    role="owner",
    body=NewPlan,
    returns=PlanView,
    status=201,
    errors=[PlanCodeTakenError],
    examples={"body": PLAN},
)
async def create_plan(call: Call[NewPlan, None]) -> PlanView:
    """Create a plan, in the tenant's currency."""
    return PlanView.model_validate(await call.app[FINANCE].plans.create(call.body.model_dump()))


@routes.get("/billing/plans/{id}", returns=PlanView, errors=[FinanceNotFoundError])
async def plan(call: Call[None, None]) -> PlanView:
    """Show a plan."""
    return PlanView.model_validate(await call.app[FINANCE].plans.get(call.path["id"]))


@routes.patch(
    "/billing/plans/{id}",
    role="owner",
    body=PlanChange,
    examples={"body": {"description": "Para quem tem uma loja"}},
    returns=PlanView,
    errors=[FinanceNotFoundError, PlanCodeTakenError],
)
async def change_plan(call: Call[PlanChange, None]) -> PlanView:
    """Change a plan; running subscriptions keep the price they have."""
    values = call.body.model_dump(exclude_none=True, exclude={"entitlements"})
    if call.body.entitlements is not None:  # in there, null means unlimited
        values["entitlements"] = call.body.entitlements
    return PlanView.model_validate(await call.app[FINANCE].plans.change(call.path["id"], values))


@routes.delete("/billing/plans/{id}", role="owner", errors=[FinanceNotFoundError])
async def delete_plan(call: Call[None, None]) -> None:
    """Delete a plan; one that was ever subscribed to is archived instead."""
    await call.app[FINANCE].plans.delete(call.path["id"])


@routes.get("/billing/clients", query=StatusQuery, returns=PageView[ClientView])
async def clients(call: Call[None, StatusQuery]) -> Page[ClientView]:
    """List the clients, newest first."""
    query = call.query
    found = await call.app[FINANCE].clients.page(query.status, query.cursor, query.limit)
    return Page([ClientView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/billing/clients",
    body=NewClient,
    returns=ClientView,
    status=201,
    examples={"body": CLIENT},
)
async def create_client(call: Call[NewClient, None]) -> ClientView:
    """Create a client."""
    made = await call.app[FINANCE].clients.create(call.body.model_dump())
    return ClientView.model_validate(made)


@routes.get("/billing/clients/{id}", returns=ClientView, errors=[FinanceNotFoundError])
async def client(call: Call[None, None]) -> ClientView:
    """Show a client."""
    return ClientView.model_validate(await call.app[FINANCE].clients.get(call.path["id"]))


@routes.patch(
    "/billing/clients/{id}",
    body=ClientChange,
    examples={"body": {"name": "Padaria Estrela do Sul Ltda."}},
    returns=ClientView,
    errors=[FinanceNotFoundError],
)
async def change_client(call: Call[ClientChange, None]) -> ClientView:
    """Change a client."""
    values = _given(call.body, "name", "status")
    changed = await call.app[FINANCE].clients.change(call.path["id"], values)
    return ClientView.model_validate(changed)


@routes.delete("/billing/clients/{id}", errors=[FinanceNotFoundError, ClientBusyError])
async def delete_client(call: Call[None, None]) -> None:
    """Delete a client; one with a past is archived, one that still subscribes stays."""
    await call.app[FINANCE].clients.delete(call.path["id"])


@routes.get(
    "/billing/clients/{id}/entitlements", returns=EntitlementView, errors=[FinanceNotFoundError]
)
async def entitlements(call: Call[None, None]) -> EntitlementView:
    """Show what a client may use this month, what it used, and what it owes."""
    found = await call.app[FINANCE].entitlements.of(call.path["id"])
    return EntitlementView.model_validate(found)


@routes.get("/billing/subscriptions", query=SubscriptionQuery, returns=PageView[SubscriptionView])
async def subscriptions(call: Call[None, SubscriptionQuery]) -> Page[SubscriptionView]:
    """List subscriptions, newest first."""
    query = call.query
    equal = query.model_dump(include={"client_id", "plan_id", "status"})
    found = await call.app[FINANCE].subscriptions.page(equal, query.cursor, query.limit)
    return Page([SubscriptionView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/billing/subscriptions",
    body=NewSubscription,
    examples={"body": {"clientId": "", "planId": "", "period": "monthly", "trialDays": 0}},
    returns=SubscriptionView,
    status=201,
    errors=[PlanArchivedError, PeriodClosedError],
)
async def subscribe(call: Call[NewSubscription, None]) -> SubscriptionView:
    """Begin a subscription.

    One that began in an earlier month counts in MRR from then on; what it owed for those months
    is taken as charged elsewhere.
    """
    body = call.body
    wish = Wish(
        body.client_id,
        body.plan_id,
        body.period,
        body.price_centavos,
        body.trial_days,
        body.started_at,
    )
    return SubscriptionView.model_validate(await call.app[FINANCE].subscriptions.create(wish))


@routes.get("/billing/subscriptions/{id}", returns=SubscriptionView, errors=[FinanceNotFoundError])
async def subscription(call: Call[None, None]) -> SubscriptionView:
    """Show a subscription."""
    found = await call.app[FINANCE].subscriptions.get(call.path["id"])
    return SubscriptionView.model_validate(found)


@routes.get(
    "/billing/subscriptions/{id}/history",
    query=ListQuery,
    returns=PageView[ChangeView],
    errors=[FinanceNotFoundError],
)
async def history(call: Call[None, ListQuery]) -> Page[ChangeView]:
    """List what happened to a subscription, newest first."""
    query = call.query
    found = await call.app[FINANCE].subscriptions.history(
        call.path["id"], query.cursor, query.limit
    )
    return Page([ChangeView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/billing/subscriptions/{id}/change",
    body=SubscriptionChange,
    examples={"body": {"priceCentavos": 24900}},
    returns=SubscriptionView,
    errors=[FinanceNotFoundError, SubscriptionStateError, PlanArchivedError],
)
async def change_subscription(call: Call[SubscriptionChange, None]) -> SubscriptionView:
    """Upgrade or downgrade at once: the rest of the old is credited, of the new charged."""
    body = call.body
    changed = await call.app[FINANCE].subscriptions.change_plan(
        call.path["id"], body.plan_id, body.period, body.price_centavos
    )
    return SubscriptionView.model_validate(changed)


@routes.post(
    "/billing/subscriptions/{id}/pause",
    returns=SubscriptionView,
    errors=[FinanceNotFoundError, SubscriptionStateError],
)
async def pause(call: Call[None, None]) -> SubscriptionView:
    """Pause: nothing is charged, the rest of the period is credited."""
    changed = await call.app[FINANCE].subscriptions.pause(call.path["id"])
    return SubscriptionView.model_validate(changed)


@routes.post(
    "/billing/subscriptions/{id}/resume",
    returns=SubscriptionView,
    errors=[FinanceNotFoundError, SubscriptionStateError],
)
async def resume(call: Call[None, None]) -> SubscriptionView:
    """Resume with a new period."""
    changed = await call.app[FINANCE].subscriptions.resume(call.path["id"])
    return SubscriptionView.model_validate(changed)


@routes.post(
    "/billing/subscriptions/{id}/cancel",
    body=Cancellation,
    examples={"body": {"when": "period_end", "reason": "voluntary"}},
    returns=SubscriptionView,
    errors=[FinanceNotFoundError, SubscriptionStateError],
)
async def cancel(call: Call[Cancellation, None]) -> SubscriptionView:
    """Cancel, now or when the period ends."""
    body = call.body
    changed = await call.app[FINANCE].subscriptions.cancel(
        call.path["id"],
        later=body.when == "period_end",
        reason=body.reason,
        give_back=body.give_back,
    )
    return SubscriptionView.model_validate(changed)


@routes.post(
    "/billing/subscriptions/{id}/reactivate",
    returns=SubscriptionView,
    errors=[FinanceNotFoundError, SubscriptionStateError],
)
async def reactivate(call: Call[None, None]) -> SubscriptionView:
    """Take back a planned end, or begin again after it."""
    changed = await call.app[FINANCE].subscriptions.reactivate(call.path["id"])
    return SubscriptionView.model_validate(changed)


@routes.post(
    "/billing/subscriptions/{id}/usage",
    unaudited="a measurement, kept as it came",
    body=NewUsage,
    examples={"body": {"meter": "messages", "quantity": 120}},
    returns=UsageView,
    status=201,
    errors=[FinanceNotFoundError, PeriodClosedError],
)
async def use(call: Call[NewUsage, None]) -> UsageView:
    """Count what was used; the answer is the month's sums."""
    body = call.body
    used = await call.app[FINANCE].subscriptions.use(
        call.path["id"], body.meter, body.quantity, body.at
    )
    return UsageView.model_validate({"used": used})


def _given(body: BaseModel, *required: str) -> dict[str, Any]:
    """Return what was sent; null clears a field, but not one that must stand."""
    values = body.model_dump(exclude_unset=True)
    return {
        name: value for name, value in values.items() if not (value is None and name in required)
    }
