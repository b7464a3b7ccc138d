"""Finance inside the box: the real ledger, the real queue, the real conversations."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from config.settings import Finance as Terms
from config.settings import Settings
from daemon.app import agent_defaults
from daemon.domains.agents.service import Agents
from daemon.domains.finance.service.subscribing import Wish
from daemon.domains.finance.tasks import CHARGE, REMIND, TICK
from daemon.domains.logs.service import Logs
from daemon.domains.whatsapp.domain import IncomingMessage, Session, SessionState
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.kernel.clock import FakeClock
from daemon.kernel.jobs import Job
from daemon.wiring.figures import measuring
from daemon.wiring.finance import Money, money
from daemon.wiring.ground import Ground, ground
from daemon.wiring.messages import Usage
from daemon.wiring.talk import Talk, talk
from tests.daemon.finance.examples import at

JOB = Job("j", "finance.tick", {}, None, 1)
PHONE = "5511987654321"


class NoDocuments:
    async def search(self, agent_id: str, query: str, limit: int) -> list[Any]:  # noqa: ARG002
        return []


@dataclass
class Rig:
    base: Ground
    talking: Talk
    accounts: Money
    clock: FakeClock

    async def run(self, kind: str) -> None:
        await self.accounts.handlers[kind](JOB)

    async def sent(self) -> list[str]:
        rows = await self.base.database.read(
            lambda tx: tx.conn.execute(
                "SELECT text FROM messages WHERE from_me = 1 ORDER BY id"
            ).fetchall()
        )
        return [row[0] for row in rows]

    async def jobs(self, kind: str) -> list[dict[str, Any]]:
        rows = await self.base.database.read(
            lambda tx: tx.conn.execute(
                "SELECT payload FROM jobs WHERE kind = ? ORDER BY id", (kind,)
            ).fetchall()
        )
        return [orjson.loads(row[0]) for row in rows]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
async def rig(settings: Settings) -> AsyncIterator[Rig]:
    clock = FakeClock(at("2026-01-05T09:00"))
    async with ground(settings, clock) as base:
        agents = Agents(
            base.database,
            base.outbox,
            clock,
            base.tenant_id,
            limit=5,
            defaults=agent_defaults(settings),
            removals=[],
        )
        agent = await agents.create(name="Cobrança", niche="", instructions="", language=None)
        terms = Terms.model_validate(
            {
                "pix_key": "a@b.co",
                "reminders_agent": agent.id,
                "provider": "asaas",
                "provider_key": "k",
            }
        )
        base = replace(base, settings=settings.model_copy(update={"finance": terms}))  # noqa: PLW2901
        session = Session(
            id="s1",
            agent_id=agent.id,
            name="Loja",
            state=SessionState.WORKING,
            since=clock.now(),
            reason_code="connected",
            method="qr",
            wanted=True,
            created_at=clock.now(),
        )
        await base.database.write(lambda tx: sessions.add(tx, base.tenant_id, session))
        logs = Logs(base.database, clock, base.tenant_id, settings.tenant.timezone)
        talking = talk(
            base,
            agents,
            logs,
            search=NoDocuments(),
            model=None,
            usage=Usage(base.ledger.ledger, clock),
        )
        async with measuring(base) as measured:
            accounts = await money(base, talking.between.compose, measured.figures)
            yield Rig(base, talking, accounts, clock)


async def an_invoice(rig: Rig, phone: str = PHONE) -> str:
    finance = rig.accounts.finance
    details = {"email": None, "document": None, "external_id": None}
    client = await finance.clients.create({"name": "Bela", "phone": phone, **details})
    plans = (await finance.plans.page(None, None, 10)).items
    wish = Wish(client.id, plans[0].id, "monthly", 9_900, None, None)
    await finance.subscriptions.create(wish)
    rig.clock.advance((at("2026-02-01T10:00") - rig.clock.now()).total_seconds())
    await rig.run(TICK)
    page = await finance.invoices.page({}, None, 10)
    return page.items[0].invoice.id


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
    text, code = await rig.sent()
    assert text.startswith("Olá, Bela! Sua fatura F-000001, de R$ 99,00")
    assert code.startswith("000201")
    assert len(await rig.jobs("whatsapp.send")) == 2

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
    assert len(await rig.sent()) == 2


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
