import asyncio
import base64
import hashlib
from pathlib import Path

import pytest

from daemon.domains.whatsapp.domain import NewContent, NoSessionError, SessionState
from daemon.domains.whatsapp.pacing import Pace
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError
from tests.daemon.whatsapp.conftest import ANA, BIA, Box, box_of, eventually
from tests.journeys.emulator import Emulator

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_a_customers_text_comes_in_with_both_names_of_the_chat(box: Box) -> None:
    session = await box.linked()

    number = await box.emulator.say(ANA, "oi, tudo bem?")
    await eventually(box.ledger.got, 10, "the message")

    (message,) = box.ledger.incoming
    assert (message.session_id, message.agent_id) == (session, "agent")
    assert (message.wa_message_id, message.text, message.kind) == (number, "oi, tudo bem?", "text")
    assert message.chat_lid is not None
    assert message.chat_phone_jid == f"{ANA}@s.whatsapp.net"
    assert (message.from_me, message.late, message.push_name) == (False, False, "Ana")


async def test_what_the_owner_types_on_the_phone_comes_in_as_ours(box: Box) -> None:
    await box.linked()

    await box.emulator.type_on_phone(ANA, "deixa comigo")
    await eventually(box.ledger.got, 10, "the message")

    (message,) = box.ledger.incoming
    assert message.from_me
    assert message.chat_lid is not None


async def test_media_is_a_private_file_with_its_hash(box: Box) -> None:
    await box.linked()

    media = {"base64": base64.b64encode(PIXEL).decode(), "mime": "image/png"}
    await box.emulator.say(ANA, kind="image", media=media)
    await eventually(box.ledger.got_any, 10, "the image")

    found = box.ledger.incoming[0].media
    assert found is not None
    assert found.path is not None
    path = Path(found.path)
    assert path.is_relative_to(box.media)
    assert await asyncio.to_thread(path.read_bytes) == PIXEL
    assert (await asyncio.to_thread(path.stat)).st_mode & 0o777 == 0o600
    assert found.sha256 == hashlib.sha256(PIXEL).hexdigest()
    assert found.error is None


async def test_media_that_cannot_be_fetched_is_still_a_message(box: Box) -> None:
    await box.linked()
    await box.emulator.fault("media", method="GET", status=500)

    media = {"base64": base64.b64encode(PIXEL).decode(), "mime": "image/png"}
    await box.emulator.say(ANA, "olha", kind="image", media=media)
    await eventually(box.ledger.got, 30, "the image")

    found = box.ledger.incoming[0].media
    assert found is not None
    assert (found.path, found.error) == (None, "failed")


async def test_places_cards_reactions_quotes_edits_and_revokes_come_in(box: Box) -> None:
    await box.linked()
    first = await box.emulator.say(ANA, "preço?")
    await box.emulator.say(ANA, location={"latitude": -23.5, "longitude": -46.6, "name": "Loja"})
    await box.emulator.say(ANA, card={"name": "Bia", "phone": BIA})
    await box.emulator.say(ANA, reaction={"id": first, "emoji": "👍"})
    await box.emulator.say(ANA, "esse", quote={"id": first, "text": "preço?"})
    await box.emulator.say(ANA, "preço do pão?", edit=first)
    await box.emulator.say(ANA, revoke=first)

    async def all_in() -> bool:
        return len(box.ledger.incoming) == 7

    await eventually(all_in, 15, "seven messages")
    by_kind = {message.kind: message for message in box.ledger.incoming[1:]}
    assert by_kind["location"].details["location"]["latitude"] == -23.5
    assert by_kind["contact"].details["contacts"][0]["name"] == "Bia"
    assert by_kind["reaction"].details["emoji"] == "👍"
    assert by_kind["text"].quoted_id == first
    assert (by_kind["edit"].target_id, by_kind["edit"].text) == (first, "preço do pão?")
    assert by_kind["revoke"].target_id == first


async def test_groups_are_ignored_by_default(box: Box) -> None:
    await box.linked()
    group = await box.emulator.post("groups", subject="Família", members=[ANA, BIA])

    await box.emulator.say(ANA, "bom dia grupo", group=group["id"])
    await box.emulator.say(ANA, "só para você")
    await eventually(box.ledger.got, 10, "the message")

    assert await box.ledger.got() == ["só para você"]


async def test_old_messages_and_history_are_marked_late(box: Box) -> None:
    shown = await box.init()
    assert shown.offer is not None
    assert shown.offer.text is not None
    chats = [{"contact": ANA, "messages": [{"text": "de ontem"}]}]
    await box.emulator.scan(shown.offer.text, chats=chats)
    await box.state(shown.session.id, SessionState.WORKING)
    old = int(Clock().now().timestamp()) - 3_600
    await box.emulator.say(BIA, "de uma hora atrás", at=old)

    async def both() -> bool:
        return len(await box.ledger.got()) == 2

    await eventually(both, 20, "both messages")
    assert {(m.text, m.late, m.history) for m in box.ledger.incoming} == {
        ("de ontem", True, True),
        ("de uma hora atrás", True, False),
    }


async def test_a_text_goes_out_and_its_states_come_back(box: Box) -> None:
    session = await box.linked()
    await box.emulator.post("policy", delivered=True, read=True)

    number = await box.say(session, f"{ANA}@s.whatsapp.net", "Olá! O pão custa R$ 1,50.")
    await box.becomes(number, "read")

    got = await box.emulator.get("deliveries", contact=ANA)
    assert [item["text"] for item in got["items"]] == ["Olá! O pão custa R$ 1,50."]


