"""Every list and every sum finds its rows by an index: SQLite's own plans are read."""

import re
from typing import Any

from daemon.infra.database import Connection
from tests.daemon.finance.conftest import Office

LISTS = (
    ("/billing/plans", ("status=active",)),
    ("/billing/clients", ("status=active",)),
    ("/billing/subscriptions", ("clientId=x", "planId=x", "status=active")),
    ("/billing/subscriptions/{subscription}/history", ()),
    ("/billing/invoices", ("clientId=x", "status=open", "period=2026-01")),
    ("/billing/payments", ("clientId=x", "invoiceId=x", "state=received")),
    ("/billing/upsells", ("clientId=x",)),
    ("/financeiro/historico", ("start=2026-01-01", "start=2026-01-01&limit=1")),
    ("/financeiro/mrr", ("periodo=trimestral",)),
    ("/financeiro/retencao-churn", ()),
    ("/financeiro/upsell", ("start=2026-01-01",)),
    ("/financeiro/kpis", ()),
    ("/financeiro/faturas", ("start=2026-01-01", "clientId=x", "status=paid", "periodo=2026-01")),
)


async def test_every_route_reads_by_index(office: Office) -> None:
    made = await office.subscribe(await office.customer(), trialDays=0)
    await office.until("2026-03-01T00:05")
    seen: list[str] = []

    def listen(tx: Connection) -> None:
        tx.conn.set_trace_callback(seen.append)

    # Each of the reader threads has a connection of its own.
    for _ in range(30):
        await office.finance.desk.database.read(listen)
    for path, filters in LISTS:
        where = path.format(subscription=made["id"])
        for query in ("", *filters):
            await office.ask("GET", f"{where}?{query}")
    queries = {query for query in seen if query.startswith(("SELECT", "WITH"))}
    assert len(queries) > 30

    def plans(tx: Connection) -> dict[str, list[str]]:
        tx.conn.set_trace_callback(None)
        return {query: plan(tx, query) for query in queries}

    found: dict[str, Any] = await office.finance.desk.database.read(plans)
    bad = {
        step: query
        for query, steps in found.items()
        for step in steps
        if step.startswith("SCAN")
        and "USING" not in step
        and not re.match(r"^SCAN (\(subquery|\d|CONSTANT)", step)
    }
    assert bad == {}


def plan(tx: Connection, query: str) -> list[str]:
    return [row["detail"] for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {query}")]
