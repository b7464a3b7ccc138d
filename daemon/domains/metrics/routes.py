"""Routes of the figures."""

from typing import Any, TypeVar

from aiohttp import web

from daemon.kernel.errors import BadInputError
from daemon.web.routing import Call, Routes

from .domain import ratio
from .periods import Part
from .satisfaction import added
from .service import Asked, Figures, Sums
from .topics import Topic
from .views import (
    AgentConversion,
    AgentCsat,
    Answered,
    ConversionView,
    CsatPage,
    CsatView,
    Example,
    FiguresQuery,
    HoursView,
    MessagePoint,
    MessagesView,
    PagedFiguresQuery,
    Queued,
    RatingView,
    SeriesQuery,
    ServiceView,
    TimesView,
    TopicsView,
    TopicView,
    UsagePoint,
    UsageTotals,
    UsageView,
    WeekHour,
    about,
)

FIGURES: web.AppKey[Figures] = web.AppKey("figures", Figures)
BUSIEST = 5
MAX_TOPICS = 50
View = TypeVar("View", bound=Answered)

routes = Routes(tag="metrics")


@routes.get(
    "/metricas/mensagens-por-periodo",
    query=SeriesQuery,
    returns=MessagesView,
    errors=[BadInputError],
)
async def messages(call: Call[None, SeriesQuery]) -> MessagesView:
    """Show messages by hour, day, week or month."""
    figures, asked = _asked(call)
    cut, sums = await figures.series(asked, call.query.granularity)
    points = [_messages(part, found) for part, found in zip(cut, sums, strict=True)]
    return _view(
        MessagesView,
        about(asked, call.language, "messages"),
        granularity=call.query.granularity,
        total=sum(point.total for point in points),
        received=sum(point.received for point in points),
        sent=sum(point.sent for point in points),
        failed=sum(point.failed for point in points),
        items=points,
    )


@routes.get(
    "/metricas/conversao-por-agente",
    query=FiguresQuery,
    returns=ConversionView,
    errors=[BadInputError],
)
async def conversion(call: Call[None, FiguresQuery]) -> ConversionView:
    """Show how many cases each agent resolved alone."""
    figures, asked = _asked(call)
    found = await figures.by_agent(asked)
    items = [
        AgentConversion(
            agent_id=agent_id,
            cases=sums["cases"],
            replied=sums["replied"],
            contained=sums["contained"],
            resolved=sums["deflected"],
            handed_over=sums["handed_over"],
            conversion_rate=ratio(sums["deflected"], sums["cases"]),
        )
        for agent_id, sums in found.items()
    ]
    names = ("cases", "replied", "containment", "handover", "conversion")
    return _view(ConversionView, about(asked, call.language, *names), items=items)


@routes.get("/metricas/evolucao-uso", query=SeriesQuery, returns=UsageView, errors=[BadInputError])
async def usage(call: Call[None, SeriesQuery]) -> UsageView:
    """Show how use evolves, beside the period before."""
    figures, asked = _asked(call)
    cut, sums = await figures.series(asked, call.query.granularity)
    now = {name: sum(found[name] for found in sums) for name in sums[0]}
    before = await figures.before(asked)
    change = ratio(_all(now) - _all(before), _all(before))
    return _view(
        UsageView,
        about(asked, call.language, "messages", "cases", "tokens", "cost"),
        granularity=call.query.granularity,
        totals=_totals(figures, now),
        previous=_totals(figures, before),
        growth=change,
        items=[
            UsagePoint.model_validate(
                {"start": part.start, "cost_millionths": _cost(figures, found), **_usage(found)}
            )
            for part, found in zip(cut, sums, strict=True)
        ],
    )


@routes.get(
    "/metricas/atendimento", query=FiguresQuery, returns=ServiceView, errors=[BadInputError]
)
async def service(call: Call[None, FiguresQuery]) -> ServiceView:
    """Show containment, deflection, hand-overs, times and tokens."""
    figures, asked = _asked(call)
    found = await figures.service(asked)
    sums = found.sums
    cases = sums["cases"]
    names = ("cases", "replied", "containment", "deflection", "handover", "first_response")
    return _view(
        ServiceView,
        about(asked, call.language, *names, "resolution", "tokens", "percentiles", "csat"),
        **{name: sums[name] for name in _SERVICE},
        unreplied=cases - sums["replied"],
        containment_rate=ratio(sums["contained"], cases),
        deflection_rate=ratio(sums["deflected"], cases),
        handover_rate=ratio(sums["handed_over"], cases),
        refusal_rate=ratio(sums["refusals"], sums["answers"] + sums["refusals"]),
        first_response_seconds=TimesView.model_validate(found.first_response),
        resolution_seconds=TimesView.model_validate(found.resolution),
        tokens_per_conversation=ratio(sums["chat_tokens"], cases, 1),
        csat=CsatView.of(added((await figures.csat(asked)).values())),
    )


