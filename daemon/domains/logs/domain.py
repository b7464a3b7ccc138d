"""A line of the log, and how long it must be kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from daemon.kernel.errors import ConflictError, NotFoundError

Level = Literal["info", "warning", "error"]
Kind = Literal["message", "error", "event", "security"]


@dataclass(frozen=True)
class Entry:
    """What happened, as facts; the words of a message are in the message, never here."""

    id: str
    agent_id: str | None
    conversation_id: str | None
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


class LogKeptError(ConflictError):
    """The line is younger than the law or the box's settings ask it to be kept."""

    code = "log_kept"
    template = "Log entry {id} must be kept until {until} (setting retention.{setting})."
    template_pt = "O registro {id} deve ser guardado até {until} (ajuste retention.{setting})."
