"""Getting in: the set-up link, signing in and out, and what is said when it fails."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.box import Box
from tests.page.conftest import OWNER, printed_link
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_weak_password_is_marked_at_its_field(
    browser: Browser, built: str, tmp_path: Path
) -> None:
    assert built
    async with (
        Box.running(tmp_path, NEXTAGENT_MODELS__LANGUAGE__ENGINE="scripted") as nobodys,
        Visitor.opening(browser, nobodys.port) as visitor,
    ):
        visitor.expects_refusal(400)
        await visitor.page.goto(await printed_link(nobodys))
        await visitor.fill({"Nome": "Marina", "Usuário": "marina"})
        await visitor.fill({"Senha": "curta", "Repita a senha": "curta"})
        await visitor.sees("Fraca")

        await visitor.press("Criar conta e entrar")

        password = visitor.page.get_by_label("Senha", exact=True)
        await expect(password).to_have_attribute("aria-invalid", "true")
        await expect(visitor.page.locator(".field-error")).to_contain_text("8")


async def test_the_set_up_link_makes_the_owner_and_works_once(
    visitor: Visitor, setup_link: str, owner_state: object
) -> None:
    assert owner_state

    await visitor.page.goto(setup_link)
    await visitor.page.reload()

    await visitor.sees("Esta caixa já foi configurada")


async def test_a_wrong_password_is_said_in_words(visitor: Visitor, owner_state: object) -> None:
    assert owner_state
    visitor.expects_refusal(401)
    await visitor.page.reload()
    await visitor.fill({"Usuário": OWNER["username"], "Senha": "errada de todo"})

    await visitor.press("Entrar")

    await expect(visitor.page.get_by_role("alert")).to_be_visible()


async def test_signing_in_opens_the_place_that_was_asked_for_and_signing_out_closes_it(
    visitor: Visitor, owner_state: object
) -> None:
    assert owner_state
    await visitor.page.reload()
    await visitor.fill({"Usuário": OWNER["username"], "Senha": OWNER["password"]})
    await visitor.press("Entrar")
    await visitor.sees("Olá, Marina")
    await visitor.sees("Ao vivo")

    await visitor.press("Sair")

    await visitor.sees("Use o usuário e a senha desta caixa.")
    await visitor.goes("/agents")
    await visitor.sees("Use o usuário e a senha desta caixa.")


async def test_the_language_is_switched_at_once_and_remembered(owner: Visitor) -> None:
    await owner.page.get_by_role("button", name="EN: switch to English").click()

    await owner.sees("Hello, Marina")
    assert await owner.page.evaluate("document.documentElement.lang") == "en"
    remembered = await owner.page.evaluate("localStorage.getItem('nextagent.language')")
    assert remembered == "en"


async def test_the_page_obeys_the_strict_policy_and_loads_nothing_from_outside(
    owner: Visitor,
) -> None:
    seen: list[str] = []
    owner.page.on("request", lambda request: seen.append(request.url))

    response = await owner.page.reload()
    await owner.sees("Olá, Marina")

    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "'self'" in policy
    assert {url for url in seen if not url.startswith((owner.home, "data:"))} == set()


async def test_a_part_that_cannot_be_fetched_says_so_and_the_page_goes_on(owner: Visitor) -> None:
    owner.expected = ("Failed to load resource",)
    await owner.page.route("**/static/chunks/finance-*", lambda route: route.abort())
    await owner.goes("/finance")
    await owner.sees("Esta parte não abriu")
    assert await owner.violations() == []

    await owner.page.unroute("**/static/chunks/finance-*")
    await owner.press("Recarregar")

    await owner.sees("Quem assina, o que deve")
