"""Who else the box speaks with: the office, the mail server, other programs."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from .hosts import HOST, is_loopback, is_network
from .part import Part


class Sync(Part):
    """The control plane of the fleet, if there is one."""

    url: str = Field("", description="Its address, https://...; empty: the box is on its own")

    @field_validator("url")
    @classmethod
    def secret_on_the_way(cls, value: str) -> str:
        """Refuse plain http, but for this very machine."""
        parts = urlsplit(value)
        here = parts.hostname == "localhost" or is_loopback(parts.hostname or "")
        if value and parts.scheme != "https" and not (parts.scheme == "http" and here):
            msg = "must begin with https:// (http:// only for this machine)"
            raise ValueError(msg)
        return value


class Mail(Part):
    """The server that takes the box's mail."""

    host: str = Field(
        "", pattern=r"^[A-Za-z0-9.:_-]*$", max_length=253, description="Its name; empty: no mail"
    )
    port: int = Field(587, ge=1, le=65535, description="Its port")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls (port 587), tls (port 465), none (loopback or LAN)"
    )
    user: str = Field("", max_length=254, description="User; empty: no sign-in")
    password: SecretStr = Field(SecretStr(""), description="Password")
    sender: str = Field(
        "",
        pattern=r"^([!-;A-~]+@[A-Za-z0-9.-]+)?$",
        max_length=254,
        description="Address that mail comes from",
    )
    ca: Path | None = Field(None, description="PEM of a private authority of that server")
    timeout_s: float = Field(20.0, gt=0, le=300, description="Longest wait for each of its answers")
    max_attachments_mb: int = Field(20, ge=1, le=100, description="All files of one letter, in MiB")

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Refuse what would fail at the first letter, or tell the password to the network."""
        if self.host and not self.sender:
            msg = "host needs sender, the address that mail comes from"
            raise ValueError(msg)
        clear = self.security == "none" and bool(self.password.get_secret_value())
        if clear and self.host != "localhost" and not is_loopback(self.host):
            msg = "security none would send the password in clear; take starttls or tls"
            raise ValueError(msg)
        return self


class Outbound(Part):
    """Where the box may send what integrations and flows ask it to: the internet, and these."""

    allow: tuple[str, ...] = Field(
        (),
        description="JSON list of LAN networks and hosts that may be reached, such as "
        '["192.168.0.0/24", "erp.local"]',
    )

    @field_validator("allow")
    @classmethod
    def networks_and_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is neither: it would let nothing through, and nobody would know why."""
        for entry in value:
            if not (is_network(entry) or HOST.fullmatch(entry)):
                msg = f"{entry!r} is neither a network, an address nor a host name"
                raise ValueError(msg)
        return value


class Integrations(Part):
    """Webhooks, hooks and connectors."""

    limit: int = Field(50, ge=1, le=500, description="Webhooks, hooks and connectors, of each")
    log_days: int = Field(30, ge=1, le=365, description="Deliveries, hits and imports are kept")
