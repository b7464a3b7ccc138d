"""Plans, subscriptions, invoices, figures, publications and people, as the office uses them."""

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.central_page.fleet import Office, this_month
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_steps_of_a_month_are_the_servers_to_the_centavo(
    marina: Visitor, office: Office
) -> None:
    asked = f"/api/figures/mrr?start={this_month()}&end={this_month()}"
    month = (await office.call("GET", asked))["months"][0]
    summary = await office.call("GET", "/api/figures/summary")
    await marina.goes("/revenue")
    steps = marina.page.locator(".waterfall b")
    await expect(steps).to_have_count(7)
    shown = [cents(text) for text in await steps.all_text_contents()]

    kinds = ("start", "new", "expansion", "reactivation", "contraction", "churn", "end")
    signs = (1, 1, 1, 1, -1, -1, 1)
    assert shown == [sign * month[f"{k}Centavos"] for k, sign in zip(kinds, signs, strict=True)]
    first = marina.page.locator(".stat b").first
    assert cents(await first.text_content() or "") == summary["mrrCentavos"]


def cents(text: str) -> int:
    digits = "".join(sign for sign in text if sign.isdigit())
    return -int(digits) if text.startswith("-") else int(digits)


async def test_a_plan_is_made_with_prices_of_its_usage(marina: Visitor, office: Office) -> None:
    await marina.goes("/plans")
    page = marina.page
    await page.get_by_label("Revenda", exact=True).select_option("norte")
    await marina.fill({"Nome": "Sob medida", "Mensalidade": "1.234,56"})
    await page.get_by_text("Uso além da mensalidade").click()
    row = page.get_by_role("group", name="Mensagens recebidas")
    await row.get_by_label("Incluído", exact=True).fill("500")
    await row.get_by_label("R$ por mil além", exact=True).fill("12,5")
    await marina.press("Criar plano")
    await marina.sees("Mensagens recebidas: 500 incluídas, depois R$ 12,50 por mil")

    made = next(
        plan
        for plan in (await office.call("GET", "/api/plans"))["items"]
        if plan["name"] == "Sob medida"
    )
    assert made["current"]["baseCentavos"] == 123_456
    assert made["current"]["meters"] == {
        "messages_in": {"included": 500, "perThousandCentavos": 1_250}
    }


async def test_a_subscription_is_changed_only_after_its_effect_was_seen(
    marina: Visitor, office: Office
) -> None:
    await marina.goes("/tenants/oficina")
    await marina.page.get_by_role("combobox", name="Escolha um plano", exact=True).select_option(
        office.ids["plan"]
    )
    await marina.press("Ver o efeito")
    await marina.sees("Plano menor: de R$ 299,00 para R$ 149,00 por mês.")
    before = await office.call("GET", "/api/tenants/oficina/subscription")
    assert before["mrrCentavos"] == 29_900
    await marina.press("Confirmar")
    await marina.sees("Assinatura mudada.")
    after = await office.call("GET", "/api/tenants/oficina/subscription")
    assert after["mrrCentavos"] == 14_900


async def test_a_preview_becomes_an_invoice_that_can_be_kept(
    marina: Visitor, office: Office, tmp_path: Path
) -> None:
    month = (await office.call("GET", "/api/figures/mrr?start=2026-01&end=2026-01"))["months"]
    assert month
    await marina.goes("/invoices")
    await marina.page.get_by_role("button", name="Fechar o mês").click()
    dialog = marina.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Fechar o mês").click()
    await expect(marina.page.locator(".table tbody tr").first).to_be_visible()
    await marina.page.locator(".table tbody th a").first.click()
    await marina.sees("Linhas")
    async with marina.page.expect_download() as coming:
        await marina.press("Baixar a fatura com a evidência")
    kept = tmp_path / "invoice.json"
    await (await coming.value).save_as(kept)
    invoice = json.loads(kept.read_text("utf-8"))
    total = marina.page.locator(".stat b").first
    assert cents(await total.text_content() or "") == invoice["totalCentavos"]
    assert sum(line["totalCentavos"] for line in invoice["lines"]) == invoice["totalCentavos"]


async def test_lists_are_downloaded_by_a_plain_link(marina: Visitor) -> None:
    for place in ("/", "/revenue", "/revenue/margin", "/invoices"):
        await marina.goes(place)
        link = marina.page.locator("a[href^='/api/exports/'][href*='format=xlsx']")
        async with marina.page.expect_download() as coming:
            await link.click()
        assert (await coming.value).suggested_filename.endswith(".xlsx")


async def test_people_and_keys_come_and_go(marina: Visitor, office: Office) -> None:
    await marina.goes("/people")
    await marina.fill({"Nome": "Rui Lima", "Usuário": "rui", "Senha": "outra frase bem longa"})
    await marina.press("Criar pessoa")
    await marina.sees("Rui Lima já pode entrar.")
    await marina.press("Excluir: Rui Lima")
    await marina.page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    await expect(marina.page.locator(".list-row", has_text="Rui Lima")).to_have_count(0)

    await marina.goes("/people/keys")
    await marina.fill({"Nome": "integração"})
    await marina.press("Criar chave")
    key = await marina.page.locator("code.secret").text_content()
    headers = {"Authorization": f"Bearer {key}"}
    async with office.session.get(office.base + "/api/me", headers=headers) as me:
        assert (await me.json())["name"] == "integração"


async def test_a_reseller_chooses_how_to_be_told(marina: Visitor, office: Office) -> None:
    await marina.goes("/resellers/norte")
    await marina.fill(
        {
            "Horas até “sem notícia”": "6",
            "E-mails dos alertas (opcional)": "a@b.example\nc@d.example",
        }
    )
    await marina.press("Salvar")
    await marina.sees("Salvo.")
    kept = await office.call("GET", "/api/resellers/norte/settings")
    assert kept["silentHours"] == 6
    assert kept["alertEmails"] == ["a@b.example", "c@d.example"]
