"""Every screen of the office, for everybody: no axe violation in either theme, language or size."""

import pytest
from playwright.async_api import Browser, expect

from tests.central_page.fleet import Office, this_month
from tests.page.visitor import DESKTOP, PHONE, Look, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCREENS = [
    "/",
    "/map",
    "/alerts",
    "/boxes/{box}",
    "/boxes/{box}/timeline",
    "/boxes/{box}/usage",
    "/boxes/{box}/evidence",
    "/boxes/nothing",
    "/revenue",
    "/revenue/margin",
    "/revenue/upsell",
    "/tenants",
    "/tenants/clinica",
    "/invoices",
    "/invoices/clinica/{month}",
    "/plans",
    "/plans/{plan}",
    "/documents",
    "/documents/{document}",
    "/documents/new/entitlements",
    "/documents/new/models",
    "/documents/new/brand",
    "/documents/new/config",
    "/documents/new/channel",
    "/resellers",
    "/resellers/norte",
    "/people/users",
    "/people/keys",
    "/people/log",
    "/people/server",
    "/nowhere",
]
PLACES = [
    "Frota",
    "Mapa",
    "Alertas",
    "Receita",
    "Clientes",
    "Faturas",
    "Planos e preços",
    "Publicações",
    "Revendas",
    "Acesso",
]
# Each pair of size, theme and language, in half as many looks as all of them together.
WAYS = [
    Look(DESKTOP, "dark", "pt"),
    Look(DESKTOP, "light", "en"),
    Look(PHONE, "dark", "en"),
    Look(PHONE, "light", "pt"),
]


@pytest.mark.timeout(1_500)  # dozens of screens, on a machine of any speed
@pytest.mark.parametrize("look", WAYS, ids=str)
async def test_every_screen_can_be_used_by_everybody(
    browser: Browser, office: Office, marina_state: object, look: Look
) -> None:
    facts = {
        "box": office.boxes["Balcão da padaria"],
        "month": this_month(),
        **office.ids,
    }
    async with Visitor.opening(browser, office.port, state=marina_state, look=look) as person:
        person.expects_refusal(404)  # of what is not there, and of the invoice that is not yet
        wrong: dict[str, object] = {}
        for screen in SCREENS:
            await person.goes(screen.format(**facts))
            if found := await person.violations():
                wrong[screen] = found
            width = await person.page.evaluate("document.documentElement.scrollWidth")
            if width > look.size["width"]:
                wrong[f"{screen} is too wide"] = width
        assert wrong == {}


@pytest.mark.parametrize("look", WAYS, ids=str)
async def test_signing_in_can_be_done_by_everybody(
    browser: Browser, office: Office, look: Look
) -> None:
    async with Visitor.opening(browser, office.port, look=look) as stranger:
        assert await stranger.violations() == []
        await stranger.page.locator(".gate-other button").click()
        assert await stranger.violations() == []


async def test_the_whole_page_is_reached_by_keyboard(marina: Visitor) -> None:
    reached = set()
    for _ in range(40):
        await marina.page.keyboard.press("Tab")
        reached.add(await marina.page.evaluate("document.activeElement.textContent.trim()"))

    # The place of alerts is followed by their number.
    missed = [
        place
        for place in ["Ir para o conteúdo", *PLACES]
        if not any(text.startswith(place) for text in reached)
    ]
    assert missed == []


async def test_on_a_phone_every_place_is_in_the_menu(
    browser: Browser, office: Office, marina_state: object
) -> None:
    look = Look(PHONE, "dark", "pt")
    async with Visitor.opening(browser, office.port, state=marina_state, look=look) as person:
        await person.press("Menu")
        menu = person.page.get_by_role("dialog", name="Menu")
        for place in PLACES:
            await expect(menu.get_by_role("link", name=place)).to_be_visible()
        assert await person.violations() == []
        await menu.get_by_role("link", name="Clientes").click()
        await expect(person.page.get_by_role("heading", name="Clientes", level=1)).to_be_focused()


async def test_the_pages_stay_light(built: str) -> None:
    line = next(line for line in built.splitlines() if line.startswith("office: first load"))
    assert float(line.split()[3]) < 45
