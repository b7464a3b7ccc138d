"""What the API takes and shows of reports."""

from typing import Annotated, Self

from aiohttp import web
from pydantic import ConfigDict, Field, StringConstraints

from daemon.web.schema import ApiModel, ListQuery, Moment, Name

from .domain import (
    TABLE_NAMES,
    Channel,
    Every,
    Filters,
    Format,
    Kind,
    Language,
    Owner,
    Report,
    Schedule,
    Send,
    State,
    Wish,
    file_name,
)
from .errors import FAILURES
from .schedules import Schedules
from .service import Reports

REPORTS: web.AppKey[Reports] = web.AppKey("reports", Reports)
SCHEDULES: web.AppKey[Schedules] = web.AppKey("report-schedules", Schedules)

MOST_RECEIVERS = 20
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Date = Annotated[str | None, Field(max_length=40)]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$", max_length=254)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{10,15}$")]
TableName = Annotated[
    str | None,
    Field(
        max_length=32,
        description=f"Only this table ({', '.join(TABLE_NAMES)}); CSV holds one, by default the "
        "first of its kind",
    ),
]


class FiltersBody(ApiModel):
    """Whose rows. `agentId`: not of finance; `owner` and `sessionId`: only of conversations."""

    agent_id: Id | None = None
    owner: Owner | None = None
    session_id: Id | None = None


class ByEmail(ApiModel):
    """Addresses that get the file by e-mail."""

    to: Annotated[list[Address], Field(min_length=1, max_length=MOST_RECEIVERS)]


class ByWhatsapp(ApiModel):
    """Phones that get the file from an agent's number."""

    agent_id: Id
    to: Annotated[list[Phone], Field(min_length=1, max_length=MOST_RECEIVERS)]


class Deliver(ApiModel):
    """Where the file is sent when it is made; it can be downloaded in any case."""

    email: ByEmail | None = None
    whatsapp: ByWhatsapp | None = None


class WishBody(ApiModel):
    """What is told, and how."""

    kind: Kind
    format: Format
    language: Language = "pt-BR"
    table: TableName = None
    filters: FiltersBody = FiltersBody()
    deliver: Deliver = Deliver()

    def wish(self) -> Wish:
        """Return it as the domain has it."""
        return Wish(
            kind=self.kind,
            format=self.format,
            language=self.language,
            table=self.table,
            filters=Filters(**self.filters.model_dump()),
            deliver=sends(self.deliver),
        )


class NewReport(WishBody):
    """A report of a period: `start` is included; an `end` without a time includes its day.

    By default the last thirty days.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "finance",
                    "format": "xlsx",
                    "start": "2026-01-01",
                    "end": "2026-12-31",
                    "language": "en",
                },
                {
                    "kind": "conversations",
                    "format": "csv",
                    "start": "2026-11-01",
                    "end": "2026-11-30",
                    "filters": {"owner": "human"},
                },
                {"kind": "performance", "format": "pdf", "language": "pt-BR"},
            ]
        }
    )

    start: Date = Field(None, description="ISO date or date-time")
    end: Date = Field(None, description="ISO date or date-time")


class NewSchedule(WishBody):
    """A report that comes back, about the last whole day, week or month."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Fechamento do mês",
                    "kind": "finance",
                    "format": "pdf",
                    "every": "monthly",
                    "day": 1,
                    "hour": 8,
                    "deliver": {"email": {"to": ["financeiro@bela.example"]}},
                }
            ]
        }
    )

    name: Name
    every: Every
    hour: int = Field(8, ge=0, le=23, description="By the tenant's clock")
    weekday: int = Field(0, ge=0, le=6, description="Of weekly ones; 0 is Monday")
    day: int = Field(1, ge=1, le=31, description="Of monthly ones; past the end: the last day")
    enabled: bool = True


