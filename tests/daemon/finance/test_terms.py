"""The tenant's terms over the API: what is set applies at once, and secrets stay sealed."""

from typing import Any

import pytest

from daemon.domains.finance.routes.terms import EXAMPLE
from daemon.domains.finance.service.standing import Standing
from daemon.infra.database import Connection
from daemon.infra.vault import Vault
from tests.daemon.finance.conftest import Office
from tests.daemon.finance.examples import Chat

PATH = "/billing/settings"
PHONE = "5511987654321"


async def patch(office: Office, status: int = 200, **body: Any) -> Any:
    return await office.ask("PATCH", PATH, status, json=body)


async def an_invoice(office: Office, phone: str | None = PHONE) -> dict[str, Any]:
    await office.subscribe(await office.customer("Bela", **({"phone": phone} if phone else {})))
    await office.until("2026-02-01T10:00")
    found: dict[str, Any] = (await office.get("/billing/invoices"))["items"][0]
    return found


async def test_what_is_set_applies_at_once_and_after_a_restart(office: Office) -> None:
    before = await office.get(PATH)
    assert before["pix"]["key"] == "pix@bela.example"
    answer = await office.ask("PATCH", PATH, json=EXAMPLE)
    assert answer == await office.get(PATH)
    assert answer["pix"] == EXAMPLE["pix"]
    invoice = await an_invoice(office)
    assert "contato@bela.example" in invoice["pix"]
    desk = office.finance.desk
    fresh = Standing(None, Vault([bytes(32)]))
    assert (await fresh.load(desk.database, desk.tenant_id)).pix_key == "contato@bela.example"
    assert fresh.now.rungs == desk.terms.rungs


async def test_secrets_are_sealed_and_never_shown(office: Office) -> None:
    provider = {"adapter": "asaas", "key": "chave-secreta", "webhookToken": "ficha-secreta"}
    answer = await patch(office, provider=provider)
    shown = {"adapter": "asaas", "url": "https://api.asaas.com"}
    assert answer["provider"] == {**shown, "keySet": True, "webhookTokenSet": True}
    assert office.finance.desk.terms.provider_key.get_secret_value() == "chave-secreta"

    def stored(tx: Connection) -> bytes:
        row = tx.conn.execute("SELECT chosen, sealed FROM finance_terms").fetchone()
        return bytes(row[0].encode() + row[1])

    assert b"secreta" not in await office.finance.desk.database.read(stored)
    refused = await office.ask("POST", "/billing/webhooks/asaas", 401, json={})
    assert refused["code"] == "unauthorized"
    broken = await patch(office, 400, provider={"key": ""})
    assert broken["field"] == "provider.key"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pix": {"key": "ana maria"}}, "pix.key"),
        ({"provider": {"adapter": "asaas"}}, "provider.key"),
        ({"reminders": {"steps": [{"days": 1}, {"days": 1}]}}, "reminders.steps.1.days"),
        ({"reminders": {"steps": [{"days": 1}, {"days": None}]}}, "reminders.steps.1.days"),
        ({"reminders": {"steps": [{"days": 1, "text": "{senha}"}]}}, "reminders.steps.0.text"),
        (
            {"reminders": {"steps": [{"days": 1, "text": "{name.__class__}"}]}},
            "reminders.steps.0.text",
        ),
        ({"reminders": {"steps": [{"days": 1, "text": "{name"}]}}, "reminders.steps.0.text"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    office: Office, body: dict[str, Any], field: str
) -> None:
    before = await office.get(PATH)
    assert (await patch(office, 400, **body))["field"] == field
    assert await office.get(PATH) == before


