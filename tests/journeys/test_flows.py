"""A flow on real traffic: started by a word, broken into by questions, kills and people."""

import asyncio

from tests.daemon.flows.drawings import BOOKING
from tests.journeys.conftest import ANA, BIA
from tests.journeys.story import Linked

SILENCE_S = 3.0


async def test_a_booking_survives_a_question_a_kill_and_a_person(linked: Linked) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    body = {"agentId": linked.agent, "name": "Agendamento", "draft": BOOKING}
    flow = (await box.post("/flows", body))["id"]
    await box.post(f"/flows/{flow}/publish", {"note": "primeira"})

    await whatsapp.say(ANA, "Marcar")
    asked = await whatsapp.answer(ANA, "Qual é o seu nome", since=0)
    await whatsapp.say(ANA, "Ana Lima")
    asked = await whatsapp.answer(ANA, "Qual é o seu e-mail", since=asked["seq"])

    await whatsapp.say(ANA, "Vocês aceitam cartão?")
    asked = await whatsapp.answer(ANA, "Qual é o seu e-mail", since=asked["seq"])

    await box.kill("daemon")
    await box.ready()
    await linked.state("WORKING")
    await whatsapp.say(ANA, "ana@exemplo.com.br")
    poll = await whatsapp.see(
        "message.received",
        lambda event: event["contact"] == ANA and event.get("kind") == "poll",
        since=asked["seq"],
    )

    await whatsapp.type_on_phone(ANA, "Oi Ana, já te ajudo")
    [run] = (await box.get(f"/flows/{flow}/runs"))["items"]
    held = await box.until(
        lambda: box.get(f"/flows/runs/{run['id']}"), lambda found: found["state"] == "paused"
    )
    assert held["pausedBy"] == "person"
    await whatsapp.say(ANA, "tarde")
    await asyncio.sleep(SILENCE_S)
    assert (await box.get(f"/flows/runs/{run['id']}"))["state"] == "paused"

    chat = await linked.chat(ANA)
    await box.post(f"/conversations/{chat['id']}/owner", {"owner": "bot"})
    since = (await whatsapp.answer(ANA, "continuar de onde paramos", since=poll["seq"]))["seq"]
    await whatsapp.say(ANA, "2")
    await whatsapp.answer(ANA, "Anotado: Ana Lima, ana@exemplo.com.br, Tarde", since=since)

    done = await box.get(f"/flows/runs/{run['id']}")
    assert (done["outcome"], done["variables"]["turno"]) == ("completed", "Tarde")
    figures = await box.get(f"/flows/{flow}/figures")
    assert (figures["started"], figures["outcomes"]) == (1, {"completed": 1})
    assert await whatsapp.events(0, "message.unreadable", "client.retry") == []


async def test_a_flow_started_by_api_reaches_the_customer(linked: Linked) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    body = {"agentId": linked.agent, "name": "Agendamento", "draft": {**BOOKING, "triggers": []}}
    flow = (await box.post("/flows", body))["id"]
    await box.post(f"/flows/{flow}/publish", {})
    start = {"flowId": flow, "channel": "whatsapp", "contact": {"phone": BIA}}
    started = await box.post(f"/ia/flow/{linked.agent}/start", start)
    asked = await whatsapp.answer(BIA, "Qual é o seu nome", since=0)
    await whatsapp.say(BIA, "quero falar com um atendente")
    await whatsapp.answer(BIA, "pessoa da equipe", since=asked["seq"])
    run = await box.get(f"/flows/runs/{started['runId']}")
    assert (run["outcome"], (await linked.chat(BIA))["owner"]) == ("handover", "waiting")
