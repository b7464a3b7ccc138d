"""Connections that look alive and are not, and messages that arrive badly."""

from pathlib import Path
from typing import Any

import pytest

from daemon.domains.whatsapp.domain import SessionState
from tests.daemon.whatsapp.conftest import ANA, BIA, Box, box_of, eventually
from tests.journeys.emulator import Emulator

OTHER = "5511900000002"


async def replaced(box: Box, fault: str) -> None:
    """The connection goes bad, a customer writes, and the message still comes in."""
    session = await box.linked()
    await box.emulator.fault(fault, times=1)
    since = await box.emulator.now()

    await box.emulator.say(ANA, "alguém aí?")
    await box.emulator.see("fault.struck", since=since)
    await box.emulator.see("account.online", since=since)
    await box.state(session, SessionState.WORKING)
    await eventually(box.ledger.got, 20, "the message")

    assert await box.ledger.got() == ["alguém aí?"]


async def test_a_silent_socket_is_replaced(tmp_path: Path, emulator: Emulator) -> None:
    timing = {"backoffMs": 100, "keepAliveMs": 1_000, "probeMs": 1_000}
    async with box_of(tmp_path, emulator, timing=timing) as box:
        await replaced(box, "silent")


async def test_a_socket_that_answers_pings_and_holds_messages_back_is_replaced(
    tmp_path: Path, emulator: Emulator
) -> None:
    timing = {"backoffMs": 100, "quietMs": 2_000}
    async with box_of(tmp_path, emulator, timing=timing) as box:
        await replaced(box, "deaf")


@pytest.mark.parametrize("fault", ["corrupt", "duplicate"])
async def test_a_garbled_or_repeated_message_comes_in_once(box: Box, fault: str) -> None:
    await box.linked()
    await box.emulator.fault(fault, times=1)

    await box.emulator.say(ANA, "um só")
    await box.emulator.say(BIA, "outro")

    async def both() -> bool:
        return sorted(await box.ledger.got()) == ["outro", "um só"]

    await eventually(both, 20, "both messages, once each")


async def test_two_numbers_live_side_by_side(box: Box) -> None:
    first = await box.linked()
    second = await box.init(name="oficina")
    assert second.offer is not None
    assert second.offer.text is not None
    await box.emulator.scan(second.offer.text, owner=OTHER)
    await box.state(second.session.id, SessionState.WORKING)

    await box.emulator.say(ANA, "para a loja", account="5511900000001")
    await box.emulator.say(ANA, "para a oficina", account=OTHER)

    async def both() -> bool:
        return len(box.ledger.incoming) == 2

    await eventually(both, 20, "both messages")
    by_text: dict[str, Any] = {m.text: m.session_id for m in box.ledger.incoming}
    assert by_text == {"para a loja": first, "para a oficina": second.session.id}
