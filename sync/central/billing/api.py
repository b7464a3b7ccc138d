"""Plans, subscriptions, invoices and figures over HTTP."""

from typing import Any

from sync.central.access import Person
from sync.central.answers import billing as answers
from sync.central.billing.figures import Figures
from sync.central.billing.invoices import Invoices
from sync.central.billing.models import (
    Cancel,
    InvoicePage,
    NewPlan,
    NewVersion,
    Period,
    PlanChange,
    PlanPage,
    RunPeriod,
    Subscribe,
    SubscriptionPage,
    Tier,
    TierMonth,
    TierMonths,
)
from sync.central.billing.prices import Prices
from sync.central.billing.subscribing import Subscriptions
from sync.central.office import Office
from sync.central.parts import Central
from sync.central.routing import Answer, Route
from sync.protocol.catalogue import METERS
from sync.protocol.messages import malformed

UNITS = {
    "tokens_in": "token",
    "tokens_out": "token",
    "voice_seconds_in": "second",
    "voice_seconds_out": "second",
    "documents_pages": "page",
}


class BillingApi:
    """Routes of what is sold and what it brings in."""

    def __init__(self, central: Central, office: Office) -> None:
        store, clock = central.store, central.clock
        self.prices = Prices(store, clock, office)
        self.subscriptions = Subscriptions(store, clock, office, self.prices)
        self.invoices = Invoices(store, clock, office, self.prices)
        self.figures = Figures(store, clock, self.prices)
        tenant, plan = "/api/tenants/{id}", "/api/plans/{id}"
        subscription = f"{tenant}/subscription"
        self.table = [
            Route("GET", "/api/meters", self.meters, returns=answers.MeterRow, many=True),
            Route(
                "GET", "/api/plans", self.plans, query=PlanPage, returns=answers.PlanRow, paged=True
            ),
            Route(
                "POST", "/api/plans", self.add_plan, NewPlan, status=201, returns=answers.PlanWhole
            ),
            Route("GET", plan, self.plan, returns=answers.PlanWhole),
            Route("PATCH", plan, self.change_plan, PlanChange, returns=answers.PlanWhole),
            Route(
                "POST",
                f"{plan}/versions",
                self.add_version,
                NewVersion,
                status=201,
                returns=answers.PlanWhole,
            ),
            Route(
                "GET",
                "/api/subscriptions",
                self.all_subscriptions,
                query=SubscriptionPage,
                returns=answers.SubscriptionRow,
                paged=True,
            ),
            Route("GET", subscription, self.subscription, returns=answers.SubscriptionWhole),
            Route(
                "POST", subscription, self.subscribe, Subscribe, returns=answers.SubscriptionWhole
            ),
            Route(
                "POST",
                f"{subscription}/cancel",
                self.cancel,
                Cancel,
                returns=answers.SubscriptionWhole,
            ),
            Route("POST", f"{subscription}/quote", self.quote, Subscribe, returns=answers.Quote),
            Route(
                "GET",
                "/api/invoices",
                self.tenant_invoices,
                query=InvoicePage,
                returns=answers.InvoiceRow,
                paged=True,
            ),
            Route(
                "POST",
                "/api/invoices/run",
                self.run_invoices,
                RunPeriod,
                returns=answers.InvoiceRun,
            ),
            Route(
                "POST",
                f"{tenant}/invoices",
                self.issue_tenant,
                Period,
                status=201,
                returns=answers.Invoice,
            ),
            Route(
                "GET", f"{tenant}/invoices/{{period}}", self.tenant_invoice, returns=answers.Invoice
            ),
            Route(
                "GET",
                f"{tenant}/invoices/{{period}}/preview",
                self.preview,
                returns=answers.Invoice,
            ),
            Route("GET", "/api/figures/mrr", self.mrr, query=TierMonths, returns=answers.Waterfall),
            Route(
                "GET",
                "/api/figures/movements",
                self.movements,
                query=TierMonth,
                returns=answers.Movement,
                many=True,
            ),
            Route(
                "GET", "/api/figures/margin", self.margin, query=TierMonth, returns=answers.Margin
            ),
            Route(
                "GET",
                "/api/figures/upsell",
                self.upsell,
                query=Tier,
                returns=answers.Upsell,
                many=True,
            ),
            Route("GET", "/api/figures/summary", self.summary, query=Tier, returns=answers.Summary),
        ]

    async def meters(self, *_: Any) -> Answer:
        """List what is counted."""
        return [{"meter": meter, "unit": UNITS.get(meter, "count")} for meter in sorted(METERS)]

    async def plans(self, who: Person, _: Any, query: PlanPage, *__: Any) -> Answer:
        """List plans with their price of today."""
        return await self.prices.page(who, query)

    async def add_plan(self, who: Person, body: NewPlan, *_: Any) -> Answer:
        """Add a plan with its first price."""
        return await self.prices.add(who, body)

    async def plan(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a plan with all its prices."""
        return await self.prices.one(who, id_)

    async def change_plan(self, who: Person, body: PlanChange, _: Any, id_: str) -> Answer:
        """Rename or archive a plan."""
        return await self.prices.change(who, id_, body)

    async def add_version(self, who: Person, body: NewVersion, _: Any, id_: str) -> Answer:
        """Add a price from a day on."""
        return await self.prices.add_version(who, id_, body)

    async def all_subscriptions(
        self, who: Person, _: Any, query: SubscriptionPage, *__: Any
    ) -> Answer:
        """List subscriptions by tenant."""
        return await self.subscriptions.page(who, query)

    async def subscription(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a tenant's subscription and how it came about."""
        return await self.subscriptions.one(who, id_)

    async def subscribe(self, who: Person, body: Subscribe, _: Any, id_: str) -> Answer:
        """Start a plan, or change to another."""
        return await self.subscriptions.subscribe(who, id_, body)

    async def cancel(self, who: Person, body: Cancel, _: Any, id_: str) -> Answer:
        """End a subscription."""
        return await self.subscriptions.cancel(who, id_, body)

    async def quote(self, who: Person, body: Subscribe, _: Any, id_: str) -> Answer:
        """Say what a change of plan would be."""
        return await self.subscriptions.quote(who, id_, body)

    async def tenant_invoices(self, who: Person, _: Any, query: InvoicePage, *__: Any) -> Answer:
        """List invoices to tenants."""
        return await self.invoices.page(who, query)

    async def run_invoices(self, who: Person, body: RunPeriod, *_: Any) -> Answer:
        """Issue a month of every tenant."""
        return await self.invoices.run(who, body.period, body.reseller_id)

    async def issue_tenant(self, who: Person, body: Period, _: Any, id_: str) -> Answer:
        """Issue a tenant's invoice of a month; a month that has one keeps it."""
        return await self.invoices.issue(who, id_, body.period)

    async def tenant_invoice(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return a tenant's invoice with its lines and its cost."""
        tenant, period = _month(id_)
        return await self.invoices.show(who, tenant, period)

    async def preview(self, who: Person, _: Any, __: Any, id_: str) -> Answer:
        """Return what a tenant's invoice would be now; nothing is issued."""
        tenant, period = _month(id_)
        return await self.invoices.preview(who, tenant, period)

    async def mrr(self, who: Person, _: Any, query: TierMonths, *__: Any) -> Answer:
        """Return MRR by month with its waterfall, churn and retention."""
        return await self.figures.mrr(who, query)

    async def movements(self, who: Person, _: Any, query: TierMonth, *__: Any) -> Answer:
        """List the tenants behind a month's waterfall."""
        return await self.figures.movements(who, query)

    async def margin(self, who: Person, _: Any, query: TierMonth, *__: Any) -> Answer:
        """Return retail less wholesale of a month, by tenant."""
        return await self.figures.margin(who, query)

    async def upsell(self, who: Person, _: Any, query: Tier, *__: Any) -> Answer:
        """List who could buy more, with the evidence."""
        return await self.figures.upsell(who, query)

    async def summary(self, who: Person, _: Any, query: Tier, *__: Any) -> Answer:
        """Return how things stand today."""
        return await self.figures.summary(who, query)


def _month(id_: str) -> tuple[str, str]:
    from pydantic import ValidationError  # noqa: PLC0415 - only here

    tenant, _, period = id_.partition("/")
    try:
        Period(period=period)
    except ValidationError as error:
        raise malformed(field="period", problem="must be a month such as 2026-03") from error
    return tenant, period
