"""What the office's API takes. Names are camelCase on the wire."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from sync.protocol.catalogue import METERS

ID = r"^[a-z0-9][a-z0-9-]{0,62}$"
WORDS = r"^[^\x00-\x1f]{1,120}$"
FIRST, LAST = (
    datetime.fromisoformat("2000-01-01T00:00Z"),
    datetime.fromisoformat("2200-01-01T00:00Z"),
)


class Asked(BaseModel):
    """Base of every body and query: strange names are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class NewReseller(Asked):
    """A reseller."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "sul", "name": "Revenda Sul"}]}
    )

    id: str = Field(pattern=ID)
    name: str = Field(pattern=WORDS)


class NewTenant(Asked):
    """A tenant; a reseller's people leave the reseller out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "padaria", "name": "Padaria Sol", "resellerId": "norte"}]
        }
    )

    id: str = Field(pattern=ID)
    name: str = Field(pattern=WORDS)
    reseller_id: str = Field("", pattern=r"^$|" + ID)


class NewKey(Asked):
    """An API key; without a reseller it is the platform's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "ERP", "role": "reader", "resellerId": "norte", "days": 90}]
        }
    )

    name: str = Field(pattern=WORDS)
    role: Literal["platform", "reseller", "reader"]
    reseller_id: str = Field("", pattern=r"^$|" + ID)
    days: int = Field(365, ge=1, le=3650)


class NewUser(Asked):
    """A person; without a reseller they are the platform's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "username": "marina",
                    "name": "Marina",
                    "password": "uma frase longa",
                    "role": "reseller",
                    "resellerId": "norte",
                }
            ]
        }
    )

    username: str = Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{1,119}$")
    name: str = Field(pattern=WORDS)
    password: str = Field(min_length=10, max_length=200)
    role: Literal["platform", "reseller", "reader"]
    reseller_id: str = Field("", pattern=r"^$|" + ID)


class Login(Asked):
    """Who one is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "marina", "password": "uma frase longa"}]}
    )

    username: str = Field(pattern=WORDS)
    password: str = Field(max_length=200)


class KeyLogin(Asked):
    """An API key in place of a name and a password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"key": "nac_4Xo2vR1uC0mYt7Qe9hJ3kLd8sWbNf5pZ6gTaEiXoU"}]}
    )

    key: str = Field(max_length=200, pattern=r"^[\x21-\x7e]+$")


class NewAudit(Asked):
    """Raw events to be shown: whole roll-ups, first to last."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rawEpoch": 1, "first": 1, "last": 40}]}
    )

    raw_epoch: int = Field(ge=0, le=2**31)
    first: int = Field(ge=1, le=2**53)
    last: int = Field(ge=1, le=2**53)

    @model_validator(mode="after")
    def in_order(self) -> "NewAudit":
        """Refuse what no box could answer."""
        if not 0 <= self.last - self.first < 5000:  # noqa: PLR2004 - MAX_AUDIT
            msg = "last: must be from first to 4,999 events after it"
            raise ValueError(msg)
        return self


class Closing(Asked):
    """Hours before this are closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"before": "2026-03-01T00:00:00Z"}]})

    before: AwareDatetime = Field(ge=FIRST, lt=LAST)


class PriceOfMeter(Asked):
    """Units included, then centavos per thousand units."""

    included: int = Field(0, ge=0, le=10**12)
    per_thousand_centavos: int = Field(ge=0, le=10**9)


class NewInvoice(Asked):
    """A month of a box, to be invoiced at these prices."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "period": "2026-03",
                    "prices": {"messages_in": {"included": 100, "perThousandCentavos": 50}},
                }
            ]
        }
    )

    period: str = Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")
    zone: Literal[
        "America/Sao_Paulo",
        "America/Bahia",
        "America/Fortaleza",
        "America/Recife",
        "America/Belem",
        "America/Manaus",
        "America/Cuiaba",
        "America/Campo_Grande",
        "America/Porto_Velho",
        "America/Rio_Branco",
        "America/Noronha",
        "UTC",
    ] = "America/Sao_Paulo"
    currency: str = Field("BRL", pattern=r"^[A-Z]{3}$")
    prices: dict[str, PriceOfMeter] = Field(max_length=len(METERS))
    tenant_id: str = Field(
        "", pattern=r"^$|" + ID, description="A former tenant; empty: the one that has the box"
    )

    @field_validator("prices")
    @classmethod
    def known_meters(cls, value: dict[str, PriceOfMeter]) -> dict[str, PriceOfMeter]:
        """Refuse a price for what is not counted."""
        if strange := sorted(set(value) - METERS):
            msg = f"there is no meter {strange[0]}"
            raise ValueError(msg)
        return value


class NewDocument(Asked):
    """A document for boxes. The kind says which model its body has."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "entitlements",
                    "body": {
                        "plan": "pro",
                        "features": ["flows"],
                        "limits": {"agents": 5},
                        "valid_until": "2027-04-01T00:00:00Z",
                    },
                    "tenantId": "acme",
                },
                {
                    "kind": "brand",
                    "body": {"name": "Norte Atende", "accent": "#0a7f96"},
                    "resellerId": "norte",
                    "percent": 10,
                },
            ]
        }
    )

    kind: Literal["entitlements", "models", "brand", "config", "channel"]
    body: dict[str, Any]
    reseller_id: str = Field("", pattern=r"^$|" + ID)
    tenant_id: str = Field("", pattern=r"^$|" + ID)
    device_id: str = Field("", max_length=64, pattern=r"^[0-9a-f-]*$")
    expires_days: int = Field(45, ge=1, le=3650)
    percent: int = Field(100, ge=0, le=100)
    unchecked: bool = Field(
        default=False,
        description="Publish what boxes of this version would refuse: for those of another",
    )


class Page(Asked):
    """A page of a list."""

    after: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9-]*$")
    limit: int = Field(50, ge=1, le=500)


class DevicePage(Page):
    """A page of boxes."""

    tenant_id: str = Field("", pattern=r"^$|" + ID)
    status: Literal["", "active", "revoked"] = ""


class OfTenant(Asked):
    """Whose invoices of a box: a former tenant's, too. Empty: of all that one sees."""

    tenant_id: str = Field("", pattern=r"^$|" + ID)


class Span(Asked):
    """From `start`, up to and without `end`."""

    start: AwareDatetime = Field(ge=FIRST, lt=LAST)
    end: AwareDatetime = Field(ge=FIRST, lt=LAST)
