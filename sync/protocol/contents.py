"""What documents to boxes may say: the models that a box judges them by, and an office before it.

What is remote never reaches paths, addresses, secrets or the law's own minimums: only the settings
of REMOTE may change.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

REMOTE: Mapping[str, frozenset[str]] = {
    "log": frozenset({"level"}),
    "limits": frozenset({"agents", "documents", "faqs"}),
    "whatsapp": frozenset({"max_sessions", "max_message_chars"}),
    "retention": frozenset({"events_days", "logs_days", "traces_days"}),
    "reports": frozenset({"files", "total_mb", "keep_days", "waiting", "pdf_rows"}),
}
"""What may be changed from afar, all of it in force without a start."""

CAPS = {
    "agents": ("limits", "agents"),
    "documents": ("limits", "documents"),
    "sessions": ("whatsapp", "max_sessions"),
}
"""Limits of entitlements, and the settings they cap. Others are shown, not enforced here."""

MOST_PICTURE = 1024 * 1024
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]


class Body(BaseModel):
    """Base of each document's content: strange names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BrandPack(Body):
    """The reseller's face; what is left out stays as the settings have it."""

    name: str | None = Field(None, min_length=1, max_length=60)
    accent: str | None = Field(None, pattern=r"^#[0-9a-fA-F]{6}$")
    logo: Sha256 | None = None
    favicon: Sha256 | None = None
    footer: str | None = Field(None, max_length=200)
    support: str | None = Field(None, max_length=200)


class Entitlements(BaseModel):
    """What the plan covers; names of extras that this version does not know do no harm."""

    model_config = ConfigDict(frozen=True, strict=True)

    plan: str = Field("", max_length=120)
    features: tuple[Word, ...] = ()
    limits: dict[Word, Count] = Field(default_factory=dict)
    valid_until: str | None = None

    @field_validator("valid_until")
    @classmethod
    def a_moment(cls, value: str | None) -> str | None:
        """Refuse what the licence could not be judged by."""
        try:
            zone = None if value is None else datetime.fromisoformat(value).tzinfo
        except ValueError:
            zone = None
        if value is not None and zone is None:
            msg = "must be a moment with a zone, such as 2026-04-01T00:00:00Z"
            raise ValueError(msg)
        return value


class FleetModel(Body):
    """A model file that the control plane holds."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
    name: str = Field(min_length=1, max_length=120)
    sha256: Sha256
    size_mb: int = Field(ge=1, le=1_000_000)
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2}$")]] = Field(default_factory=list)
    license: str = Field("", max_length=120)
    install: bool = False


class ModelList(Body):
    """The catalogue of the fleet."""

    models: list[FleetModel] = Field(max_length=200)


class Channel(BaseModel):
    """The release that the box should run. It is shown and reported; code is never replaced."""

    model_config = ConfigDict(frozen=True)

    channel: Word = "stable"
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+){1,3}([.+-][A-Za-z0-9.]+)?$")] | None = None


Kind = Literal["entitlements", "models", "brand", "config", "channel"]
MODELS: Mapping[str, type[BaseModel]] = {
    "entitlements": Entitlements,
    "models": ModelList,
    "brand": BrandPack,
    "channel": Channel,
}
