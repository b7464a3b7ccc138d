"""What a report is, when a schedule is due, and which period it then tells about."""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from daemon.kernel.errors import BadInputError, ConflictError, NotFoundError
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
FAILURES = {
    "out_of_memory": (
        "O relatório não coube na memória permitida (reports.memory_mb). Escolha CSV ou JSON.",
        "The report did not fit the memory allowed (reports.memory_mb). Choose CSV or JSON.",
    ),
    "too_large": (
        "O arquivo passa do tamanho permitido (reports.total_mb). Escolha um período menor.",
        "The file is over the size allowed (reports.total_mb). Choose a shorter period.",
    ),
    "too_slow": (
        "Demorou mais que o permitido (reports.timeout_s). Escolha um período menor ou CSV.",
        "It took longer than allowed (reports.timeout_s). Choose a shorter period, or CSV.",
    ),
    "disk_full": (
        "O disco está cheio. Libere espaço e gere de novo.",
        "The disk is full. Make room and make it again.",
    ),
    "disk_failed": (
        "O disco não aceitou o arquivo. Rode `nextagent doctor`.",
        "The disk did not take the file. Run `nextagent doctor`.",
    ),
    "crashed": (
        "A geração foi interrompida. Gere de novo; se repetir, envie o diagnóstico ao suporte.",
        "The making broke off. Make it again; if it repeats, send support the diagnostics.",
    ),
}
"""What went wrong, by code: Portuguese, English."""
DEFAULT_DAYS, MOST_DAYS = 30, 1830
FIRST_YEAR, LAST_YEAR = 2000, 2200
MOST_SCHEDULES = 100
_BARE_DATE = len("2026-01-31")
_WEEK = 7


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


class ReportNotFoundError(NotFoundError):
    """No such report."""

    code = "report_not_found"
    template = "There is no report {id}."
    template_pt = "Não existe o relatório {id}."


class ScheduleNotFoundError(NotFoundError):
    """No such schedule."""

    code = "report_schedule_not_found"
    template = "There is no report schedule {id}."
    template_pt = "Não existe o agendamento de relatório {id}."


class ReportNotReadyError(ConflictError):
    """Its file is not there: not yet, or never."""

    code = "report_not_ready"
    template = "Report {id} has no file: it is {state}. Wait for report.ready, or make it again."
    template_pt = (
        "O relatório {id} não tem arquivo: está {state}. Aguarde report.ready ou gere de novo."
    )


class TooManyReportsError(ConflictError):
    """More wait already than the box makes at a time."""

    code = "too_many_reports"
    template = "{limit} reports wait already (reports.waiting). Wait for one, or delete one."
    template_pt = "Já há {limit} relatórios na fila (reports.waiting). Aguarde ou exclua um."


class TooManySchedulesError(ConflictError):
    """More schedules than a box keeps."""

    code = "too_many_report_schedules"
    template = "This box keeps at most {limit} report schedules. Delete one."
    template_pt = "Esta caixa guarda no máximo {limit} agendamentos. Exclua um."


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


def period(
    start: str | None, end: str | None, zone: ZoneInfo, now: datetime
) -> tuple[datetime, datetime]:
    """Read a period; by default the last thirty days. Raises BadInputError naming the field."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    until = _moment(end, "end", zone, end=True) or _local(tomorrow, zone)
    last_day = (until - timedelta(microseconds=1)).astimezone(zone).date()
    first_day = last_day - timedelta(days=DEFAULT_DAYS - 1)
    since = _moment(start, "start", zone) or _local(first_day, zone)
    if since >= until:
        raise BadInputError(
            field="start", problem="must be before end", problem_pt="deve ser antes de end"
        )
    if until - since > timedelta(days=MOST_DAYS):
        raise BadInputError(
            field="start", problem="at most five years at once", problem_pt="no máximo cinco anos"
        )
    return since, until


def last_period(every: Every, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """Return the last whole day, week (from Monday) or month of the tenant before `now`."""
    today = now.astimezone(zone).date()
    if every == "daily":
        first, last = today - timedelta(days=1), today
    elif every == "weekly":
        last = today - timedelta(days=today.weekday())
        first = last - timedelta(days=_WEEK)
    else:
        last = today.replace(day=1)
        first = (last - timedelta(days=1)).replace(day=1)
    return _local(first, zone), _local(last, zone)


def next_run(
    every: Every, hour: int, weekday: int, day: int, *, zone: ZoneInfo, after: datetime
) -> datetime:
    """Return the first time past `after` that a schedule is due, by the tenant's clock."""
    at = after.astimezone(zone).date()
    while True:
        fits = {
            "daily": True,
            "weekly": at.weekday() == weekday,
            "monthly": at.day == min(day, calendar.monthrange(at.year, at.month)[1]),
        }[every]
        found = datetime.combine(at, time(hour), tzinfo=zone).astimezone(UTC)
        if fits and found > after:
            return found
        at += timedelta(days=1)


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


def _moment(text: str | None, name: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == _BARE_DATE:
            found = _local(date.fromisoformat(text) + timedelta(days=1 if end else 0), zone)
        else:
            given = datetime.fromisoformat(text)
            local = given if given.tzinfo is not None else given.replace(tzinfo=zone)
            found = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _bad_date(name) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _bad_date(name)
    return found


def _local(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _bad_date(name: str) -> BadInputError:
    return BadInputError(
        field=name,
        problem=f"must be an ISO date from {FIRST_YEAR} on, such as 2026-01-31",
        problem_pt=f"deve ser uma data ISO a partir de {FIRST_YEAR}, como 2026-01-31",
    )
