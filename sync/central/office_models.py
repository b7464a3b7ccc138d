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

    id: str = Field(pattern=ID)
    name: str = Field(pattern=WORDS)


class NewTenant(Asked):
    """A tenant; a reseller's people leave the reseller out."""

    id: str = Field(pattern=ID)
    name: str = Field(pattern=WORDS)
    reseller_id: str = Field("", pattern=r"^$|" + ID)


class NewKey(Asked):
    """An API key; without a reseller it is the platform's."""

    name: str = Field(pattern=WORDS)
    role: Literal["platform", "reseller", "reader"]
    reseller_id: str = Field("", pattern=r"^$|" + ID)
    days: int = Field(365, ge=1, le=3650)


class NewUser(Asked):
    """A person; without a reseller they are the platform's."""

    username: str = Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{1,119}$")
    name: str = Field(pattern=WORDS)
    password: str = Field(min_length=10, max_length=200)
    role: Literal["platform", "reseller", "reader"]
    reseller_id: str = Field("", pattern=r"^$|" + ID)


class Login(Asked):
    """Who one is."""

    username: str = Field(pattern=WORDS)
    password: str = Field(max_length=200)


class KeyLogin(Asked):
    """An API key in place of a name and a password."""

    key: str = Field(max_length=200, pattern=r"^[\x21-\x7e]+$")


class NewAudit(Asked):
    """Raw events to be shown: whole roll-ups, first to last."""

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

    before: AwareDatetime = Field(ge=FIRST, lt=LAST)


class PriceOfMeter(Asked):
    """Units included, then centavos per thousand units."""

    included: int = Field(0, ge=0, le=10**12)
    per_thousand_centavos: int = Field(ge=0, le=10**9)


class NewInvoice(Asked):
    """A month of a box, to be invoiced at these prices."""

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

    @field_validator("prices")
    @classmethod
    def known_meters(cls, value: dict[str, PriceOfMeter]) -> dict[str, PriceOfMeter]:
        """Refuse a price for what is not counted."""
        if strange := sorted(set(value) - METERS):
            msg = f"there is no meter {strange[0]}"
            raise ValueError(msg)
        return value


class NewDocument(Asked):
    """A document for boxes."""

    kind: Literal["entitlements", "models", "brand", "config", "channel"]
    body: dict[str, Any]
    reseller_id: str = Field("", pattern=r"^$|" + ID)
    tenant_id: str = Field("", pattern=r"^$|" + ID)
    device_id: str = Field("", max_length=64, pattern=r"^[0-9a-f-]*$")
    expires_days: int = Field(45, ge=1, le=3650)
    percent: int = Field(100, ge=0, le=100)


class Page(Asked):
    """A page of a list."""

    after: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9-]*$")
    limit: int = Field(50, ge=1, le=500)


class DevicePage(Page):
    """A page of boxes."""

    tenant_id: str = Field("", pattern=r"^$|" + ID)
    status: Literal["", "active", "revoked"] = ""


class Span(Asked):
    """From `start`, up to and without `end`."""

    start: AwareDatetime = Field(ge=FIRST, lt=LAST)
    end: AwareDatetime = Field(ge=FIRST, lt=LAST)
