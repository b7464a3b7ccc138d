"""The box itself: where it listens, whose it is, how it looks, how much it takes and keeps."""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from .part import Part


class Http(Part):
    """Where the API and the page listen."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for the whole LAN")
    port: int = Field(8321, ge=0, le=65535, description="TCP port; 0 takes a free one")
    public_url: str | None = Field(
        None, description="Address people type, if a proxy stands before"
    )
    max_body_mb: int = Field(64, ge=1, le=1024, description="Largest request body, in MiB")


class Tenant(Part):
    """The one tenant of this box."""

    id: str = Field("local", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", description="Its id")
    name: str = Field("", max_length=120, description="Its name, as people see it")
    timezone: str = Field("America/Sao_Paulo", description="IANA name; month edges follow it")

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """Refuse a zone that does not exist: it would only show when an invoice is drawn up."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = "is not a time zone; take an IANA name such as America/Sao_Paulo"
            raise ValueError(msg) from None
        return value

    currency: str = Field("BRL", pattern=r"^[A-Z]{3}$", description="ISO 4217 code")


class Brand(Part):
    """What people see instead of a product name. No other brand shows anywhere."""

    name: str = Field("NextAgent", max_length=60, description="Product name on page and documents")
    accent: str = Field("#22d3ee", pattern=r"^#[0-9a-fA-F]{6}$", description="Accent colour")
    logo: Path | None = Field(None, description="SVG or PNG file on the page; only PNG in PDF")
    favicon: Path | None = Field(None, description="SVG, PNG or ICO file of the browser's tab")
    footer: str = Field("", max_length=200, description="Line at the foot of the page")
    support: str = Field("", max_length=200, description="Where people get help: text or address")


class Log(Part):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level")
    format: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal")


class Limits(Part):
    """How much of each thing; passing one is a 4xx that names the field."""

    agents: int = Field(50, ge=1, le=1000, description="Agents")
    documents: int = Field(500, ge=1, le=100_000, description="Documents of an agent")
    document_mb: int = Field(25, ge=1, le=512, description="Size of one document, in MiB")
    document_pages: int = Field(2000, ge=1, le=20_000, description="Pages of one document")
    document_chars: int = Field(5_000_000, ge=1000, description="Characters of one document")
    faqs: int = Field(1000, ge=1, le=100_000, description="FAQ pairs of an agent")
    question_chars: int = Field(4000, ge=1, le=100_000, description="Length of a question")
    users: int = Field(100, ge=1, le=10_000, description="Users")
    api_keys: int = Field(100, ge=1, le=10_000, description="API keys")


class Children(Part):
    """Supervision of the bridge and of the model children."""

    crashes: int = Field(5, ge=1, le=100_000, description="So many crashes in the window trip")
    window_s: float = Field(600.0, gt=0, le=86_400, description="Window, in seconds")


class Retention(Part):
    """How long things are kept."""

    events_days: int = Field(7, ge=1, le=365, description="Event log for resume")
    logs_days: int = Field(90, ge=1, le=3650, description="Logs")
    logs_min_days: int = Field(
        0, ge=0, le=3650, description="Age below which no log line can be deleted, by anybody"
    )
    security_days: int = Field(
        180, ge=1, le=3650, description="The same for lines of access (Marco Civil, art. 15)"
    )
    traces_days: int = Field(90, ge=1, le=3650, description="Answer traces")
    messages_days: int = Field(
        0, ge=0, le=36_500, description="Messages of conversations; 0: for good"
    )
    media_days: int = Field(
        0, ge=0, le=36_500, description="Files that came with messages; 0: as long as the message"
    )
    exports_days: int = Field(
        7, ge=1, le=90, description="Exports of one person's data, with their files"
    )


class Auth(Part):
    """Tokens and tries."""

    access_minutes: int = Field(15, ge=1, le=1440, description="Life of an access token")
    refresh_days: int = Field(30, ge=1, le=365, description="Life of a refresh token")
    login_tries: int = Field(10, ge=1, le=100, description="Tries per account and 15 minutes")
    setup_hours: int = Field(24, ge=1, le=720, description="Life of the set-up link")
