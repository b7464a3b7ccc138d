"""Messages of every kind, old and new: stored as they came, answered only when they should be."""

import asyncio
import base64
import hashlib
import time

from tests.journeys.box import Box
from tests.journeys.conftest import ANA, BIA
from tests.journeys.emulator import Emulator
from tests.journeys.story import ECHO, Linked

SILENCE_S = 3.0
HOUR_S = 3600


async def test_old_messages_are_kept_and_not_answered(linked: Linked) -> None:
    whatsapp = linked.whatsapp
    await whatsapp.say(ANA, "Alguém aí?", at=int(time.time()) - HOUR_S)
    await whatsapp.see("client.received")
    [kept] = await linked.box.until(lambda: linked.messages(ANA), bool)
    assert (kept["text"], kept["late"], kept["author"]) == ("Alguém aí?", True, "contact")
    await asyncio.sleep(SILENCE_S)
    assert await whatsapp.deliveries() == []


async def test_what_came_while_the_box_was_off_is_answered_unless_it_is_old(
    linked: Linked,
) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    assert await box.stop() == 0
    await whatsapp.say(ANA, "Bom dia", at=int(time.time()) - HOUR_S)
    await whatsapp.say(BIA, "Boa tarde")
    await box.start()
    await box.ready()
    await whatsapp.answer(BIA, since=0)
    await asyncio.sleep(SILENCE_S)
    assert await whatsapp.deliveries(ANA) == []
    assert [m["late"] for m in await linked.messages(ANA)] == [True]


async def test_history_that_comes_with_the_link_is_never_answered(
    box: Box, whatsapp: Emulator
) -> None:
    agent = await box.agent(**ECHO)
    shown = await box.show_code(agent)
    past = [{"contact": ANA, "messages": [{"text": "Oi, tudo bem?", "at": int(time.time())}]}]
    await whatsapp.scan(shown["qr"]["text"], chats=past)
    await box.session_in(agent, shown["id"], "WORKING")
    linked = Linked(box, whatsapp, agent, shown["id"])
    await asyncio.sleep(SILENCE_S)
    assert await whatsapp.deliveries() == []
    assert all(message["late"] for message in await linked.messages(ANA))


async def test_files_are_stored_with_their_hash(linked: Linked) -> None:
    content = b"%PDF-1.4 um pedido que veio por WhatsApp"
    media = {"base64": base64.b64encode(content).decode(), "name": "pedido.pdf"}
    await linked.whatsapp.say(ANA, kind="document", media=media)
    [kept] = [
        message
        for message in await linked.box.until(
            lambda: linked.messages(ANA), lambda found: found and found[0]["media"]
        )
        if message["author"] == "contact"
    ]
    assert kept["kind"] == "document"
    assert kept["media"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (kept["media"]["bytes"], kept["media"]["name"]) == (len(content), "pedido.pdf")
    async with linked.box.raw("GET", f"/messages/{kept['id']}/media") as response:
        assert await response.read() == content


async def test_reactions_edits_and_revocations_are_told_apart_from_questions(
    linked: Linked,
) -> None:
    whatsapp = linked.whatsapp
    asked = await whatsapp.say(ANA, "Oi")
    await whatsapp.answer(ANA, since=0)
    since = await whatsapp.now()
    await whatsapp.say(ANA, reaction={"id": asked, "emoji": "👍"})
    await whatsapp.say(ANA, "Olá", edit=asked)
    await linked.box.until(
        lambda: linked.messages(ANA),
        lambda found: any(m["messageId"] == asked and m["edited"] for m in found),
    )
    await whatsapp.say(ANA, revoke=asked)
    await linked.box.until(
        lambda: linked.messages(ANA),
        lambda found: any(m["messageId"] == asked and m["revoked"] for m in found),
    )
    await asyncio.sleep(SILENCE_S)
    assert await whatsapp.events(since, "message.received") == []


async def test_delivery_and_read_states_come_back_to_the_message(linked: Linked) -> None:
    whatsapp = linked.whatsapp
    body = {"to": f"+{ANA}", "text": "Seu pedido saiu"}
    sent = await linked.box.post(f"/whatsapp/{linked.agent}/send-message", body)
    got = await whatsapp.answer(ANA, "pedido saiu", since=0)
    assert got["id"] == sent["messageId"]
    await whatsapp.post("receipts", contact=ANA, ids=[got["id"]], type="read")
    await linked.box.until(
        lambda: linked.messages(ANA), lambda found: found[-1]["state"] == "read", 10
    )


async def test_a_number_that_is_not_on_whatsapp_is_refused_with_a_reason(linked: Linked) -> None:
    stranger = "5531900001111"
    body = {"to": f"+{stranger}", "text": "Olá"}
    await linked.box.post(f"/whatsapp/{linked.agent}/send-message", body)
    [failed] = await linked.box.until(
        lambda: linked.messages(stranger), lambda found: found and found[0]["state"] == "failed"
    )
    assert failed["error"]


async def test_a_send_whose_confirmation_is_lost_reaches_the_contact_once(linked: Linked) -> None:
    whatsapp = linked.whatsapp
    await whatsapp.fault("cut_before_ack", times=1)
    since = await whatsapp.now()
    await whatsapp.say(ANA, "Oi")
    answer = await whatsapp.answer(ANA, since=since)
    await linked.box.until(
        lambda: linked.messages(ANA), lambda found: found[-1]["state"] in {"sent", "delivered"}
    )
    [delivered] = await whatsapp.deliveries(ANA)
    assert delivered["id"] == answer["id"]


async def test_groups_are_ignored_by_default(linked: Linked) -> None:
    whatsapp = linked.whatsapp
    members = [(await whatsapp.get("accounts"))["items"][0]["number"], ANA, BIA]
    group = (await whatsapp.post("groups", subject="Bairro", members=members))["id"]
    await whatsapp.say(ANA, "oi grupo", group=group)
    await linked.box.until(lambda: whatsapp.get("pending"), lambda kept: not kept["items"], 10)
    await asyncio.sleep(SILENCE_S)
    assert (await linked.box.get("/conversations", agentId=linked.agent))["items"] == []
