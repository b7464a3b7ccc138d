from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from daemon.domains.finance.asaas import Asaas
from daemon.domains.finance.domain.records import Payment
from daemon.domains.finance.domain.terms import Terms
from daemon.domains.finance.routes import billing, financeiro, hooks, invoices, previews
from daemon.domains.finance.routes import terms as terms_routes
from daemon.domains.finance.routes import trying as trying_routes
from daemon.domains.finance.routes.views import FINANCE
from daemon.domains.finance.service.desk import Desk
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.service.standing import Standing
from daemon.domains.finance.store.schema import migrations
from daemon.domains.finance.tasks import FinanceTasks
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.vault import Vault
from daemon.kernel.clock import FakeClock
from daemon.web import idempotency
from daemon.web.auth import Identity
from daemon.web.idempotency import Replays, replays
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from sync.protocol.catalogue import check
from tests.daemon.finance.examples import ZONE, Chat, at
from tests.daemon.finance.rigging import rig, settings

__all__ = ["rig", "settings"]

Http = TestClient[web.Request, web.Application]


class Office:
    """The context on a real database, with a clock that tests move."""

    def __init__(self, client: Http, finance: Finance, clock: FakeClock) -> None:
        self.client, self.finance, self.clock = client, finance, clock
        self.tasks = FinanceTasks(
            finance.desk, finance.subscriptions, finance.invoices, finance.figures
        )
        self.facts: list[tuple[str, dict[str, Any]]] = []

    async def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        response = await self.client.request(method, path, **options)
        assert response.status == status, await response.text()
        return None if status == 204 else await response.json()

    async def get(self, path: str, **query: str) -> Any:
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return await self.ask("POST", path, status, json=body)

    async def until(self, text: str) -> datetime:
        """Let time pass, with a tick at its end."""
        when = at(text)
        self.clock.advance((when - self.clock.now()).total_seconds())
        await self.tasks.tick()
        return when

    async def customer(self, name: str = "Bela", **values: Any) -> str:
        return str((await self.post("/billing/clients", 201, name=name, **values))["id"])

    async def plan(self, code: str) -> str:
        plans = await self.get("/billing/plans")
        return str(next(plan["id"] for plan in plans["items"] if plan["code"] == code))

    async def subscribe(self, client: str, code: str = "basico", **values: Any) -> dict[str, Any]:
        wish = {"clientId": client, "planId": await self.plan(code), **values}
        made: dict[str, Any] = await self.post("/billing/subscriptions", 201, **wish)
        return made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(at("2026-01-05T09:00"))


@pytest.fixture
def chat() -> Chat:
    """The phones of the clients."""
    return Chat()


@pytest.fixture
async def office(
    db: Database, log_of_events: Outbox, clock: FakeClock, chat: Chat
) -> AsyncIterator[Office]:
    for steps in (migrations, idempotency.migrations):
        await db.write(steps.apply)
    facts: list[tuple[str, dict[str, Any]]] = []

    def record(_: Connection, kind: str, data: dict[str, Any]) -> None:
        check(kind, data)  # the ledger's own catalogue refuses what does not belong
        facts.append((kind, data))

    terms = Terms(
        pix_key="pix@bela.example",
        pix_name="Bela Estética",
        pix_city="São Paulo",
        webhook_token=SecretStr("hook"),
        reminders_agent="a1",
    )
    standing = Standing(terms, Vault([bytes(32)]))

    def paid(tx: Connection, payment: Payment) -> None:
        finance.reminders.thank(tx, payment)

    desk = Desk(
        db, log_of_events, clock, "local", ZONE, "BRL", record, standing=standing, on_paid=paid
    )
    finance = Finance.of(desk, None, chat, Asaas)
    await finance.plans.seed()

    async def an_owner(_: web.Request) -> Identity:
        return Identity("local", "u1", "owner", "Ana")

    app = web.Application(middlewares=[last_resort, problems, replays(Replays(db, clock, "local"))])
    app[FINANCE] = finance
    for group in (
        terms_routes.routes,
        trying_routes.routes,
        billing.routes,
        invoices.routes,
        previews.routes,
        financeiro.routes,
        hooks.routes,
    ):
        mount(app, group.items, an_owner, "local")
    async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as client:
        made = Office(client, finance, clock)
        made.facts = facts
        yield made
