"""From an agent to an answer with its reasons, all on the page."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Keeps every share that a bar ever shows, however soon it is gone again.
WATCH = """name => {
  window.shares = new Set();
  new MutationObserver(() => {
    for (const bar of document.querySelectorAll("[role=progressbar]"))
      if (bar.ariaLabel === name) window.shares.add(bar.ariaValueNow);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


async def test_an_agent_is_made_fed_and_tried(owner: Visitor, prices: Path) -> None:
    await owner.goes("/agents/new")
    await owner.fill({"Nome": "Rosa da Loja"})
    await owner.page.get_by_label("Nicho (opcional)", exact=True).fill("padaria")
    await owner.press("Criar agente")
    await owner.sees("Nenhum documento ainda")

    await owner.page.locator("input[type=file]").set_input_files(str(prices))

    await owner.sees("Tabela de preços")
    await expect(owner.page.locator(".document-row .badge")).to_have_text("pronto")

    await owner.page.get_by_role("link", name="Comportamento").click()
    await owner.page.get_by_role("combobox", name="Modo de resposta", exact=True).select_option(
        "extractive"
    )
    await owner.press("Salvar")
    await owner.sees("Salvo.")

    await owner.page.get_by_role("link", name="Testar").first.click()
    await owner.page.get_by_label("Pergunta ao agente", exact=True).fill(
        "Quanto custa a torta de palmito?"
    )
    await owner.page.keyboard.press("Enter")

    await expect(owner.page.locator(".bubble.bot")).to_contain_text("64,90")
    trace = owner.page.locator(".trace")
    await expect(trace).to_contain_text("Tabela de preços")
    await expect(trace).to_contain_text("Busca")
    await expect(trace).to_contain_text("Total")
    await expect(trace.locator(".passages li").first).to_be_visible()
    assert await owner.violations() == []


async def test_the_progress_of_indexing_is_shown(
    owner: Visitor, agent: str, tmp_path: Path
) -> None:
    long = tmp_path / "manual.txt"
    paragraphs = [f"Capítulo {n}. O item {n} custa R$ {n},00.\n\n" * 20 for n in range(150)]
    long.write_text("".join(paragraphs), "utf-8")
    await owner.goes(f"/agents/{agent}/documents")
    await owner.page.evaluate(WATCH, "Indexando manual.txt")

    await owner.page.locator("input[type=file]").set_input_files(str(long))

    await owner.sees("manual.txt")
    assert await owner.violations() == []
    await owner.page.wait_for_function("() => window.shares.size > 1")


async def test_a_broken_file_is_refused_with_its_reason(
    owner: Visitor, agent: str, tmp_path: Path
) -> None:
    owner.expects_refusal(400, 413, 415, 422)
    broken = tmp_path / "quebrado.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing more")
    await owner.goes(f"/agents/{agent}/documents")

    await owner.page.locator("input[type=file]").set_input_files(str(broken))

    await owner.sees("quebrado.pdf")
    await expect(owner.page.locator(".field-error").first).to_be_visible()


async def test_a_ready_answer_is_written_changed_and_deleted(owner: Visitor, agent: str) -> None:
    await owner.goes(f"/agents/{agent}/faqs")
    await owner.fill({"Pergunta": "Abrem no domingo?", "Resposta": "Sim, das 8h às 13h."})
    await owner.press("Adicionar")
    await owner.sees("Sim, das 8h às 13h.")

    await owner.page.get_by_role("button", name="Editar: Abrem no domingo?").click()
    await owner.page.get_by_label("Resposta", exact=True).first.fill("Só até o meio-dia.")
    await owner.press("Salvar")
    await owner.sees("Só até o meio-dia.")

    await owner.page.get_by_role("button", name="Excluir: Abrem no domingo?").click()
    await owner.page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    await expect(owner.text("Abrem no domingo?")).to_have_count(0)


async def test_a_setting_that_does_not_fit_is_marked_at_its_field(
    owner: Visitor, box: Box, agent: str
) -> None:
    owner.expects_refusal(400)
    await owner.goes(f"/agents/{agent}/behaviour")
    await owner.fill({"Espera mínima (s)": "9", "Espera máxima (s)": "2"})

    await owner.press("Salvar")

    shortest = owner.page.get_by_label("Espera mínima (s)", exact=True)
    await expect(shortest).to_have_attribute("aria-invalid", "true")
    assert await owner.violations() == []

    await owner.fill({"Espera máxima (s)": "12", "Comando de devolução": "/robo"})
    await owner.press("Salvar")
    await owner.sees("Salvo.")
    saved = await box.get(f"/settings/{agent}")
    assert saved["debounce"] == {"minSeconds": 9, "maxSeconds": 12}
    assert saved["handover"]["returnCommand"] == "/robo"
