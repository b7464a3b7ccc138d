"""The editor of flows: everything a step can hold, refusals at their fields, secrets, order."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAFT: dict[str, Any] = {
    "start": "oi",
    "nodes": [
        {"id": "oi", "kind": "say", "text": "Olá!"},
        {"id": "placa", "kind": "ask", "text": "Qual é a placa?", "variable": "placa"},
        {"id": "chama", "kind": "http", "url": "https://api.exemplo.com.br/carros"},
        {"id": "espera", "kind": "wait", "seconds": 60},
        {"id": "fim", "kind": "end", "text": "Até logo!"},
    ],
    "edges": [
        {"id": "e1", "source": "oi", "target": "placa"},
        {"id": "e2", "source": "placa", "target": "chama"},
        {"id": "e3", "source": "chama", "target": "espera"},
        {"id": "e4", "source": "chama", "handle": "error", "target": "fim"},
        {"id": "e5", "source": "espera", "target": "fim"},
    ],
}


async def drawn(owner: Visitor, box: Box, agent: str, name: str) -> str:
    """Make a flow and look at it; return its id."""
    made = await box.post("/flows", {"agentId": agent, "name": name, "draft": DRAFT})
    await owner.goes(f"/flows/{made['id']}")
    await owner.sees("O rascunho pode ser publicado.")
    return str(made["id"])


async def opened(owner: Visitor, step: str) -> Locator:
    """Open a step in the list; return its form."""
    row = owner.page.locator(".step-list > li", has=owner.page.get_by_text(f"{step} →"))
    await row.locator(".step-row").click()
    return row.locator(".step-open")


async def saved(owner: Visitor, box: Box, flow: str) -> dict[str, Any]:
    """Save the draft; return its steps as the box has them."""
    async with owner.page.expect_response(
        lambda answer: answer.request.method == "PATCH" and answer.url.endswith(f"/flows/{flow}")
    ):
        await owner.press("Salvar rascunho")
    draft = (await box.get(f"/flows/{flow}"))["draft"]
    return {**draft, **{node["id"]: node for node in draft["nodes"]}}


async def test_a_step_holds_its_own_pattern_limits_and_repairs(
    owner: Visitor, box: Box, agent: str
) -> None:
    flow = await drawn(owner, box, agent, "Oficina")
    form = await opened(owner, "placa")
    await form.get_by_text("Mais sobre a resposta").click()
    await form.get_by_label("Máximo de caracteres").fill("8")
    await form.get_by_label("Padrão (RE2)").fill("[A-Z(")
    await form.get_by_text("Se não sair como planejado").click()
    await form.get_by_label("Deixar o cliente cancelar").select_option(label="não")
    await form.get_by_label("Tentativas").fill("2")
    await form.get_by_role("spinbutton", name="Esperar a resposta por").fill("2")
    await form.get_by_label("Unidade de “Esperar a resposta por”").select_option(label="horas")
    await form.get_by_label("Dizer quando o tempo acaba").fill("Até, {{nome}}!")
    await saved(owner, box, flow)
    await expect(form.get_by_label("Padrão (RE2)")).to_have_attribute("aria-invalid", "true")
    late = form.get_by_label("Dizer quando o tempo acaba")
    await expect(late).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Padrão (RE2)").fill("[A-Z]{3}-?[0-9]{4}")
    await late.fill("Até!")
    after = await saved(owner, box, flow)
    await owner.sees("O rascunho pode ser publicado.")
    assert after["placa"]["check"] == {"pattern": "[A-Z]{3}-?[0-9]{4}", "maxLength": 8}
    repair = {"cancel": False, "tries": 2, "timeoutMinutes": 120, "timeoutText": "Até!"}
    assert after["placa"]["repair"] == repair
    assert await owner.violations() == []


async def test_a_token_in_a_header_becomes_a_secret_and_a_missing_one_is_asked_for(
    owner: Visitor, box: Box, agent: str
) -> None:
    flow = await drawn(owner, box, agent, "Carros")
    form = await opened(owner, "chama")
    await form.get_by_role("button", name="Acrescentar cabeçalho").click()
    first = form.get_by_role("group", name="Cabeçalho 1")
    await first.get_by_label("Nome").fill("Authorization")
    await first.get_by_label("Valor").fill("Bearer um-token-sigiloso")
    await form.get_by_role("button", name="Acrescentar cabeçalho").click()
    second = form.get_by_role("group", name="Cabeçalho 2")
    await second.get_by_label("Nome").fill("X-Loja")
    await second.get_by_role("button", name="Guardar como segredo").click()
    after = await saved(owner, box, flow)
    assert after["chama"]["headers"] == {
        "Authorization": "Bearer {{secret.chama_authorization}}",
        "X-Loja": "{{secret.chama_x_loja}}",
    }
    await expect(first.get_by_label("Valor")).to_have_value("Bearer {{secret.chama_authorization}}")
    await owner.sees("falta informar o segredo chama_x_loja")
    await owner.page.get_by_label("Valor de chama_x_loja").fill("outro-segredo")
    await owner.press("Informar")
    await owner.sees("O rascunho pode ser publicado.")
    known = (await box.get(f"/flows/{flow}/secrets"))["items"]
    assert [(one["name"], one["known"]) for one in known] == [
        ("chama_authorization", True),
        ("chama_x_loja", True),
    ]


async def test_steps_change_places_and_what_is_not_saved_outlives_another_tab(
    owner: Visitor, box: Box, agent: str
) -> None:
    flow = await drawn(owner, box, agent, "Ordem")
    form = await opened(owner, "espera")
    await form.get_by_label("Esperar por", exact=True).fill("3")
    await form.get_by_role("button", name="Mover para cima").click()
    await owner.page.get_by_role("link", name="Testar").click()
    await owner.sees("Há mudanças que não foram salvas")
    await owner.page.get_by_role("link", name="Passos").click()
    await owner.sees("Há mudanças que ainda não foram salvas")
    after = await saved(owner, box, flow)
    assert after["espera"]["seconds"] == 180
    ways = {(one["source"], one.get("handle", "next")): one["target"] for one in after["edges"]}
    assert ways["placa", "next"] == "espera"
    assert ways["espera", "next"] == "chama"
    assert ways["chama", "next"] == "fim"


async def test_the_picture_is_enlarged_and_moved_by_keys(
    owner: Visitor, box: Box, agent: str
) -> None:
    await drawn(owner, box, agent, "Desenho")
    picture = owner.page.get_by_role("region", name="Desenho")
    svg = picture.locator("svg")
    before = await svg.evaluate("svg => svg.clientWidth")
    await picture.focus()
    await owner.page.keyboard.press("+")
    await owner.page.wait_for_function(
        "([svg, before]) => svg.clientWidth > before", arg=[await svg.element_handle(), before]
    )
    await owner.page.keyboard.press("0")
    await owner.page.wait_for_function(
        "([svg, before]) => svg.clientWidth <= before", arg=[await svg.element_handle(), before]
    )
    await svg.locator(".flow-box", has_text="Qual é a placa?").click()
    await expect(owner.page.get_by_label("Pergunta", exact=True)).to_be_visible()
