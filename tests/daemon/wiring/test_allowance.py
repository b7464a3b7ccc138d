"""The month's messages, counted from the ledger: once, rolled up or not."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daemon.wiring.allowance import said_since
from sync.state import open_ledger
from tests.sync.doubles import Box, OpenSeal, StillClock


async def test_messages_count_once_whether_rolled_up_or_not_and_over_epochs(
    tmp_path: Path,
) -> None:
    clock = StillClock()  # begins on 2 March 2026
    db = await asyncio.to_thread(Box, tmp_path / "box.db")
    ledger = (await open_ledger(db, OpenSeal(), clock, "local")).ledger

    async def say(count: int) -> None:
        def commit(tx: Any) -> None:
            for _ in range(count):
                ledger.append(tx, "message.sent", {"meters": {"messages_out": 1}}, clock.now())

        await db.write(commit)

    async def roll_up() -> None:
        while await db.write(lambda tx: ledger.roll_up(tx, clock.now())):
            pass

    await say(5)
    clock.advance(days=30)  # 1 April
    await say(3)
    clock.advance(hours=2)
    await roll_up()
    await db.write(lambda tx: ledger.open_epoch(tx, b"receipt", "enrolled"))
    await say(4)

    async def since(*day: int) -> int:
        start = datetime(*day, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day
        return await db.read(lambda tx: said_since(ledger, tx, start))

    assert await since(2026, 4, 1) == 7
    assert await since(2026, 3, 1) == 12
    clock.advance(hours=2)
    await roll_up()
    assert await since(2026, 4, 1) == 7
