"""Answers about plans, subscriptions, invoices to tenants and figures."""

from typing import Any, Literal

from pydantic import Field

from .base import (
    AnyReseller,
    Bps,
    Centavos,
    Count,
    Currency,
    Day,
    Id,
    Meter,
    Moment,
    Month,
    Name,
    ResellerId,
    Shown,
    Slug,
    Zone,
)

TierName = Literal["wholesale", "retail"]
PlanName = Name


class MeterRow(Shown):
    """What is counted, and in what."""

    meter: Meter
    unit: Literal["count", "token", "second", "page"]


class MeterPrice(Shown):
    """Units included, then centavos per thousand."""

    included: Count
    per_thousand_centavos: Centavos


class PlanVersion(Shown):
    """A plan's price from a day on."""

    effective_from: Day
    currency: Currency
    period_months: Literal[1, 3, 6, 12]
    base_centavos: Centavos
    meters: dict[str, MeterPrice] = Field(
        examples=[{"messages_in": {"included": 1000, "perThousandCentavos": 900}}]
    )
    created_at: Moment


class PlanRow(Shown):
    """A plan with its price of today."""

    id: Id
    tier: TierName
    reseller_id: AnyReseller
    name: PlanName
    description: str = Field(examples=["Até mil mensagens por mês"])
    wholesale_plan_id: str = Field(description="Empty: it costs nothing", examples=[""])
    archived: bool
    created_at: Moment
    current: PlanVersion | None
    subscribers: Count


class PlanWhole(PlanRow):
    """A plan with all its prices, the newest first."""

    versions: list[PlanVersion]


class SubscriptionRow(Shown):
    """Which plan a tenant has."""

    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    state: Literal["none", "active", "cancelled"]
    plan_id: Id | None
    plan: PlanName | None
    since: Day | None
    ends_on: Day | None
    mrr_centavos: Centavos
    cost_centavos: Centavos
    currency: Currency | None


class SubscriptionStep(Shown):
    """A step that led to a subscription as it is."""

    id: Id
    on: Day
    kind: Literal["start", "upgrade", "downgrade", "change", "cancel", "resume"]
    plan_id: str = Field(description="Empty: it ended", examples=["0195ab5e-7b1c-7c3a"])
    plan: PlanName | None
    mrr_centavos: Centavos
    previous_mrr_centavos: Centavos
    reason: str = Field(examples=[""])
    actor: Name
    created_at: Moment


class SubscriptionWhole(SubscriptionRow):
    """A subscription and every step that led to it."""

    moves: list[SubscriptionStep]


class Quote(Shown):
    """What a change of plan would be."""

    kind: Literal["start", "upgrade", "downgrade", "change", "resume"]
    mrr_centavos: Centavos
    previous_mrr_centavos: Centavos
    credit_centavos: Centavos
    charge_centavos: Centavos


class InvoiceRow(Shown):
    """An invoice to a tenant."""

    id: Id
    number: str = Field(examples=["202603-acme"])
    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    period: Month
    currency: Currency
    total_centavos: Centavos
    cost_centavos: Centavos
    margin_centavos: Centavos
    issued_at: Moment


class PlanLine(Shown):
    """A base price, or the rest of one that is given back."""

    kind: Literal["base", "credit"]
    code: Id
    description: str = Field(examples=["Essencial"])
    from_: Day = Field(alias="from")
    to: Day
    quantity: Literal[1]
    total_centavos: Centavos


class LateHour(Shown):
    """Late usage that an adjustment charges."""

    hour: Moment
    quantity: int = Field(examples=[4])
    made_at: Moment


class UsageLine(Shown):
    """A month's usage of a meter, or what came late for a month before."""

    kind: Literal["usage", "adjustment"]
    code: Meter
    description: str = Field(examples=["messages_in"])
    month: Month
    quantity: int = Field(examples=[1200])
    included: Count
    billed: int = Field(examples=[200])
    per_thousand_centavos: Centavos
    total_centavos: Centavos
    evidence: list[LateHour] = Field(
        default_factory=list, description="The late hours of an adjustment; left out otherwise"
    )


class Cost(Shown):
    """What the tenant costs its reseller."""

    lines: list[PlanLine | UsageLine]
    total_centavos: Centavos


class Invoice(Shown):
    """An invoice to a tenant with its lines and its cost."""

    id: Id | None = Field(description="null: not issued")
    number: str | None = Field(examples=["202603-acme"])
    tenant_id: Slug
    reseller_id: ResellerId
    period: Month
    zone: Zone
    currency: Currency
    lines: list[PlanLine | UsageLine]
    total_centavos: Centavos
    cost: Cost
    margin_centavos: Centavos
    issued_at: Moment


class FailedInvoice(Shown):
    """A tenant whose month could not be issued, and why."""

    tenant_id: Slug
    code: str = Field(examples=["period_closed"])
    detail: str = Field(examples=["2026-04 já foi faturado."])


class InvoiceRun(Shown):
    """What became of a month of every tenant."""

    issued: Count
    skipped: Count
    failed: list[FailedInvoice]


class Fall(Shown):
    """A month of the waterfall: what it began with, what moved, and what it ended with."""

    period: Month
    start_centavos: Centavos
    new_centavos: Centavos
    expansion_centavos: Centavos
    contraction_centavos: Centavos
    churn_centavos: Centavos
    reactivation_centavos: Centavos
    end_centavos: Centavos
    logos_start: Count
    logos_new: Count
    logos_lost: Count
    logos_end: Count
    revenue_churn_bps: Bps
    logo_churn_bps: Bps
    nrr_bps: Bps
    grr_bps: Bps
    arpa_centavos: Centavos | None


class Waterfall(Shown):
    """MRR by month."""

    currency: Currency
    tier: TierName
    months: list[Fall]


class Movement(Shown):
    """A tenant behind a month's waterfall."""

    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    kind: Literal["new", "expansion", "contraction", "churn", "reactivation"]
    start_centavos: Centavos
    end_centavos: Centavos
    amount_centavos: Centavos


class TenantMargin(Shown):
    """What a tenant's invoice left over."""

    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    retail_centavos: Centavos
    cost_centavos: Centavos
    margin_centavos: Centavos
    margin_bps: Bps


class Margin(Shown):
    """Retail less wholesale of a month, the least first."""

    period: Month
    retail_centavos: Centavos
    cost_centavos: Centavos
    margin_centavos: Centavos
    margin_bps: Bps
    tenants: list[TenantMargin]


class Upsell(Shown):
    """Who could buy more, and what says so."""

    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    device_id: Id | None
    signal: Literal["entitlement", "queue_wait", "unanswered"]
    meter: Meter | None
    evidence: dict[str, Any] = Field(
        description="cycles [{period, used, included, shareBps}]; or {p95Ms, limitMs, at}; or "
        "{topics, limit, at}",
        examples=[{"p95Ms": 41000, "limitMs": 30000, "at": "2026-03-02T12:00:00+00:00"}],
    )
    plan_id: Id | None
    plan: PlanName | None


class Summary(Shown):
    """How things stand today."""

    mrr_centavos: Centavos
    cost_centavos: Centavos
    tenants: Count
    boxes: Count
    subscribed: Count
    currency: Currency
    last_month: Fall | None
