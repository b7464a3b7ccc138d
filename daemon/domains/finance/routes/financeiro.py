"""The contract's routes: what money says, each figure with the rows it was computed from."""

from typing import Annotated, Literal

from pydantic import Field

from daemon.domains.finance.domain.movements import DEFINITION_VERSION, KINDS, MovementKind
from daemon.domains.finance.domain.records import InvoiceStatus, Meter
from daemon.domains.finance.domain.records import Period as BillingPeriod
from daemon.domains.finance.domain.upsell import SHARE_PERCENT
from daemon.domains.finance.service.figures import Period
from daemon.domains.finance.service.selling import Offer
from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, Moment

from .invoices import shown
from .views import FINANCE, Date, Id, InvoiceView, SaleView

routes = Routes(tag="finance")


class DatesQuery(ApiModel):
    """From when to when; by default the last twelve months."""

    start: Date = Field(None, description="ISO date or date-time, included")
    end: Date = Field(None, description="ISO date (its day included) or date-time (excluded)")


class PagedDatesQuery(ListQuery):
    """From when to when, and which page of the rows."""

    start: Date = Field(None, description="ISO date or date-time, included")
    end: Date = Field(None, description="ISO date (its day included) or date-time (excluded)")


class MrrQuery(DatesQuery):
    """Which periods."""

    periodo: Literal["mensal", "trimestral", "anual"] = "mensal"


class InvoicesQuery(PagedDatesQuery):
    """Which invoices; by default all, newest first."""

    client_id: Id | None = None
    status: InvoiceStatus | None = None
    periodo: str | None = Field(None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="2026-11")


class Defined(ApiModel):
    """What every answer says of itself."""

    definition_version: Annotated[str, Field(alias="definition_version")] = DEFINITION_VERSION
    currency: str


class HistoryRow(ApiModel):
    """Something that happened to money; refunds and credit notes are negative."""

    at: Moment
    id: str
    kind: Literal["invoice", "credit_note", "payment", "refund"]
    client_id: str | None
    invoice_id: str | None
    amount: int = Field(serialization_alias="amountCentavos")
    currency: str


class History(Defined):
    """Sums of the whole range, and a page of its rows."""

    start: Moment
    end: Moment
    billed_centavos: int
    credited_centavos: int
    received_centavos: int
    refunded_centavos: int
    revenue_centavos: int = Field(description="Received less refunded")
    rows: list[HistoryRow]
    next_cursor: str | None


class MovementRow(ApiModel):
    """One client's movement over one period."""

    client_id: str
    kind: MovementKind
    start: int = Field(serialization_alias="startCentavos")
    end: int = Field(serialization_alias="endCentavos")
    amount: int = Field(serialization_alias="amountCentavos")
    involuntary: int = Field(
        serialization_alias="involuntaryCentavos", description="Lost to failed payment"
    )


class WaterfallView(ApiModel):
    """end = start + new + expansion + reactivation - contraction - churn, to the centavo."""

    period: str
    begins: Moment
    ends: Moment
    start: int = Field(serialization_alias="startCentavos")
    new: int = Field(serialization_alias="newCentavos")
    expansion: int = Field(serialization_alias="expansionCentavos")
    contraction: int = Field(serialization_alias="contractionCentavos")
    churn: int = Field(serialization_alias="churnCentavos")
    reactivation: int = Field(serialization_alias="reactivationCentavos")
    end: int = Field(serialization_alias="endCentavos")
    usage: int = Field(
        serialization_alias="usageRevenueCentavos", description="Invoiced usage; not in MRR"
    )
    rows: list[MovementRow]


class StandingRow(ApiModel):
    """A subscription that MRR is made of."""

    subscription_id: str
    client_id: str
    plan_id: str
    period: BillingPeriod
    price: int = Field(serialization_alias="priceCentavos")
    mrr: int = Field(serialization_alias="mrrCentavos")


class Mrr(Defined):
    """MRR at the end of the range, how it came about, and the subscriptions it is made of."""

    periodo: str
    mrr_centavos: int
    arr_centavos: int
    waterfall: list[WaterfallView]
    rows: list[StandingRow]


