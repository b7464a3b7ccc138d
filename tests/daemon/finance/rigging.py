"""Finance inside the box: the real ledger, the real queue, the real conversations."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from config.settings import Finance as Terms
from config.settings import Settings
from daemon.app import agent_defaults
from daemon.domains.agents.service import Agents, Quota
from daemon.domains.finance.service.subscribing import Wish
from daemon.domains.finance.tasks import TICK
from daemon.domains.logs.service import Logs
from daemon.domains.metrics.service import Figures
from daemon.domains.whatsapp.domain import Session, SessionState
from daemon.domains.whatsapp.store import sessions
from daemon.kernel.clock import FakeClock
from daemon.kernel.jobs import Job
from daemon.wiring.csat import ask_customers
from daemon.wiring.figures import measuring
from daemon.wiring.finance import Money, money
from daemon.wiring.ground import Ground, ground
from daemon.wiring.messages import Usage
from daemon.wiring.quotas import limit_clients
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
    agents: Agents
    agent: str
    figures: Figures

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
        quotas: list[Quota] = []
        agents = Agents(
            base.database,
            base.outbox,
            clock,
            base.tenant_id,
            limit=5,
            defaults=agent_defaults(settings),
            removals=[],
            quotas=quotas,
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
        usage = Usage(base.ledger.ledger, clock)
        talking = talk(
            base,
            agents,
            logs,
            search=NoDocuments(),
            model=None,
            usage=usage,
        )
        async with measuring(base) as measured:
            accounts = await money(base, talking.between.compose, measured.figures)
            ask_customers(base, agents, talking)
            quotas.append(limit_clients(base, accounts.finance, talking, usage).check)
            yield Rig(base, talking, accounts, clock, agents, agent.id, measured.figures)


async def an_invoice(rig: Rig, phone: str = PHONE, document: str | None = None) -> str:
    finance = rig.accounts.finance
    details = {"email": None, "document": document, "external_id": None}
    client = await finance.clients.create({"name": "Bela", "phone": phone, **details})
    plans = (await finance.plans.page(None, None, 10)).items
    wish = Wish(client.id, plans[0].id, "monthly", 9_900, None, None)
    await finance.subscriptions.create(wish)
    rig.clock.advance((at("2026-02-01T10:00") - rig.clock.now()).total_seconds())
    await rig.run(TICK)
    page = await finance.invoices.page({}, None, 10)
    return page.items[0].invoice.id
