"""No figure reads a whole table: the query plans, as SQLite makes them."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.domains.metrics.store import figures, ratings, rollups
from daemon.infra.database import Connection
from daemon.wiring.figures import ConversationRows
from tests.daemon.metrics.conftest import Chats

LOW, HIGH = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
QUERIES: dict[str, tuple[str, tuple[Any, ...]]] = {
    **{
        f"{unit} by {by}": (figures.summed(unit, by), ("[[0,0,1]]", "local", None))
        for unit in ("hour", "day")
        for by in ("part", "agent_id")
    },
    "ratings": (ratings.SUMS, ("local", 0, 1, None)),
    "what was said": (ratings.PAGE, ("local", 0, 1, None, None, 10)),
    "week": (figures.WEEK, ("local", 0, 1, None)),
    "slots": (figures.SLOTS, ("local", 0, 1, None)),
    "times": (figures.TIMES, ("[0]", "local", 0, 1, None)),
}


def plan(tx: Connection, sql: str, values: tuple[Any, ...] = ()) -> list[str]:
    return [row["detail"] for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def scans(details: list[str]) -> list[str]:
    """Return the steps that read a table of ours from end to end."""
    return [step for step in details if re.match(r"SCAN (?!piece\b|lot\b)", step)]


@pytest.mark.parametrize("name", QUERIES)
async def test_a_figure_reads_a_range_of_an_index(chats: Chats, name: str) -> None:
    sql, values = QUERIES[name]
    details = await chats.db.read(lambda tx: plan(tx, sql, values))
    assert scans(details) == []
    assert any(
        re.search("(hour|day|block)>\\? AND (hour|day|block)<\\?", step) for step in details
    ), details


async def test_what_follows_an_event_reads_ranges_too(chats: Chats) -> None:
    """Every statement that an event, or a question about topics, leads to."""
    chat = await chats.chat()
    await chats.write(chat)
    await chats.answer(chat)
    told: list[str] = []

    def watched(tx: Connection) -> None:
        raw = ConversationRows()
        tx.conn.set_trace_callback(told.append)
        rollups.derive_cases(tx, raw, "local", chat, HIGH)
        rollups.derive_hours(tx, raw, "local", "a1", range(490_000, 500_000))
        for agent in (None, "a1"):
            raw.refusals(tx, agent, LOW, HIGH, 10)
        tx.conn.set_trace_callback(None)

    await chats.db.write(watched)
    asked = {sql for sql in told if sql.lstrip().startswith(("SELECT", "DELETE"))}
    assert len(asked) >= 6

    def bad(tx: Connection) -> dict[str, list[str]]:
        return {sql: found for sql in asked if (found := scans(plan(tx, sql)))}

    assert await chats.db.read(bad) == {}