class Share(ApiModel):
    """A share with both its amounts; the percentage is text, null over nothing."""

    numerator: int
    denominator: int
    percent: str | None


class RetentionView(ApiModel):
    """The rates of a month, and the clients they come from."""

    period: str
    gross_revenue_churn: Share
    voluntary_churn: Share
    involuntary_churn: Share
    nrr: Share
    grr: Share
    logo_churn: Share
    clients_start: int
    clients_lost: int
    mrr_start: int = Field(serialization_alias="startCentavos")
    rows: list[MovementRow]


class RetentionPage(Defined):
    """Retention and churn, month by month."""

    months: list[RetentionView]


class KpiView(ApiModel):
    """The figures of a month: frozen once it is closed."""

    period: str
    closed: bool
    closed_at: Moment | None
    mrr_start: int = Field(serialization_alias="mrrStartCentavos")
    mrr: int = Field(serialization_alias="mrrCentavos")
    new: int = Field(serialization_alias="newCentavos")
    expansion: int = Field(serialization_alias="expansionCentavos")
    contraction: int = Field(serialization_alias="contractionCentavos")
    churn: int = Field(serialization_alias="churnCentavos")
    reactivation: int = Field(serialization_alias="reactivationCentavos")
    revenue: int = Field(serialization_alias="revenueCentavos")
    billed: int = Field(serialization_alias="billedCentavos")
    usage: int = Field(serialization_alias="usageRevenueCentavos")
    upsell: int = Field(serialization_alias="upsellCentavos")
    clients_start: int
    clients: int
    clients_lost: int
    gross_revenue_churn: Share
    voluntary_churn: Share
    involuntary_churn: Share
    nrr: Share
    grr: Share
    logo_churn: Share
    rows: list[MovementRow]


class Kpis(Defined):
    """A row per month."""

    items: list[KpiView]


class CycleView(ApiModel):
    """What was used of what is included, in one month."""

    period: str
    used: int
    included: int
    percent: str | None


class OfferView(ApiModel):
    """Somebody who is close to needing more, with the evidence."""

    client_id: str
    subscription_id: str
    plan_id: str
    suggested_plan_id: str | None
    meter: Meter
    cycles: list[CycleView]


class Upsell(Defined):
    """Signals with their evidence, and what was sold."""

    threshold_percent: int = SHARE_PERCENT
    signals: list[OfferView]
    sales_centavos: int
    sales: list[SaleView]
    next_cursor: str | None


class InvoicesView(Defined):
    """A page of invoices, with their lines."""

    items: list[InvoiceView]
    next_cursor: str | None


@routes.get("/financeiro/historico", query=PagedDatesQuery, returns=History, errors=[BadInputError])
async def historico(call: Call[None, PagedDatesQuery]) -> History:
    """List invoices, credit notes, payments and refunds, newest first, with their sums."""
    query, finance = call.query, call.app[FINANCE]
    since, until = finance.figures.range_of(query.start, query.end)
    rows, cash = await finance.figures.history(since, until, query.cursor, query.limit)
    page, more = rows[: query.limit], len(rows) > query.limit
    return History(
        currency=finance.desk.currency,
        start=since,
        end=until,
        billed_centavos=cash.billed,
        credited_centavos=cash.credited,
        received_centavos=cash.received,
        refunded_centavos=cash.refunded,
        revenue_centavos=cash.revenue,
        rows=[HistoryRow.model_validate(row) for row in page],
        next_cursor=f"{page[-1]['at']}|{page[-1]['id']}" if more else None,
    )


@routes.get("/financeiro/mrr", query=MrrQuery, returns=Mrr, errors=[BadInputError])
async def mrr(call: Call[None, MrrQuery]) -> Mrr:
    """Show MRR as a waterfall: what it was, how it moved, what it is."""
    query, finance = call.query, call.app[FINANCE]
    span = finance.figures.span(query.start, query.end, query.periodo)
    periods = await finance.figures.periods(span)
    last = periods[-1]
    standing = await finance.figures.standing(last.ends)
    return Mrr(
        currency=finance.desk.currency,
        periodo=query.periodo,
        mrr_centavos=last.figures["mrr"],
        arr_centavos=last.figures["mrr"] * 12,
        waterfall=[_waterfall(one) for one in periods],
        rows=[StandingRow.model_validate(row) for row in standing],
    )


