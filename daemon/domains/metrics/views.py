"""What the figures look like on the wire."""

from pydantic import Field

from daemon.web.schema import ApiModel, ListQuery, Moment

from .definitions import definitions
from .domain import DEFINITION_VERSION, ratio
from .periods import Granularity
from .satisfaction import Scores
from .service import Asked

Share = float | None


class FiguresQuery(ApiModel):
    """Which figures."""

    start: str | None = Field(None, max_length=40, description="ISO date or date-time, included")
    end: str | None = Field(
        None, max_length=40, description="ISO date (its day included) or date-time (excluded)"
    )
    agent_id: str | None = Field(None, max_length=64)


class SeriesQuery(FiguresQuery):
    """Which series."""

    granularity: Granularity = "day"


class Answered(ApiModel):
    """What every answer says of itself: by which definitions, about which time."""

    definition_version: str = Field(DEFINITION_VERSION, alias="definition_version")
    definitions: dict[str, str]
    time_zone: str
    start: Moment
    end: Moment
    agent_id: str | None


class MessagePoint(ApiModel):
    """Messages of a part of the period."""

    start: Moment
    received: int
    bot: int
    phone: int
    operator: int
    sent: int
    failed: int
    total: int


class MessagesView(Answered):
    """Messages by period: no gaps, zero where nothing happened."""

    granularity: Granularity
    total: int
    received: int
    sent: int
    failed: int
    items: list[MessagePoint]


class AgentConversion(ApiModel):
    """The way of an agent's cases."""

    agent_id: str
    cases: int
    replied: int
    contained: int
    resolved: int
    handed_over: int
    conversion_rate: Share


class ConversionView(Answered):
    """Conversion by agent."""

    items: list[AgentConversion]


class UsagePoint(ApiModel):
    """Use in a part of the period."""

    start: Moment
    cost_millionths: int
    messages: int
    cases: int
    answers: int
    api_questions: int
    tokens_in: int
    tokens_out: int


class UsageTotals(ApiModel):
    """Use in a whole period; costs are those of chats, in millionths of the currency."""

    cost_millionths: int
    cost_per_conversation_millionths: int | None
    tokens_per_conversation: float | None

    messages: int
    cases: int
    answers: int
    api_questions: int
    tokens_in: int
    tokens_out: int


class UsageView(Answered):
    """How use evolved; `growth`: messages over the period of the same length before, minus one."""

    granularity: Granularity
    totals: UsageTotals
    previous: UsageTotals
    growth: Share
    items: list[UsagePoint]


class TimesView(ApiModel):
    """Seconds; of very many `cases`, an even share of `measured` is read."""

    cases: int
    measured: int
    p50: float | None
    p95: float | None


class CsatView(ApiModel):
    """What customers said: `counts` from 1 to 5; satisfied is 4 or 5."""

    asked: int
    answers: int
    average: float | None
    satisfied_rate: Share
    counts: list[int]

    @classmethod
    def of(cls, scores: Scores) -> "CsatView":
        """Describe scores."""
        return cls(
            asked=scores.asked,
            answers=scores.answers,
            average=scores.average,
            satisfied_rate=ratio(scores.satisfied, scores.answers),
            counts=list(scores.counts),
        )


class AgentCsat(CsatView):
    """What customers said of an agent."""

    agent_id: str


class RatingView(ApiModel):
    """What one customer said."""

    id: str
    agent_id: str
    conversation_id: str
    asked_at: Moment
    answered_at: Moment
    score: int
    comment: str | None


class CsatPage(Answered):
    """Satisfaction: of all together, by agent, and a page of what was said, newest first."""

    total: CsatView
    agents: list[AgentCsat]
    items: list[RatingView]
    next_cursor: str | None


class PagedFiguresQuery(FiguresQuery, ListQuery):
    """Which figures, and which page of what is behind them."""


class ServiceView(Answered):
    """How customers were served."""

    cases: int
    replied: int
    unreplied: int
    contained: int
    deflected: int
    handed_over: int
    containment_rate: Share
    deflection_rate: Share
    handover_rate: Share
    answers: int
    refusals: int
    refusal_rate: Share
    first_response_seconds: TimesView
    resolution_seconds: TimesView
    tokens_per_conversation: float | None
    csat: CsatView = Field(description="What customers said who were asked in the period")


class Example(ApiModel):
    """A question as it was asked, and where to look why."""

    question: str
    at: Moment
    agent_id: str
    trace_id: str
    conversation_id: str | None


class TopicView(ApiModel):
    """Questions about one thing that nobody answered."""

    stems: list[str]
    questions: int
    conversations: int
    last_at: Moment
    examples: list[Example]


class TopicsView(Answered):
    """Topics without an answer, most asked first."""

    refusals: int
    items: list[TopicView]


class WeekHour(ApiModel):
    """An hour of the week; `weekday` as ISO counts, Monday is 1."""

    weekday: int
    hour: int
    received: int
    cases: int


class HoursView(Answered):
    """The hours of the week, all 168; `busiest`: the five with most messages."""

    items: list[WeekHour]
    busiest: list[WeekHour]


class Queued(ApiModel):
    """The rebuild waits in the queue."""

    requested_at: Moment


def about(asked: Asked, language: str, *names: str) -> Answered:
    """Return what an answer says of itself."""
    return Answered(
        definitions=definitions(language, names),
        time_zone=asked.zone.key,
        start=asked.period.start.astimezone(asked.zone),
        end=asked.period.end.astimezone(asked.zone),
        agent_id=asked.agent_id,
    )
