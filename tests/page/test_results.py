"""The dashboard, metrics, reports and notifications, on a box where something has happened."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = "Vocês fazem entrega de helicóptero?"


async def test_the_dashboard_says_how_the_box_is_now(
    owner: Visitor, subscriber: dict[str, str]
) -> None:
    assert subscriber
    await owner.goes("/dashboard")

    await owner.sees("Esperando uma pessoa")
    await owner.sees("Dinheiro")
    await expect(owner.page.locator(".stat", has_text="Números no ar")).to_be_visible()
    assert await owner.violations() == []


async def test_a_period_of_ones_own_is_asked_for_as_days(owner: Visitor) -> None:
    await owner.goes("/metrics")
    await owner.page.get_by_role("combobox", name="Período", exact=True).select_option(
        label="Outro…"
    )
    async with owner.page.expect_request(re.compile("start=2026-01-05.*end=2026-01-20")):
        await owner.fill({"De": "2026-01-05", "Até": "2026-01-20"})

    await owner.sees("Nada neste período")


async def test_a_question_nobody_answered_becomes_a_ready_answer(owner: Visitor, box: Box) -> None:
    agent = await box.agent("Quem nada sabe")  # others may have learnt about deliveries
    await box.post("/ia/ask-to-agent", {"agentId": agent, "question": QUESTION})

    async def unanswered() -> list[object]:
        found = await box.get("/metricas/temas-sem-resposta")
        return [one["question"] for topic in found["items"] for one in topic["examples"]]

    await box.until(unanswered, lambda questions: QUESTION in questions)
    await owner.goes("/metrics/topics")
    await owner.page.get_by_role("link", name=f"Criar resposta para: {QUESTION}").click()

    await expect(owner.page.get_by_label("Pergunta", exact=True)).to_have_value(QUESTION)
    await owner.fill({"Resposta": "Não, só de bicicleta."})
    await owner.press("Adicionar")
    await owner.sees("Não, só de bicicleta.")


async def test_a_report_is_made_and_downloaded(owner: Visitor, tmp_path: Path) -> None:
    await owner.goes("/reports")
    await owner.page.get_by_role("combobox", name="Assunto", exact=True).select_option(label="Uso")
    await owner.page.get_by_role("combobox", name="Formato", exact=True).select_option(
        label="CSV, para outros programas"
    )
    await owner.press("Gerar relatório")
    button = owner.page.get_by_role("button", name=re.compile(r"^Baixar: .*\.csv$"))
    await expect(button.first).to_be_visible()

    async with owner.page.expect_download() as download:
        await button.first.click()

    file = await download.value
    await file.save_as(tmp_path / "uso.csv")
    assert (tmp_path / "uso.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert await owner.violations() == []


async def test_a_report_is_scheduled_switched_off_and_deleted(owner: Visitor, box: Box) -> None:
    await owner.goes("/reports/schedules")
    await owner.fill({"Nome": "Fechamento do mês"})
    await owner.press("Agendar")
    row = owner.page.locator("li", has_text="Fechamento do mês")
    await expect(row).to_contain_text("próximo em")

    await owner.page.get_by_role("switch", name="Fechamento do mês").click()
    await expect(row).to_contain_text("desligado")
    schedules = (await box.get("/reports/schedules"))["items"]
    [kept] = [one for one in schedules if one["name"] == "Fechamento do mês"]
    assert (kept["enabled"], kept["every"], kept["kind"]) == (False, "monthly", "finance")
    await owner.press("Excluir Fechamento do mês")
    await owner.page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    await expect(row).to_have_count(0)


async def test_what_is_watched_and_how_it_is_told_can_be_changed(owner: Visitor, box: Box) -> None:
    await owner.goes("/notifications/rules")
    disk = owner.page.locator(".rule", has_text="Pouco espaço em disco")
    await disk.get_by_label("Abaixo de (MiB livres)", exact=True).fill("512")
    await disk.get_by_label("E-mail", exact=True).uncheck()
    await owner.press("Salvar")
    await owner.sees("Regras salvas.")

    rules = (await box.get("/notifications/rules"))["items"]
    changed = next(rule for rule in rules if rule["rule"] == "disk_low")
    assert (changed["threshold"], "email" in changed["channels"]) == (512, False)
    await owner.goes("/notifications/channels")
    await owner.page.get_by_label("WhatsApp do responsável", exact=True).fill("+55 11 98888-7777")
    await owner.press("Salvar")
    await owner.sees("Salvo.")
    assert (await box.get("/notifications/settings"))["phone"] == "5511988887777"


async def test_a_notification_rings_the_bell_at_once_and_is_read(owner: Visitor, box: Box) -> None:
    await box.post("/notifications/read")
    await owner.goes("/notifications")
    bell = owner.page.locator(".bell")

    await box.post("/notifications/test")

    await expect(bell).to_have_attribute("aria-label", re.compile("não lida"))
    await expect(owner.page.locator(".notice-row.unread").first).to_be_visible()
    await owner.press("Marcar tudo como lido")
    await expect(bell).to_have_attribute("aria-label", "Notificações")
