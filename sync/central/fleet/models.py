"""What the fleet's routes take."""

from datetime import timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from sync.central.office_models import FIRST, ID, LAST, Asked
from sync.protocol.catalogue import METERS

OWNER = r"^$|" + ID
ZONES = Literal[
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
]
# Held, so that they are read from the disk at the start and never in the midst of a request.
HELD = tuple(map(ZoneInfo, get_args(ZONES)))
MOST_HOURS, MOST_DAYS = timedelta(days=31), timedelta(days=400)
Health = Literal["", "ok", "degraded", "down", "silent", "never", "revoked"]
Sort = Literal["id", "-id", "seenAt", "-seenAt", "version", "-version", "label", "-label"]


class Whose(Asked):
    """Whose boxes; a reseller's people see their own in any case."""

    reseller_id: str = Field("", pattern=OWNER)
    tenant_id: str = Field("", pattern=OWNER)


class Filters(Whose):
    """Which boxes."""

    health: Health = ""
    version: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9_.+-]*$")
    whatsapp: Literal["", "working", "connecting", "logged_out", "failed", "none"] = ""
    licence: Literal["", "none", "active", "ending", "expired"] = ""
    status: Literal["", "active", "revoked"] = ""
    q: str = Field("", max_length=80, pattern=r"^[^\x00-\x1f]*$")


class FleetPage(Filters):
    """A page of the fleet's list."""

    sort: Sort = "id"
    cursor: str = Field("", max_length=400, pattern=r"^[A-Za-z0-9_-]*$")
    limit: int = Field(50, ge=1, le=500)


class MapQuery(Whose):
    """What the map's cells stand for; empty takes the finest that fits."""

    cells: Literal["", "reseller", "tenant", "box"] = ""


class TimelinePage(Asked):
    """A page of what happened to a box, newest first."""

    cursor: str = Field("", max_length=200, pattern=r"^[A-Za-z0-9_-]*$")
    limit: int = Field(50, ge=1, le=200)


class SeriesQuery(Asked):
    """Usage over time."""

    start: AwareDatetime = Field(ge=FIRST, lt=LAST)
    end: AwareDatetime = Field(ge=FIRST, lt=LAST)
    by: Literal["hour", "day"] = "day"
    zone: ZONES = "America/Sao_Paulo"
    meter: str = Field("", pattern=r"^(|" + "|".join(sorted(METERS)) + r")$")

    @model_validator(mode="after")
    def short_enough(self) -> "SeriesQuery":
        """Refuse more points than a chart can show."""
        most = MOST_HOURS if self.by == "hour" else MOST_DAYS
        if not self.start < self.end <= self.start + most:
            msg = f"end: must be after start, by {most.days} days at most"
            raise ValueError(msg)
        return self


class BoxChange(Asked):
    """What people may note on a box; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "Recepção"}]})

    label: str | None = Field(None, pattern=r"^[^\x00-\x1f]{0,80}$")
    clock_suspect: bool | None = None
