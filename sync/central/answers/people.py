"""Answers about people, resellers, tenants and what they did."""

from typing import Annotated, Literal

from pydantic import Field

from .base import AnyReseller, Id, Moment, Name, ResellerId, Shown, Slug, Version, Zone

Role = Literal["platform", "reseller", "reader"]
Secret = Annotated[str, Field(description="Shown this once", examples=["nac_4Xo2...k9"])]


class Session(Shown):
    """A key for half a day; browsers get it as a cookie, too."""

    key: Secret
    expires_at: Moment


class Me(Shown):
    """Who asks, and which version answers."""

    id: Id
    name: Name
    role: Role
    reseller_id: AnyReseller
    version: Version


class Reseller(Shown):
    """A reseller."""

    id: ResellerId
    name: Name
    created_at: Moment


class ResellerSettings(Shown):
    """How a reseller wants to be told, and where its day begins."""

    reseller_id: ResellerId
    zone: Zone
    silent_hours: int = Field(examples=[24])
    alert_emails: list[str] = Field(examples=[["suporte@norte.example"]])
    webhook_url: str = Field(examples=["https://norte.example/alerts"])
    notify_from: Literal["warning", "critical", "never"]
    language: Literal["pt-BR", "en"] = Field(description="Of letters about alerts")
    webhook_secret: str = Field(
        "",
        description="Only in the answer to the change that set a new webhookUrl",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class Tenant(Shown):
    """A tenant of a reseller."""

    id: Slug
    reseller_id: ResellerId
    name: Name
    created_at: Moment


class NewToken(Shown):
    """An enrolment token; its text is not stored."""

    token: str = Field(description="Shown this once", examples=["MZXW6YTBOI5DKMRTGQ2TMNZYHE3TQOJQ"])
    expires_at: Moment


class TokensDropped(Shown):
    """How many open tokens were taken back."""

    taken_back: int = Field(examples=[1])


class TokenRow(Shown):
    """An enrolment token, without the token."""

    created_at: Moment
    expires_at: Moment
    device_id: Id | None = Field(description="The box that used it")
    state: Literal["open", "used", "expired"]


class MadeKey(Shown):
    """An API key as it is shown, once."""

    id: Id
    key: Secret
    expires_at: Moment


class KeyRow(Shown):
    """An API key, without the key."""

    id: Id
    name: Name
    role: Role
    reseller_id: AnyReseller
    created_at: Moment
    expires_at: Moment


class UserRow(Shown):
    """A person of the office."""

    id: Id
    username: str = Field(examples=["marina"])
    name: Name
    role: Role
    reseller_id: AnyReseller
    created_at: Moment


class LogRow(Shown):
    """Who did what."""

    id: Id
    reseller_id: AnyReseller
    actor: Name
    action: str = Field(examples=["tenant.add"])
    target: str = Field(examples=["acme"])
    at: Moment


class Closed(Shown):
    """Hours before this are closed: what comes late for them becomes an adjustment."""

    tenant_id: Slug
    closed_before: Moment


class ServerKey(Shown):
    """A public key of the control plane."""

    id: str = Field(examples=["3f0b2c9d6a7e41585e0d9c8b7a6f5e4d"])
    public_key: str = Field(examples=["gqJHxMZLBT2AUnM9K2b0hLp1c3w9mJ0dWl7k5Q4vY0c="])
    state: Literal["active", "announced", "retired"]
    since: Moment | None = Field(description="null: since the first start")
