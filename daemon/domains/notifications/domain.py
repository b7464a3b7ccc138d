"""Rules, and what becomes of what they see: opened once a subject, damped, resolved. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from daemon.kernel.errors import NotFoundError

RuleId = Literal[
    "session_down",
    "queue_late",
    "disk_low",
    "licence",
    "model_down",
    "payment_overdue",
    "webhook_disabled",
    "sync_frozen",
    "job_parked",
    "document_failed",
]
Kind = RuleId | Literal["test"]
Severity = Literal["info", "warning", "critical"]
Channel = Literal["page", "whatsapp", "email", "webhook"]
Unit = Literal["seconds", "mebibytes", "days", "jobs"]
Change = Literal["opened", "again", "resolved", "test"]

RANK: Final[dict[Severity, int]] = {"info": 0, "warning": 1, "critical": 2}
CHANNELS: Final[tuple[Channel, ...]] = ("page", "whatsapp", "email", "webhook")
SENT: Final[tuple[Channel, ...]] = ("whatsapp", "email")
"""Channels that reach a person wherever they are: delivered by jobs, silent in quiet hours."""

CLEAR = timedelta(seconds=60)
"""So long must a condition be gone before it counts as over."""
CLEAR_MOST = timedelta(minutes=30)
FLAPPING = timedelta(hours=1)
"""What comes back within this is the same matter, and has to stay away longer each time."""
RELIEF_PERCENT: Final = 110
"""A lack (of disk) is over at so much of the threshold, not right at it."""


class NotificationNotFoundError(NotFoundError):
    """No such notification."""

    code = "notification_not_found"
    template = "There is no notification {id}."
    template_pt = "Não existe a notificação {id}."


@dataclass(frozen=True)
class RuleKind:
    """A rule as the product knows it. `scarce`: it is met below its threshold, not above."""

    severity: Severity
    unit: Unit | None = None
    threshold: int = 0
    low: int = 0
    high: int = 0
    scarce: bool = False


DAY_S: Final = 86_400
RULES: Final[dict[RuleId, RuleKind]] = {
    "session_down": RuleKind("critical", "seconds", 120, 10, DAY_S),
    "queue_late": RuleKind("critical", "seconds", 120, 10, DAY_S),
    "disk_low": RuleKind("critical", "mebibytes", 2048, 64, 1024 * 1024, scarce=True),
    "licence": RuleKind("warning", "days", 7, 0, 365, scarce=True),
    "model_down": RuleKind("critical", "seconds", 180, 10, DAY_S),
    "payment_overdue": RuleKind("info", "days", 1, 1, 365),
    "webhook_disabled": RuleKind("warning"),
    "sync_frozen": RuleKind("warning"),
    "job_parked": RuleKind("warning", "jobs", 1, 1, 100_000),
    "document_failed": RuleKind("warning"),
}


@dataclass(frozen=True)
class Rule:
    """A rule as this box wants it."""

    id: RuleId
    enabled: bool = True
    threshold: int | None = None
    channels: tuple[Channel, ...] = CHANNELS

    @classmethod
    def default(cls, rule: RuleId) -> "Rule":
        """Return a rule as it is before anybody changed it; small matters disturb nobody."""
        kind = RULES[rule]
        quiet: tuple[Channel, ...] = ("page", "webhook")
        channels = quiet if kind.severity == "info" else CHANNELS
        return cls(rule, threshold=kind.threshold if kind.unit else None, channels=channels)


@dataclass(frozen=True)
class Preferences:
    """Whom to reach, when not to, and how often at most."""

    phone: str | None = None
    agent_id: str | None = None
    emails: tuple[str, ...] = ()
    quiet: bool = True
    quiet_start: str = "22:00"
    quiet_end: str = "07:00"
    critical_passes: bool = True
    hourly_limit: int = 10
    language: Literal["pt-BR", "en"] = "pt-BR"


@dataclass(frozen=True)
class Reading:
    """Something that a rule looked at. `value` is in the rule's unit; None: it is simply so."""

    subject: str
    value: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity | None = None


Readings = Mapping[RuleId, Sequence[Reading] | None]
"""What was seen, by rule; None where nothing could be seen this time."""