@routes.get("/metricas/csat", query=PagedFiguresQuery, returns=CsatPage, errors=[BadInputError])
async def csat(call: Call[None, PagedFiguresQuery]) -> CsatPage:
    """Show what customers said when they were asked how they were served, with their comments."""
    figures, asked = _asked(call)
    found = await figures.csat(asked)
    page = await figures.said(asked, call.query.cursor, call.query.limit)
    return _view(
        CsatPage,
        about(asked, call.language, "csat"),
        total=CsatView.of(added(found.values())),
        agents=[
            AgentCsat(agent_id=agent_id, **CsatView.of(scores).model_dump())
            for agent_id, scores in sorted(found.items())
        ],
        items=[
            RatingView.model_validate({**row, "comment": row["comment"] or None})
            for row in page.items
        ],
        next_cursor=page.next_cursor,
    )


@routes.get(
    "/metricas/temas-sem-resposta",
    query=FiguresQuery,
    returns=TopicsView,
    errors=[BadInputError],
)
async def topics(call: Call[None, FiguresQuery]) -> TopicsView:
    """Show what customers ask and the agent cannot answer, with examples."""
    figures, asked = _asked(call)
    number, found = await figures.unanswered(asked)
    return _view(
        TopicsView,
        about(asked, call.language, "topics"),
        refusals=number,
        items=[_topic(topic) for topic in found[:MAX_TOPICS]],
    )


@routes.get("/metricas/horarios", query=FiguresQuery, returns=HoursView, errors=[BadInputError])
async def hours(call: Call[None, FiguresQuery]) -> HoursView:
    """Show the busiest hours of the week."""
    figures, asked = _asked(call)
    items = [
        WeekHour(weekday=slot // 24 + 1, hour=slot % 24, received=received, cases=cases)
        for slot, (received, cases) in enumerate(await figures.week(asked))
    ]
    busy = sorted((item for item in items if item.received), key=lambda item: -item.received)
    return _view(
        HoursView,
        about(asked, call.language, "messages", "cases"),
        items=items,
        busiest=busy[:BUSIEST],
    )


@routes.post("/metricas/reconstruir", role="owner", returns=Queued, status=202)
async def rebuild(call: Call[None, None]) -> Queued:
    """Derive all figures from the raw rows again."""
    return Queued(requested_at=await call.app[FIGURES].rebuild())


_SERVICE = (
    "cases",
    "replied",
    "contained",
    "deflected",
    "handed_over",
    "answers",
    "refusals",
)


def _asked(call: Call[None, Any]) -> tuple[Figures, Asked]:
    figures, query = call.app[FIGURES], call.query
    return figures, figures.asked(query.start, query.end, query.agent_id)


def _view(model: type[View], said: Answered, **values: Any) -> View:
    return model(**said.model_dump(), **values)


def _sent(sums: Sums) -> int:
    return sums["bot"] + sums["phone"] + sums["operator"]


def _all(sums: Sums) -> int:
    return sums["received"] + _sent(sums)


def _messages(part: Part, sums: Sums) -> MessagePoint:
    return MessagePoint(
        start=part.start,
        received=sums["received"],
        bot=sums["bot"],
        phone=sums["phone"],
        operator=sums["operator"],
        sent=_sent(sums),
        failed=sums["failed"],
        total=_all(sums),
    )


def _usage(sums: Sums) -> dict[str, int]:
    return {
        "messages": _all(sums),
        "cases": sums["cases"],
        "answers": sums["answers"] + sums["refusals"],
        "api_questions": sums["asked"],
        "tokens_in": sums["tokens_in"],
        "tokens_out": sums["tokens_out"],
    }


def _cost(figures: Figures, sums: Sums) -> int:
    return figures.prices.of(sums["work_ms"], sums["chat_tokens"])


def _totals(figures: Figures, sums: Sums) -> UsageTotals:
    cost, cases = _cost(figures, sums), sums["cases"]
    return UsageTotals(
        cost_millionths=cost,
        cost_per_conversation_millionths=(2 * cost + cases) // (2 * cases) if cases else None,
        tokens_per_conversation=ratio(sums["chat_tokens"], cases, 1),
        **_usage(sums),
    )


def _topic(topic: Topic) -> TopicView:
    conversations = {question.conversation_id for question in topic.questions}
    return TopicView(
        stems=topic.label(),
        questions=len(topic.questions),
        conversations=len(conversations - {None}),
        last_at=topic.last_at,
        examples=[Example.model_validate(question) for question in topic.examples()],
    )
