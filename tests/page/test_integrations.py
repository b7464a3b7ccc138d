"""Webhooks, ways in and connected systems: changed in the page, their secrets never shown back."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PERSON = {"full_name": "/name", "phones": [{"value": "/phone"}]}


@pytest_asyncio.fixture(loop_scope="session")
async def crm(box: Box) -> str:
    """A connected system, made by an integrator; returns its id."""
    mapping = {
        "create": {"path": "/people", "body": PERSON},
        "update": {"method": "PUT", "path": "/people/{{/externalId}}", "body": PERSON},
    }
    wish = {
        "name": "CRM da loja",
        "baseUrl": "https://crm.example.com/api",
        "headers": {"Authorization": "Bearer canario"},
        "objects": {"contact": mapping},
    }
    return str((await box.post("/integrations/crm", wish))["id"])


async def test_a_webhook_is_changed_and_keeps_its_secret_headers(owner: Visitor, box: Box) -> None:
    wish = {
        "name": "Estoque",
        "url": "https://estoque.example.com/a",
        "events": ["message.received", "invoice.issued"],
        "headers": {"X-Loja": "canario"},
    }
    made = await box.post("/integrations/webhooks", wish)
    await owner.goes(f"/integrations/webhooks/{made['id']}")
    await owner.press("Editar")
    await owner.sees("Guardados: X-Loja.")
    await owner.fill({"Nome": "Estoque novo", "Endereço": "https://estoque.example.com/b"})
    await owner.page.get_by_role("checkbox", name="message.*").check()
    await expect(owner.page.get_by_role("checkbox", name="message.queued")).to_be_checked()
    await owner.press("Salvar")

    await expect(owner.page.get_by_role("heading", name="Estoque novo")).to_be_visible()
    await owner.does_not_see("canario")
    shown = await box.get(f"/integrations/webhooks/{made['id']}")
    assert (shown["url"], shown["headerNames"]) == ("https://estoque.example.com/b", ["X-Loja"])
    assert shown["events"] == ["invoice.issued", "message.*"]
    assert await owner.violations() == []


async def test_a_header_that_is_none_is_marked_before_anything_is_sent(owner: Visitor) -> None:
    await owner.goes("/integrations/webhooks")
    await owner.fill({"Nome": "Ruim", "Endereço": "https://ruim.example.com"})
    await owner.page.get_by_label("Cabeçalhos secretos").fill("Authorization Bearer x")
    await owner.press("Criar webhook")

    await owner.sees("esta não é: Authorization Bearer x")


async def test_the_old_secret_of_a_webhook_may_end_at_once(owner: Visitor, box: Box) -> None:
    wish = {"name": "Troca", "url": "https://troca.example.com", "events": ["*"]}
    made = await box.post("/integrations/webhooks", wish)
    await owner.goes(f"/integrations/webhooks/{made['id']}")
    await owner.page.locator("summary", has_text="Novo segredo").click()
    await owner.page.get_by_label("O segredo antigo ainda vale por").select_option("0")
    await owner.press("Criar novo segredo")

    await owner.sees("ele não será mostrado de novo")
    told = await owner.page.locator(".notice .secret").inner_text()
    assert told.startswith("whsec_")
    assert told != made["secret"]


async def test_a_way_in_is_changed_and_asks_for_a_signature(
    owner: Visitor, box: Box, agent: str
) -> None:
    wish = {
        "name": "Loja virtual",
        "action": "send_message",
        "agentId": agent,
        "mapping": {"to": "/fone", "text": "Olá!"},
    }
    made = await box.post("/integrations/hooks", wish)
    secret = "whsec_" + "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="
    await owner.goes(f"/integrations/hooks/{made['id']}")
    await owner.press("Editar")
    await owner.page.get_by_label("Mensagem").fill("Olá, {{/nome|cliente}}!")
    await owner.page.get_by_label("Segredo da assinatura").fill(secret)
    await owner.press("Salvar")

    facts = owner.page.locator("dl", has_text="Exige assinatura")
    await expect(facts).to_contain_text("sim")
    await expect(facts).to_contain_text("Olá, {{/nome|cliente}}!")
    await owner.does_not_see(secret)
    shown = await box.get(f"/integrations/hooks/{made['id']}")
    assert (shown["signed"], shown["mapping"]["to"]) == (True, "/fone")
    await owner.press("Editar")
    await owner.page.get_by_label("Aceitar chamadas sem assinatura").check()
    await owner.press("Salvar")
    await expect(facts).to_contain_text("não")
    assert not (await box.get(f"/integrations/hooks/{made['id']}"))["signed"]
    assert await owner.violations() == []


async def test_the_mapping_of_a_system_is_changed_by_dotted_paths(
    owner: Visitor, box: Box, crm: str
) -> None:
    owner.expects_refusal(400)
    await owner.goes(f"/integrations/crm/{crm}")
    await owner.press("Editar")
    people = owner.page.get_by_role("group", name="Contatos")
    second = people.get_by_label("Campo de lá").nth(1)
    await expect(second).to_have_value("phones[0].value")
    await second.fill("full_name.phone")
    await owner.press("Salvar")
    await owner.sees("'full_name' e 'full_name.phone' se chocam")

    await people.get_by_label("Campo de lá").nth(0).fill("full_name.first")
    await owner.press("Ver o pedido de contatos")
    await expect(owner.page.locator("pre.request")).to_contain_text('"first": "Marina Lopes"')
    await owner.press("Salvar")
    await expect(owner.page.get_by_role("button", name="Editar")).to_be_visible()
    await owner.does_not_see("canario")
    shown = await box.get(f"/integrations/crm/{crm}")
    create = shown["objects"]["contact"]["create"]
    assert create["fields"] == {"full_name.first": "/name", "full_name.phone": "/phone"}
    assert shown["headerNames"] == ["Authorization"]


async def test_a_request_is_tried_with_data_of_ones_own(owner: Visitor, crm: str) -> None:
    await owner.goes(f"/integrations/crm/{crm}")
    await owner.press("Ver o pedido exato")
    await expect(owner.page.locator("pre.request")).to_contain_text("Marina Lopes")
    await owner.page.locator("summary", has_text="Dados usados").click()
    await owner.page.get_by_label("O que a caixa tem").fill('{"name": "Davi", "phone": "+551"}')
    await owner.press("Ver com estes dados")

    await expect(owner.page.locator("pre.request")).to_contain_text('"full_name": "Davi"')
    await owner.sees("Nada foi enviado.")
    assert await owner.violations() == []
