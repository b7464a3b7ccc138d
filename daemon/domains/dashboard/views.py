"""What the dashboard looks like on the wire."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from daemon.web.schema import ApiModel, Moment

from .domain import (
    DAYS,
    Granularity,
    Live,
    Money,
    Served,
    Shown,
    SpanName,
    Topic,
    Traffic,
    growth,
    share,
    step,
)
from .service import SLOW

BUSIEST = 5


class DashboardQuery(ApiModel):
    """Which period: up to now, from local midnight so many days ago; and whose."""

    period: SpanName = "30d"
    agent_id: str | None = Field(None, min_length=1, max_length=64)


class Count(ApiModel):
    """A number beside the period before; `change`: 0.25 is a quarter more, null from nothing."""

    value: int
    previous: int
    change: float | None

    @classmethod
    def of(cls, value: int, previous: int) -> "Count":
        """Compare two numbers."""
        return cls(value=value, previous=previous, change=growth(value, previous))


class Rate(ApiModel):
    """A share or a time beside the period before; `change` is the difference, in its own unit."""

    value: float | None
    previous: float | None
    change: float | None

    @classmethod
    def of(cls, value: float | None, previous: float | None) -> "Rate":
        """Compare two figures."""
        return cls(value=value, previous=previous, change=step(value, previous))


class PointView(ApiModel):
    """Messages of an hour, day or month."""

    start: Moment
    received: int
    sent: int


class MessagesView(ApiModel):
    """Messages in and out, without gaps."""

    granularity: Granularity
    received: Count
    sent: Count
    failed: Count
    items: list[PointView]


class CsatView(ApiModel):
    """What customers said when asked."""

    score: float
    answers: int


class ServiceView(ApiModel):
    """How customers were served; rates are shares of the cases begun in the period."""

    cases: Count
    containment_rate: Rate
    deflection_rate: Rate
    handover_rate: Rate
    first_response_p50_seconds: Rate
    first_response_p95_seconds: Rate
    answered: Count
    refused: Count
    refusal_rate: Rate
    csat: CsatView | None = Field(description="Null until customers were asked")


class HourView(ApiModel):
    """An hour of the week; Monday is 1."""

    weekday: int
    hour: int
    received: int
    cases: int


class HoursView(ApiModel):
    """All 168 hours of the week, and the five with most messages."""

    items: list[HourView]
    busiest: list[HourView]


class TopicView(ApiModel):
    """Questions about one thing that nobody answered."""

    stems: list[str]
    questions: int
    conversations: int
    last_at: Moment
    example: str


class WaterfallView(ApiModel):
    """end = start + new + expansion + reactivation - contraction - churn, to the centavo."""

    period: str
    start_centavos: int
    new_centavos: int
    expansion_centavos: int
    contraction_centavos: int
    churn_centavos: int
    reactivation_centavos: int
    end_centavos: int


class MonthView(ApiModel):
    """A month of the series."""

    period: str
    mrr_centavos: int
    revenue_centavos: int
    clients: int
    gross_churn_percent: str | None
    logo_churn_percent: str | None


class MoneyView(ApiModel):
    """This month beside the last one, and the twelve months up to it; the month runs still."""

    definition_version: Annotated[str, Field(alias="definition_version")]
    currency: str
    mrr_centavos: Count
    revenue_centavos: Count
    clients: Count
    clients_lost: int
    gross_churn_percent: str | None
    logo_churn_percent: str | None
    overdue_centavos: int
    overdue_invoices: int
    waterfall: WaterfallView
    months: list[MonthView]


class OwnersView(ApiModel):
    """Conversations by who has them; `open`: all but the closed ones."""

    open: int
    bot: int
    waiting: int
    human: int
    closed: int


class SessionsView(ApiModel):
    """WhatsApp numbers."""

    total: int
    working: int
    states: dict[str, int]


class QueueView(ApiModel):
    """Jobs; `lateSeconds`: how long the oldest one that is due has waited."""

    waiting: int
    running: int
    parked: int
    late_seconds: int


class DiskView(ApiModel):
    """The disk that everything is kept on."""

    free_bytes: int
    total_bytes: int


class UnreadView(ApiModel):
    """Notifications."""

    unread: int
    open: int
    critical: int


class DashboardView(ApiModel):
    """Figures are as of `asOf`, at most `staleSeconds` old; the box's own state is of now."""

    period: SpanName
    days: int
    agent_id: str | None
    start: Moment
    end: Moment
    previous_start: Moment
    previous_end: Moment
    time_zone: str
    as_of: Moment
    stale_seconds: int
    messages: MessagesView
    service: ServiceView
    hours: HoursView
    topics: list[TopicView]
    money: MoneyView
    conversations: OwnersView
    sessions: SessionsView
    queue: QueueView
    disk: DiskView
    notifications: UnreadView

    @classmethod
    def of(cls, shown: Shown, zone: ZoneInfo, now: datetime) -> "DashboardView":
        """Describe the whole."""
        traffic, live = shown.traffic, shown.live
        score = shown.csat
        return cls(
            period=shown.span.name,
            days=DAYS[shown.span.name],
            agent_id=shown.span.agent_id,
            start=traffic.start.astimezone(zone),
            end=traffic.end.astimezone(zone),
            previous_start=traffic.before[0].astimezone(zone),
            previous_end=traffic.before[1].astimezone(zone),
            time_zone=zone.key,
            as_of=shown.as_of,
            stale_seconds=int(SLOW.stale_s),
            messages=_messages(traffic, shown.span.granularity),
            service=_service(traffic, None if score is None else CsatView.model_validate(score)),
            hours=_hours(traffic),
            topics=[_topic(topic) for topic in shown.topics],
            money=_money(shown.money),
            conversations=_owners(live),
            sessions=SessionsView(
                total=sum(live.sessions.values()),
                working=live.sessions.get("WORKING", 0),
                states=live.sessions,
            ),
            queue=_queue(live, now),
            disk=DiskView(free_bytes=live.disk_free, total_bytes=live.disk_total),
            notifications=UnreadView(**live.notifications),
        )


