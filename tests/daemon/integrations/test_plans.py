"""Every list and every loop finds its rows by an index: SQLite's own plans are read."""

import re
from typing import Any

import pytest

from daemon.domains.integrations.store import deliveries
from daemon.infra.database import Connection
from tests.daemon.integrations.conftest import Elsewhere, Office
from tests.daemon.integrations.test_webhooks import received, subscribe

LISTS: dict[str, tuple[str, ...]] = {
    "/integrations/deliveries": (
        "webhookId=x", "state=failed", "type=message.received", "webhookId=x&state=failed",
        "webhookId=x&type=message.received", "cursor=x&state=failed",
    ),
    "/integrations/imports": ("cursor=x",),
    "/integrations/hooks/{hook}/hits": ("cursor=x",),
    "/integrations/crm/{crm}/log": ("cursor=x",),
    "/integrations/crm/{crm}/links": ("cursor=x",),
    "/deals": ("stage=won", "contactId=x", "cursor=x&stage=won"),
    "/contacts": ("q=x", "tag=x", "cursor=x"),
}  # fmt: skip
# Made by people, a few dozen of each at most.
SMALL = re.compile(r"SCAN (webhooks|hooks|crm_connectors)\b")


@pytest.fixture
async def seen(office: Office) -> list[str]:
    """What SQLite was asked from here on, by any thread."""
    told: list[str] = []

    def listen(tx: Connection) -> None:
        tx.conn.set_trace_callback(told.append)

    for _ in range(30):
        await office.desk.database.read(listen)
    await office.desk.database.write(listen)
    return told


async def test_every_list_and_loop_reads_by_index(
    office: Office, elsewhere: Elsewhere, seen: list[str]
) -> None:
    await subscribe(office, elsewhere.url)
    await office.happen(received())
    await office.deliver()
    mapping = {"to": "/p", "text": "x"}
    hook = await office.post(
        "/integrations/hooks", 201, name="x", action="send_message", agentId="a1", mapping=mapping
    )
    objects = {"contact": {"create": {"path": "/x", "body": "/name"}}}
    crm = await office.post(
        "/integrations/crm", 201, name="x", baseUrl=elsewhere.url, objects=objects, auto=True
    )
    await office.ask("POST", hook["path"], 202, json={"p": "11987654321"})
    await office.post("/contacts", 201, phone="11987654321")
    await office.post(f"/integrations/crm/{crm['id']}/sync", 202, kind="contact")
    await office.deliver()
    await office.work()
    since = office.clock.now().isoformat()
    webhook = (await office.get("/integrations/webhooks"))["items"][0]["id"]
    await office.post(f"/integrations/webhooks/{webhook}/replay", 202, since=since, only="all")
    for path, filters in LISTS.items():
        for query in ("", *filters):
            await office.ask("GET", f"{path.format(hook=hook['id'], crm=crm['id'])}?{query}")
    await office.desk.database.write(lambda tx: deliveries.prune(tx, office.clock.now()))
    queries = {
        query
        for query in seen
        if query.startswith(("SELECT", "UPDATE", "DELETE"))
        and not query.startswith("SELECT * FROM jobs AS job")  # the queue's own, tested there
    }
    assert len(queries) > 40

    def plans(tx: Connection) -> dict[str, list[str]]:
        tx.conn.set_trace_callback(None)
        return {query: plan(tx, query) for query in queries}

    found: dict[str, Any] = await office.desk.database.read(plans)
    bad = {
        query: steps
        for query, steps in found.items()
        for step in steps
        if ("TEMP B-TREE" in step and "contact_aliases" not in query)  # a contact has few
        or (step.startswith("SCAN") and "USING" not in step and not SMALL.match(step)
            and not re.match(r"^SCAN (\(subquery|\d|CONSTANT|integrations_cursor)", step))
    }  # fmt: skip
    assert bad == {}


def plan(tx: Connection, query: str) -> list[str]:
    return [row["detail"] for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {query}")]
