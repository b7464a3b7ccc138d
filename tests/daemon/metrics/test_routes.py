"""The figures over HTTP, on chats told by hand."""

import pytest

from daemon.domains.metrics.domain import Prices
from tests.daemon.metrics.conftest import Api, Chats

SERIES = ("mensagens-por-periodo", "evolucao-uso")
ROUTES = (*SERIES, "conversao-por-agente", "atendimento", "temas-sem-resposta", "horarios", "csat")


@pytest.mark.parametrize("route", ROUTES)
async def test_every_answer_says_its_definitions_its_zone_and_its_period(
    api: Api, route: str
) -> None:
    found = await api.get(f"/metricas/{route}", start="2026-01-01", end="2026-01-31")
    assert found["definition_version"] == "2026-11.1"
    assert found["definitions"]["period"].startswith("Sums are by the hour")
    assert found["timeZone"] == "America/Sao_Paulo"
    assert found["start"] == "2026-01-01T00:00:00-03:00"
    assert found["end"] == "2026-02-01T00:00:00-03:00"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start": "ontem"}, "start"),
        ({"end": "2026-02-30"}, "end"),
        ({"start": "2026-02-02", "end": "2026-02-01"}, "start"),
    ],
)
async def test_a_bad_date_is_400_and_named(
    api: Api, route: str, query: dict[str, str], field: str
) -> None:
    problem = await api.get(f"/metricas/{route}", 400, **query)
    assert problem["field"] == field


async def test_too_many_points_are_400(api: Api) -> None:
    query = {"start": "2020-01-01", "end": "2026-01-01", "granularity": "hour"}
    problem = await api.get("/metricas/mensagens-por-periodo", 400, **query)
    assert problem["field"] == "granularity"


async def test_a_series_has_no_gaps_and_days_are_local(api: Api, chats: Chats) -> None:
    chat = await chats.chat()
    chats.wait(hours=14)  # 02:00 UTC on the 6th: still the 5th in São Paulo
    await chats.write(chat)
    await chats.answer(chat)

    found = await api.get(
        "/metricas/mensagens-por-periodo", start="2026-01-04", end="2026-01-07", granularity="day"
    )
    assert [(item["start"][:10], item["total"]) for item in found["items"]] == [
        ("2026-01-04", 0),
        ("2026-01-05", 2),
        ("2026-01-06", 0),
        ("2026-01-07", 0),
    ]
    assert (found["received"], found["sent"], found["items"][1]["bot"]) == (1, 1, 1)


async def test_an_agent_is_told_apart(api: Api, chats: Chats) -> None:
    one, two = await chats.chat("a1"), await chats.chat("a2")
    await chats.write(one)
    await chats.answer(one)
    await chats.write(two)
    await chats.write(two, "human")

    found = await api.get("/metricas/conversao-por-agente", start="2026-01-01")
    assert [(item["agentId"], item["conversionRate"]) for item in found["items"]] == [
        ("a1", 1.0),
        ("a2", 0.0),
    ]
    only = await api.get("/metricas/mensagens-por-periodo", start="2026-01-01", agentId="a2")
    assert (only["received"], only["sent"], only["agentId"]) == (1, 1, "a2")


