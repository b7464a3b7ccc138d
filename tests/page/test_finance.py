"""Money on the page: from a plan to what it says in the figures."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.visitor import ZONE, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_client_is_added_and_subscribes_and_mrr_says_so(owner: Visitor, box: Box) -> None:
    before = (await box.get("/financeiro/mrr"))["mrrCentavos"]
    await owner.goes("/finance/clients")
    await owner.fill({"Nome": "Padaria Central"})
    await owner.page.get_by_label("WhatsApp (opcional)", exact=True).fill("+55 11 91234-5678")
    await owner.press("Cadastrar cliente")
    await owner.sees("Padaria Central cadastrado.")
    await owner.sees("+55 11 91234-5678")

    await owner.page.get_by_label("Plano", exact=True).select_option(label="Pro")
    await owner.page.get_by_label("Preço combinado (opcional)", exact=True).fill("1.234,56")
    await owner.page.get_by_label("Dias de teste (opcional)", exact=True).fill("0")
    await owner.press("Iniciar assinatura")

    await owner.sees("R$ 1.234,56 · mensal")
    after = (await box.get("/financeiro/mrr"))["mrrCentavos"]
    assert after - before == 123_456
    await owner.goes("/finance")
    await owner.sees("Evolução do MRR")
    await expect(owner.page.locator(".chart canvas")).to_be_visible()
    await owner.page.get_by_role("button", name="Novos").click()
    rows = owner.page.get_by_role("region", name=re.compile("Tabela: Novos em"))
    await expect(rows).to_contain_text("Padaria Central")
    await expect(rows).to_contain_text("R$ 1.234,56")
    assert await owner.violations() == []


async def test_the_numbers_of_a_chart_can_be_read_as_a_table(
    owner: Visitor, subscriber: dict[str, str]
) -> None:
    assert subscriber
    await owner.goes("/finance")

    await owner.press("Ver como tabela: Evolução do MRR")

    table = owner.page.get_by_role("region", name="Tabela: Evolução do MRR")
    await expect(table.get_by_role("row")).to_have_count(13)  # a year, and the head
    assert await owner.violations() == []


async def test_a_subscription_is_upgraded_paused_resumed_and_its_end_is_planned(
    owner: Visitor, box: Box, subscriber: dict[str, str]
) -> None:
    path = f"/billing/subscriptions/{subscriber['subscription']}"
    await owner.goes(f"/finance/subscriptions/{subscriber['subscription']}")
    await owner.sees("Assinatura de Clínica Bela")
    await owner.page.get_by_label("Plano", exact=True).select_option(label="White-label")
    await owner.sees("Sobe R$ 550,00 por mês no MRR.")
    await owner.press("Mudar agora")
    await owner.sees("Mudou de plano")
    assert (await box.get(path))["mrrCentavos"] == 79_900

    await owner.press("Pausar")
    await owner.page.get_by_role("dialog").get_by_role("button", name="Pausar").click()
    await owner.sees("pausada")
    await owner.press("Retomar")
    await owner.sees("Retomada")
    await owner.press("Cancelar assinatura")
    await owner.sees("Cancelamento marcado")
    await owner.press("Desfazer o cancelamento")

    await owner.sees("Cancelamento desfeito")
    kept = await box.get(path)
    assert (kept["status"], kept["cancelAt"]) == ("active", None)
    assert await owner.violations() == []


async def test_a_plan_is_made_with_its_prices_and_allowances(owner: Visitor, box: Box) -> None:
    owner.expects_refusal(400)
    await owner.goes("/finance/plans")
    await owner.press("Novo plano")
    await owner.fill({"Nome": "Start", "Código": "Start!", "mensal": "49,90"})
    await owner.fill({"Mensagens": "1000", "Excedente: Mensagens": "0,06"})

    await owner.press("Criar plano")
    code = owner.page.get_by_label("Código", exact=True)
    await expect(code).to_have_attribute("aria-invalid", "true")
    await code.fill("start")
    await owner.press("Criar plano")

    await owner.sees("R$ 49,90 · mensal")
    plans = (await box.get("/billing/plans"))["items"]
    made = next(plan for plan in plans if plan["code"] == "start")
    assert made["prices"] == {"monthly": 4990}
    assert (made["entitlements"]["messages"], made["entitlements"]["agents"]) == (1000, None)
    assert made["overage"] == {"messages": 6}


async def test_money_that_is_no_amount_is_marked_at_its_field(
    owner: Visitor, subscriber: dict[str, str]
) -> None:
    await owner.goes(f"/finance/clients/{subscriber['client']}")
    await owner.page.get_by_label("Descrição", exact=True).fill("Treinamento")
    await owner.page.get_by_label("Valor", exact=True).fill("doze reais")

    await owner.press("Lançar na próxima fatura")

    await owner.sees("Escreva um valor como 149,90.")
    await owner.page.get_by_label("Valor", exact=True).fill("300")
    await owner.press("Lançar na próxima fatura")
    await owner.sees("Lançado: entra na próxima fatura.")


async def test_lists_with_nothing_in_them_say_what_to_do_next(owner: Visitor) -> None:
    await owner.goes("/finance/invoices?status=credited")
    await owner.sees("Nenhuma fatura aqui")
    await owner.goes("/finance/upsell")
    await owner.sees("Ninguém perto do limite")


async def test_the_months_of_the_year_are_those_of_the_tenant(owner: Visitor) -> None:
    await owner.goes("/finance")

    year = datetime.now(ZoneInfo(ZONE)).year
    await expect(owner.page.get_by_role("heading", name=f"de {year}")).to_be_visible()
