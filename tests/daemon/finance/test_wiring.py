"""Finance inside the box: the real ledger, the real queue, the real conversations."""

from datetime import timedelta
from typing import Any

import orjson

from daemon.domains.finance.tasks import CHARGE, REMIND, TICK
from daemon.domains.whatsapp.domain import IncomingMessage
from daemon.infra.database import Connection
from tests.daemon.finance.examples import at
from tests.daemon.finance.rigging import PHONE, Rig, an_invoice


async def test_the_months_facts_are_in_the_ledger_and_the_charge_is_queued(rig: Rig) -> None:
    invoice = await an_invoice(rig)
    finance = rig.accounts.finance
    await finance.payments.receive(invoice, None, "pix", at=None, note=None)

    def facts(tx: Connection) -> dict[str, Any]:
        rows = tx.conn.execute("SELECT type, body FROM ledger_events ORDER BY seq").fetchall()
        return {row[0]: orjson.loads(row[1])["data"] for row in rows}

    found = await rig.base.database.read(facts)
    assert {"invoice.issued", "kpi.closed", "payment.received"} <= set(found)
    assert found["invoice.issued"]["total_centavos"] == 9_900
    assert found["kpi.closed"]["mrr_centavos"] == 9_900
    assert found["payment.received"]["invoice"] == invoice
    assert await rig.jobs(CHARGE) == [{"invoice_id": invoice}]
    assert len(await rig.jobs(TICK)) == 1  # a box that starts catches up


async def test_a_reminder_goes_out_as_a_message_and_an_answer_stops_it(rig: Rig) -> None:
    await an_invoice(rig)
    await rig.run(REMIND)
    text, code, picture = await rig.sent()
    assert picture == ""
    assert text.startswith("Olá, Bela! Sua fatura F-000001, de R$ 99,00")
    assert code.startswith("000201")
    assert len(await rig.jobs("whatsapp.send")) == 3
    (path,) = (rig.base.paths.media / "outgoing").iterdir()
    assert path.read_bytes().startswith(b"\x89PNG")

    rig.clock.advance(timedelta(hours=1).total_seconds())
    answer = IncomingMessage(
        session_id="s1",
        agent_id=rig.base.settings.finance.reminders_agent,
        wa_message_id="A1",
        chat=f"{PHONE}@s.whatsapp.net",
        chat_kind="user",
        at=rig.clock.now(),
        kind="text",
        text="Pago amanhã",
        from_me=False,
    )
    await rig.base.database.write(lambda tx: rig.talking.between.receive(tx, answer))
    rig.clock.advance(timedelta(days=12).total_seconds())
    await rig.run(REMIND)
    assert len(await rig.sent()) == 3


async def test_a_phone_that_is_none_holds_up_nobody(rig: Rig) -> None:
    await an_invoice(rig, phone="12")
    await rig.run(REMIND)
    assert await rig.sent() == []


async def test_a_receipt_follows_the_payment(rig: Rig) -> None:
    invoice = await an_invoice(rig)
    await rig.accounts.finance.payments.receive(invoice, 4_900, "pix", at=None, note=None)
    assert await rig.sent() == [
        "Recebemos o pagamento de R$ 49,00 da fatura F-000001. Obrigado, Bela!"
    ]


async def test_a_month_of_questions_without_answers_is_a_signal(rig: Rig) -> None:
    agent = rig.base.settings.finance.reminders_agent

    async def ask(month: str, count: int) -> None:
        rig.clock.advance((at(f"{month}-15T10:00") - rig.clock.now()).total_seconds())
        for index in range(count):
            question = f"Vocês vendem submarinos do modelo {index}?"
            prepared = await rig.talking.asks.prepare(agent, question, None)
            await rig.talking.asks.answer(prepared)
        rig.clock.advance(timedelta(hours=2).total_seconds())  # figures are kept by whole hours

    sales = rig.accounts.finance.sales
    await ask("2026-01", 20)
    assert await sales.strains(rig.clock.now()) == []
    await ask("2026-02", 20)
    (strain,) = await sales.strains(rig.clock.now())
    assert strain.kind == "unanswered"
    assert [(load.period, load.unanswered) for load in strain.loads] == [
        ("2026-01", 20),
        ("2026-02", 20),
    ]
