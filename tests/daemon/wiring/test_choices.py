"""Choices on a real ground: put by what the session can show, written out, counted."""

from typing import Any

import pytest

from daemon.domains.conversations.domain import Message
from daemon.domains.conversations.store import messages
from daemon.domains.whatsapp import contents
from daemon.domains.whatsapp.domain import NewContent
from daemon.kernel.errors import BadInputError
from tests.daemon.wiring.test_messages import House, house, settings

__all__ = ["house", "settings"]  # the fixtures
CHOICE = contents.choice("Qual horário?", ["Manhã", "Tarde"])
CHAT = "5511987654321@s.whatsapp.net"


async def say(house: House, content: NewContent) -> Message:
    def commit(tx: Any) -> Message:
        composed = house.between.compose(
            tx, agent_id=house.agent, session_id=house.session, to=CHAT, content=content
        )
        return messages.get(tx, composed.id)

    return await house.base.database.write(commit)


async def vote(
    house: House, poll: Message, number: str, *options: str, at: int, **more: Any
) -> None:
    message = house.message(
        number,
        kind="vote",
        text="\n".join(options),
        target_id=poll.wa_id,
        quoted_id=poll.wa_id,
        details={"vote": {"options": list(options), "at": at}},
        **more,
    )
    await house.base.database.write(lambda tx: house.between.receive(tx, message))


async def seen(house: House, message: Message) -> Message:
    return await house.base.database.read(lambda tx: messages.get(tx, message.id))


async def test_a_choice_is_a_poll_until_whatsapp_refuses_the_sessions_polls(house: House) -> None:
    assert (await say(house, CHOICE)).kind == "poll"
    house.talking.numbers.no_polls(house.session)
    written = await say(house, CHOICE)
    assert (written.kind, written.text.splitlines()[2]) == ("text", "1. Manhã")
    assert written.extra["choice"]["options"] == ["Manhã", "Tarde"]


async def test_only_a_choice_is_written_out(house: House) -> None:
    choice, poll = await say(house, CHOICE), await say(house, contents.poll("Dia?", ["a", "b"], 1))
    write_out = house.between.write_out

    plain = await house.base.database.write(lambda tx: write_out(tx, choice.id))
    assert plain is not None
    assert (plain.kind, plain.wa_message_id) == ("text", choice.wa_id)
    assert await house.base.database.write(lambda tx: write_out(tx, poll.id)) is None
    assert (await seen(house, poll)).kind == "poll"


async def test_the_newest_vote_of_each_person_counts(house: House) -> None:
    poll = await say(house, contents.poll("Dia?", ["Seg", "Ter"], 1))
    await vote(house, poll, "V1", "Seg", at=1)
    await vote(house, poll, "V3", "Ter", at=3)
    await vote(house, poll, "V2", "Seg", at=2)  # it came late
    await vote(house, poll, "V4", at=4, from_me=True)

    votes = (await seen(house, poll)).extra["votes"]
    assert {voter: counted["options"] for voter, counted in votes.items()} == {
        "900000000000001@lid": ["Ter"],
        "me": [],
    }


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (contents.reaction("NEVER", "👍"), "reaction.messageId"),
        (NewContent("text", "x", quoted_id="NEVER"), "quotedId"),
    ],
)
async def test_what_was_never_said_cannot_be_mentioned(
    house: House, content: NewContent, field: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        await say(house, content)
    assert refused.value.field == field
    rows = await house.base.database.read(
        lambda tx: tx.conn.execute("SELECT count(*) FROM messages").fetchone()
    )
    assert rows[0] == 0
