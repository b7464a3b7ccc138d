"""What is said beside text and files: made, checked, read aloud, asked of the bridge."""

from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.domains.whatsapp import contents
from daemon.domains.whatsapp.domain import NewContent, OutgoingMessage
from daemon.domains.whatsapp.intake import incoming
from daemon.domains.whatsapp.requests import request_of
from daemon.kernel.errors import BadInputError


def sent(content: NewContent, **more: Any) -> OutgoingMessage:
    return OutgoingMessage(
        id="m1",
        session_id="s1",
        agent_id="a1",
        wa_message_id="3EB0AA",
        chat="1@lid",
        kind=content.kind,
        text=content.text,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        paced=False,
        target_id=content.target_id,
        details=content.details,
        **more,
    )


def test_a_poll_reads_as_its_question_and_goes_out_with_its_secret() -> None:
    content = contents.poll(" Qual? ", ["Sim", " Não  sei "], 0)
    assert content.text == "Qual?\n- Sim\n- Não sei"
    request = request_of(sent(content), "1@lid", "c2VjcmV0")
    assert request["poll"] == {
        "name": "Qual?",
        "options": ["Sim", "Não sei"],
        "selectable": 0,
        "secret": "c2VjcmV0",
    }


@pytest.mark.parametrize(
    ("name", "options", "selectable", "field"),
    [
        (" ", ["a", "b"], 1, "poll.name"),
        ("x" * 256, ["a", "b"], 1, "poll.name"),
        ("Qual?", ["a"], 1, "poll.options"),
        ("Qual?", [str(place) for place in range(13)], 1, "poll.options"),
        ("Qual?", ["a", " "], 1, "poll.options[1]"),
        ("Qual?", ["a", "b\0"], 1, "poll.options[1]"),
        ("Qual?\0", ["a", "b"], 1, "poll.name"),
        ("Qual?", ["Sim", "SIM"], 1, "poll.options[1]"),
        ("Qual?", ["a", "b"], 3, "poll.selectableCount"),
    ],
)
def test_a_poll_nobody_could_vote_in_names_its_field(
    name: str, options: list[str], selectable: int, field: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        contents.poll(name, options, selectable)
    assert refused.value.field == field
    assert refused.value.text("pt") != refused.value.text("en")


def test_a_place_is_read_with_what_is_known_of_it() -> None:
    place = contents.location(-23.55052, -46.63331, "Loja", "Rua A, 1")
    assert place.text == "📍 Loja, Rua A, 1 (-23.55052, -46.63331)"
    assert contents.location(0, 0, None, None).text == "📍 0.00000, 0.00000"
    assert request_of(sent(place), "1@lid", None)["location"]["name"] == "Loja"


def test_a_card_cannot_smuggle_lines_into_its_vcard() -> None:
    card = contents.contact("Ana; B\nTEL:+666", ["+55 11 98765-4321"], email="a@b.c")
    (facts,) = request_of(sent(card), "1@lid", None)["contacts"]
    lines = facts["vcard"].split("\r\n")
    assert "FN:Ana\\; B TEL:+666" in lines
    assert "TEL;type=CELL;type=VOICE;waid=5511987654321:+5511987654321" in lines
    assert card.text == "👤 Ana; B TEL:+666: +5511987654321"


def test_a_card_with_a_wrong_number_names_it() -> None:
    with pytest.raises(BadInputError) as refused:
        contents.contact("Ana", ["+5511987654321", "123"])
    assert refused.value.field == "contact.phones[1]"


def test_a_reaction_names_its_message_and_who_wrote_it() -> None:
    message = sent(contents.reaction("3EB0BB", "👍"), target_from_me=True)
    assert request_of(message, "1@lid", None)["reaction"] == {
        "target": "3EB0BB",
        "fromMe": True,
        "emoji": "👍",
    }


@pytest.mark.parametrize(
    "emoji", ["👍", "❤️", "👨‍👩‍👧‍👦", "🇧🇷", "🏴\U000e0067\U000e007f", "1️⃣", None]
)
def test_a_reaction_is_an_emoji_or_none(emoji: str | None) -> None:
    assert contents.reaction("A", emoji).details == {"emoji": emoji}


@pytest.mark.parametrize("emoji", ["ok", "👍a", "\n", "\0"])
def test_a_reaction_of_words_is_refused(emoji: str) -> None:
    with pytest.raises(BadInputError) as refused:
        contents.reaction("A", emoji)
    assert refused.value.field == "reaction.emoji"


def test_a_choice_nobody_could_make_names_its_field() -> None:
    for question, options, field in (
        (" ", ["a", "b"], "text"),
        ("Qual?", ["a", "A"], "choice.options[1]"),
    ):
        with pytest.raises(BadInputError) as refused:
            contents.choice(question, options)
        assert refused.value.field == field


def heard(**content: Any) -> Any:
    base = {
        "session": "s1",
        "id": "X",
        "chat": {"jid": "1@lid"},
        "chatKind": "person",
        "timestamp": 1_700_000_000,
        "fromMe": False,
    }
    return incoming({**base, **content}, "a1")


def test_places_and_cards_that_come_in_can_be_read() -> None:
    place = {"latitude": -23.5, "longitude": -46.6, "name": "Sé", "address": None}
    assert heard(kind="location", location=place).text == "📍 Sé (-23.50000, -46.60000)"
    cards = [{"name": "Bia", "phones": ["+55 11 9"], "vcard": ""}, {"name": None, "phones": []}]
    assert heard(kind="contact", contacts=cards).text == "👤 Bia: +55 11 9"


def test_a_vote_comes_with_its_labels_and_its_poll() -> None:
    vote = {"target": "POLL", "options": ["Tarde"], "at": 5}
    message = heard(kind="vote", text="Tarde", vote=vote, quoted={"id": "POLL", "text": "Qual?"})
    assert (message.text, message.quoted_id, message.target_id) == ("Tarde", "POLL", "POLL")
    assert message.details["vote"] == {"options": ["Tarde"], "at": 5}
