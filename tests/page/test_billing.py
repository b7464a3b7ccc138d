"""How a box bills, set up and used on the page: Pix, provider, reminders, what a change costs."""

import pytest
from playwright.async_api import expect

from tests.journeys.box import Box
from tests.page.conftest import an_agent
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def a_client(box: Box, name: str) -> str:
    """Add a client through the API; returns its id."""
    return str((await box.post("/billing/clients", {"name": name}))["id"])


async def a_subscription(box: Box, client: str, code: str = "basico") -> str:
    """Subscribe a client to a plan of the house, charged from the start; returns its id."""
    plans = (await box.get("/billing/plans"))["items"]
    plan = next(one["id"] for one in plans if one["code"] == code)
    wish = {"clientId": client, "planId": plan, "trialDays": 0}
    return str((await box.post("/billing/subscriptions", wish))["id"])


async def test_a_pix_key_is_tried_mended_and_kept(owner: Visitor, box: Box) -> None:
    owner.expects_refusal(400)
    before = (await box.get("/billing/settings"))["pix"]
    await owner.goes("/finance/settings")
    key = owner.page.get_by_label("Chave Pix")
    await key.fill("11987654321")
    await owner.press("Salvar Pix")
    await expect(key).to_have_attribute("aria-invalid", "true")
    await owner.sees("não é um CPF; um telefone começa com +55")

    await key.fill("529.982.247-25")
    await owner.fill({"Valor da amostra": "12,34"})
    code = owner.page.locator(".pix-sample .secret")
    await expect(code).to_contain_text("540512.34")
    await expect(code).to_contain_text("52998224725")
    await expect(owner.page.get_by_alt_text("Amostra do QR Code do Pix")).to_be_visible()
    await owner.press("Salvar Pix")

    await expect(key).to_have_value("52998224725")
    assert (await box.get("/billing/settings"))["pix"]["key"] == "52998224725"
    assert await owner.violations() == []
    await box.patch("/billing/settings", {"pix": before})


async def test_the_provider_is_tried_kept_and_its_secrets_are_never_shown(
    owner: Visitor, box: Box
) -> None:
    await owner.goes("/finance/settings")
    await owner.page.get_by_label("Quem cobra").select_option(label="Asaas")
    await owner.fill({"Endereço da API": "http://127.0.0.1:9", "Chave da API": "uma-chave"})
    await owner.press("Testar conexão")
    await owner.sees("Ninguém respondeu como se espera nesse endereço.")
    await owner.press("Gerar token")
    await owner.press("Salvar provedor")

    await owner.sees("Esquecer a chave")
    await expect(owner.page.get_by_label("Chave da API")).to_have_value("")
    await expect(owner.page.get_by_label("Token dos avisos de pagamento")).to_have_value("")
    kept = (await box.get("/billing/settings"))["provider"]
    assert kept == {
        "adapter": "asaas",
        "url": "http://127.0.0.1:9",
        "keySet": True,
        "webhookTokenSet": True,
    }
    owner.expects_refusal(400)
    await owner.press("Esquecer a chave")
    await expect(owner.page.get_by_label("Chave da API")).to_have_attribute("aria-invalid", "true")
    await owner.page.get_by_label("Quem cobra").select_option(value="none")
    await owner.press("Salvar provedor")
    await expect(owner.page.get_by_label("Chave da API")).not_to_have_attribute(
        "aria-invalid", "true"
    )
    await owner.press("Esquecer a chave")
    await expect(owner.page.get_by_label("Chave da API")).to_have_attribute(
        "placeholder", "não informado"
    )
    assert not (await box.get("/billing/settings"))["provider"]["keySet"]


async def test_the_ladder_of_reminders_is_written_rung_by_rung(owner: Visitor, box: Box) -> None:
    owner.expects_refusal(400)
    agent = await an_agent(box, "Cobrança")
    await owner.goes("/finance/settings")
    await owner.page.get_by_label("Número que fala").select_option(value=agent)
    for n in (5, 4):
        await owner.press(f"Remover lembrete {n}")
    third = owner.page.get_by_role("group", name="Lembrete 3")
    await third.get_by_label("Texto").fill("Oi {nome}!")
    await owner.page.get_by_label("Cancelar quem não paga").check()
    await owner.page.get_by_label("Dias após o último lembrete").fill("15")
    await owner.press("Salvar lembretes")
    await expect(third.get_by_label("Texto")).to_have_attribute("aria-invalid", "true")

    await third.get_by_label("Texto").fill("Oi {name}!")
    await third.get_by_label("Dias", exact=True).fill("3")
    await owner.press("Salvar lembretes")
    await expect(third.get_by_label("Texto")).not_to_have_attribute("aria-invalid", "true")
    await owner.sees("Salvo.")

    kept = (await box.get("/billing/settings"))["reminders"]
    assert kept == {
        "agentId": agent,
        "language": "pt-BR",
        "steps": [
            {"days": None, "text": None},
            {"days": -2, "text": None},
            {"days": 3, "text": "Oi {name}!"},
        ],
        "cancel": {"enabled": True, "afterDays": 15},
    }
    assert await owner.violations() == []
    await box.patch(
        "/billing/settings", {"reminders": {"agentId": "", "cancel": {"enabled": False}}}
    )


