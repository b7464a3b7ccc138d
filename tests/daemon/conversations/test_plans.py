"""No list of what grows reads a whole table or sorts: the query plans, as SQLite makes them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from daemon.domains.agents import store as agents
from daemon.domains.conversations.store import messages, threads, traces
from daemon.domains.knowledge import store as known
from daemon.infra import queue
from daemon.infra.database import Connection, Database
from daemon.wiring.ground import MIGRATIONS

CURSOR = "2026-01-01T00:00:00.000Z|x"


def chats(**filters: Any) -> Callable[[Connection], Any]:
    asked = {"agent_id": None, "owner": None, "search": None, "cursor": CURSOR, "limit": 20}
    return lambda tx: threads.listed(tx, **(asked | filters))


LISTS: dict[str, Callable[[Connection], Any]] = {
    "conversations": chats(),
    "conversations of an agent": chats(agent_id="a"),
    "conversations of an owner": chats(owner="human"),
    "conversations of both": chats(agent_id="a", owner="bot"),
    "the first page": chats(agent_id="a", cursor=None),
    "messages": lambda tx: messages.thread(tx, "c", CURSOR, 20),
    "earlier turns": lambda tx: messages.said_before(tx, "c", 20),
    "the last trace": lambda tx: traces.last(tx, "a"),
    "figures of an agent": lambda tx: threads.figures(tx, "a"),
    "agents": lambda tx: agents.listed(tx, "x", 20),
    "documents": lambda tx: known.documents(tx, "a", "e5", "x", 20),
    "faqs": lambda tx: known.faqs(tx, "a", "x", 20),
    "parked jobs": lambda tx: queue.listed(tx, "parked", "x", 20),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_read_from_an_index_in_its_order(tmp_path: Path, name: str) -> None:
    database = await Database.open(tmp_path / "box.db", MIGRATIONS)

    def plans(tx: Connection) -> list[str]:
        told: list[str] = []
        tx.conn.set_trace_callback(told.append)
        LISTS[name](tx)
        tx.conn.set_trace_callback(None)
        assert told
        return [
            row["detail"] for sql in told for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {sql}")
        ]

    steps = await database.read(plans)
    await database.close()

    # A count by owner groups a handful of rows; everything else comes in the list's order.
    assert [step for step in steps if step.startswith("SCAN") and "USING" not in step] == []
    assert [step for step in steps if "TEMP B-TREE FOR ORDER BY" in step] == []
    assert not any("messages_agent (" in step for step in steps)
