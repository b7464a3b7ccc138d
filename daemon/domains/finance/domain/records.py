"""What is kept: plans, clients, subscriptions with their history, lines, invoices, payments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from daemon.kernel.events import Event

Period = Literal["monthly", "quarterly", "yearly"]
MONTHS: dict[Period, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}

Meter = Literal["sessions", "agents", "messages", "documents", "voice_minutes"]
METERS: tuple[Meter, ...] = ("sessions", "agents", "messages", "documents", "voice_minutes")

Status = Literal["trialing", "active", "paused", "cancelled"]
Reason = Literal["voluntary", "payment_failure"]
ChangeKind = Literal[
    "started",
    "activated",
    "plan_changed",
    "paused",
    "resumed",
    "cancel_scheduled",
    "cancel_withdrawn",
    "cancelled",
    "reactivated",
]
LineKind = Literal["recurring", "proration", "usage", "extra", "credit"]
InvoiceKind = Literal["invoice", "credit_note"]
Origin = Literal["month", "request"]
InvoiceStatus = Literal["open", "paid", "credited"]
Method = Literal["pix", "boleto", "card", "transfer", "cash", "other"]
PaymentState = Literal["pending", "overdue", "received", "refunded"]


@dataclass(frozen=True)
class Plan:
    """What is sold. `prices` are centavos per period, `entitlements` a month's amounts.

    An entitlement of None is unlimited; `overage` is the price in centavos of one unit more.
    """

    id: str
    code: str
    name: str
    description: str
    currency: str
    prices: dict[str, int]
    entitlements: dict[str, int | None]
    overage: dict[str, int]
    trial_days: int
    status: Literal["active", "archived"]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Client:
    """Who subscribes."""

    id: str
    name: str
    email: str | None
    phone: str | None
    document: str | None
    external_id: str | None
    status: Literal["active", "archived"]
    first_paid_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Subscription:
    """A client's plan as it stands now; its history is in the changes.

    `anchor_at` is what billing periods are counted from, `cycle` which of them runs, `run` how
    often billing began anew.
    """

    id: str
    client_id: str
    plan_id: str
    period: Period
    price: int
    currency: str
    status: Status
    started_at: datetime
    trial_ends_at: datetime | None
    anchor_at: datetime | None
    run: int
    cycle: int
    period_start: datetime | None
    period_end: datetime | None
    cancel_at: datetime | None
    cancel_reason: Reason | None
    mrr: int
    next_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True)
class Change:
    """One entry of a subscription's history: how it stands from `at` on. Never edited."""

    id: str
    subscription_id: str
    client_id: str
    at: datetime
    recorded_at: datetime
    kind: ChangeKind
    status: Status
    plan_id: str
    period: Period
    price: int
    mrr: int
    reason: Reason | None


@dataclass(frozen=True)
class Line:
    """Something owed (or given back, if negative). It goes onto one invoice, once.

    `key` makes it unique: the same month of the same thing is never charged twice.
    """

    id: str
    key: str
    client_id: str
    subscription_id: str | None
    invoice_id: str | None
    kind: LineKind
    code: str
    description: str
    quantity: int
    unit: int
    total: int
    currency: str
    at: datetime
    from_at: datetime | None
    until_at: datetime | None


@dataclass(frozen=True)
class Invoice:
    """A month of a client, or a credit note that corrects one. Its content is never edited."""

    id: str
    kind: InvoiceKind
    number: int
    client_id: str
    period: str
    currency: str
    issued_at: datetime
    due_on: str
    total: int
    paid: int
    credited: int
    status: InvoiceStatus
    corrects: str | None
    reason: str | None
    origin: Origin = "month"

    @property
    def balance(self) -> int:
        """What is still to be paid."""
        return 0 if self.kind == "credit_note" else max(0, self.total - self.paid - self.credited)

    @property
    def label(self) -> str:
        """The number as people read it: `F-000012`, `NC-000003`."""
        return f"{'F' if self.kind == 'invoice' else 'NC'}-{self.number:06d}"


@dataclass(frozen=True)
class Payment:
    """A single receipt, or a charge that waits for one.

    `code` is the provider's own Pix code, `url` its page to pay.
    """

    id: str
    client_id: str | None
    invoice_id: str | None
    amount: int
    currency: str
    method: Method
    state: PaymentState
    at: datetime
    refunded_at: datetime | None
    provider: str | None
    provider_id: str | None
    code: str | None
    url: str | None
    note: str | None


@dataclass(frozen=True)
class Sale:
    """Something sold on top: a better plan, or an extra that goes onto the next invoice."""

    id: str
    client_id: str
    subscription_id: str | None
    kind: Literal["plan_upgrade", "extra"]
    description: str
    amount: int
    currency: str
    at: datetime


@dataclass(frozen=True)
class Kpi:
    """The figures of a closed month."""

    period: str
    currency: str
    definition_version: str
    figures: dict[str, Any]
    closed_at: datetime


@dataclass(frozen=True)
class SubscriptionChanged(Event):
    """A subscription began, moved or ended."""

    name: ClassVar[str] = "subscription.changed"
    id: str
    client_id: str
    kind: str


@dataclass(frozen=True)
class EntitlementNear(Event):
    """A client used 80 or 100 percent of something that its plans include."""

    name: ClassVar[str] = "entitlement.near"
    client_id: str
    meter: str
    used: int
    included: int
    percent: int


@dataclass(frozen=True)
class InvoiceIssued(Event):
    """An invoice or a credit note was drawn up."""

    name: ClassVar[str] = "invoice.issued"
    id: str
    client_id: str
    total: int


@dataclass(frozen=True)
class PaymentChanged(Event):
    """A payment came, or went back (`state`)."""

    name: ClassVar[str] = "payment.updated"
    id: str
    invoice_id: str | None
    state: str
