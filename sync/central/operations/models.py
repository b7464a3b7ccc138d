"""What the routes of operations take."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator

from sync.central.fleet.models import OWNER, ZONES
from sync.central.office_models import ID, Asked

KIND = Literal[
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
EMAIL = r"^[^\s@\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,180}$"


class AlertPage(Asked):
    """A page of alerts, newest first; `live` are those not resolved."""

    state: Literal["live", "open", "acked", "resolved"] = "live"
    kind: KIND | Literal[""] = ""
    severity: Literal["", "warning", "critical"] = ""
    device_id: str = Field("", max_length=64, pattern=r"^[0-9a-f-]*$")
    tenant_id: str = Field("", pattern=OWNER)
    reseller_id: str = Field("", pattern=OWNER)
    cursor: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9-]*$")
    limit: int = Field(50, ge=1, le=500)


class OfReseller(Asked):
    """One reseller's, for the platform."""

    reseller_id: str = Field("", pattern=OWNER)


class NewMove(Asked):
    """The tenant that a box shall belong to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tenantId": "padaria"}]})

    tenant_id: str = Field(pattern=ID)


class NewServerKey(Asked):
    """How long the present key signs on, so that boxes learn the next one in time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlapDays": 30}]})

    overlap_days: int = Field(30, ge=0, le=365)


class DocumentChange(Asked):
    """A roll-out, widened or held."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"percent": 50}, {"state": "paused"}]}
    )

    percent: int | None = Field(None, ge=0, le=100)
    state: Literal["running", "paused"] | None = None


class SomeContent(Asked):
    """A content of a publication, to be looked at before anybody gets it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "brand", "body": {"accent": "red"}}]}
    )

    kind: Literal["entitlements", "models", "brand", "config", "channel"]
    body: dict[str, Any]


class SettingsChange(Asked):
    """How a reseller wants to be told; what is left out is as at first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "zone": "America/Sao_Paulo",
                    "silentHours": 12,
                    "alertEmails": ["suporte@norte.example"],
                    "notifyFrom": "warning",
                }
            ]
        }
    )

    zone: ZONES = "America/Sao_Paulo"
    silent_hours: int = Field(24, ge=1, le=24 * 90)
    alert_emails: list[str] = Field(default_factory=list, max_length=10)
    webhook_url: str = Field("", max_length=500, pattern=r"^$|^https?://[^\s\x00-\x1f]+$")
    notify_from: Literal["warning", "critical", "never"] = "critical"
    language: Literal["pt-BR", "en"] = "pt-BR"

    @field_validator("alert_emails")
    @classmethod
    def addresses(cls, value: list[str]) -> list[str]:
        """Refuse what is no address."""
        import re  # noqa: PLC0415 - only here

        if odd := [address for address in value if not re.match(EMAIL, address)]:
            msg = f"{odd[0][:80]!r} is no e-mail address"
            raise ValueError(msg)
        return value


class BlobName(Asked):
    """What a file is called where people see it."""

    name: str = Field("", max_length=120, pattern=r"^[^\x00-\x1f/\\]*$")
