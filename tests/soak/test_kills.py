"""The long proof: a thousand kills. `make soak`, about an hour."""

import os
from pathlib import Path

import pytest

from tests.journeys import kills
from tests.journeys.box import Box
from tests.journeys.emulator import Emulator
from tests.journeys.test_kills import baker

KILLS = int(os.environ.get("SOAK_KILLS", "1000"))


@pytest.mark.soak
async def test_a_thousand_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    async with (
        Emulator.running(tmp_path / "whatsapp") as whatsapp,
        Box.running(tmp_path, **whatsapp.environment, **kills.PATIENT) as box,
    ):
        report = await kills.run(await baker(box, whatsapp, tmp_path), KILLS, seed=1)
    print(report.table())  # noqa: T201 - the table is the result
    assert (report.lost, report.doubled, report.unstored, report.orphans) == ([], [], [], [])
    assert report.ready_p95 <= 5.0, "asked for on a machine that has nothing else to do"
