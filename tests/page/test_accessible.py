"""Every screen, for everybody: no axe violation in either theme, language or size."""

import pytest
from playwright.async_api import Browser, expect

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
    "/dashboard",
    "/metrics/messages",
    "/metrics/service",
    "/metrics/topics",
    "/metrics/hours",
    "/metrics/usage",
    "/finance/overview",
    "/finance/clients",
    "/finance/clients/{client}",
    "/finance/subscriptions",
    "/finance/subscriptions/{subscription}",
    "/finance/invoices",
    "/finance/invoices/nothing",
    "/finance/plans",
    "/finance/upsell",
    "/reports/list",
    "/reports/schedules",
    "/notifications/list",
    "/notifications/rules",
    "/notifications/channels",
    "/flows",
    "/flows/{flow}/steps",
    "/flows/{flow}/try",
    "/flows/{flow}/runs",
    "/flows/{flow}/figures",
    "/flows/{flow}/versions",
    "/templates",
    "/templates/clinic.pt-BR",
    "/agents/{agent}/golden",
    "/contacts/people",
    "/contacts/deals",
    "/integrations/webhooks",
    "/integrations/hooks",
    "/integrations/crm",
    "/integrations/files",
    "/help/faq",
    "/help/videos",
    "/help/support",
    "/logs",
    "/logs/audit",
    "/settings/box",
    "/settings/sync",
    "/settings/account",
    "/settings/users",
    "/settings/keys",
    "/nowhere",
]
PLACES = [
    "Início",
    "Painel",
    "Conversas",
    "Agentes",
    "Fluxos",
    "Modelos",
    "Contatos",
    "Métricas",
    "Financeiro",
    "Relatórios",
    "Notificações",
    "Integrações",
    "Registros",
    "Ajustes",
    "Ajuda",
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
    browser: Browser,
    box: Box,
    owner_state: object,
    *,
    agent: str,
    subscriber: dict[str, str],
    flow: str,
    look: Look,
) -> None:
    async with Visitor.opening(browser, box.port, state=owner_state, look=look) as owner:
        owner.expects_refusal(404)  # of the invoice that is not there
        wrong: dict[str, object] = {}
        for screen in SCREENS:
            await owner.goes(screen.format(agent=agent, flow=flow, **subscriber))
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

    assert {"Ir para o conteúdo", *PLACES} <= reached


async def test_on_a_phone_every_place_is_in_the_menu(
    browser: Browser, box: Box, owner_state: object
) -> None:
    look = Look(PHONE, "dark", "pt")
    async with Visitor.opening(browser, box.port, state=owner_state, look=look) as owner:
        await owner.press("Menu")
        menu = owner.page.get_by_role("dialog", name="Menu")
        for place in PLACES:
            await expect(menu.get_by_role("link", name=place, exact=True)).to_be_visible()
        assert await owner.violations() == []

        await menu.get_by_role("link", name="Financeiro").click()

        await expect(menu).to_have_count(0)
        await expect(owner.page.get_by_role("heading", name="Financeiro", level=1)).to_be_focused()
