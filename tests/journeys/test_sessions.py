"""How a number is linked, and what each way of losing the connection comes to."""

from typing import Any

from tests.journeys.box import Box
from tests.journeys.conftest import ANA
from tests.journeys.emulator import OWNER, Emulator
from tests.journeys.story import ECHO, Linked

GREETING = "Oi"


async def _still_answers(linked: Linked) -> None:
    since = await linked.whatsapp.now()
    await linked.whatsapp.say(ANA, GREETING)
    await linked.whatsapp.answer(ANA, since=since)


async def test_a_number_links_with_a_code_typed_on_the_phone(box: Box, whatsapp: Emulator) -> None:
    agent = await box.agent(**ECHO)
    asked = {"method": "code", "phone": f"+{OWNER}"}
    started = await box.post(f"/whatsapp/{agent}/sessions/init", asked)
    shown = await box.until(
        lambda: box.session(agent, started["id"]), lambda found: found["pairingCode"]
    )
    assert shown["state"] == "SCAN_QR_CODE"
    await whatsapp.post("pairing-code", code=shown["pairingCode"], phone=OWNER)
    working = await box.session_in(agent, started["id"], "WORKING")
    assert OWNER in working["phone"]
    await _still_answers(Linked(box, whatsapp, agent, started["id"]))


async def test_a_passkey_gate_is_named_and_not_retried(box: Box, whatsapp: Emulator) -> None:
    agent = await box.agent()
    shown = await box.show_code(agent)
    await whatsapp.fault("passkey", mode="signal", times=1)
    await whatsapp.scan(shown["qr"]["text"])
    stopped = await box.session_in(agent, shown["id"], "PASSKEY_REQUIRED")
    assert stopped["reason_code"] == "passkey_required"
    assert stopped["nextStep"]
    assert (await whatsapp.get("links"))["items"] == []


async def test_a_lost_connection_comes_back_by_itself(linked: Linked) -> None:
    for ending in ({"code": 428}, {"how": "cut"}, {"code": 503}, {"code": 515}, {"failure": 500}):
        since = await linked.whatsapp.now()
        await linked.whatsapp.post("close", **ending)
        await linked.whatsapp.see("account.online", since=since)
        await linked.state("WORKING")
        await _still_answers(linked)


async def test_an_ending_that_needs_a_person_stays_and_says_what_to_do(
    box: Box, whatsapp: Emulator
) -> None:
    endings: list[tuple[dict[str, Any], str, str]] = [
        ({"code": 401}, "LOGGED_OUT", "logged_out"),
        ({"code": 440}, "FAILED", "replaced"),
        ({"failure": 403}, "FAILED", "account_banned"),
        ({"failure": 405}, "FAILED", "update_required"),
        ({"failure": 411}, "FAILED", "multi_device_required"),
    ]
    for number, (ending, state, reason) in enumerate(endings):
        owner = f"551190000010{number}"
        linked = await Linked.up(box, whatsapp, owner)
        await whatsapp.post("close", account=owner, **ending)
        ended = await linked.state(state)
        assert ended["reason_code"] == reason
        assert ended["nextStep"]


async def test_a_number_that_was_logged_out_links_again(linked: Linked) -> None:
    await linked.whatsapp.post("unlink")
    await linked.state("LOGGED_OUT")
    again = await Linked.agent_up(linked.box, linked.whatsapp, linked.agent)
    await _still_answers(again)


async def test_a_silent_server_is_noticed_and_left(linked: Linked) -> None:
    since = await linked.whatsapp.now()
    await linked.whatsapp.fault("silent", times=1)
    await linked.whatsapp.see("account.online", since=since, within_s=120)
    await _still_answers(linked)


async def test_a_deaf_connection_heals_and_what_was_held_back_arrives(linked: Linked) -> None:
    since = await linked.whatsapp.now()
    await linked.whatsapp.fault("deaf", times=1)
    await linked.whatsapp.say(ANA, GREETING)
    await linked.whatsapp.answer(ANA, since=since, within_s=120)


async def test_messages_that_whatsapp_withholds_come_with_a_new_connection(
    linked: Linked,
) -> None:
    since = await linked.whatsapp.now()
    await linked.whatsapp.fault("withhold", times=1)
    await linked.whatsapp.say(ANA, GREETING)
    await linked.whatsapp.answer(ANA, since=since, within_s=120)


async def test_the_status_of_an_agent_is_that_of_its_best_session(linked: Linked) -> None:
    status = await linked.box.get(f"/whatsapp/{linked.agent}/status")
    assert (status["state"], len(status["sessions"])) == ("WORKING", 1)
    await linked.box.delete(f"/whatsapp/{linked.agent}/sessions/{linked.session}")
    await linked.whatsapp.see("account.unlinked")