async def test_use_stands_beside_the_period_before(api: Api, chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    chats.wait(days=1)
    for _ in range(3):
        await chats.write(chat)
    await chats.answer(chat, channel="api", tokens=(5, 6))

    found = await api.get("/metricas/evolucao-uso", start="2026-01-06", end="2026-01-06")
    assert (found["totals"]["messages"], found["previous"]["messages"]) == (3, 1)
    assert found["growth"] == 2.0
    assert (found["totals"]["apiQuestions"], found["items"][0]["tokensOut"]) == (1, 6)


async def test_what_a_conversation_costs_is_energy_and_cloud_tokens_in_whole_millionths(
    api: Api, chats: Chats
) -> None:
    chats.figures.prices = Prices(watts=60, centavos_kwh=95, millionths_per_1k_tokens=2_500)
    for name in ("ana", "bia"):
        chat = await chats.chat(name=name)
        await chats.write(chat)
        await chats.answer(chat, tokens=(900, 101), work_ms=90_000)
    await chats.answer(chat, tokens=(5_000, 5_000), work_ms=90_000, channel="api")  # is no chat
    found = await api.get("/metricas/evolucao-uso", start="2026-01-05", end="2026-01-05")
    # 60 W for 180 s are 3 Wh: 0.285 centavos; 2,002 tokens are 5,005 millionths.
    assert found["totals"]["costMillionths"] == 2_850 + 5_005
    assert found["totals"]["costPerConversationMillionths"] == 3_928
    assert found["totals"]["tokensPerConversation"] == 1_001.0
    assert found["items"][0]["costMillionths"] == 7_855
    assert found["previous"]["costPerConversationMillionths"] is None


async def test_service_has_its_rates_times_and_tokens(api: Api, chats: Chats) -> None:
    for name, seconds in (("ana", 10), ("bia", 20), ("caio", 90)):
        chat = await chats.chat(name=name)
        await chats.write(chat)
        chats.wait(seconds=seconds)
        await chats.answer(chat, tokens=(30, 10))
        chats.wait(seconds=60)
        if name == "caio":
            await chats.write(chat, "human")
    await chats.write(await chats.chat(name="dora"))

    found = await api.get("/metricas/atendimento", start="2026-01-05", end="2026-01-05")
    assert (found["cases"], found["unreplied"], found["handedOver"]) == (4, 1, 1)
    assert (found["containmentRate"], found["handoverRate"]) == (0.5, 0.25)
    assert found["firstResponseSeconds"] == {"cases": 3, "measured": 3, "p50": 20.0, "p95": 90.0}
    assert found["resolutionSeconds"] == {"cases": 3, "measured": 3, "p50": 20.0, "p95": 150.0}
    assert found["tokensPerConversation"] == 30.0


async def test_nothing_yet_is_no_share_rather_than_a_zero(api: Api) -> None:
    found = await api.get("/metricas/atendimento")
    assert (found["cases"], found["containmentRate"]) == (0, None)
    assert found["firstResponseSeconds"] == {"cases": 0, "measured": 0, "p50": None, "p95": None}


async def test_topics_without_an_answer_come_with_what_was_asked(api: Api, chats: Chats) -> None:
    chat = await chats.chat()
    await chats.answer(chat, "refusal", question="tem estacionamento?")
    await chats.answer(chat, "refusal", question="o estacionamento é pago?")
    await chats.answer(chat, "extractive", question="que horas abre?")

    found = await api.get("/metricas/temas-sem-resposta", start="2026-01-05")
    (topic,) = found["items"]
    assert (found["refusals"], topic["questions"], topic["conversations"]) == (2, 2, 1)
    assert topic["examples"][0]["question"] == "o estacionamento é pago?"
    assert topic["examples"][0]["traceId"]
    other = await api.get("/metricas/temas-sem-resposta", start="2026-01-05", agentId="a2")
    assert other["items"] == []


async def test_the_busiest_hour_is_that_of_the_tenants_clock(api: Api, chats: Chats) -> None:
    chat = await chats.chat()
    chats.wait(hours=14)  # Tuesday 02:00 UTC is Monday 23:00 in São Paulo
    await chats.write(chat)

    found = await api.get("/metricas/horarios", start="2026-01-01", end="2026-01-31")
    assert len(found["items"]) == 168
    assert found["busiest"] == [{"weekday": 1, "hour": 23, "received": 1, "cases": 1}]


async def test_an_owner_can_have_the_figures_derived_again(api: Api, chats: Chats) -> None:
    await api.post("/metricas/reconstruir", 202)
    await api.post("/metricas/reconstruir", 202)

    jobs = await chats.db.write(lambda tx: chats.queue.lease(tx, 5, ["metrics.rebuild"]))
    assert len(jobs) == 1
