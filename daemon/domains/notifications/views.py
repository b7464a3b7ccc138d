"""What notifications look like on the wire."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from daemon.infra.mail import ADDRESS
from daemon.kernel.complaints import WrongValueError
from daemon.web.schema import ApiModel, ListQuery, Moment

from .domain import RULES, Channel, Kind, Notification, Preferences, Rule, RuleId, Severity, Unit
from .service import Outcome, Tried
from .store import Delivery
from .words import is_english, plain, words

HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        en = "is not an e-mail address like maria@exemplo.com.br"
        pt = "não é um e-mail como maria@exemplo.com.br"
        raise WrongValueError(en, pt)
    return text


def _phone(text: str) -> str:
    return text.removeprefix("+")


Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[1-9][0-9]{9,14}$"), AfterValidator(_phone)]
Hour = Annotated[str, StringConstraints(pattern=HOUR)]
Channels = Annotated[list[Channel], Field(max_length=4)]


class NotificationsQuery(ListQuery):
    """Which ones."""

    unread: bool = False
    open: bool = False
    rule: Kind | None = None


class NotificationView(ApiModel):
    """A matter: what happened, since when, and what to do. `times`: how often it came back."""

    id: str
    rule: Kind
    subject: str
    severity: Severity
    title: str
    text: str
    fix: str
    facts: dict[str, Any]
    opened_at: Moment
    times: int
    resolved_at: Moment | None
    read_at: Moment | None

    @classmethod
    def of(cls, one: Notification, language: str, zone: ZoneInfo) -> "NotificationView":
        """Say it in the reader's language."""
        return cls.model_validate(_shown(one, language, zone))


class DeliveryView(ApiModel):
    """Who was told: `held` waits for a summary, `skipped` was not needed any more."""

    channel: Channel
    change: Literal["opened", "again", "resolved"]
    state: Literal["waiting", "held", "sent", "failed", "skipped"]
    reason: str | None
    at: Moment
    sent_at: Moment | None


class NotificationDetail(NotificationView):
    """A matter, with whom it was sent to."""

    deliveries: list[DeliveryView]

    @classmethod
    def with_deliveries(
        cls, one: Notification, sent: list[Delivery], language: str, zone: ZoneInfo
    ) -> "NotificationDetail":
        """Say it in the reader's language."""
        rows = [DeliveryView.model_validate(item, extra="ignore") for item in sent]
        return cls.model_validate({**_shown(one, language, zone), "deliveries": rows})


class CountsView(ApiModel):
    """How many there are."""

    unread: int
    open: int
    critical: int


class MarkedView(ApiModel):
    """How many were marked."""

    marked: int


class RuleView(ApiModel):
    """A rule. The threshold is in `unit`, null where there is nothing to measure."""

    rule: RuleId
    enabled: bool
    threshold: int | None
    unit: Unit | None
    least: int
    most: int
    severity: Severity
    channels: list[Channel]

    @classmethod
    def of(cls, rule: Rule) -> "RuleView":
        """Describe a rule."""
        kind = RULES[rule.id]
        return cls(
            rule=rule.id,
            enabled=rule.enabled,
            threshold=rule.threshold,
            unit=kind.unit,
            least=kind.low,
            most=kind.high,
            severity=kind.severity,
            channels=list(rule.channels),
        )


class RulesView(ApiModel):
    """All rules."""

    items: list[RuleView]


class RuleChange(ApiModel):
    """What is to change of a rule; what is left out stays."""

    rule: RuleId
    enabled: bool | None = None
    threshold: int | None = Field(None, ge=0, le=10**9)
    channels: Channels | None = None

    def values(self) -> dict[str, Any]:
        """Return what was given."""
        given = self.model_dump(exclude_none=True, exclude={"rule"})
        if "channels" in given:
            given["channels"] = tuple(dict.fromkeys(given["channels"]))
        return given


class RulesChange(ApiModel):
    """Changes of rules: all are taken, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"rule": "session_down", "threshold": 60},
                        {"rule": "payment_overdue", "channels": ["page", "email"]},
                        {"rule": "document_failed", "enabled": False},
                    ]
                }
            ]
        }
    )

    items: list[RuleChange] = Field(min_length=1, max_length=50)


class PreferencesView(ApiModel):
    """Whom to reach, and when not to."""

    phone: str | None
    agent_id: str | None
    emails: list[str]
    quiet_hours: bool
    quiet_start: str
    quiet_end: str
    critical_passes: bool
    hourly_limit: int
    language: Literal["pt-BR", "en"]
    time_zone: str
    channels: dict[Channel, bool] = Field(description="Which channels lead somewhere now")

    @classmethod
    def of(
        cls, wanted: Preferences, zone: ZoneInfo, channels: dict[Channel, bool]
    ) -> "PreferencesView":
        """Describe what was chosen."""
        return cls(
            phone=wanted.phone,
            agent_id=wanted.agent_id,
            emails=list(wanted.emails),
            quiet_hours=wanted.quiet,
            quiet_start=wanted.quiet_start,
            quiet_end=wanted.quiet_end,
            critical_passes=wanted.critical_passes,
            hourly_limit=wanted.hourly_limit,
            language=wanted.language,
            time_zone=zone.key,
            channels=channels,
        )


class PreferencesChange(ApiModel):
    """What is to change; what is left out stays, null takes a phone or agent away."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "phone": "+5511987654321",
                    "emails": ["dona@exemplo.com.br"],
                    "quietHours": True,
                    "quietStart": "22:00",
                    "quietEnd": "07:00",
                    "criticalPasses": True,
                    "hourlyLimit": 10,
                    "language": "pt-BR",
                }
            ]
        }
    )

    phone: Phone | None = Field(None, description="The owner's, with country code")
    agent_id: str | None = Field(
        None, min_length=1, max_length=64, description="Whose number speaks; null: any that works"
    )
    emails: list[Email] = Field([], max_length=10)
    quiet_hours: bool = True
    quiet_start: Hour = "22:00"
    quiet_end: Hour = "07:00"
    critical_passes: bool = Field(True, description="Critical ones are sent in quiet hours, too")
    hourly_limit: int = Field(10, ge=1, le=100, description="Messages an hour and channel")
    language: Literal["pt-BR", "en"] = "pt-BR"

    def values(self) -> dict[str, Any]:
        """Return what was given, by the names of the domain."""
        given = self.model_dump(exclude_unset=True)
        if "quiet_hours" in given:
            given["quiet"] = given.pop("quiet_hours")
        if "emails" in given:
            given["emails"] = tuple(dict.fromkeys(given["emails"]))
        return given


class TriedView(ApiModel):
    """How the test went on one channel, and what to fix."""

    channel: Channel
    outcome: Outcome
    detail: str

    @classmethod
    def of(cls, tried: Tried, language: str) -> "TriedView":
        """Say it in the reader's language."""
        detail = tried.detail[1 if is_english(language) else 0]
        return cls(channel=tried.channel, outcome=tried.outcome, detail=detail)


class TestView(ApiModel):
    """How the test went."""

    items: list[TriedView]


def _shown(one: Notification, language: str, zone: ZoneInfo) -> dict[str, Any]:
    said = words(one, language, zone)
    return {
        "id": one.id,
        "rule": one.rule,
        "subject": one.subject,
        "severity": one.severity,
        "title": said.title,
        "text": said.text,
        "fix": said.fix,
        "facts": plain(one.facts),
        "opened_at": one.opened_at,
        "times": one.times,
        "resolved_at": one.resolved_at,
        "read_at": one.read_at,
    }