@pytest.mark.parametrize(
    ("mime", "voice", "kind"),
    [
        ("image/png", False, "image"),
        ("application/pdf", False, "document"),
        ("audio/ogg", True, "ptt"),
    ],
)
async def test_files_and_voice_notes_go_out_whole(
    box: Box, mime: str, *, voice: bool, kind: str
) -> None:
    await box.linked()
    data = PIXEL * 40

    ours, media = await box.messages.keep(
        data, mime=mime, name="tabela.pdf", voice=voice, seconds=3
    )
    content = NewContent(kind=ours, media=media, text="" if voice else "segue")
    sent = await box.messages.send("agent", to=ANA, content=content, session_id=None)
    await box.becomes(sent.id, "delivered")

    (item,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert item["kind"] == kind
    assert item["id"] == sent.wa_message_id
    assert item["sha256"] == hashlib.sha256(data).hexdigest()


async def test_a_number_that_nobody_has_fails_with_its_reason(box: Box) -> None:
    session = await box.linked()

    number = await box.say(session, "5511900009999@s.whatsapp.net", "alguém?")
    await box.becomes(number, "failed")

    assert await box.ledger.said(number) == ("failed", "not_on_whatsapp")


async def test_both_spellings_of_a_brazilian_mobile_reach_one_contact(box: Box) -> None:
    session = await box.linked()
    await box.emulator.contact("5511987654321", "Caio")

    number = await box.say(session, "551187654321@s.whatsapp.net", "sem o nono dígito")
    await box.becomes(number, "delivered")

    (item,) = (await box.emulator.get("deliveries", contact="5511987654321"))["items"]
    assert item["text"] == "sem o nono dígito"
    lids = {lid for lid, _ in box.ledger.aliases}
    names = {name for _, name in box.ledger.aliases}
    assert len(lids) == 1
    assert names >= {"5511987654321@s.whatsapp.net", "551187654321@s.whatsapp.net"}


async def test_a_restricted_account_fails_the_message_and_does_not_insist(box: Box) -> None:
    session = await box.linked()
    await box.emulator.fault("ack_error", code=463)

    number = await box.say(session, f"{ANA}@s.whatsapp.net", "oferta")
    await box.becomes(number, "failed")

    assert await box.ledger.said(number) == ("failed", "account_restricted")


async def test_without_whatsapps_word_the_same_message_is_sent_again(box: Box) -> None:
    session = await box.linked()
    await box.emulator.fault("lose_ack", times=1)

    number = await box.say(session, f"{ANA}@s.whatsapp.net", "uma vez só")
    await box.becomes(number, "delivered")

    (item,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert item["text"] == "uma vez só"

    async def again() -> bool:
        got = await box.emulator.get("deliveries", contact=ANA)
        return len(got["items"]) == 1 and (await box.ledger.open()) == 0

    await eventually(again, 20, "one message")


async def test_seen_and_typing_come_before_a_paced_reply(
    tmp_path: Path, emulator: Emulator
) -> None:
    async with box_of(tmp_path, emulator, pace=Pace(min_s=0.3, max_s=0.4)) as box:
        box.ledger.echo = box.ledger.paced = True
        await box.linked()
        since = await emulator.now()

        number = await emulator.say(ANA, "tem pão?")
        await emulator.see("message.received", since=since)

        wanted = ("client.read", "client.typing", "message.received")
        seen = await emulator.events(since, *wanted)
        assert [event["event"] for event in seen[:3]] == list(wanted)
        read, typing, reply = seen[:3]
        assert read["ids"] == [number]
        assert typing["state"] == "composing"
        assert reply["text"] == "re: tem pão?"


async def test_a_contact_that_lost_its_keys_gets_the_message_again(box: Box) -> None:
    session = await box.linked()
    number = await box.say(session, f"{ANA}@s.whatsapp.net", "guarde bem")
    await box.becomes(number, "delivered")
    (item,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
    await box.kill()
    await box.up()
    await box.state(session, SessionState.WORKING)

    await box.emulator.post("retry", contact=ANA, id=item["id"])

    async def twice() -> bool:
        (now,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
        return bool(now["transmissions"] >= 2)

    await eventually(twice, 15, "the second transmission")


async def test_what_our_own_code_cannot_digest_is_kept_and_stops_nobody(box: Box) -> None:
    await box.linked()
    box.ledger.refuse = "veneno"

    await box.emulator.say(ANA, "veneno")
    await box.emulator.say(BIA, "água")
    await eventually(box.ledger.got, 10, "the other message")
    assert await box.ledger.got() == ["água"]
    box.ledger.refuse = None

    async def both() -> bool:
        return sorted(await box.ledger.got()) == ["veneno", "água"]

    await eventually(both, 15, "the refused message")


async def test_typing_of_a_customer_is_heard(box: Box) -> None:
    await box.linked()
    await box.emulator.say(ANA, "oi")

    await box.emulator.post("typing", contact=ANA, state="composing")

    async def heard() -> bool:
        return bool(box.ledger.typing)

    await eventually(heard, 10, "typing")


async def test_bad_messages_are_refused_by_field(box: Box) -> None:
    with pytest.raises(NoSessionError):
        await box.messages.send("agent", to=ANA, content=NewContent("text", "x"), session_id=None)
    with pytest.raises(BadInputError) as error:
        await box.messages.send(
            "agent", to=ANA, content=NewContent("text", "x" * 5_000), session_id=None
        )
    assert error.value.field == "text"
