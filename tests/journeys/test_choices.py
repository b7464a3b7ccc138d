"""A choice sent by the API, tapped on the phone, seen on the page and answered by the agent."""

import pytest

from tests.journeys.box import ApiError
from tests.journeys.conftest import ANA
from tests.journeys.story import Linked

TIMES = ["Manhã", "Tarde", "Noite"]


async def test_a_tap_on_a_choice_is_an_answer_also_when_the_box_was_off(linked: Linked) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    session = await box.session(linked.agent, linked.session)
    assert session["capabilities"] == {"poll": True, "list": False, "buttons": False}
    body = {"to": f"+{ANA}", "text": "Qual horário?", "choice": {"options": TIMES}}
    sent = await box.post(f"/whatsapp/{linked.agent}/send-message", body)
    got = await whatsapp.answer(ANA, "Qual horário", since=0)
    assert (got["id"], got["kind"], got["options"]) == (sent["messageId"], "poll", TIMES)

    assert await box.stop() == 0
    since = await whatsapp.now()
    tapped = await whatsapp.say(ANA, vote={"poll": sent["messageId"], "options": ["Tarde"]})
    await box.start()
    await box.ready()
    await whatsapp.answer(ANA, since=since)  # the agent speaks to what was tapped

    [poll, vote, *_] = await linked.messages(ANA)
    assert (poll["kind"], poll["text"]) == ("poll", "Qual horário?\n- Manhã\n- Tarde\n- Noite")
    assert (vote["messageId"], vote["kind"], vote["text"]) == (tapped, "vote", "Tarde")
    assert vote["quotedId"] == sent["messageId"]
    [counted] = poll["details"]["votes"].values()
    assert counted["options"] == ["Tarde"]


async def test_reactions_and_quotes_are_of_messages_of_the_same_chat(linked: Linked) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    path = f"/whatsapp/{linked.agent}/send-message"
    asked = await whatsapp.say(ANA, "Oi")
    await whatsapp.answer(ANA, since=0)
    since = await whatsapp.now()

    await box.post(path, {"to": ANA, "reaction": {"messageId": asked, "emoji": "👍"}})
    reaction = await whatsapp.see("message.received", lambda got: got["kind"] == "reaction")
    assert (reaction["text"], reaction["target"]) == ("👍", asked)
    await box.post(path, {"to": ANA, "text": "Respondendo", "quotedId": asked})
    assert (await whatsapp.answer(ANA, "Respondendo", since=since))["quote"] == asked

    for body, field in (
        ({"reaction": {"messageId": "3EB0NEVER", "emoji": "👍"}}, "reaction.messageId"),
        ({"text": "x", "quotedId": "3EB0NEVER"}, "quotedId"),
    ):
        with pytest.raises(ApiError) as refused:
            await box.post(path, {"to": ANA, **body})
        assert (refused.value.status, refused.value.problem["field"]) == (400, field)
    chat = await linked.chat(ANA)
    assert chat["lastMessage"]["text"] == "Respondendo"


async def test_a_place_that_a_customer_sends_can_be_read_and_is_not_a_question(
    linked: Linked,
) -> None:
    whatsapp = linked.whatsapp
    place = {"latitude": -23.5, "longitude": -46.6, "name": "Sé"}
    await whatsapp.say(ANA, location=place)
    reply = await whatsapp.answer(ANA, since=0)

    [kept, *_] = await linked.messages(ANA)
    assert (kept["kind"], kept["text"]) == ("location", "📍 Sé (-23.50000, -46.60000)")
    assert "📍" not in reply["text"]
