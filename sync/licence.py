"""What the box may do: active, thirty days of grace, then restricted. Pure.

Restricted turns paid extras off. It never stops messages coming in, their storage, hand-over to a
person, export or backup.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sync.protocol.events import moment

GRACE = timedelta(days=30)
ALWAYS_ON = frozenset({"receive", "store", "handover", "export", "backup"})

State = Literal["unenrolled", "active", "grace", "restricted"]


@dataclass(frozen=True)
class Licence:
    """The licence at one moment. `until` is when the state gets worse, if it will."""

    state: State
    until: datetime | None = None
    stale: bool = False
    plan: str = ""
    features: frozenset[str] = frozenset()
    limits: dict[str, int] = field(default_factory=dict)

    def allows(self, feature: str) -> bool:
        """Say whether a feature works now."""
        if feature in ALWAYS_ON:
            return True
        if self.state == "restricted":
            return False
        return not self.features or feature in self.features

    @property
    def may_grow(self) -> bool:
        """Say whether new installs and raised limits are allowed."""
        return not self.stale and self.state in {"unenrolled", "active"}


def judge(
    now: datetime,
    *,
    enrolled: bool,
    entitlements: dict[str, Any] | None,
    refused_since: datetime | None,
) -> Licence:
    """Return the licence. `now` is trusted time; `refused_since` is a signed 401 or 403."""
    if not enrolled:
        return Licence("unenrolled")
    body = entitlements or {}
    expiry = moment(body["valid_until"]) if body.get("valid_until") else None
    lapses = [at for at in (expiry, refused_since) if at is not None and at <= now]
    terms: dict[str, Any] = {
        "stale": expiry is not None and expiry <= now,
        "plan": str(body.get("plan", "")),
        "features": frozenset(body.get("features", ())),
        "limits": dict(body.get("limits", {})),
    }
    if not lapses:
        return Licence("active", expiry, **terms)
    end = min(lapses) + GRACE
    return Licence("grace", end, **terms) if now < end else Licence("restricted", None, **terms)
