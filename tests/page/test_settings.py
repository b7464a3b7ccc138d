"""The box, its people and its keys."""

import re

import aiohttp
import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "outra frase bem comprida"


async def test_a_person_who_may_only_look_finds_nothing_to_change(
    owner: Visitor, visitor: Visitor, agent: str
) -> None:
    await owner.goes("/settings/users")
    await owner.fill({"Nome": "Vera Vista", "Usuário": "vera", "Senha": PASSWORD})
    await owner.page.get_by_label("Perfil", exact=True).select_option("viewer")
    await owner.press("Adicionar pessoa")
    await owner.sees("Vera Vista já pode entrar.")

    await visitor.fill({"Usuário": "vera", "Senha": PASSWORD})
    await visitor.press("Entrar")
    await visitor.sees("Olá, Vera")
    await visitor.does_not_see("Novo agente")
    await visitor.goes(f"/agents/{agent}/documents")
    await visitor.sees("Testar a busca")
    await visitor.does_not_see("Escolher arquivos")
    await visitor.goes("/settings")
    await visitor.sees("Esta caixa")
    await visitor.does_not_see("Chaves de API")


async def test_a_name_that_is_taken_is_said_at_the_form(owner: Visitor) -> None:
    owner.expects_refusal(400, 409)
    await owner.goes("/settings/users")
    await owner.fill({"Nome": "Outra Marina", "Usuário": "marina", "Senha": PASSWORD})

    await owner.press("Adicionar pessoa")

    wrong = owner.page.locator("form .field-error, form [role=alert]")
    await expect(wrong.first).to_be_visible()


async def test_a_key_is_shown_once_works_and_can_be_revoked(owner: Visitor, box: Box) -> None:
    await owner.goes("/settings/keys")
    await owner.page.get_by_label("Nome", exact=True).fill("Site da loja")
    await owner.press("Criar chave")
    await owner.sees("a chave não será mostrada outra vez")
    key = await owner.page.locator(".secret").inner_text()

    async def status() -> int:
        headers = {"authorization": f"Bearer {key}", "x-tenant-id": "local"}
        url = f"{owner.home}agents"
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
            return answer.status

    assert await status() == 200

    await owner.page.get_by_role("button", name="Revogar: Site da loja").click()
    await owner.page.get_by_role("dialog").get_by_role("button", name="Revogar").click()
    await expect(owner.page.get_by_text("Site da loja", exact=True)).to_have_count(0)
    assert await status() == 401
    assert "Site da loja" not in [one["name"] for one in (await box.get("/auth/keys"))["items"]]


async def test_what_the_box_is_and_how_it_is_can_be_read(owner: Visitor) -> None:
    await owner.goes("/settings/box")

    await owner.sees("Atende Já")
    await owner.sees("Pronta para receber e responder")
    await expect(owner.page.get_by_text(re.compile(r"\d GB livres"))).to_be_visible()
    await owner.sees("Nenhuma tarefa parada")


async def test_the_log_is_filtered(owner: Visitor) -> None:
    await owner.goes("/logs")
    async with owner.page.expect_request(re.compile("level=error")):
        await owner.page.get_by_role("combobox", name="Nível", exact=True).select_option("error")
    await owner.page.get_by_label("De", exact=True).fill("2099-01-01")

    await owner.sees("Nada registrado")
