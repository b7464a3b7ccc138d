"""Answers about boxes: the list, the map, one box, its usage and its evidence."""

from typing import Any, Literal

from pydantic import Field

from .base import (
    Base64,
    Centavos,
    Count,
    Currency,
    Facts,
    Hash,
    Id,
    Kind,
    Meter,
    Moment,
    Month,
    Name,
    ResellerId,
    Shown,
    Slug,
    Version,
    Zone,
)
from .operations import Alert

Health = Literal["ok", "degraded", "down", "silent", "never", "revoked"]
Whatsapp = Literal["working", "connecting", "logged_out", "failed", "none"]
Licence = Literal["none", "active", "ending", "expired"]


class Box(Shown):
    """A box as lists show it; `null` is what it never said."""

    id: Id
    label: str = Field(examples=["Recepção"])
    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    status: Literal["active", "revoked"]
    health: Health
    version: Version
    wanted_version: str = Field(description="Empty: none is asked for", examples=["1.4.2"])
    whatsapp: Whatsapp
    licence: Licence
    licence_until: Moment | None
    model: str = Field(examples=["qwen3-1.7b"])
    queue_age_s: int | None = Field(examples=[4])
    disk_free_percent: int | None = Field(examples=[61])
    queue_p95_ms: int | None = Field(examples=[2400])
    enrolled_at: Moment
    seen_at: Moment | None
    alerts: Count = Field(description="Not resolved yet")
    clock_suspect: bool


class RawBox(Shown):
    """A box with its last report, as it said it."""

    id: Id
    tenant_id: Slug
    tenant: Name
    reseller_id: ResellerId
    status: Literal["active", "revoked"]
    version: Version
    health: dict[str, Any] = Field(examples=[{"ok": True, "sessions": {"WORKING": 1}}])
    desired_have: str = Field(examples=["5f1a2b3c4d5e6f70"])
    enrolled_at: Moment
    seen_at: Moment | None


class HealthCounts(Shown):
    """Boxes by health."""

    ok: Count
    degraded: Count
    down: Count
    silent: Count
    never: Count
    revoked: Count


class VersionCount(Shown):
    """Boxes that run a version."""

    version: Version
    count: Count


class WhatsappCount(Shown):
    """Boxes by how they stand with WhatsApp."""

    state: Whatsapp
    count: Count


class LicenceCount(Shown):
    """Boxes by licence."""

    state: Licence
    count: Count


class ModelCount(Shown):
    """Boxes that answer with a model."""

    model: str = Field(examples=["qwen3-1.7b"])
    count: Count


class OpenAlerts(Shown):
    """Alerts that are not resolved."""

    open: Count
    acked: Count


class Cell(HealthCounts):
    """A cell of the map: a reseller, a tenant or a box."""

    id: Slug
    name: Name
    reseller_id: ResellerId
    total: Count
    worst: Literal["ok", "degraded", "down", "silent", "never"]


class FleetMap(Shown):
    """Every box, counted by what matters, and by cell, the worst first."""

    total: Count
    health: HealthCounts
    versions: list[VersionCount]
    whatsapp: list[WhatsappCount]
    licences: list[LicenceCount]
    models: list[ModelCount]
    alerts: OpenAlerts
    cells: list[Cell]
    cells_left_out: Count
    at: Moment


class DeviceKey(Shown):
    """A key that a box may sign with."""

    id: str = Field(examples=["3f0b2c9d6a7e41585e0d9c8b7a6f5e4d"])
    valid_until: Moment | None = Field(description="null: until it is rotated")


class HeldDocument(Shown):
    """A document as it was issued to a box."""

    kind: Kind
    version: int = Field(examples=[2])
    source_id: Id = Field(description="The publication; what takes one back names it, too")
    issued_at: Moment
    expires_at: Moment
    running: bool = Field(description="Whether the box says that it is in force")
    withdrawn: bool = Field(description="Whether it returns the box to its own defaults")


class PendingMove(Shown):
    """A move that waits for the box to hand in what it used."""

    id: Id
    tenant_id: Slug
    tenant: Name | None
    ordered_at: Moment


class Overview(Shown):
    """All that is known of a box now."""

    box: Box
    report: dict[str, Any] = Field(examples=[{"ok": True, "sessions": {"WORKING": 1}}])
    epoch: Count
    acked: Count
    keys: list[DeviceKey]
    documents: list[HeldDocument]
    move: PendingMove | None
    rotation_wanted_at: Moment | None
    alerts: list[Alert]
    open_audits: Count
    quarantined: Count


