"""What a box says of itself, brought down to what the fleet is listed and counted by. Pure.

A report is a stranger's word: what is odd counts as not said.
"""

import re
from dataclasses import astuple, dataclass
from typing import Any

WORD = re.compile(r"[\w.+:/ -]{1,80}\Z", re.ASCII)
MOST = 10**12
# The worst of a box's numbers tells how it stands with WhatsApp.
WHATSAPP = (
    ("failed", {"FAILED"}),
    ("logged_out", {"LOGGED_OUT"}),
    ("connecting", {"STARTING", "SCAN_QR_CODE", "PASSKEY_REQUIRED", "RECONNECTING"}),
    ("working", {"WORKING"}),
)
UNWELL = frozenset({"failed", "logged_out", "connecting"})


@dataclass(frozen=True)
class Facts:
    """One report; `None` is what the box did not say."""

    condition: str
    whatsapp: str
    model: str
    queue_age_s: int | None
    disk_free_percent: int | None
    queue_p95_ms: int | None
    unanswered: int | None

    @property
    def columns(self) -> tuple[str | int | None, ...]:
        """The values, in the order of the fields, which is that of both stores' statements."""
        return astuple(self)


def facts_of(health: dict[str, Any]) -> Facts:
    """Return the facts of a report."""
    whatsapp = _whatsapp(health.get("sessions"))
    model = health.get("model")
    return Facts(
        condition=_condition(health, whatsapp),
        whatsapp=whatsapp,
        model=model if isinstance(model, str) and WORD.match(model) else "",
        queue_age_s=_number(health, "queue", "oldest_s"),
        disk_free_percent=_number(health, "disk", "free_percent"),
        queue_p95_ms=_number(health, "queue", "wait_p95_ms"),
        unanswered=_number(health, "unanswered", "topics"),
    )


def _condition(health: dict[str, Any], whatsapp: str) -> str:
    if health.get("ok", True) is False:
        return "down"
    return "degraded" if health.get("causes") or whatsapp in UNWELL else "ok"


def _whatsapp(sessions: Any) -> str:
    if not isinstance(sessions, dict):
        return "none"
    present = {name for name, count in sessions.items() if type(count) is int and count > 0}
    return next((word for word, states in WHATSAPP if states & present), "none")


def _number(health: dict[str, Any], part: str, name: str) -> int | None:
    inside = health.get(part)
    value = inside.get(name) if isinstance(inside, dict) else None
    return value if type(value) is int and 0 <= value <= MOST else None
