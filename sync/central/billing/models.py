"""What the routes of billing take."""

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from sync.central.fleet.models import OWNER
from sync.central.office_models import WORDS, Asked, PriceOfMeter
from sync.protocol.catalogue import METERS

PERIOD = r"^20\d\d-(0[1-9]|1[0-2])$"
PLAN = r"^[0-9a-f-]{36}$"
TEXT = r"^[^\x00-\x1f]*$"
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)
MOST_MONTHS = 60
MOST_CENTAVOS = 10**12


class NewVersion(Asked):
    """A plan's price from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "effectiveFrom": "2027-01-01",
                    "baseCentavos": 18900,
                    "meters": {"messages_in": {"included": 1000, "perThousandCentavos": 900}},
                }
            ]
        }
    )

    effective_from: date = Field(ge=FIRST_DAY, le=LAST_DAY)
    currency: str = Field("BRL", pattern=r"^[A-Z]{3}$")
    period_months: Literal[1, 3, 6, 12] = 1
    base_centavos: int = Field(ge=0, le=MOST_CENTAVOS)
    meters: dict[str, PriceOfMeter] = Field(default_factory=dict, max_length=len(METERS))

    @field_validator("meters")
    @classmethod
    def known_meters(cls, value: dict[str, PriceOfMeter]) -> dict[str, PriceOfMeter]:
        """Refuse a price for what is not counted."""
        if strange := sorted(set(value) - METERS):
            msg = f"there is no meter {strange[0][:80]!r}"
            raise ValueError(msg)
        return value


class NewPlan(Asked):
    """A plan with its first price; a retail plan may name the wholesale plan it costs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tier": "retail",
                    "resellerId": "norte",
                    "name": "Essencial",
                    "description": "Até mil mensagens por mês",
                    "version": {"effectiveFrom": "2026-01-01", "baseCentavos": 14900},
                }
            ]
        }
    )

    tier: Literal["wholesale", "retail"] = "retail"
    reseller_id: str = Field("", pattern=OWNER)
    name: str = Field(pattern=WORDS)
    description: str = Field("", max_length=1000, pattern=TEXT)
    wholesale_plan_id: str = Field("", pattern=r"^$|" + PLAN)
    version: NewVersion


class PlanChange(Asked):
    """What may change of a plan; prices change by new versions only."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Essencial 2026"}]})

    name: str | None = Field(None, pattern=WORDS)
    description: str | None = Field(None, max_length=1000, pattern=TEXT)
    archived: bool | None = None
    wholesale_plan_id: str | None = Field(None, pattern=r"^$|" + PLAN)


class PlanPage(Asked):
    """A page of plans."""

    tier: Literal["", "wholesale", "retail"] = ""
    reseller_id: str = Field("", pattern=OWNER)
    archived: bool = False
    cursor: str = Field("", pattern=r"^$|" + PLAN)
    limit: int = Field(50, ge=1, le=500)


class Subscribe(Asked):
    """A plan for a tenant, from a day on; without a day, today."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"planId": "0195ab5e-7b1c-7c3a-9b0e-4f1d2a6c8e90", "reason": "Pediu mais mensagens"}
            ]
        }
    )

    plan_id: str = Field(pattern=PLAN)
    on: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY)
    reason: str = Field("", max_length=300, pattern=TEXT)


class Cancel(Asked):
    """The end of a subscription: the first day without it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Fechou a loja"}]})

    on: date | None = Field(None, ge=FIRST_DAY, le=LAST_DAY)
    reason: str = Field("", max_length=300, pattern=TEXT)


class SubscriptionPage(Asked):
    """A page of subscriptions."""

    state: Literal["", "active", "cancelled"] = ""
    plan_id: str = Field("", pattern=r"^$|" + PLAN)
    reseller_id: str = Field("", pattern=OWNER)
    q: str = Field("", max_length=80, pattern=TEXT)
    cursor: str = Field("", pattern=OWNER)
    limit: int = Field(50, ge=1, le=500)


class Period(Asked):
    """A month."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-03"}]})

    period: str = Field(pattern=PERIOD)


class RunPeriod(Period):
    """A month of every tenant."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"period": "2026-03", "resellerId": "norte"}]}
    )

    reseller_id: str = Field("", pattern=OWNER)


class InvoicePage(Asked):
    """A page of invoices."""

    period: str = Field("", pattern=r"^$|" + PERIOD)
    tenant_id: str = Field("", pattern=OWNER)
    reseller_id: str = Field("", pattern=OWNER)
    cursor: str = Field("", max_length=80, pattern=r"^$|^20\d\d-\d\d_[a-z0-9-]{1,63}$")
    limit: int = Field(50, ge=1, le=500)


class Tier(Asked):
    """Whose figures, and of which tier and currency."""

    reseller_id: str = Field("", pattern=OWNER)
    tier: Literal["retail", "wholesale"] = "retail"
    currency: str = Field("BRL", pattern=r"^[A-Z]{3}$")


class TierMonth(Tier):
    """Figures of a month."""

    period: str = Field(pattern=PERIOD)
    kind: Literal["", "new", "expansion", "contraction", "churn", "reactivation"] = ""


class TierMonths(Tier):
    """Figures of a run of months."""

    start: str = Field(pattern=PERIOD)
    end: str = Field(pattern=PERIOD)

    @model_validator(mode="after")
    def in_order(self) -> "TierMonths":
        """Refuse a run that ends before it starts, or is too long to show."""
        count = (
            12 * (int(self.end[:4]) - int(self.start[:4])) + int(self.end[5:]) - int(self.start[5:])
        )
        if not 0 <= count < MOST_MONTHS:
            msg = f"end: must be start or after it, {MOST_MONTHS} months at most"
            raise ValueError(msg)
        return self
