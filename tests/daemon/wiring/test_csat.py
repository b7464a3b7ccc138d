"""Customers are asked how they were served once a person is done with them, if the agent may."""

from datetime import timedelta
from typing import Any

import pytest

from daemon.domains.conversations.domain import Conversation
from daemon.domains.conversations.owners import Happening, Owner
from daemon.domains.conversations.ports import Heard
from daemon.domains.conversations.store import messages, threads
from daemon.domains.metrics.satisfaction import added
from daemon.domains.whatsapp.domain import IncomingMessage
from daemon.infra.database import Connection
from daemon.wiring.csat import Asking
from daemon.wiring.dashboard import satisfaction
from tests.daemon.finance.rigging import Rig, rig, settings

__all__ = ["rig", "settings"]
PHONE = "5511987654321"


async def write(rig: Rig, text: str) -> Conversation:
    """The customer writes."""
    number = f"IN-{rig.clock.now().timestamp()}-{text}"
    incoming = IncomingMessage(
        session_id="s1",
        agent_id=rig.agent,
        wa_message_id=number,
        chat=f"{PHONE}@s.whatsapp.net",
        chat_kind="user",
        at=rig.clock.now(),
        kind="text",
        text=text,
        from_me=False,
    )
    await rig.base.database.write(lambda tx: rig.talking.between.receive(tx, incoming))

    def query(tx: Connection) -> Conversation:
        row = tx.conn.execute(
            "SELECT conversation_id FROM messages WHERE wa_id = ?", (number,)
        ).fetchone()
        return threads.get(tx, row[0])

    return await rig.base.database.read(query)


async def happen(rig: Rig, chat: str, *happenings: Happening) -> Owner:
    def commit(tx: Connection) -> Owner:
        for one in happenings:
            rig.talking.ownership.happened(tx, threads.get(tx, chat), one)
        return threads.get(tx, chat).owner

    return await rig.base.database.write(commit)


async def answer(rig: Rig, text: str) -> bool:
    """The customer writes, and the takers are asked; whether the survey took it."""
    conversation = await write(rig, text)
    asking = next(one for one in rig.talking.takers if isinstance(one, Asking))

    def query(tx: Connection) -> Heard:
        profile = rig.agents.profile(tx, rig.agent)
        assert profile is not None
        waiting = tuple(messages.pending(tx, conversation.id))
        return Heard(conversation, profile, waiting, text, first=False)

    take = await asking.take(await rig.base.database.read(query))
    if take is None:
        return False

    def commit(tx: Connection) -> bool:
        taken = take(tx, threads.get(tx, conversation.id))
        messages.settle(tx, conversation.id)
        return taken

    return await rig.base.database.write(commit)


async def allow(rig: Rig, **rules: Any) -> None:
    await rig.agents.configure(rig.agent, {"csat": {"enabled": True, **rules}})


async def told(rig: Rig) -> tuple[int, int, float | None]:
    asked = rig.figures.asked(None, None, None)
    found = added((await rig.figures.csat(asked)).values())
    return found.asked, found.answers, found.average


SERVED = (Happening.TAKEN, Happening.RETURNED)


async def test_nobody_is_asked_unless_the_agent_may(rig: Rig) -> None:
    chat = await write(rig, "oi")
    await happen(rig, chat.id, *SERVED)
    assert await rig.sent() == []
    assert await told(rig) == (0, 0, None)


@pytest.mark.parametrize("happenings", [SERVED, (Happening.CLOSED,)])
async def test_a_score_and_a_comment_are_kept(rig: Rig, happenings: tuple[Happening, ...]) -> None:
    await allow(rig)
    chat = await write(rig, "oi")
    await happen(rig, chat.id, *happenings)
    (question,) = await rig.sent()
    assert question.startswith("Como foi o seu atendimento?")
    assert "5 - Ótimo" in question
    rig.clock.advance(60)
    assert await answer(rig, "4")
    rig.clock.advance(60)
    assert await answer(rig, "Demorou um pouco")
    assert (await rig.sent())[1:] == [
        "Obrigado! Se quiser, conte em uma mensagem o motivo da nota.",
        "Obrigado pela resposta!",
    ]
    assert not await answer(rig, "E o preço")
    assert await told(rig) == (1, 1, 4.0)
    asked = rig.figures.asked(None, None, None)
    page = await rig.figures.said(asked, None, 10)
    assert [(row["score"], row["comment"]) for row in page.items] == [(4, "Demorou um pouco")]
    shown = await satisfaction(rig.figures)(asked)
    assert shown is not None
    assert (shown.score, shown.answers) == (4.0, 1)


async def test_a_vote_comes_as_its_label_and_comments_are_left_out_if_so_set(rig: Rig) -> None:
    await allow(rig, comment=False, question="E aí, gostou?")
    chat = await write(rig, "oi")
    await happen(rig, chat.id, *SERVED)
    assert (await rig.sent())[0].startswith("E aí, gostou?")
    assert await answer(rig, "1 - Péssimo")
    assert (await rig.sent())[1:] == ["Obrigado pela resposta!"]
    assert not await answer(rig, "5")  # said is said
    assert await told(rig) == (1, 1, 1.0)


async def test_what_is_no_score_is_the_agents_and_a_question_is_no_comment(rig: Rig) -> None:
    await allow(rig)
    chat = await write(rig, "oi")
    await happen(rig, chat.id, *SERVED)
    assert not await answer(rig, "Qual o horário de vocês?")
    assert await answer(rig, "cinco")
    assert not await answer(rig, "E no sábado?")
    assert await told(rig) == (1, 1, 5.0)


async def test_nobody_is_asked_twice_a_day_nor_answers_for_ever(rig: Rig) -> None:
    await allow(rig)
    chat = await write(rig, "oi")
    await happen(rig, chat.id, *SERVED, *SERVED)
    assert len(await rig.sent()) == 1
    rig.clock.advance(timedelta(hours=25).total_seconds())
    assert not await answer(rig, "5")
    await happen(rig, chat.id, *SERVED)
    assert len(await rig.sent()) == 2
    assert await told(rig) == (2, 0, None)


async def test_who_was_silent_for_a_day_or_never_met_a_person_is_not_asked(rig: Rig) -> None:
    await allow(rig)
    chat = await write(rig, "oi")
    await happen(rig, chat.id, Happening.PERSON_ASKED_FOR, Happening.SILENCE)
    assert await rig.sent() == []
    rig.clock.advance(timedelta(hours=25).total_seconds())
    await happen(rig, chat.id, *SERVED)
    assert await rig.sent() == []
