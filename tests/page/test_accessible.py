"""Every screen, for everybody: no axe violation in either theme, language or size."""

import pytest
from playwright.async_api import Browser

from tests.journeys.box import Box
from tests.page.visitor import DESKTOP, PHONE, Look, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCREENS = [
    "/",
    "/agents",
    "/agents/new",
    "/agents/{agent}/documents",
    "/agents/{agent}/faqs",
    "/agents/{agent}/playground",
    "/agents/{agent}/whatsapp",
    "/agents/{agent}/behaviour",
    "/agents/{agent}/profile",
    "/inbox",
    "/logs",
    "/settings/box",
    "/settings/users",
    "/settings/keys",
    "/nowhere",
]
# Each pair of size, theme and language, in half as many looks as all of them together.
WAYS = [
    Look(DESKTOP, "dark", "pt"),
    Look(DESKTOP, "light", "en"),
    Look(PHONE, "dark", "en"),
    Look(PHONE, "light", "pt"),
]


@pytest.mark.parametrize("look", WAYS, ids=str)
async def test_every_screen_can_be_used_by_everybody(
    browser: Browser, box: Box, owner_state: object, agent: str, look: Look
) -> None:
    async with Visitor.opening(browser, box.port, state=owner_state, look=look) as owner:
        wrong: dict[str, object] = {}
        for screen in SCREENS:
            await owner.goes(screen.format(agent=agent))
            if found := await owner.violations():
                wrong[screen] = found
            width = await owner.page.evaluate("document.documentElement.scrollWidth")
            if width > look.size["width"]:
                wrong[f"{screen} is too wide"] = width
        assert wrong == {}


@pytest.mark.parametrize("look", WAYS, ids=str)
async def test_signing_in_can_be_done_by_everybody(
    browser: Browser, box: Box, owner_state: object, look: Look
) -> None:
    assert owner_state
    async with Visitor.opening(browser, box.port, look=look) as stranger:
        assert await stranger.violations() == []
        await stranger.goes("/setup?token=x")
        assert await stranger.violations() == []


async def test_the_whole_page_is_reached_by_keyboard(owner: Visitor) -> None:
    reached = set()
    for _ in range(40):
        await owner.page.keyboard.press("Tab")
        reached.add(await owner.page.evaluate("document.activeElement.textContent.trim()"))

    assert {"Ir para o conteúdo", "Agentes", "Conversas", "Registros", "Ajustes"} <= reached
