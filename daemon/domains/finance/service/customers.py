"""Plans and clients."""

from dataclasses import replace
from typing import Any

from daemon.domains.finance.domain.errors import ClientBusyError, PlanCodeTakenError
from daemon.domains.finance.domain.records import Client, Plan, Subscription
from daemon.domains.finance.store import rows
from daemon.infra.database import Connection
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk

SEEDS: tuple[dict[str, Any], ...] = (
    {
        "code": "basico",
        "name": "Básico",
        "description": "Um número, um agente",
        "prices": {"monthly": 9_900, "quarterly": 28_200, "yearly": 99_000},
        "entitlements": {
            "sessions": 1,
            "agents": 1,
            "messages": 2_000,
            "documents": 20,
            "voice_minutes": 0,
        },
        "overage": {"messages": 5},
    },
    {
        "code": "pro",
        "name": "Pro",
        "description": "Três números, cinco agentes, voz",
        "prices": {"monthly": 24_900, "quarterly": 70_900, "yearly": 249_000},
        "entitlements": {
            "sessions": 3,
            "agents": 5,
            "messages": 10_000,
            "documents": 200,
            "voice_minutes": 300,
        },
        "overage": {"messages": 4, "voice_minutes": 30},
    },
    {
        "code": "white-label",
        "name": "White-label",
        "description": "Marca própria, sem limite de agentes",
        "prices": {"monthly": 79_900, "quarterly": 227_700, "yearly": 799_000},
        "entitlements": {
            "sessions": 10,
            "agents": None,
            "messages": 50_000,
            "documents": None,
            "voice_minutes": 2_000,
        },
        "overage": {"messages": 3, "voice_minutes": 25},
    },
)


class Plans:
    """What is sold. A plan that was ever used is archived, never deleted."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def seed(self) -> None:
        """Put in the three plans of the house, into an empty catalogue only."""

        def commit(tx: Connection) -> None:
            if tx.conn.execute("SELECT 1 FROM finance_plans LIMIT 1").fetchone() is None:
                for values in SEEDS:
                    rows.add(tx, self._desk.tenant_id, self._made({**values, "trial_days": 0}))

        await self._desk.database.write(commit)

    async def create(self, values: dict[str, Any]) -> Plan:
        """Add a plan."""

        def commit(tx: Connection) -> Plan:
            self._free(tx, values["code"], None)
            plan = self._made(values)
            rows.add(tx, self._desk.tenant_id, plan)
            return plan

        return await self._desk.database.write(commit)

    async def change(self, plan_id: str, values: dict[str, Any]) -> Plan:
        """Change a plan; running subscriptions keep the price they began with."""

        def commit(tx: Connection) -> Plan:
            before = rows.get(tx, Plan, plan_id)
            self._free(tx, values.get("code", before.code), plan_id)
            plan = replace(before, **values, updated_at=self._desk.clock.now())
            rows.save(tx, plan)
            return plan

        return await self._desk.database.write(commit)

    async def delete(self, plan_id: str) -> None:
        """Remove a plan that nobody ever had; archive one that somebody had."""

        def commit(tx: Connection) -> None:
            plan = rows.get(tx, Plan, plan_id)
            if rows.listed(tx, Subscription, {"plan_id": plan_id}, None, 1):
                now = self._desk.clock.now()
                rows.save(tx, replace(plan, status="archived", updated_at=now))
            else:
                tx.conn.execute("DELETE FROM finance_plans WHERE id = ?", (plan_id,))

        await self._desk.database.write(commit)

    async def get(self, plan_id: str) -> Plan:
        """Return a plan."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Plan, plan_id))

    async def page(self, status: str | None, cursor: str | None, limit: int) -> Page[Plan]:
        """List plans."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Plan, {"status": status}, cursor, limit)
        )
        return Page.of(found, limit, lambda plan: plan.id)

    def _made(self, values: dict[str, Any]) -> Plan:
        now = self._desk.clock.now()
        return Plan(
            id=new_id(),
            currency=self._desk.currency,
            status="active",
            created_at=now,
            updated_at=now,
            **values,
        )

    def _free(self, tx: Connection, code: str, plan_id: str | None) -> None:
        if any(plan.id != plan_id for plan in rows.find(tx, Plan, code=code)):
            raise PlanCodeTakenError(field="code", plan=code)


class Clients:
    """Who subscribes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def create(self, values: dict[str, Any]) -> Client:
        """Add a client."""
        now = self._desk.clock.now()
        client = Client(
            id=new_id(),
            status="active",
            first_paid_at=None,
            created_at=now,
            updated_at=now,
            **values,
        )
        await self._desk.database.write(lambda tx: rows.add(tx, self._desk.tenant_id, client))
        return client

    async def change(self, client_id: str, values: dict[str, Any]) -> Client:
        """Change a client."""

        def commit(tx: Connection) -> Client:
            before = rows.get(tx, Client, client_id)
            client = replace(before, **values, updated_at=self._desk.clock.now())
            rows.save(tx, client)
            return client

        return await self._desk.database.write(commit)

    async def delete(self, client_id: str) -> None:
        """Archive a client whose subscriptions are over; one without any is removed."""

        def commit(tx: Connection) -> None:
            client = rows.get(tx, Client, client_id)
            owned = rows.find(tx, Subscription, client_id=client_id)
            if any(one.status != "cancelled" for one in owned):
                raise ClientBusyError
            if owned or _mentioned(tx, client_id):
                now = self._desk.clock.now()
                rows.save(tx, replace(client, status="archived", updated_at=now))
            else:
                tx.conn.execute("DELETE FROM finance_clients WHERE id = ?", (client_id,))

        await self._desk.database.write(commit)

    async def get(self, client_id: str) -> Client:
        """Return a client."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Client, client_id))

    async def page(self, status: str | None, cursor: str | None, limit: int) -> Page[Client]:
        """List clients, newest first."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Client, {"status": status}, cursor, limit)
        )
        return Page.of(found, limit, lambda client: client.id)


def _mentioned(tx: Connection, client_id: str) -> bool:
    """Say whether money was ever written down under a client."""
    tables = ("finance_invoices", "finance_sales", "finance_payments")
    return any(
        tx.conn.execute(f"SELECT 1 FROM {table} WHERE client_id = ?", (client_id,)).fetchone()
        for table in tables
    )