class ScheduleChange(ApiModel):
    """What to change; what is not given stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"hour": 7, "enabled": False, "format": "xlsx"}]}
    )

    name: Name | None = None
    kind: Kind | None = None
    format: Format | None = None
    language: Language | None = None
    table: TableName = None
    filters: FiltersBody | None = None
    deliver: Deliver | None = None
    every: Every | None = None
    hour: int | None = Field(None, ge=0, le=23)
    weekday: int | None = Field(None, ge=0, le=6)
    day: int | None = Field(None, ge=1, le=31)
    enabled: bool | None = None

    def wish(self) -> dict[str, object]:
        """Return what is to change of the wish."""
        given = self.model_fields_set
        plain = ("kind", "format", "language")
        changed: dict[str, object] = {
            name: getattr(self, name) for name in plain if getattr(self, name) is not None
        }
        if "table" in given or "kind" in changed:
            changed["table"] = self.table
        if self.filters is not None:
            changed["filters"] = Filters(**self.filters.model_dump())
        if self.deliver is not None:
            changed["deliver"] = sends(self.deliver)
        return changed

    def rest(self) -> dict[str, object]:
        """Return what is to change of the schedule itself."""
        names = ("name", "every", "hour", "weekday", "day", "enabled")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


class DeliveryView(ApiModel):
    """How one sending stands."""

    by: Channel
    to: list[str]
    agent_id: str | None
    state: str
    error: str | None
    detail: str | None


class FiltersView(ApiModel):
    """Whose rows."""

    agent_id: str | None
    owner: Owner | None
    session_id: str | None


class ReportView(ApiModel):
    """A report. Its file is at `url` while it is `ready`."""

    id: str
    kind: Kind
    format: Format
    language: Language
    table: str | None
    filters: FiltersView
    start: Moment
    end: Moment
    state: State
    progress: float = Field(description="0 to 1")
    rows: int
    bytes: int
    error: str | None = Field(description="Why it failed: a stable code")
    detail: str | None = Field(description="The same for people, with the fix")
    name: str = Field(description="File name")
    url: str | None
    schedule_id: str | None
    deliveries: list[DeliveryView]
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    expires_at: Moment | None

    @classmethod
    def of(cls, report: Report, reports: Reports, language: str) -> Self:
        """Show a report."""
        wish, words = report.wish, FAILURES.get(report.error or "")
        plain = ("id", "start", "end", "state", "progress", "rows", "bytes", "error")
        times = ("schedule_id", "created_at", "started_at", "finished_at", "expires_at")
        return cls(
            **{name: getattr(report, name) for name in (*plain, *times)},
            kind=wish.kind,
            format=wish.format,
            language=wish.language,
            table=wish.table,
            filters=FiltersView.model_validate(wish.filters),
            detail=words and words[0 if language == "pt-BR" else 1],
            name=file_name(report, reports.zone),
            url=f"/reports/{report.id}/file" if report.state == "ready" else None,
            deliveries=[
                DeliveryView.model_validate({**vars(one), "to": list(one.to)})
                for one in report.deliveries
            ],
        )


class ScheduleView(ApiModel):
    """A report that comes back."""

    id: str
    name: str
    kind: Kind
    format: Format
    language: Language
    table: str | None
    filters: FiltersView
    deliver: Deliver
    every: Every
    hour: int
    weekday: int
    day: int
    enabled: bool
    next_at: Moment | None
    last_at: Moment | None
    last_report_id: str | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """Show a schedule."""
        wish = schedule.wish
        names = ("id", "name", "every", "hour", "weekday", "day", "enabled", "next_at", "last_at")
        times = ("last_report_id", "created_at", "updated_at")
        return cls(
            **{name: getattr(schedule, name) for name in (*names, *times)},
            kind=wish.kind,
            format=wish.format,
            language=wish.language,
            table=wish.table,
            filters=FiltersView.model_validate(wish.filters),
            deliver=_deliver(wish),
        )


class ReportQuery(ListQuery):
    """Which reports."""

    kind: Kind | None = None
    state: State | None = None
    schedule_id: Id | None = None


def sends(body: Deliver) -> tuple[Send, ...]:
    """Return where a file is to be sent; the same receiver gets it once."""
    found = list[Send]()
    if body.email is not None:
        found.append(Send("email", tuple(dict.fromkeys(body.email.to))))
    if body.whatsapp is not None:
        phones = tuple(dict.fromkeys(one.removeprefix("+") for one in body.whatsapp.to))
        found.append(Send("whatsapp", phones, body.whatsapp.agent_id))
    return tuple(found)


def _deliver(wish: Wish) -> Deliver:
    shown = Deliver()
    for one in wish.deliver:
        if one.by == "email":
            shown.email = ByEmail(to=list(one.to))
        else:
            shown.whatsapp = ByWhatsapp(agent_id=one.agent_id or "", to=list(one.to))
    return shown