@dataclass(frozen=True)
class Notification:
    """One matter, from when it was noticed to when it was over."""

    id: str
    rule: Kind
    subject: str
    severity: Severity
    facts: Mapping[str, Any]
    opened_at: datetime
    times: int = 1
    clear_since: datetime | None = None
    resolved_at: datetime | None = None
    read_at: datetime | None = None

    @property
    def patience(self) -> timedelta:
        """How long it must be gone: four times longer each time it came back."""
        longer: int = 4 ** min(self.times - 1, 6)
        return min(CLEAR * longer, CLEAR_MOST)

    def in_question(self, now: datetime) -> bool:
        """Say whether it may still come back as the same matter."""
        return self.resolved_at is None or now - self.resolved_at < FLAPPING


@dataclass(frozen=True)
class Step:
    """What changes for a matter. `told`: what people hear of it, if anything."""

    after: Notification
    told: Change | None = None


def is_met(rule: Rule, reading: Reading, *, open_already: bool) -> bool:
    """Say whether a reading is what its rule waits for."""
    kind = RULES[rule.id]
    if reading.value is None or rule.threshold is None:
        return True
    if not kind.scarce:
        return reading.value >= rule.threshold
    edge = rule.threshold * (RELIEF_PERCENT if open_already else 100) / 100
    return reading.value <= edge


def reconcile(
    known: Iterable[Notification],
    readings: Readings,
    rules: Mapping[RuleId, Rule],
    now: datetime,
    new_id: Callable[[], str],
) -> list[Step]:
    """Return what changed. `known`: the open matters and those closed a short while ago."""
    latest: dict[tuple[str, str], Notification] = {(one.rule, one.subject): one for one in known}
    met: dict[tuple[RuleId, str], Reading] = {}
    for name, seen in readings.items():
        for reading in seen or () if rules[name].enabled else ():
            before = latest.get((name, reading.subject))
            standing = before is not None and before.resolved_at is None
            if is_met(rules[name], reading, open_already=standing):
                limit = {} if rules[name].threshold is None else {"limit": rules[name].threshold}
                met[name, reading.subject] = replace(reading, facts={**reading.facts, **limit})
    steps = [
        step
        for (name, subject), reading in met.items()
        if (step := _present(latest.get((name, subject)), name, reading, now, new_id))
    ]
    for key, one in latest.items():
        if key in met or one.resolved_at is not None or one.rule == "test":
            continue
        if not rules[one.rule].enabled:
            steps.append(Step(replace(one, resolved_at=now)))
        elif readings.get(one.rule) is not None and (step := _absent(one, now)):
            steps.append(step)
    return steps


def _present(
    before: Notification | None,
    rule: RuleId,
    reading: Reading,
    now: datetime,
    new_id: Callable[[], str],
) -> Step | None:
    if before is None or not before.in_question(now):
        severity = reading.severity or RULES[rule].severity
        opened = Notification(new_id(), rule, reading.subject, severity, dict(reading.facts), now)
        return Step(opened, "opened")
    if before.resolved_at is not None:
        back = replace(
            before,
            facts=dict(reading.facts),
            times=before.times + 1,
            resolved_at=None,
            clear_since=None,
            read_at=None,
        )
        return Step(back, "again")
    if reading.severity and RANK[reading.severity] > RANK[before.severity]:
        worse = replace(
            before,
            severity=reading.severity,
            facts=dict(reading.facts),
            clear_since=None,
            read_at=None,
        )
        return Step(worse, "again")
    return Step(replace(before, clear_since=None)) if before.clear_since else None


def _absent(one: Notification, now: datetime) -> Step | None:
    if one.clear_since is None:
        return Step(replace(one, clear_since=now))
    if now - one.clear_since < one.patience:
        return None
    return Step(replace(one, resolved_at=now, clear_since=None), "resolved")


def quiet_until(preferences: Preferences, local: datetime) -> datetime | None:
    """Return when the quiet hours end that a local moment falls into; None outside of them."""
    if not preferences.quiet or preferences.quiet_start == preferences.quiet_end:
        return None
    clock = f"{local:%H:%M}"
    start, end = preferences.quiet_start, preferences.quiet_end
    over_night = start > end
    inside = clock >= start or clock < end if over_night else start <= clock < end
    if not inside:
        return None
    hour, minute = (int(part) for part in end.split(":"))
    day = local.date() + timedelta(days=1 if over_night and clock >= start else 0)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=local.tzinfo)