@routes.get(
    "/financeiro/retencao-churn", query=DatesQuery, returns=RetentionPage, errors=[BadInputError]
)
async def retencao_churn(call: Call[None, DatesQuery]) -> RetentionPage:
    """Show churn of revenue and of clients, NRR and GRR, month by month."""
    finance = call.app[FINANCE]
    periods = await finance.figures.periods(finance.figures.span(call.query.start, call.query.end))
    wanted = set(RetentionView.model_fields)
    months = []
    for one in periods:
        values = {name: value for name, value in one.figures.items() if name in wanted}
        lost = [
            row for row in one.movements if row["kind"] in {"churn", "contraction", "expansion"}
        ]
        months.append(
            RetentionView.model_validate({"period": str(one.month), "rows": lost, **values})
        )
    return RetentionPage(currency=finance.desk.currency, months=months)


@routes.get("/financeiro/kpis", query=DatesQuery, returns=Kpis, errors=[BadInputError])
async def kpis(call: Call[None, DatesQuery]) -> Kpis:
    """List the figures of each month; those of closed months do not move."""
    finance = call.app[FINANCE]
    periods = await finance.figures.periods(finance.figures.span(call.query.start, call.query.end))
    return Kpis(currency=finance.desk.currency, items=[_kpi(one) for one in periods])


@routes.get("/financeiro/upsell", query=PagedDatesQuery, returns=Upsell, errors=[BadInputError])
async def upsell(call: Call[None, PagedDatesQuery]) -> Upsell:
    """Show who is close to needing more, with the evidence, and what was sold on top."""
    query, finance = call.query, call.app[FINANCE]
    since, until = finance.figures.range_of(query.start, query.end)
    sold = await finance.sales.page(None, query.cursor, query.limit, start=since, end=until)
    offers = await finance.sales.offers(until)
    return Upsell(
        currency=finance.desk.currency,
        signals=[_offer(one) for one in offers],
        sales_centavos=await finance.figures.sold(since, until),
        sales=[SaleView.model_validate(one) for one in sold.items],
        next_cursor=sold.next_cursor,
    )


@routes.get(
    "/financeiro/faturas", query=InvoicesQuery, returns=InvoicesView, errors=[BadInputError]
)
async def faturas(call: Call[None, InvoicesQuery]) -> InvoicesView:
    """List invoices with their lines and Pix codes, newest first."""
    query, finance = call.query, call.app[FINANCE]
    dated = query.start is not None or query.end is not None
    since, until = finance.figures.range_of(query.start, query.end) if dated else (None, None)
    found = await finance.invoices.page(
        {"client_id": query.client_id, "status": query.status, "period": query.periodo},
        query.cursor,
        query.limit,
        start=since,
        end=until,
    )
    return InvoicesView(
        currency=finance.desk.currency,
        items=[shown(finance, one) for one in found.items],
        next_cursor=found.next_cursor,
    )


def _waterfall(period: Period) -> WaterfallView:
    names = (*KINDS, "usage")
    return WaterfallView.model_validate(
        {
            "period": str(period.month),
            "begins": period.begins,
            "ends": period.ends,
            "start": period.figures["mrr_start"],
            "end": period.figures["mrr"],
            **{name: period.figures[name] for name in names},
            "rows": period.movements,
        }
    )


def _kpi(period: Period) -> KpiView:
    return KpiView.model_validate(
        {
            "period": str(period.month),
            "closed": period.closed_at is not None,
            "closed_at": period.closed_at,
            "rows": period.movements,
            **period.figures,
        }
    )


def _offer(offer: Offer) -> OfferView:
    return OfferView.model_validate(
        {
            "client_id": offer.client_id,
            "subscription_id": offer.subscription_id,
            "plan_id": offer.plan_id,
            "suggested_plan_id": offer.suggested_plan_id,
            "meter": offer.signal.meter,
            "cycles": [CycleView.model_validate(cycle) for cycle in offer.signal.cycles],
        }
    )
