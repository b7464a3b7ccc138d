"""What a report is, and what may stand in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from daemon.kernel.errors import BadInputError
from daemon.kernel.events import Event

Kind = Literal["conversations", "finance", "performance", "usage"]
Format = Literal["pdf", "xlsx", "csv", "json", "ndjson"]
Language = Literal["pt-BR", "en"]
State = Literal["queued", "running", "ready", "failed"]
Every = Literal["daily", "weekly", "monthly"]
Owner = Literal["bot", "waiting", "human", "closed"]
Channel = Literal["email", "whatsapp"]

TABLES: dict[Kind, tuple[str, ...]] = {
    "conversations": ("messages", "conversations"),
    "finance": ("invoices", "months", "payments"),
    "performance": ("agents", "topics"),
    "usage": ("periods", "week"),
}
"""The tables of each kind; the first is the one of a CSV file, which holds one only."""
TABLE_NAMES = tuple(dict.fromkeys(name for names in TABLES.values() for name in names))
FILTERS: dict[Kind, frozenset[str]] = {
    "conversations": frozenset({"agent_id", "owner", "session_id"}),
    "finance": frozenset(),
    "performance": frozenset({"agent_id"}),
    "usage": frozenset({"agent_id"}),
}
MIMES: dict[Format, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}
NAMES = {
    "pt-BR": ("conversas", "financeiro", "desempenho", "uso"),
    "en": ("conversations", "finance", "performance", "usage"),
}
MOST_SCHEDULES = 100


@dataclass(frozen=True)
class Filters:
    """Whose rows; None takes all."""

    agent_id: str | None = None
    owner: Owner | None = None
    session_id: str | None = None


@dataclass(frozen=True)
class Send:
    """Where a file is sent: e-mail addresses, or phones reached through an agent's number."""

    by: Channel
    to: tuple[str, ...]
    agent_id: str | None = None


@dataclass(frozen=True)
class Wish:
    """What is to be told, and how: the same for a report made once and for a schedule."""

    kind: Kind
    format: Format
    language: Language = "pt-BR"
    table: str | None = None
    filters: Filters = field(default_factory=Filters)
    deliver: tuple[Send, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """How one sending stands; `error` is a stable code, `detail` says it to a person."""

    by: Channel
    to: tuple[str, ...]
    agent_id: str | None = None
    state: Literal["waiting", "sent", "failed"] = "waiting"
    error: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Report:
    """One report: first a wish, then a file until `expires_at`."""

    id: str
    wish: Wish
    start: datetime
    end: datetime
    state: State
    created_at: datetime
    progress: float = 0.0
    rows: int = 0
    bytes: int = 0
    error: str | None = None
    schedule_id: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """A wish that comes back. `weekday` 0 is Monday; `day` past a month's end is its last one."""

    id: str
    name: str
    wish: Wish
    every: Every
    hour: int
    weekday: int
    day: int
    enabled: bool
    next_at: datetime | None
    created_at: datetime
    updated_at: datetime
    last_at: datetime | None = None
    last_report_id: str | None = None


@dataclass(frozen=True)
class ReportProgress(Event):
    """A report is being made."""

    name: ClassVar[str] = "report.progress"
    id: str
    kind: str
    format: str
    state: str
    progress: float
    rows: int


@dataclass(frozen=True)
class ReportReady(Event):
    """A report can be downloaded."""

    name: ClassVar[str] = "report.ready"
    id: str
    kind: str
    format: str
    rows: int
    bytes: int
    expires_at: str


@dataclass(frozen=True)
class ReportFailed(Event):
    """A report could not be made."""

    name: ClassVar[str] = "report.failed"
    id: str
    kind: str
    format: str
    error: str


def check(wish: Wish) -> None:
    """Refuse a filter or a table that this kind does not have. Raises BadInputError."""
    for name, path in (("agent_id", "agentId"), ("owner", "owner"), ("session_id", "sessionId")):
        if getattr(wish.filters, name) is not None and name not in FILTERS[wish.kind]:
            raise BadInputError(
                field=f"filters.{path}",
                problem=f"is no filter of the report {wish.kind}",
                problem_pt=f"não é um filtro do relatório {wish.kind}",
            )
    if wish.table is not None and wish.table not in TABLES[wish.kind]:
        names = ", ".join(TABLES[wish.kind])
        raise BadInputError(
            field="table", problem=f"must be one of {names}", problem_pt=f"deve ser um de: {names}"
        )


def file_name(report: Report, zone: ZoneInfo) -> str:
    """Return the name under which a report is downloaded: `conversas-2026-01-01-2026-01-31.pdf`."""
    kinds: tuple[Kind, ...] = get_args(Kind)
    word = NAMES[report.wish.language][kinds.index(report.wish.kind)]
    if report.wish.table is not None:
        word = f"{word}-{report.wish.table}"
    first = report.start.astimezone(zone).date()
    last = (report.end - timedelta(microseconds=1)).astimezone(zone).date()
    return f"{word}-{first}-{last}.{report.wish.format}"


def deliveries(sends: tuple[Send, ...]) -> tuple[Delivery, ...]:
    """Return a sending for each receiver of WhatsApp, and one for all addresses of a letter."""
    found = list[Delivery]()
    for send in sends:
        groups = [send.to] if send.by == "email" else [(one,) for one in send.to]
        found += [Delivery(send.by, group, send.agent_id) for group in groups]
    return tuple(found)


def as_json(wish: Wish) -> dict[str, Any]:
    """Return a wish as it is stored."""
    return {
        "kind": wish.kind,
        "format": wish.format,
        "language": wish.language,
        "table": wish.table,
        "filters": vars(wish.filters),
        "deliver": [{**vars(send), "to": list(send.to)} for send in wish.deliver],
    }


def from_json(data: dict[str, Any]) -> Wish:
    """Read a stored wish."""
    return Wish(
        **{
            **data,
            "filters": Filters(**data["filters"]),
            "deliver": tuple(Send(**{**one, "to": tuple(one["to"])}) for one in data["deliver"]),
        }
    )
