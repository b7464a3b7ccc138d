"""The story the product stands on: from a PDF to an answered message, and to a person."""

import asyncio
from pathlib import Path

from tests.journeys.box import Box
from tests.journeys.catalogue import price_list
from tests.journeys.conftest import ANA
from tests.journeys.emulator import Emulator
from tests.journeys.story import Linked

SILENCE_S = 4.0
QUICK_BUT_HUMAN = {"enabled": True, "charsPerSecond": 200, "maxSeconds": 1}


async def test_a_customer_is_answered_from_the_price_list_until_the_owner_takes_over(
    tmp_path: Path, whatsapp: Emulator
) -> None:
    async with Box.running(tmp_path, **whatsapp.environment) as box:
        agent = await box.agent("Aurora", pacing=QUICK_BUT_HUMAN)
        pdf = await asyncio.to_thread(price_list, tmp_path / "tabela.pdf")
        document = await box.upload(agent, pdf)
        assert (document["pages"], document["language"]) == (1, "pt")
        linked = await Linked.agent_up(box, whatsapp, agent)

        await _right_answer_with_typing_before_it(linked)
        await _honest_refusal_that_offers_a_person_once(linked)
        await _silent_while_the_owner_types(linked)
        await _back_by_command(linked)
        assert await whatsapp.events(0, "message.unreadable", "client.retry") == []


async def _right_answer_with_typing_before_it(linked: Linked) -> None:
    whatsapp, since = linked.whatsapp, await linked.whatsapp.now()
    await whatsapp.say(ANA, "Oi, quanto custa o pão de queijo recheado?")
    answer = await whatsapp.answer(ANA, "7,50", since=since)
    assert "42,00" not in answer["text"]
    before = [event for event in await whatsapp.events(since) if event["seq"] < answer["seq"]]
    assert [e["state"] for e in before if e["event"] == "client.typing"][:1] == ["composing"]
    assert any(event["event"] == "client.read" for event in before)

    said = (await linked.messages(ANA))[-1]
    assert (said["author"], said["messageId"]) == ("bot", answer["id"])
    trace = await linked.box.get(f"/traces/{said['traceId']}")
    assert trace["sources"][0]["document"] == "tabela.pdf"
    assert trace["sources"][0]["page"] == 1
    assert "7,50" in trace["sources"][0]["text"]


async def _honest_refusal_that_offers_a_person_once(linked: Linked) -> None:
    whatsapp, since = linked.whatsapp, await linked.whatsapp.now()
    await whatsapp.say(ANA, "Vocês consertam pneu de trator?")
    first = await whatsapp.answer(ANA, "não encontrei", since=since)
    assert "pessoa" in first["text"]
    await whatsapp.say(ANA, "E vendem passagem de avião para Lisboa?")
    second = await whatsapp.answer(ANA, "não encontrei", since=first["seq"])
    assert "pessoa" not in second["text"]


async def _silent_while_the_owner_types(linked: Linked) -> None:
    whatsapp, since = linked.whatsapp, await linked.whatsapp.now()
    await whatsapp.type_on_phone(ANA, "Oi Ana, aqui é o dono")
    await linked.box.until(lambda: linked.chat(ANA), lambda chat: chat["owner"] == "human", 5)
    await whatsapp.say(ANA, "Quanto custa a torta de palmito?")
    await asyncio.sleep(SILENCE_S)
    assert await whatsapp.events(since, "message.received") == []
    assert [(m["author"], m["text"]) for m in await linked.messages(ANA)][-2:] == [
        ("human", "Oi Ana, aqui é o dono"),
        ("contact", "Quanto custa a torta de palmito?"),
    ]


async def _back_by_command(linked: Linked) -> None:
    whatsapp = linked.whatsapp
    await whatsapp.type_on_phone(ANA, "/devolver")
    await linked.box.until(lambda: linked.chat(ANA), lambda chat: chat["owner"] == "bot", 5)
    since = await whatsapp.now()
    await whatsapp.say(ANA, "Quanto custa o pudim de leite?")
    await whatsapp.answer(ANA, "37,60", since=since)
