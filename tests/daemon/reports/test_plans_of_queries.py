"""Lists and long reports find their rows by an index: SQLite's own plans are read."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from daemon.domains.reports import store
from daemon.infra.database import Connection
from daemon.wiring import report_rows
from daemon.wiring.ground import Ground
from tests.daemon.reports.conftest import NOW, Rows

Read = Callable[[Connection], Any]
LISTS: dict[str, Read] = {
    "all": lambda tx: store.listed(tx, {}, None, 50),
    "page": lambda tx: store.listed(tx, {}, "x", 50),
    "kind": lambda tx: store.listed(tx, {"kind": "usage"}, "x", 50),
    "state": lambda tx: store.listed(tx, {"state": "ready"}, "x", 50),
    "schedule": lambda tx: store.listed(tx, {"schedule_id": "x"}, None, 50),
    "two": lambda tx: store.listed(tx, {"kind": "usage", "state": "ready"}, "x", 50),
    "waiting": store.waiting,
    "expired": lambda tx: store.expired(tx, NOW + timedelta(days=1)),
    "schedules": lambda tx: store.schedules(tx, "x", 50),
    "due": lambda tx: store.due(tx, NOW),
}
ROWS = (
    "MESSAGES",
    "COUNT_MESSAGES",
    "AGENTS",
    "CHATS_OF",
    "CHATS_AFTER",
    "SAID",
    "INVOICES",
    "COUNT_INVOICES",
    "PAYMENTS",
    "COUNT_PAYMENTS",
)
BAD = re.compile(r"^SCAN (?!one\b|json_each|CONSTANT|\(subquery)(?!.*USING)|USE TEMP B-TREE")


def plan(tx: Connection, query: str) -> list[str]:
    rows = tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", ("x",) * query.count("?"))
    return [row["detail"] for row in rows]


@pytest.mark.parametrize("name", LISTS)
async def test_every_list_is_read_by_index(base: Ground, name: str) -> None:
    def look(tx: Connection) -> list[str]:
        seen: list[str] = []
        tx.conn.set_trace_callback(seen.append)
        LISTS[name](tx)
        tx.conn.set_trace_callback(None)
        return [step for query in seen for step in plan(tx, query)]

    steps = await base.database.read(look)
    assert steps
    assert [step for step in steps if BAD.search(step)] == []


@pytest.mark.parametrize("name", ROWS)
async def test_rows_of_long_reports_are_read_by_index(rows: Rows, name: str) -> None:
    query: str = getattr(report_rows, name)
    steps = await rows.database.read(lambda tx: plan(tx, query))
    allowed = {"SAID": "USE TEMP B-TREE FOR GROUP BY"}.get(name)  # of one chat, by author
    assert [step for step in steps if BAD.search(step) and step != allowed] == []
