"""The plug is pulled while customers write: nothing is lost, nothing is said twice."""

import asyncio
import os
import random
import signal
from collections import Counter
from typing import Any

from daemon.domains.whatsapp.domain import SessionState
from tests.daemon.whatsapp.conftest import ANA, BIA, Box, eventually

KILLS = 8


async def settled(box: Box, expected: int) -> None:
    async def all_answered() -> bool:
        return len(await box.ledger.got()) >= expected and await box.ledger.open() == 0

    await eventually(all_answered, 150, f"{expected} messages answered")


async def contents(box: Box, contact: str) -> Counter[str]:
    found = await box.emulator.get("deliveries", contact=contact)
    return Counter({item["content"]: item["count"] for item in found["contents"]})


async def test_killed_at_random_while_customers_write(box: Box) -> None:
    session = await box.linked()
    box.ledger.echo = True
    dice = random.Random(20261122)  # noqa: S311 - a test that fails must fail again
    stop = asyncio.Event()
    written: dict[str, list[str]] = {ANA: [], BIA: []}

    async def write(contact: str) -> None:
        while not stop.is_set():
            text = f"{contact[-1]}-{len(written[contact])}"
            written[contact].append(text)
            await box.emulator.say(contact, text)
            await asyncio.sleep(dice.uniform(0.05, 0.3))

    writers = [asyncio.create_task(write(contact)) for contact in written]
    for _ in range(KILLS):
        await box.up()
        await box.state(session, SessionState.WORKING)
        await asyncio.sleep(dice.uniform(0.0, 0.6))
        await box.kill()
    stop.set()
    await asyncio.gather(*writers)
    await box.up()
    await settled(box, sum(map(len, written.values())))

    assert Counter(await box.ledger.got()) == Counter(written[ANA] + written[BIA])
    for contact, texts in written.items():
        assert await contents(box, contact) == Counter(f"re: {text}" for text in texts)
    order = [text for text in await box.ledger.got() if text.startswith(ANA[-1])]
    assert order == written[ANA]


async def test_killed_between_the_commit_and_the_receipt(box: Box) -> None:
    session = await box.linked()
    box.ledger.echo = True
    original = box.ledger.receive

    def receive_and_pull_the_plug(tx: Any, message: Any) -> None:
        """On the writer thread: the commit follows, and nobody is left to hear of it."""
        original(tx, message)
        box.intake._receive = original  # noqa: SLF001 - once
        assert box.bridge.child.status.pid is not None
        os.kill(box.bridge.child.status.pid, signal.SIGKILL)

    box.intake._receive = receive_and_pull_the_plug  # noqa: SLF001 - a port
    await box.emulator.say(ANA, "no meio")
    await asyncio.sleep(0.2)
    await box.up()
    await box.state(session, SessionState.WORKING)
    await settled(box, 1)

    assert await box.ledger.got() == ["no meio"]
    assert await contents(box, ANA) == Counter(["re: no meio"])

    async def confirmed() -> bool:
        return not (await box.emulator.get("pending"))["items"]

    await eventually(confirmed, 15, "the receipt")


async def test_killed_while_media_downloads_the_message_still_comes(box: Box) -> None:
    session = await box.linked()
    fault = await box.emulator.fault("media", method="GET", delayMs=3_000)

    await box.emulator.say(
        ANA, "foto", kind="image", media={"base64": "AAECAw==", "mime": "image/png"}
    )

    async def committed() -> bool:
        rows = await box.db.read(
            lambda tx: tx.conn.execute("SELECT count(*) FROM wa_inbox WHERE pending = 1").fetchone()
        )
        return bool(rows[0])

    await eventually(committed, 10, "the inbox row")
    await box.kill()
    await box.emulator._call("DELETE", f"faults/{fault}")  # noqa: SLF001 - one fault, not all
    await box.up()
    await box.state(session, SessionState.WORKING)
    await eventually(box.ledger.got, 15, "the photo")

    (message,) = box.ledger.incoming
    assert message.media is not None
    assert message.media.path is not None


async def test_messages_wait_for_the_bridge_and_keep_their_order(box: Box) -> None:
    session = await box.linked()
    await box.kill()

    numbers = [await box.say(session, f"{ANA}@s.whatsapp.net", f"n{n}") for n in range(5)]
    for number in numbers:
        await box.becomes(number, "delivered")

    items = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert [item["text"] for item in items] == [f"n{n}" for n in range(5)]


async def test_every_close_comes_back_or_says_why(box: Box) -> None:
    session = await box.linked()
    for code in (503, 428, 515):
        since = await box.emulator.now()
        await box.emulator.post("close", code=code)
        await box.emulator.see("account.online", since=since)
        await box.state(session, SessionState.WORKING)
    since = await box.emulator.now()
    await box.emulator.post("close", how="cut")
    await box.emulator.see("account.online", since=since)
    await box.state(session, SessionState.WORKING)

    await box.emulator.post("close", code=440)
    failed = await box.state(session, SessionState.FAILED)
    assert failed.session.reason_code == "replaced"


async def test_a_refused_version_asks_for_an_update(box: Box) -> None:
    session = await box.linked()
    await box.emulator.fault("refuse_login", reason=405)

    await box.emulator.post("close", code=503)

    failed = await box.state(session, SessionState.FAILED)
    assert failed.session.reason_code == "update_required"
