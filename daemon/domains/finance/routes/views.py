"""What the API takes and shows of money: whole centavos, camelCase."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field, StringConstraints

from daemon.domains.finance.domain.money import MOST
from daemon.domains.finance.domain.records import (
    METERS,
    ChangeKind,
    InvoiceKind,
    InvoiceStatus,
    LineKind,
    Meter,
    Method,
    Origin,
    PaymentState,
    Period,
    Reason,
    Status,
)
from daemon.domains.finance.service.parts import Finance
from daemon.web.schema import ApiModel, ListQuery, Moment, Name

FINANCE: web.AppKey[Finance] = web.AppKey("finance", Finance)

MOST_UNITS = 10**9
Centavos = Annotated[int, Field(ge=0, le=MOST, description="Whole centavos")]
Positive = Annotated[int, Field(gt=0, le=MOST, description="Whole centavos")]
Units = Annotated[int, Field(ge=0, le=MOST_UNITS)]
PlanCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Prices = Annotated[dict[Period, Centavos], Field(min_length=1)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Phone = Annotated[
    str,
    StringConstraints(pattern=r"^\+?[0-9]{10,15}$"),
    AfterValidator(lambda text: text.removeprefix("+")),
]
Document = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z./-]{10,17}$"), Field(description="CPF/CNPJ")
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Date = Annotated[str | None, Field(max_length=40, description="ISO date or date-time")]


class NewPlan(ApiModel):
    """A plan: prices per billing period; entitlements per month, null for unlimited."""

    code: PlanCode
    name: Name
    description: Note = ""
    prices: Prices
    entitlements: dict[Meter, Units | None] = Field(default_factory=dict)
    overage: dict[Meter, Centavos] = Field(
        default_factory=dict, description="Price of one unit more, in centavos"
    )
    trial_days: int = Field(0, ge=0, le=365)


class PlanChange(ApiModel):
    """What to change of a plan; running subscriptions keep their price."""

    code: PlanCode | None = None
    name: Name | None = None
    description: Note | None = None
    prices: Prices | None = None
    entitlements: dict[Meter, Units | None] | None = None
    overage: dict[Meter, Centavos] | None = None
    trial_days: int | None = Field(None, ge=0, le=365)
    status: Literal["active", "archived"] | None = None


class PlanView(ApiModel):
    """A plan."""

    id: str
    code: str
    name: str
    description: str
    currency: str
    prices: dict[Period, int]
    entitlements: dict[Meter, int | None]
    overage: dict[Meter, int]
    trial_days: int
    status: Literal["active", "archived"]
    created_at: Moment
    updated_at: Moment


class NewClient(ApiModel):
    """Somebody who may subscribe."""

    name: Name
    email: Email | None = None
    phone: Phone | None = Field(None, description="With country code; for WhatsApp")
    document: Document | None = None
    external_id: Id | None = None


class ClientChange(NewClient):
    """What to change of a client."""

    name: Name | None = None  # type: ignore[assignment]  # in a change everything is optional
    status: Literal["active", "archived"] | None = None


class ClientView(ApiModel):
    """A client."""

    id: str
    name: str
    email: str | None
    phone: str | None
    document: str | None
    external_id: str | None
    status: Literal["active", "archived"]
    first_paid_at: Moment | None
    created_at: Moment
    updated_at: Moment


class AllowanceView(ApiModel):
    """One meter: included this month (null: unlimited) and used."""

    included: int | None
    used: int
    billed: bool = Field(description="More than that has a price and is billed, not refused")


class EntitlementView(ApiModel):
    """What a client may use right now, and what it owes past its last day."""

    client_id: str
    period: str
    active: bool
    past_due: int = Field(serialization_alias="pastDueCentavos")
    suspended: bool = Field(
        description="The debt is older than the settings allow: nothing new may be made"
    )
    meters: dict[Meter, AllowanceView]


class StatusQuery(ListQuery):
    """Which ones."""

    status: Literal["active", "archived"] | None = None


class NewSubscription(ApiModel):
    """A subscription that begins now, or began earlier in a month that is not closed."""

    client_id: Id
    plan_id: Id
    period: Period = "monthly"
    price_centavos: Centavos | None = Field(None, description="Agreed price; null: the plan's")
    trial_days: int | None = Field(None, ge=0, le=365, description="Null: the plan's")
    started_at: Moment | None = None


class SubscriptionChange(ApiModel):
    """Another plan, period or price, at once and prorated."""

    plan_id: Id | None = None
    period: Period | None = None
    price_centavos: Centavos | None = None


class Cancellation(ApiModel):
    """When and why a subscription ends."""

    when: Literal["now", "period_end"] = "period_end"
    reason: Reason = "voluntary"
    give_back: bool = Field(False, description="With `now`: credit the rest of the period")


class SubscriptionView(ApiModel):
    """A subscription as it stands."""

    id: str
    client_id: str
    plan_id: str
    period: Period
    price: int = Field(serialization_alias="priceCentavos")
    currency: str
    status: Status
    mrr: int = Field(serialization_alias="mrrCentavos")
    started_at: Moment
    trial_ends_at: Moment | None
    period_start: Moment | None
    period_end: Moment | None
    cancel_at: Moment | None
    cancel_reason: Reason | None
    updated_at: Moment


class SubscriptionQuery(ListQuery):
    """Which subscriptions."""

    client_id: Id | None = None
    plan_id: Id | None = None
    status: Status | None = None


class ChangeView(ApiModel):
    """One entry of a subscription's history; it is never edited."""

    id: str
    subscription_id: str
    client_id: str
    at: Moment
    recorded_at: Moment
    kind: ChangeKind
    status: Status
    plan_id: str
    period: Period
    price: int = Field(serialization_alias="priceCentavos")
    mrr: int = Field(serialization_alias="mrrCentavos")
    reason: Reason | None