async def test_an_invoice_is_sent_when_somebody_asks_with_its_code_and_picture(
    office: Office, chat: Chat
) -> None:
    await patch(office, reminders={"agentId": ""})
    invoice = await an_invoice(office)
    answer = await office.post(f"/billing/invoices/{invoice['id']}/send", 202)
    assert answer == {"messages": 3}
    ((phone, (text, code)),) = chat.new()
    assert phone == PHONE
    assert "F-000001" in text
    assert code == invoice["pix"]
    assert chat.pictures["pix.png"].startswith(b"\x89PNG")
    await office.post("/billing/payments", 201, invoiceId=invoice["id"])
    ((_, (receipt,)),) = chat.new()  # whoever was sent the invoice is thanked
    assert receipt.startswith("Recebemos o pagamento de R$ 99,00")
    settled = await office.post(f"/billing/invoices/{invoice['id']}/send", 409)
    assert settled["code"] == "invoice_settled"


async def test_nothing_is_sent_to_nobody_or_by_nobody(office: Office, chat: Chat) -> None:
    invoice = await an_invoice(office, phone=None)
    path = f"/billing/invoices/{invoice['id']}/send"
    assert (await office.post(path, 409))["code"] == "phone_missing"
    change = {"phone": PHONE}
    await office.ask("PATCH", f"/billing/clients/{invoice['clientId']}", json=change)
    chat.up = False
    assert (await office.post(path, 409))["code"] == "no_number"
    chat.up = True
    assert await office.finance.reminders.remind() == 1  # what was not sent counts for nothing


async def test_the_tenants_own_ladder_is_climbed_in_its_own_words(
    office: Office, chat: Chat
) -> None:
    steps = [{"days": 2, "text": "Oi {name}: {label}, R$ {amount}, {due}"}, {"days": 3}]
    await patch(office, reminders={"steps": steps})
    await an_invoice(office)
    said: dict[int, str] = {}
    for day in range(1, 20):
        await office.until(f"2026-02-{day:02d}T10:01")
        await office.finance.reminders.remind()
        for _, texts in chat.new():
            said[day] = texts[0].partition("\n")[0]
    assert said[13] == "Oi Bela: F-000001, R$ 99,00, 11/02/2026"
    assert list(said) == [13, 14]
    assert "último lembrete" in said[14]


async def climb(office: Office) -> None:
    """Let the house's ladder be climbed to its end, on 23 February."""
    for day in (1, 9, 12, 16, 23):
        await office.until(f"2026-02-{day:02d}T10:01")
        await office.finance.reminders.remind()


async def after(office: Office, when: str) -> dict[str, Any]:
    """The one subscription after the reminders of a day."""
    await office.until(when)
    await office.finance.reminders.remind()
    (found,) = (await office.get("/billing/subscriptions"))["items"]
    return dict(found)


async def test_nobody_is_cancelled_unless_the_terms_say_so(office: Office, chat: Chat) -> None:
    await an_invoice(office)
    await climb(office)
    kept = await after(office, "2026-03-20T10:00")
    assert kept["status"] == "active"
    assert chat.said


async def test_who_never_pays_leaves_after_the_last_reminder_as_involuntary_churn(
    office: Office, chat: Chat
) -> None:
    await patch(office, reminders={"cancel": {"enabled": True, "afterDays": 10}})
    await an_invoice(office)
    await climb(office)
    assert len(chat.new()) == 5
    assert (await after(office, "2026-03-05T09:00"))["status"] == "active"
    gone = await after(office, "2026-03-05T11:00")  # ten days after 23 February
    assert (gone["status"], gone["cancelReason"]) == ("cancelled", "payment_failure")
    await office.until("2026-04-01T00:05")
    months = (await office.get("/financeiro/retencao-churn", start="2026-03-01"))["months"]
    (row,) = months[0]["rows"]
    assert (row["kind"], row["involuntaryCentavos"]) == ("churn", 9_900)


@pytest.mark.parametrize("by", ["answer", "payment"])
async def test_who_answers_or_pays_stays(office: Office, chat: Chat, by: str) -> None:
    await patch(office, reminders={"cancel": {"enabled": True, "afterDays": 1}})
    invoice = await an_invoice(office)
    await climb(office)
    assert len(chat.new()) == 5
    if by == "answer":
        chat.wrote[PHONE] = office.clock.now()
    else:
        await office.post("/billing/payments", 201, invoiceId=invoice["id"])
    kept = await after(office, "2026-02-28T11:00")
    assert kept["status"] == "active"
