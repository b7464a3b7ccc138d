"""Integrations, contacts, help, audit and sync: reached from the page, and of use there."""

import json
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_webhook_shows_its_secret_once_and_its_deliveries(owner: Visitor) -> None:
    await owner.goes("/integrations/webhooks")
    await owner.fill({"Nome": "Vendas", "Endereço": "https://vendas.example.com/aqui"})
    await owner.page.get_by_label("Todos os eventos", exact=True).uncheck()
    await expect(owner.page.get_by_role("checkbox", name="message.received")).to_be_checked()
    await owner.press("Criar webhook")
    await owner.sees("ele não será mostrado de novo")
    assert (await owner.page.locator(".secret").inner_text()).startswith("whsec_")

    await owner.page.get_by_role("link", name="Vendas").click()
    await owner.does_not_see("whsec_")
    await owner.press("Enviar teste")
    await owner.sees("webhook.ping")
    await owner.press("Pausar")
    await owner.sees("pausado")
    assert await owner.violations() == []


async def test_an_address_that_may_not_be_called_is_marked_at_its_field(owner: Visitor) -> None:
    owner.expects_refusal(400, 422)
    await owner.goes("/integrations/webhooks")
    await owner.fill({"Nome": "Roteador", "Endereço": "http://127.0.0.1:1/x"})
    await owner.press("Criar webhook")

    await expect(owner.page.get_by_label("Endereço", exact=True)).to_have_attribute(
        "aria-invalid", "true"
    )


async def test_a_hook_tells_how_to_call_it_and_who_called(owner: Visitor, agent: str) -> None:
    await owner.goes("/integrations/hooks")
    await owner.fill({"Nome": "Site"})
    await owner.page.get_by_role("combobox", name="Agente", exact=True).select_option(value=agent)
    await owner.page.get_by_label("Mensagem", exact=True).fill("Olá, {{/nome|cliente}}!")
    await owner.press("Criar gancho")
    await owner.sees("ele não será mostrado de novo")
    address, curl = await owner.page.locator(".secret").all_inner_texts()
    assert address in curl
    said = json.loads(curl.split("-d '")[1].removesuffix("'"))
    assert set(said) == {"telefone", "nome"}

    async with aiohttp.ClientSession() as http, http.post(address, json={"nome": "Ana"}) as answer:
        assert answer.status in range(400, 500)
    await owner.page.get_by_role("link", name="Site").click()
    await owner.sees("recusada")


async def test_the_exact_request_to_a_crm_is_shown_and_not_sent(owner: Visitor) -> None:
    await owner.goes("/integrations/crm")
    await owner.fill({"Nome": "CRM", "Endereço base": "https://crm.example.com/api"})
    await owner.page.get_by_label("Cabeçalhos secretos (opcional)", exact=True).fill(
        "Authorization: Bearer s3gredo"
    )
    await owner.press("Ligar sistema")

    await owner.press("Ver o pedido exato")

    await owner.sees("POST https://crm.example.com/api/contacts")
    await owner.sees("Marina Lopes")
    await owner.does_not_see("s3gredo")
    await owner.sees("Nada foi enviado ainda.")


async def test_a_sheet_of_contacts_is_looked_at_before_it_comes_in(
    owner: Visitor, box: Box, tmp_path: Path
) -> None:
    sheet = tmp_path / "agenda.csv"
    sheet.write_text("nome;telefone;apelido\nDavi Rocha;5511955550001;D\n", "utf-8")
    await owner.goes("/integrations/files")
    await owner.page.locator("input[type=file]").first.set_input_files(sheet)
    await owner.sees("agenda.csv: o que entraria")
    assert (await box.get("/contacts", q="Davi"))["items"] == []

    await owner.press("Importar")

    await owner.sees("Importado: 1 novos")
    await owner.goes("/contacts")
    await owner.page.get_by_label("Buscar por nome, telefone ou e-mail", exact=True).fill("Davi")
    await owner.page.get_by_role("button", name="Editar Davi Rocha").click()
    await owner.page.get_by_label("Etiquetas (opcional)", exact=True).fill("vip, novo")
    await owner.press("Salvar")
    await expect(owner.page.locator("li", has_text="Davi Rocha")).to_contain_text("vip")


async def test_a_deal_is_added_in_reais(owner: Visitor, box: Box) -> None:
    await owner.goes("/contacts/deals")
    form = owner.page.locator("section.panel", has_text="Novo negócio")
    await form.get_by_label("Título", exact=True).fill("Plano anual")
    await form.get_by_label("Valor", exact=True).fill("1.500,50")
    await owner.press("Acrescentar")

    await expect(owner.page.locator("li", has_text="Plano anual")).to_contain_text("1.500,50")
    deals = (await box.get("/deals"))["items"]
    values = [deal["valueCentavos"] for deal in deals if deal["title"] == "Plano anual"]
    assert values == [150_050]


async def test_help_is_found_and_can_be_added_to(owner: Visitor) -> None:
    await owner.goes("/help")
    await owner.page.get_by_label("Buscar", exact=True).fill("QR code")
    await expect(owner.page.locator(".help-item").first).to_be_visible()
    await owner.page.get_by_label("Buscar", exact=True).fill("")
    await owner.fill({"Pergunta": "Qual é o telefone do suporte?", "Resposta": "4002-8922"})
    await owner.press("Acrescentar")
    await owner.page.get_by_label("Buscar", exact=True).fill("telefone do suporte")
    await owner.sees("4002-8922")

    await owner.goes("/help/support")
    async with owner.page.expect_download() as bundle:
        await owner.press("Gerar pacote")
    assert (await bundle.value).suggested_filename.endswith(".zip")


async def test_the_owner_reads_who_did_what(owner: Visitor) -> None:
    await owner.goes("/logs/audit")
    await owner.page.get_by_label("Ato", exact=True).fill("auth.create_key")
    await owner.page.get_by_label("Ato", exact=True).press("Enter")
    await owner.goes("/logs")
    await owner.goes("/logs/audit")
    await owner.sees("feito")
    async with owner.page.expect_download() as sheet:
        await owner.press("Baixar CSV")
    assert (await sheet.value).suggested_filename.endswith(".csv")


async def test_a_box_without_an_office_says_so(owner: Visitor) -> None:
    await owner.goes("/settings/sync")

    await owner.sees("Tudo funciona localmente")


async def test_a_wrong_password_of_today_is_marked(owner: Visitor) -> None:
    owner.expects_refusal(400, 401, 403, 422)
    await owner.goes("/settings/account")
    await owner.fill({"Senha atual": "não é esta"})
    await owner.fill({"Nova senha": "outra frase comprida"})
    await owner.fill({"Repita a nova senha": "outra frase comprid"})
    await owner.sees("As duas senhas não são iguais.")
    await owner.fill({"Repita a nova senha": "outra frase comprida"})
    await owner.press("Trocar senha")

    await expect(owner.page.locator(".field-error, [role=alert]").first).to_be_visible()
    await owner.sees("Sua senha")