class Step(Shown):
    """Something that happened to a box."""

    id: str = Field(examples=["sync-0000000001-0000000000000042"])
    at: Moment
    kind: Literal[
        "enrolled",
        "sync",
        "epoch",
        "quarantine",
        "fork",
        "audit",
        "document",
        "rotation",
        "move",
        "settings",
        "status",
        "alert",
    ]
    actor: str = Field(description="Empty: the box itself", examples=["Marina"])
    text: str = Field(examples=["sync (epoch: 1, to: 42, events: 3, from: 40)"])
    facts: Facts


class MeterSeries(Shown):
    """A meter's values, one a bucket."""

    meter: Meter
    total: int = Field(examples=[6])
    values: list[int] = Field(examples=[[2, 4]])


class Series(Shown):
    """Usage over time; late usage lies in its own hour."""

    by: Literal["hour", "day"]
    zone: Zone
    buckets: list[str] = Field(examples=[["2026-03-01", "2026-03-02"]])
    meters: list[MeterSeries]


class UsageHour(Shown):
    """A meter's sum of an hour."""

    hour: Moment
    meter: Meter
    quantity: int = Field(examples=[12])
    made_at: Moment | None = Field(
        None, description="When late usage was added to a closed hour; left out otherwise"
    )


class UsageSum(Shown):
    """A meter's sum."""

    meter: Meter
    quantity: int = Field(examples=[120])


class AuditRow(Shown):
    """Raw events that a box was asked to show, and the verdict."""

    id: Id
    raw_epoch: Count
    first: Count
    last: Count
    verdict: str | None = Field(
        description="ok, events_missing, range_unknown; chain_differs, sums_differ and an hour",
        examples=["ok"],
    )
    ordered_at: Moment
    answered_at: Moment | None


class QuarantineRow(Shown):
    """An event that was taken and put aside: it counts for nothing."""

    epoch: Count
    seq: Count
    reason: str = Field(description="As in PROTOCOL.md", examples=["unknown_type"])
    type: str = Field(description="What it says it is", examples=["usage.rollup"])
    received_at: Moment


class BoxInvoiceRow(Shown):
    """A provable invoice of a box."""

    period: Month
    tenant_id: Slug
    total_centavos: Centavos
    currency: Currency
    issued_at: Moment


class MeterLine(Shown):
    """A meter's line of a provable invoice; its names are those that are signed."""

    meter: Meter
    quantity: int = Field(examples=[180])
    included: Count
    per_thousand_centavos: Centavos = Field(alias="per_thousand_centavos")
    total_centavos: Centavos = Field(alias="total_centavos")


class SignedInvoice(Shown):
    """An invoice with its evidence, as `nextagent ledger prove` takes it, byte for byte."""

    v: Literal[1]
    begin: int = Field(0, description="The first epoch that is this tenant's, if not the box's")
    covered: dict[str, int] = Field(
        default_factory=dict, description="Raw events counted for another tenant, by epoch"
    )
    skip: list[int] = Field(
        default_factory=list, description="Epochs in between that were another tenant's"
    )
    aside: list[tuple[int, int]] = Field(
        default_factory=list, description="Roll-ups put aside when they came: epoch and seq"
    )
    device: Id
    tenant: Slug
    period: Month
    zone: Zone
    currency: Currency
    prices: dict[str, tuple[int, int]] = Field(
        description="Units included, centavos per thousand", examples=[{"messages_in": [100, 50]}]
    )
    after: tuple[int, int] = Field(description="Epoch and seq", examples=[[0, 0]])
    until: tuple[int, int] = Field(examples=[[1, 42]])
    head: Hash
    hours: dict[str, dict[str, int]] = Field(
        examples=[{"2026-03-02T09:00:00Z": {"messages_in": 12}}]
    )
    lines: list[MeterLine]
    total_centavos: Centavos = Field(alias="total_centavos")
    key: str = Field(examples=["3f0b2c9d6a7e41585e0d9c8b7a6f5e4d"])
    signature: Base64


class BoxInvoice(Shown):
    """A provable invoice."""

    document: SignedInvoice


class RotationOrdered(Shown):
    """A box changes its key at its next sync."""

    rotation_wanted_at: Moment


class MoveOrdered(Shown):
    """A move waits until the box has handed in what it used, and enrolled again by itself."""

    id: Id
    tenant_id: Slug
    ordered_at: Moment
