"""Answers about alerts, publications and files."""

from typing import Any, Literal

from pydantic import Field

from .base import AnyReseller, Count, Facts, Id, Kind, Moment, Sha256, Shown

AlertKind = Literal[
    "silent",
    "whatsapp_down",
    "disk_low",
    "queue_old",
    "licence_ending",
    "fork",
    "quarantine",
    "version_behind",
    "canary_stopped",
]
State = Literal["running", "paused", "stopped"]


class Alert(Shown):
    """Something that a person should look after."""

    id: str = Field(examples=["1772452800-wd-0195ab5e-7b1c-7c3a-9b0e-4f1d2a6c8e90"])
    kind: AlertKind
    severity: Literal["warning", "critical"]
    state: Literal["open", "acked", "resolved"]
    device_id: str = Field(description="Empty: of no one box", examples=["0195ab5e-7b1c-7c3a"])
    label: str = Field(examples=["Recepção"])
    tenant_id: str = Field(examples=["acme"])
    tenant: str = Field(examples=["Clínica Acme"])
    reseller_id: AnyReseller
    facts: Facts
    opened_at: Moment
    acked_at: Moment | None
    acked_by: str | None = Field(examples=["Marina"])
    resolved_at: Moment | None


class KindCount(Shown):
    """Alerts of a kind that are not resolved."""

    kind: AlertKind
    open: Count
    acked: Count


class AlertCounts(Shown):
    """Alerts that are not resolved."""

    open: Count
    acked: Count
    critical: Count
    kinds: list[KindCount]


class DocumentRow(Shown):
    """A publication, and how far it has gone out."""

    id: Id
    kind: Kind
    percent: int = Field(ge=0, le=100, examples=[10])
    state: State
    reason: str = Field(description="Why it was stopped", examples=["withdrawn"])
    created_at: Moment
    staged_at: Moment
    reseller_id: AnyReseller
    tenant_id: str = Field(description="Empty: all of that level", examples=["acme"])
    device_id: str = Field(description="Empty: all of that level", examples=[""])


class Rollout(DocumentRow):
    """A publication with its content, and how it fares with the boxes that have it."""

    body: dict[str, Any] = Field(examples=[{"name": "Norte Atende", "accent": "#0a7f96"}])
    expires_days: int = Field(examples=[45])
    issued: Count = Field(description="Boxes it was signed for")
    good: Count
    bad: Count
    next_percent: int | None = Field(examples=[50])
    next_at: Moment | None


class Withdrawn(Shown):
    """A publication that was taken back."""

    id: Id
    state: Literal["stopped"]
    reason: str = Field(examples=["withdrawn"])


class Range(Shown):
    """A number or word that forms may set, and its limits."""

    least: int | None = Field(examples=[1])
    most: int | None = Field(examples=[100])
    default: int | str = Field(examples=[20])


class NamedRange(Range):
    """A limit of entitlements."""

    name: str = Field(examples=["agents"])


class SettingRange(Range):
    """A setting that may be changed from afar."""

    part: str = Field(examples=["limits"])
    key: str = Field(examples=["agents"])
    choices: list[str] = Field(examples=[[]])


class Contents(Shown):
    """What publications may hold, and by what rules they go out."""

    features: list[str] = Field(examples=[["generative", "flows"]])
    limits: list[NamedRange]
    settings: list[SettingRange]
    picture_bytes: int = Field(examples=[1_048_576])
    stages: list[int] = Field(examples=[[1, 10, 50, 100]])
    stage_hours: int = Field(examples=[24])
    least_reports: int = Field(examples=[3])
    most_failing_percent: int = Field(examples=[10])


class ContentProblem(Shown):
    """What boxes would refuse, in both languages."""

    field: str = Field(examples=["accent"])
    problem: str = Field(examples=["a colour such as #0a7f96"])
    problem_pt: str = Field(examples=["uma cor como #0a7f96"])


class Checked(Shown):
    """What is wrong with a content; nothing if boxes would take it."""

    problems: list[ContentProblem]


class BlobRow(Shown):
    """A file for boxes."""

    sha256: Sha256
    name: str = Field(examples=["logo.png"])
    bytes: Count
    created_at: Moment
    reseller_id: AnyReseller


class BlobState(Shown):
    """How much of a file is here; `received` is where to go on."""

    sha256: Sha256
    bytes: int | None = Field(examples=[20480])
    complete: bool
    received: Count
