"""Whoever asks for no messages gets none unasked, until it wants them again."""

import pytest

from daemon.domains.conversations.domain import Conversation
from daemon.domains.conversations.owners import Happening
from daemon.domains.conversations.ports import Heard
from daemon.domains.conversations.store import messages, threads
from daemon.domains.whatsapp.domain import IncomingMessage
from daemon.infra.database import Connection
from daemon.wiring.consent import BACK, OUT, Consent, phone_refuses, refuses
from tests.daemon.finance.rigging import Rig, rig, settings

__all__ = ["rig", "settings"]
PHONE = "5511987654321"


async def says(rig: Rig, text: str) -> tuple[Conversation, bool]:
    """Let the customer write; return its chat, and whether the wish was taken as one."""
    incoming = IncomingMessage(
        session_id="s1",
        agent_id=rig.agent,
        wa_message_id=f"IN-{text}",
        chat=f"{PHONE}@s.whatsapp.net",
        chat_kind="user",
        at=rig.clock.now(),
        kind="text",
        text=text,
        from_me=False,
    )
    await rig.base.database.write(lambda tx: rig.talking.between.receive(tx, incoming))

    def query(tx: Connection) -> Heard:
        chat = threads.of_alias(tx, "s1", f"pn:{PHONE}")
        assert chat is not None
        profile = rig.agents.profile(tx, rig.agent)
        assert profile is not None
        return Heard(chat, profile, tuple(messages.pending(tx, chat.id)), text, first=False)

    heard = await rig.base.database.read(query)
    consent = rig.talking.takers[0]
    assert isinstance(consent, Consent)
    take = await consent.take(heard)
    if take is None:
        return heard.conversation, False
    taken = await rig.base.database.write(lambda tx: take(tx, heard.conversation))
    return heard.conversation, taken


async def test_a_wish_is_kept_confirmed_and_can_be_taken_back(rig: Rig) -> None:
    chat, taken = await says(rig, "Por favor, pare de me mandar mensagens!")
    assert taken
    database = rig.base.database
    assert await database.read(lambda tx: refuses(tx, chat.contact.id))
    assert await database.read(lambda tx: phone_refuses(tx, "local", PHONE))
    assert "VOLTAR A RECEBER" in (await rig.sent())[-1]
    assert (await says(rig, "voltar a receber"))[1]
    assert not await database.read(lambda tx: refuses(tx, chat.contact.id))


async def test_whoever_wants_no_messages_is_not_asked_how_it_was_served(rig: Rig) -> None:
    await rig.agents.configure(rig.agent, {"csat": {"enabled": True}})
    chat, _ = await says(rig, "não quero mais receber mensagens")
    sent = await rig.sent()

    def serve(tx: Connection) -> None:
        for one in (Happening.TAKEN, Happening.RETURNED):
            rig.talking.ownership.happened(tx, threads.get(tx, chat.id), one)

    await rig.base.database.write(serve)
    assert await rig.sent() == sent


@pytest.mark.parametrize(
    "said",
    ["pare de mandar mensagens", "descadastrar", "stop sending me messages", "sair da lista"],
)
def test_plain_wishes_are_understood(said: str) -> None:
    assert OUT.fullmatch(said)


@pytest.mark.parametrize(
    "said",
    ["sair", "parar", "como faço para parar de receber a fatura em papel", "pare de rir", "stop"],
)
def test_words_that_belong_to_flows_or_mean_something_else_are_left_alone(said: str) -> None:
    assert not OUT.fullmatch(said)
    assert not BACK.fullmatch(said)


async def test_other_words_are_somebody_elses(rig: Rig) -> None:
    assert not (await says(rig, "quanto custa a entrega?"))[1]
