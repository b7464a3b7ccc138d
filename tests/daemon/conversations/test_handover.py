from datetime import timedelta
from functools import partial

from .conftest import LID, PHONE, Box


async def test_a_message_typed_on_the_phone_takes_the_chat_at_once(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.hear("Oi! Aqui é a Ana.", from_me=True)
    await box.run_due()

    assert (await box.chat()).owner == "human"
    assert await box.said() == []
    assert [m.author for m in await box.thread()] == ["contact", "human"]


async def test_our_own_echo_is_not_a_person(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    reply = (await box.thread())[-1]

    # The echo may name the chat by the phone number instead of the LID.
    echo = await box.hear(reply.text, from_me=True, wa_id=reply.wa_id, chat=PHONE, chat_alt=None)

    assert echo is None
    assert (await box.chat()).owner == "bot"
    assert (await box.thread())[-1].state == "sent"


async def test_a_reply_that_still_waits_is_dropped_when_a_person_speaks(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    reply = (await box.thread())[-1]
    await box.hear("Deixa que eu respondo", from_me=True)

    assert await box.db.write(lambda tx: box.outgoing.claim(tx, reply.id)) is None
    assert await box.said() == []


async def test_a_reply_that_was_being_tried_is_not_tried_again_under_a_person(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    reply = (await box.thread())[-1]
    assert await box.db.write(lambda tx: box.outgoing.claim(tx, reply.id)) is not None
    await box.hear("Deixa que eu respondo", from_me=True)

    assert await box.db.write(lambda tx: box.outgoing.claim(tx, reply.id)) is None
    # It had gone out after all: what WhatsApp says wins.
    await box.db.write(lambda tx: box.outgoing.mark(tx, "s1", reply.wa_id, "delivered"))
    states = {message.id: message.state for message in await box.thread()}
    assert states[reply.id] == "delivered"


async def test_the_words_that_announce_a_person_stay_unsaid_once_the_person_is_there(
    box: Box,
) -> None:
    await box.hear("quero falar com uma pessoa")
    await box.run_due()
    closing = (await box.thread())[-1]
    await box.hear("Oi, aqui é a Ana", from_me=True)

    assert await box.db.write(lambda tx: box.outgoing.claim(tx, closing.id)) is None


async def test_a_retry_takes_the_same_message_again(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    reply = (await box.thread())[-1]
    first = await box.db.write(lambda tx: box.outgoing.claim(tx, reply.id))
    again = await box.db.write(lambda tx: box.outgoing.claim(tx, reply.id))
    await box.db.write(lambda tx: box.outgoing.mark(tx, "s1", reply.wa_id, "sent"))
    after = await box.db.write(lambda tx: box.outgoing.claim(tx, reply.id))

    assert first is not None
    assert again is not None
    assert first.wa_id == again.wa_id == reply.wa_id
    assert after is None


async def test_the_chat_comes_back_after_the_silence_of_the_person(box: Box) -> None:
    await box.hear("Oi, sou a Ana", from_me=True)
    await box.pass_time(minutes=20)
    await box.hear("Qualquer coisa me chame", from_me=True)
    await box.pass_time(minutes=20)
    assert (await box.chat()).owner == "human"

    await box.pass_time(minutes=11)
    assert (await box.chat()).owner == "bot"
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    assert len(await box.said()) == 1


async def test_what_the_customer_said_last_is_answered_when_the_bot_is_back(box: Box) -> None:
    await box.hear("Oi, sou a Ana", from_me=True)
    await box.pass_time(minutes=5)
    await box.hear("Quanto custa a limpeza de pele?")
    await box.pass_time(minutes=20)
    await box.hear("E quanto custa a drenagem?")
    await box.pass_time(minutes=6)

    said = await box.said()
    assert len(said) == 1
    assert "R$ 150,00" in said[0]
    assert "R$ 120,00" not in said[0]  # twenty-six minutes old by then


async def test_commands_on_the_phone_take_and_return(box: Box) -> None:
    await box.hear("/assumir", from_me=True)
    assert (await box.chat()).owner == "human"
    await box.hear("/devolver", from_me=True)
    assert (await box.chat()).owner == "bot"


async def test_commands_are_a_setting(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"handover": {"return_command": "/robo"}})
    await box.hear("Oi", from_me=True)
    await box.hear("/ROBO", from_me=True)

    assert (await box.chat()).owner == "bot"


async def test_without_a_return_time_only_a_command_returns(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"handover": {"return_after_minutes": None}})
    await box.hear("Oi", from_me=True)
    await box.pass_time(days=2)

    assert (await box.chat()).owner == "human"


async def test_nobody_came_so_the_bot_answers_again(box: Box) -> None:
    await box.hear("quero falar com uma pessoa")
    await box.run_due()
    assert (await box.chat()).owner == "waiting"

    await box.pass_time(minutes=31)

    assert (await box.chat()).owner == "bot"


async def test_history_and_old_phone_messages_take_nothing_over(box: Box) -> None:
    await box.hear("Bom dia!", from_me=True, history=True)
    old = box.clock.now() - timedelta(hours=3)
    await box.hear("Boa tarde!", from_me=True, at=old)

    assert (await box.chat()).owner == "bot"


async def test_what_was_typed_while_the_box_was_off_holds_the_chat_for_the_rest_of_its_time(
    box: Box,
) -> None:
    await box.hear("Já vou ver", from_me=True, at=box.clock.now() - timedelta(minutes=20))
    assert (await box.chat()).owner == "human"

    await box.pass_time(minutes=11)

    assert (await box.chat()).owner == "bot"


async def test_an_operator_takes_the_chat_by_writing(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    chat = await box.chat()

    message = await box.conversations.say(chat.id, "Olá, sou a Ana!")

    assert message.author == "operator"
    assert (await box.chat()).owner == "human"
    assert (await box.chat()).unread == 0
    assert await box.said() == []


async def test_a_closed_chat_opens_again_with_the_next_message(box: Box) -> None:
    await box.hear("Oi")
    await box.run_due()
    chat = await box.chat()
    await box.conversations.hand_to(chat.id, chat.owner.CLOSED)
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    assert (await box.chat()).owner == "bot"
    assert "R$ 150,00" in (await box.said())[-1]


async def test_the_human_part_is_in_the_bots_context_and_its_end_is_marked(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    await box.hear("Posso marcar para terça?")
    await box.hear("Sim, terça às 15h com a Ana", from_me=True)
    await box.hear("/devolver", from_me=True)
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    prompt = [message.content for message in box.model.requests[0].messages]
    assert any("terça às 15h" in text and "agora o assistente continua" in text for text in prompt)


async def test_a_lid_and_a_number_that_turn_out_to_be_one_person_become_one_chat(box: Box) -> None:
    await box.hear("Oi", chat=LID, chat_alt=None)
    await box.hear("Oi de novo", chat="551187654321@s.whatsapp.net", chat_alt=None)
    page = await box.conversations.page(
        agent_id=None, owner=None, search=None, cursor=None, limit=10
    )
    assert len(page.items) == 2

    await box.hear("Sou eu", chat=LID, chat_alt=PHONE)

    page = await box.conversations.page(
        agent_id=None, owner=None, search=None, cursor=None, limit=10
    )
    assert len(page.items) == 1
    assert page.items[0].contact.phone == "5511987654321"
    assert [m.text for m in await box.thread()] == ["Oi", "Oi de novo", "Sou eu"]


async def test_edits_and_revokes_change_what_is_stored_and_what_is_answered(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"debounce": {"min_seconds": 2, "max_seconds": 8}})
    await box.hear("Quanto custa a drenagem?", wa_id="A")
    await box.hear("Quanto custa a limpeza de pele?", kind="edit", target_id="A")
    await box.hear("Vocês fazem tatuagem?", wa_id="B")
    await box.hear(kind="revoke", target_id="B")
    await box.pass_time(seconds=9)

    first, second, answer = await box.thread()
    assert first.edited
    assert second.revoked
    assert "R$ 120,00" in answer.text
    assert "tatuagem" not in answer.text


async def test_nobody_edits_what_another_said(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?", wa_id="A")
    await box.hear("Grátis!", kind="edit", target_id="A", from_me=True)

    assert (await box.thread())[0].text == "Quanto custa a drenagem?"


async def test_reactions_are_kept_and_answered_by_nobody(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?", wa_id="A")
    await box.run_due()
    await box.hear("👍", kind="reaction", target_id="A")
    await box.run_due()

    assert len(await box.said()) == 1
    assert (await box.thread())[-1].kind == "reaction"
    assert (await box.chat()).last_kind == "text"


async def test_delivery_reports_in_any_order_never_go_back(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    reply = (await box.thread())[-1]
    for state in ("delivered", "sent", "read", "delivered", "failed"):
        await box.db.write(
            partial(box.outgoing.mark, session_id="s1", wa_id=reply.wa_id, state=state)
        )

    assert (await box.thread())[-1].state == "read"


async def test_what_waited_through_a_long_power_cut_is_kept_and_not_answered(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.pass_time(hours=3)

    (message,) = await box.thread()
    assert message.late
    assert await box.said() == []


async def test_a_group_is_heard_and_never_answered(box: Box) -> None:
    known = {"chat": "1203@g.us", "chat_alt": None}
    await box.hear("Quanto custa a drenagem?", participant=LID, name="Maria", **known)
    await box.hear("Quanto custa a drenagem?", participant=PHONE, **known)
    await box.hear("Oi, pessoal", from_me=True, **known)
    await box.run_due()

    assert len(await box.thread()) == 3
    assert await box.said() == []
    assert (await box.chat()).contact.name is None


async def test_a_broadcast_is_no_conversation(box: Box) -> None:
    assert await box.hear("Promoção!", chat="status@broadcast", chat_alt=None) is None
    assert await box.rows("SELECT * FROM messages") == []


async def test_the_log_has_every_message_and_no_word_of_it(box: Box) -> None:
    await box.hear("Meu CPF é 123.456.789-00, quanto custa a drenagem?")
    await box.run_due()

    lines = await box.rows("SELECT * FROM logs ORDER BY id")
    assert [line["event"] for line in lines] == [
        "message_received",
        "message_queued",
        "turn_answered",
    ]
    assert "CPF" not in str(lines)
    assert "drenagem" not in str(lines).lower()
