"""A WhatsApp and a box for each journey."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.box import Box
from tests.journeys.emulator import OWNER, Emulator
from tests.journeys.story import Linked

ANA = "5511987654321"
BIA = "5521912345678"


@pytest.fixture
async def whatsapp(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator.running(tmp_path / "whatsapp") as emulator:
        await emulator.contact(ANA, "Ana")
        await emulator.contact(BIA, "Bia")
        yield emulator


@pytest.fixture
async def box(tmp_path: Path, whatsapp: Emulator) -> AsyncIterator[Box]:
    """A box whose language model echoes, so that an answer shows which question it is for."""
    settings = {
        "NEXTAGENT_MODELS__LANGUAGE__ENGINE": "scripted",
        "NEXTAGENT_WHATSAPP__DEAF_AFTER_S": "6",
        **whatsapp.environment,
    }
    async with Box.running(tmp_path, **settings) as running:
        yield running


@pytest.fixture
async def linked(box: Box, whatsapp: Emulator) -> Linked:
    """A box with an agent whose number is linked and online."""
    return await Linked.up(box, whatsapp, OWNER)
