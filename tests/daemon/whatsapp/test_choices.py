"""Choices over the real bridge: shown, tapped, refused, and understood after a restart."""

import asyncio
from typing import Any

from daemon.domains.whatsapp import contents
from daemon.domains.whatsapp.domain import IncomingMessage, NewContent
from daemon.kernel.choices import chosen
from tests.daemon.whatsapp.conftest import ANA, BIA, Box, eventually

TIMES = ["Manhã", "Tarde", "Noite"]


async def sent(box: Box, content: NewContent) -> tuple[str, str]:
    composed = await box.messages.send("agent", to=ANA, content=content, session_id=None)
    await box.becomes(composed.id, "delivered")
    return composed.id, composed.wa_message_id


async def heard(box: Box, number: str) -> IncomingMessage:
    async def there() -> IncomingMessage | None:
        found = [one for one in box.ledger.incoming if one.wa_message_id == number]
        return found[0] if found else None

    return await eventually(there, 15, f"the message {number}")


async def vote(box: Box, poll: str, *options: str, **names: str) -> IncomingMessage:
    number = await box.emulator.say(ANA, vote={"poll": poll, "options": list(options), **names})
    return await heard(box, number)


async def test_a_choice_is_a_poll_whose_tap_comes_back_as_its_label(box: Box) -> None:
    await box.linked()
    _, poll = await sent(box, contents.choice("Qual horário?", TIMES))
    (item,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert (item["kind"], item["text"], item["options"]) == ("poll", "Qual horário?", TIMES)

    message = await vote(box, poll, "Tarde")

    assert (message.kind, message.text) == ("vote", "Tarde")
    assert (message.quoted_id, message.target_id) == (poll, poll)
    assert chosen(TIMES, message.text) == 1
    assert not message.late


async def test_votes_open_whichever_names_the_phone_sealed_them_with(box: Box) -> None:
    await box.linked()
    _, poll = await sent(box, contents.choice("Qual horário?", TIMES))
    for creator in ("lid", "pn"):
        for voter in ("lid", "pn"):
            assert (await vote(box, poll, "Noite", creator=creator, voter=voter)).text == "Noite"


async def test_a_poll_that_was_sent_twice_is_one_poll_with_one_secret(box: Box) -> None:
    await box.linked()
    await box.emulator.post("policy", delivered=False)  # a receipt would prove that it arrived
    await box.emulator.fault("lose_ack", times=1)
    content = contents.choice("Qual horário?", TIMES)
    composed = await box.messages.send("agent", to=ANA, content=content, session_id=None)
    await box.becomes(composed.id, "sent")

    (item,) = await deliveries(box)
    # The contact keeps the poll of the first transmission, so only its secret opens the vote.
    assert (item["id"], item["transmissions"]) == (composed.wa_message_id, 2)
    assert (await vote(box, composed.wa_message_id, "Tarde")).text == "Tarde"


async def test_a_bridge_killed_around_a_poll_sends_one_poll_and_knows_its_votes(box: Box) -> None:
    await box.linked()
    await box.emulator.post("policy", delivered=False)
    await box.emulator.fault("lose_ack", times=1)
    content = contents.choice("Qual horário?", TIMES)
    composed = await box.messages.send("agent", to=ANA, content=content, session_id=None)

    async def reached() -> bool:
        return bool(await deliveries(box))

    await eventually(reached, 15, "the first transmission")
    await box.kill()
    await box.becomes(composed.id, "sent")

    (item,) = await deliveries(box)
    assert (item["id"], item["transmissions"]) == (composed.wa_message_id, 2)
    await box.kill()  # and once more between the poll and the vote
    assert (await vote(box, composed.wa_message_id, "Noite")).text == "Noite"


async def test_several_options_can_be_chosen_changed_and_taken_back(box: Box) -> None:
    await box.linked()
    _, poll = await sent(box, contents.poll("Quais dias?", ["Seg", "Ter", "Qua"], 0))

    assert (await vote(box, poll, "Qua", "Seg")).text == "Seg\nQua"
    assert (await vote(box, poll, "Ter")).details["vote"]["options"] == ["Ter"]
    empty = await vote(box, poll)
    assert (empty.kind, empty.text, empty.details["vote"]["options"]) == ("vote", "", [])


async def test_a_refused_poll_goes_out_as_numbered_text_under_the_same_id(box: Box) -> None:
    session = await box.linked()
    assert box.sessions.can_poll(session)
    await box.emulator.fault("ack_error", code=405, times=1)

    number, wa_id = await sent(box, contents.choice("Qual horário?", TIMES))

    assert await box.ledger.said(number) == ("delivered", None)
    (item,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert (item["id"], item["kind"]) == (wa_id, "text")
    assert item["text"].startswith("Qual horário?\n\n1. Manhã\n2. Tarde\n3. Noite")
    assert not box.sessions.can_poll(session)


async def test_a_refused_poll_that_is_no_choice_fails_with_its_reason(box: Box) -> None:
    await box.linked()
    await box.emulator.fault("ack_error", code=405, times=1)
    content = contents.poll("Quais dias?", ["Seg", "Ter"], 1)

    composed = await box.messages.send("agent", to=ANA, content=content, session_id=None)
    await box.becomes(composed.id, "failed")

    assert (await box.ledger.said(composed.id))[1] == "message_refused"


async def test_a_session_says_what_it_can_show_while_it_is_connected(box: Box) -> None:
    shown = await box.init()
    assert shown.can is None
    session = await box.linked()

    async def known() -> bool:
        return (await box.sessions.get("agent", session)).can is not None

    await eventually(known, 5, "the abilities")
    can = (await box.sessions.get("agent", session)).can
    assert can is not None
    assert (can.poll, can.list, can.buttons) == (True, False, False)


async def test_rows_and_buttons_of_other_programs_come_in_as_text(box: Box) -> None:
    await box.linked()
    row = await box.emulator.say(ANA, row={"id": "pro", "title": "Plano Pro"})
    button = await box.emulator.say(ANA, button={"id": "sim", "text": "Sim"})

    assert (await heard(box, row)).text == "Plano Pro"
    assert (await heard(box, row)).details["selected"] == {"id": "pro"}
    assert (await heard(box, button)).text == "Sim"


async def test_places_cards_and_reactions_go_out_under_the_id_they_were_born_with(
    box: Box,
) -> None:
    await box.linked()
    asked = await box.emulator.say(ANA, "onde fica?")
    await heard(box, asked)
    place = await sent(box, contents.location(-23.55, -46.63, "Loja", "Rua A, 1"))
    card = await sent(box, contents.contact("Recepção", [f"+{BIA}"]))
    reaction = await sent(box, contents.reaction(asked, "👍"))

    items = {item["id"]: item for item in await deliveries(box)}
    assert (items[place[1]]["kind"], items[place[1]]["latitude"]) == ("location", -23.55)
    assert f"waid={BIA}" in items[card[1]]["vcard"]
    assert items[reaction[1]]["kind"] == "reaction"
    assert (items[reaction[1]]["text"], items[reaction[1]]["target"]) == ("👍", asked)


async def test_a_vote_in_a_poll_that_is_not_ours_says_nothing(box: Box) -> None:
    await box.linked()
    _, poll = await sent(box, contents.choice("Qual horário?", TIMES))
    await box.db.write(lambda tx: tx.conn.execute("DELETE FROM wa_polls") and None)
    await box.emulator.say(ANA, vote={"poll": poll, "options": ["Tarde"]})
    after = await box.emulator.say(ANA, "oi")

    await heard(box, after)
    await asyncio.sleep(0)
    assert [message.text for message in box.ledger.incoming] == ["oi"]


async def deliveries(box: Box) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = (await box.emulator.get("deliveries", contact=ANA))["items"]
    return got
