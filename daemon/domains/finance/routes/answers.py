"""What the figures' routes take and answer; every answer says by which definition."""

from typing import Annotated, Literal

from pydantic import Field

from daemon.domains.finance.domain.movements import DEFINITION_VERSION, MovementKind
from daemon.domains.finance.domain.records import InvoiceStatus, Meter
from daemon.domains.finance.domain.records import Period as BillingPeriod
from daemon.domains.finance.domain.upsell import SHARE_PERCENT, UNANSWERED_PERCENT
from daemon.web.schema import ApiModel, ListQuery, Moment

from .views import Date, Id, InvoiceView, SaleView


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


class LoadView(ApiModel):
    """What a month asked of the box."""

    period: str
    waits: int = Field(description="Cases with a reply")
    wait_p95_ms: int | None
    questions: int
    unanswered: int


class StrainView(ApiModel):
    """The box itself is close to its limit, with the evidence."""

    kind: Literal["wait", "unanswered"]
    loads: list[LoadView]


class Upsell(Defined):
    """Signals with their evidence, and what was sold."""

    threshold_percent: int = SHARE_PERCENT
    signals: list[OfferView]
    wait_budget_ms: int
    unanswered_percent: int = UNANSWERED_PERCENT
    strains: list[StrainView]
    sales_centavos: int
    sales: list[SaleView]
    next_cursor: str | None


class InvoicesView(Defined):
    """A page of invoices, with their lines."""

    items: list[InvoiceView]
    next_cursor: str | None
