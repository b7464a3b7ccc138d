"""Somebody pulls the plug in the middle of everything: nothing is lost or said twice.

How soon the box is ready again is a figure of the machine: `python -m tests.bench.kills` prints it.
"""

import asyncio
from pathlib import Path

from tests.journeys import kills
from tests.journeys.box import Box
from tests.journeys.catalogue import price_list
from tests.journeys.emulator import Emulator
from tests.journeys.story import Linked

KILLS = 30


async def test_thirty_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, whatsapp: Emulator
) -> None:
    async with Box.running(tmp_path, **whatsapp.environment, **kills.PATIENT) as box:
        report = await kills.run(await baker(box, whatsapp, tmp_path), KILLS, seed=20261122)
    print(report.table())  # noqa: T201 - shown by pytest -s and on failure
    assert (report.lost, report.doubled, report.unstored, report.orphans) == ([], [], [], [])


async def baker(box: Box, whatsapp: Emulator, folder: Path) -> Linked:
    """A bakery's agent that answers prices at once."""
    agent = await box.agent("Aurora")
    await box.upload(agent, await asyncio.to_thread(price_list, folder / "tabela.pdf"))
    return await Linked.agent_up(box, whatsapp, agent)
