"""A line of the log, and the times by which it is looked for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from daemon.kernel.errors import BadInputError, NotFoundError

Level = Literal["info", "warning", "error"]
Kind = Literal["message", "error", "event"]


@dataclass(frozen=True)
class Entry:
    """What happened, as facts; the words of a message are in the message, never here."""

    id: str
    agent_id: str | None
    level: Level
    kind: Kind
    event: str
    facts: dict[str, Any]
    at: datetime


class LogNotFoundError(NotFoundError):
    """No such line."""

    code = "log_not_found"
    template = "There is no log entry {id}."
    template_pt = "Não existe o registro {id}."


def moment(text: str | None, field: str, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    """Read an ISO date or date-time of a query; a bare date is a day of the tenant.

    As an end, a bare date includes its whole day. Raises BadInputError naming the field.
    """
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
        local = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInputError(
            field=field,
            problem="must be an ISO date or date-time, such as 2026-01-31",
            problem_pt="deve ser uma data ISO, como 2026-01-31 ou 2026-01-31T12:00:00Z",
        ) from error
