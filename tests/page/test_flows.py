"""Flows and templates: drawn, tried, published and watched on the page."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPEBOT = {
    "version": "6",
    "id": "bot1",
    "name": "Contato",
    "events": [{"id": "ev1", "type": "start", "outgoingEdgeId": "e1"}],
    "groups": [
        {
            "id": "g1",
            "title": "Nome",
            "blocks": [
                {"id": "b1", "type": "image", "content": {"url": "https://x.example/a.png"}},
                {"id": "b2", "type": "text input", "options": {"variableId": "v1"}},
            ],
        }
    ],
    "edges": [{"id": "e1", "from": {"eventId": "ev1"}, "to": {"groupId": "g1"}}],
    "variables": [{"id": "v1", "name": "Nome"}],
}


async def add(owner: Visitor, kind: str, button: str) -> None:
    """Choose a kind of step beside a button, and press it."""
    place = owner.page.locator(".actions", has=owner.page.get_by_role("button", name=button)).last
    await place.get_by_role("combobox", name="Tipo do novo passo", exact=True).select_option(
        label=kind
    )
    await place.get_by_role("button", name=button).click()


async def test_a_flow_is_drawn_tried_published_and_rolled_back(
    owner: Visitor, box: Box, agent: str
) -> None:
    await owner.goes("/flows")
    new = owner.page.locator("section.panel", has_text="Novo fluxo")
    await new.get_by_label("Nome", exact=True).fill("Pedido")
    await new.get_by_role("combobox", name="Agente", exact=True).select_option(value=agent)
    await owner.press("Criar fluxo")

    await add(owner, "Perguntar", "Acrescentar passo")
    await owner.page.get_by_label("Pergunta", exact=True).fill("Qual é o seu nome?")
    await owner.press("Salvar rascunho")
    await owner.sees("impede")
    await expect(owner.page.get_by_label("Guardar a resposta em", exact=True)).to_have_attribute(
        "aria-invalid", "true"
    )

    await owner.page.get_by_label("Guardar a resposta em", exact=True).fill("nome")
    await add(owner, "Encerrar", "Acrescentar depois deste")
    await owner.page.get_by_label("Mensagem (opcional)", exact=True).fill("Obrigado, {{nome}}!")
    await owner.press("Salvar rascunho")
    await owner.sees("O rascunho pode ser publicado.")
    await owner.page.get_by_label("O que mudou (opcional)", exact=True).fill("Começo")
    await owner.press("Publicar")
    await owner.sees("publicado, versão 1")

    await owner.page.get_by_role("link", name="Testar").click()
    await owner.press("Começar")
    await owner.sees("Qual é o seu nome?")
    await owner.page.get_by_label("Responder como cliente", exact=True).fill("Ana")
    await owner.press("Enviar")
    await owner.sees("Obrigado, Ana!")
    assert await owner.violations() == []

    flow_id = owner.page.url.split("/flows/")[1].split("/")[0]
    await box.post(f"/flows/{flow_id}/publish", {"note": "De novo"})
    await owner.goes(f"/flows/{flow_id}/versions")
    await owner.page.reload()
    await owner.press("Voltar a esta")
    await owner.page.get_by_role("dialog").get_by_role("button", name="Voltar a esta").click()
    await owner.sees("Versão 1 está no ar.")


async def test_a_run_is_held_taken_up_and_ended(owner: Visitor, box: Box, flow: str) -> None:
    found = await box.get(f"/flows/{flow}")
    begun = {"flowId": flow, "contact": {"name": "Rita Prado"}}
    await box.post(f"/ia/flow/{found['agentId']}/start", begun)
    await owner.goes(f"/flows/{flow}/runs")
    row = owner.page.locator("li", has_text="Rita Prado")

    await row.get_by_role("button", name="Pausar").click()
    await expect(row).to_contain_text("pausada")
    await row.get_by_role("button", name="Retomar").click()
    await expect(row).to_contain_text("esperando resposta")
    await row.get_by_role("button", name="Encerrar").click()
    await expect(row).to_contain_text("encerrada")

    await owner.goes(f"/flows/{flow}/figures")
    await owner.sees("1 conversa iniciada")
    await expect(owner.page.locator(".funnel-bar").first).to_be_attached()


async def test_a_typebot_file_comes_with_a_report_first(
    owner: Visitor, agent: str, tmp_path: Path
) -> None:
    file = tmp_path / "bot.json"
    file.write_text(json.dumps(TYPEBOT), "utf-8")
    await owner.goes("/flows")
    bring = owner.page.locator("section.panel", has_text="Importar de um arquivo")
    await bring.get_by_role("combobox", name="Agente", exact=True).select_option(value=agent)
    await bring.locator("input[type=file]").set_input_files(file)

    await owner.sees("O que será feito de Contato")
    await owner.press("Importar assim")

    await expect(owner.page.get_by_role("heading", name="Contato", level=1)).to_be_visible()


async def test_a_file_that_is_no_flow_is_refused_in_words(
    owner: Visitor, agent: str, tmp_path: Path
) -> None:
    owner.expects_refusal(422)
    file = tmp_path / "lista.json"
    file.write_text("[1, 2", "utf-8")
    await owner.goes("/flows")
    bring = owner.page.locator("section.panel", has_text="Importar de um arquivo")
    await bring.get_by_role("combobox", name="Agente", exact=True).select_option(value=agent)
    await bring.locator("input[type=file]").set_input_files(file)

    await owner.sees("Este arquivo não é JSON.")


async def test_an_agent_is_made_of_a_template_and_tested(owner: Visitor, box: Box) -> None:
    await owner.goes("/templates")
    await owner.page.get_by_role("combobox", name="Ramo", exact=True).first.select_option(
        label="Pet shop"
    )
    await owner.page.get_by_role("link", name="Pet shop").click()
    await owner.sees("Perguntas de ouro")
    await owner.fill({"Nome do agente": "Tobias"})
    await owner.page.get_by_label("Nome do estabelecimento", exact=True).fill("Patas e Cia")
    await owner.sees("tutores de Patas e Cia")
    await owner.press("Criar agente")
    await owner.sees("Tobias foi criado")

    agents = await box.all("/agents")
    made = next(one["id"] for one in agents if one["name"] == "Tobias")
    await owner.goes(f"/agents/{made}/golden")
    await owner.press("Rodar todas")
    await expect(owner.page.locator(".golden-result").first).to_be_visible(timeout=60_000)