class NewUsage(ApiModel):
    """What a subscription used; what passes the plan's entitlement is invoiced at its price."""

    meter: Meter
    quantity: int = Field(ge=1, le=MOST_UNITS)
    at: Moment | None = None


class UsageView(ApiModel):
    """The month's sums so far."""

    used: dict[Meter, int] = Field(description=", ".join(METERS))


class LineView(ApiModel):
    """A line of an invoice."""

    id: str
    kind: LineKind
    code: str
    description: str
    subscription_id: str | None
    quantity: int
    unit: int = Field(serialization_alias="unitCentavos")
    total: int = Field(serialization_alias="totalCentavos")
    at: Moment
    from_at: Moment | None = Field(serialization_alias="from")
    until_at: Moment | None = Field(serialization_alias="until")


class InvoiceView(ApiModel):
    """An invoice or a credit note, with its lines."""

    id: str
    kind: InvoiceKind
    origin: Origin = Field(description="Drawn up at the month's edge, or when somebody asked")
    number: int
    label: str
    client_id: str
    period: str
    currency: str
    issued_at: Moment
    due_on: str
    total: int = Field(serialization_alias="totalCentavos")
    paid: int = Field(serialization_alias="paidCentavos")
    credited: int = Field(serialization_alias="creditedCentavos")
    balance: int = Field(serialization_alias="balanceCentavos")
    status: InvoiceStatus
    overdue: bool
    corrects: str | None
    reason: str | None
    pix: str | None = Field(description="Pix code to copy and paste, for what is open")
    lines: list[LineView]


class InvoiceQuery(ListQuery):
    """Which invoices."""

    client_id: Id | None = None
    status: InvoiceStatus | None = None
    period: str | None = Field(None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="2026-11")


class NewInvoice(ApiModel):
    """Whom to invoice at once."""

    client_id: Id


class SentView(ApiModel):
    """How many messages are on their way."""

    messages: int


class NewCredit(ApiModel):
    """A credit note: how much (null: all that is left) and why."""

    amount_centavos: Positive | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class NewPayment(ApiModel):
    """Money that came in against an invoice; without an amount, all that is open."""

    invoice_id: Id
    amount_centavos: Positive | None = None
    method: Method = "pix"
    received_at: Moment | None = None
    note: Note | None = None


class PaymentView(ApiModel):
    """A payment."""

    id: str
    client_id: str | None
    invoice_id: str | None
    amount: int = Field(serialization_alias="amountCentavos")
    currency: str
    method: Method
    state: PaymentState
    at: Moment
    refunded_at: Moment | None
    provider: str | None
    provider_id: str | None
    code: str | None = Field(description="The provider's own Pix code")
    url: str | None = Field(description="The provider's page to pay")
    note: str | None


class PaymentQuery(ListQuery):
    """Which payments."""

    client_id: Id | None = None
    invoice_id: Id | None = None
    state: PaymentState | None = None


class NewSale(ApiModel):
    """An extra; it stands on the client's next invoice."""

    client_id: Id
    description: Name
    amount_centavos: Positive


class SaleView(ApiModel):
    """Something sold on top."""

    id: str
    client_id: str
    subscription_id: str | None
    kind: Literal["plan_upgrade", "extra"]
    description: str
    amount: int = Field(
        serialization_alias="amountCentavos", description="Of an upgrade: MRR gained"
    )
    currency: str
    at: Moment


class SaleQuery(ListQuery):
    """Which sales."""

    client_id: Id | None = None