async def test_deadlines_are_kept(owner: Visitor, box: Box) -> None:
    await owner.goes("/finance/settings")
    await owner.fill({"Dias para pagar": "12"})
    await owner.page.get_by_label("Limitar quem está em atraso").check()
    await owner.fill({"Dias de tolerância após o vencimento": "20"})
    await owner.press("Salvar prazos")
    await owner.sees("Salvo.")
    kept = await box.get("/billing/settings")
    assert (kept["dueDays"], kept["grace"]) == (12, {"enabled": True, "days": 20})
    await box.patch("/billing/settings", {"dueDays": 10, "grace": {"enabled": False}})


async def test_a_change_says_what_it_costs_before_it_is_made_and_then_costs_that(
    owner: Visitor, box: Box
) -> None:
    client = await a_client(box, "Studio Prévia")
    subscription = await a_subscription(box, client)
    await owner.goes(f"/finance/subscriptions/{subscription}")
    await owner.sees("Assinatura de Studio Prévia")
    change = owner.page.get_by_role("button", name="Mudar agora")
    await expect(change).to_be_disabled()  # nothing is changed yet

    await owner.page.get_by_label("Plano", exact=True).select_option(label="Pro")
    await owner.sees("Pro: cobrado")
    await owner.sees("Básico: devolvido")
    await owner.sees("Sobe R$ 150,00 por mês no MRR.")
    due = owner.page.locator("dl div", has_text="A pagar agora").first.locator("dd")
    said = await due.inner_text()
    assert await owner.violations() == []
    await change.click()
    await owner.sees("Mudou de plano")

    await owner.goes(f"/finance/clients/{client}")
    await owner.press("Emitir fatura")
    await owner.sees("Fatura F-")
    await expect(owner.page.get_by_alt_text("QR Code do Pix desta fatura")).to_be_visible()
    total = owner.page.locator("dl div", has_text="Total").first.locator("dd")
    # Of two prices that are prorated moments later, each may fall to the next centavo.
    assert abs(centavos(await total.inner_text()) - centavos(said)) <= 2
    await owner.press("Marcar como paga")
    await owner.sees("Pagamento registrado.")
    await owner.sees("recebido")


def centavos(text: str) -> int:
    """Read `R$ 1.234,56`."""
    return int("".join(sign for sign in text if sign.isdigit()))


async def test_an_end_says_what_is_given_back(owner: Visitor, box: Box) -> None:
    subscription = await a_subscription(box, await a_client(box, "Studio Fim"))
    await owner.goes(f"/finance/subscriptions/{subscription}")
    await owner.sees("Termina em")
    await owner.page.get_by_label("Quando").select_option(label="Agora")
    await owner.page.get_by_label("Devolver o resto do período como crédito").check()
    await owner.sees("Básico: devolvido")
    await owner.sees("nenhuma")
    await owner.press("Cancelar assinatura")
    await owner.sees("cancelada")
    assert (await box.get(f"/billing/subscriptions/{subscription}"))["status"] == "cancelled"


async def test_an_agent_is_given_to_a_client(owner: Visitor, box: Box) -> None:
    client = await a_client(box, "Dona do Agente")
    await a_subscription(box, client, "pro")
    agent = await an_agent(box, "Lia")
    await owner.goes(f"/agents/{agent}/profile")
    chosen = owner.page.get_by_label("Cliente")
    await chosen.select_option(label="Dona do Agente")
    await owner.press("Salvar")
    await owner.sees("Salvo.")
    assert (await box.get(f"/agents/{agent}"))["clientId"] == client


async def test_an_agent_asks_how_people_were_served(owner: Visitor, box: Box) -> None:
    agent = await an_agent(box, "Nina")
    await owner.goes(f"/agents/{agent}/behaviour")
    await owner.page.get_by_label("Perguntar como foi o atendimento").check()
    await owner.fill({"Pergunta (opcional)": "Como fomos hoje, de 1 a 5?"})
    await owner.page.get_by_label("Pedir o motivo depois da nota").uncheck()
    await owner.press("Salvar")
    await owner.sees("Salvo.")
    assert await owner.violations() == []
    await owner.goes("/agents")
    await owner.goes(f"/agents/{agent}/behaviour")
    await expect(owner.page.get_by_label("Perguntar como foi o atendimento")).to_be_checked()
    kept = (await box.get(f"/settings/{agent}"))["csat"]
    assert kept == {"enabled": True, "question": "Como fomos hoje, de 1 a 5?", "comment": False}


async def test_a_client_without_a_subscription_takes_no_agent_and_the_field_says_so(
    owner: Visitor, box: Box
) -> None:
    owner.expects_refusal(402, 403, 409, 422)
    await a_client(box, "Sem Plano")
    agent = await an_agent(box, "Léo")
    await owner.goes(f"/agents/{agent}/profile")
    chosen = owner.page.get_by_label("Cliente")
    await chosen.select_option(label="Sem Plano")
    await owner.press("Salvar")
    await expect(chosen).to_have_attribute("aria-invalid", "true")