def _messages(traffic: Traffic, granularity: Granularity) -> MessagesView:
    now, before = traffic.now, traffic.previous
    return MessagesView(
        granularity=granularity,
        received=Count.of(now.received, before.received),
        sent=Count.of(now.sent, before.sent),
        failed=Count.of(now.failed, before.failed),
        items=[PointView.model_validate(point) for point in traffic.series],
    )


def _service(traffic: Traffic, csat: CsatView | None) -> ServiceView:
    now, before = traffic.now, traffic.previous

    def rate(of: Callable[[Served], float | None]) -> Rate:
        return Rate.of(of(now), of(before))

    return ServiceView(
        cases=Count.of(now.cases, before.cases),
        containment_rate=rate(lambda one: share(one.contained, one.cases)),
        deflection_rate=rate(lambda one: share(one.deflected, one.cases)),
        handover_rate=rate(lambda one: share(one.handed_over, one.cases)),
        first_response_p50_seconds=rate(lambda one: one.first_p50),
        first_response_p95_seconds=rate(lambda one: one.first_p95),
        answered=Count.of(now.answers, before.answers),
        refused=Count.of(now.refusals, before.refusals),
        refusal_rate=rate(lambda one: share(one.refusals, one.answers + one.refusals)),
        csat=csat,
    )


def _hours(traffic: Traffic) -> HoursView:
    items = [
        HourView(weekday=slot // 24 + 1, hour=slot % 24, received=received, cases=cases)
        for slot, (received, cases) in enumerate(traffic.week)
    ]
    busy = sorted((item for item in items if item.received), key=lambda item: -item.received)
    return HoursView(items=items, busiest=busy[:BUSIEST])


def _topic(topic: Topic) -> TopicView:
    return TopicView(
        stems=list(topic.stems),
        questions=topic.questions,
        conversations=topic.conversations,
        last_at=topic.last_at,
        example=topic.example,
    )


def _money(money: Money) -> MoneyView:
    month, now = money.months[-1]
    before = money.months[-2][1]
    return MoneyView(
        definition_version=money.definition_version,
        currency=money.currency,
        mrr_centavos=Count.of(now["mrr"], before["mrr"]),
        revenue_centavos=Count.of(now["revenue"], before["revenue"]),
        clients=Count.of(now["clients"], before["clients"]),
        clients_lost=now["clients_lost"],
        gross_churn_percent=now["gross_revenue_churn"]["percent"],
        logo_churn_percent=now["logo_churn"]["percent"],
        overdue_centavos=money.overdue,
        overdue_invoices=money.overdue_invoices,
        waterfall=WaterfallView(
            period=month,
            start_centavos=now["mrr_start"],
            new_centavos=now["new"],
            expansion_centavos=now["expansion"],
            contraction_centavos=now["contraction"],
            churn_centavos=now["churn"],
            reactivation_centavos=now["reactivation"],
            end_centavos=now["mrr"],
        ),
        months=[
            MonthView(
                period=name,
                mrr_centavos=figures["mrr"],
                revenue_centavos=figures["revenue"],
                clients=figures["clients"],
                gross_churn_percent=figures["gross_revenue_churn"]["percent"],
                logo_churn_percent=figures["logo_churn"]["percent"],
            )
            for name, figures in money.months
        ],
    )


def _owners(live: Live) -> OwnersView:
    counts = {name: live.owners.get(name, 0) for name in ("bot", "waiting", "human", "closed")}
    return OwnersView(open=sum(counts.values()) - counts["closed"], **counts)


def _queue(live: Live, now: datetime) -> QueueView:
    late = 0.0 if live.oldest_job_at is None else (now - live.oldest_job_at).total_seconds()
    return QueueView(
        waiting=live.jobs.get("waiting", 0),
        running=live.jobs.get("leased", 0),
        parked=live.jobs.get("parked", 0),
        late_seconds=max(0, int(late)),
    )
