"""The words for a supervised child: its states, limits and what is shown of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from daemon.kernel.errors import UnavailableError

EXIT_LOGGED_OUT = 3
EXIT_PROTOCOL = 4
FINAL = {EXIT_LOGGED_OUT: "logged_out", EXIT_PROTOCOL: "protocol_mismatch"}
"""Exit codes after which a child is not started again by itself."""


class ChildUnavailableError(UnavailableError):
    """A request was made to a child that is not up."""

    code = "child_unavailable"
    template = "{part} is not available right now ({state}); it is restarted by itself."
    template_pt = "{part} não está disponível agora ({state}); será reiniciado automaticamente."


class ChildState(StrEnum):
    """Where a child is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    BACKING_OFF = "backing_off"
    TRIPPED = "tripped"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ChildLimits:
    """How long a child may take; it has to be back within five seconds of a hang."""

    hello_s: float = 60.0
    ping_every_s: float = 1.0
    silent_s: float = 0.75
    """Two silences of this length in a row, without work, are a hang."""
    busy_s: float = 30.0
    """A child that works but does not answer gets this long."""
    stop_s: float = 5.0


@dataclass(frozen=True)
class ChildStatus:
    """What /health and /debug show of a child."""

    name: str
    state: ChildState
    since: datetime
    reason: str | None = None
    pid: int | None = None
    restarts: int = 0
    retry_at: datetime | None = None
