"""Derives roll-ups from raw rows; deriving twice changes nothing, whatever came in between."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from daemon.domains.metrics.domain import (
    BLOCK_HOURS,
    BLOCK_WEEKS,
    WEEK_HOURS,
    AnswerFact,
    Case,
    cases,
    hour_of,
    lot_of,
    start_of,
)
from daemon.domains.metrics.ports import Raw
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

COLUMNS = (
    "received",
    "bot",
    "phone",
    "operator",
    "failed",
    "answers",
    "refusals",
    "asked",
    "tokens_in",
    "tokens_out",
    "chat_tokens",
    "work_ms",
    "cases",
    "replied",
    "contained",
    "deflected",
    "handed_over",
)
_CASE = (
    "conversation_id, started_at, tenant_id, agent_id, hour, ended_at, answers, refusals, replied, "
    "contained, deflected, handed_over, first_response_s, resolution_s, lot"
)
_BY_AUTHOR = {"contact": "received", "bot": "bot", "human": "phone", "operator": "operator"}

Hours = set[tuple[str, int]]


def keep_answer(tx: Connection, tenant_id: str, fact: AnswerFact) -> tuple[str, int]:
    """Keep an answer, and return the agent and hour that it counts for."""
    hour = hour_of(fact.at)
    tx.conn.execute(
        "INSERT OR REPLACE INTO metrics_answers (trace_id, tenant_id, agent_id, conversation_id, "
        "hour, channel, mode, tokens_in, tokens_out, work_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            fact.trace_id,
            tenant_id,
            fact.agent_id,
            fact.conversation_id,
            hour,
            fact.channel,
            fact.mode,
            fact.tokens_in,
            fact.tokens_out,
            fact.work_ms,
        ),
    )
    return fact.agent_id, hour


def derive_cases(
    tx: Connection, raw: Raw, tenant_id: str, conversation_id: str, since: datetime | None
) -> Hours:
    """Derive the cases of a conversation again, from the one that `since` may have changed.

    Returns the agents and hours whose sums must follow.
    """
    edge = "" if since is None else _edge(tx, conversation_id, since)
    old = {
        tuple(row)
        for row in tx.conn.execute(
            f"SELECT {_CASE} FROM metrics_cases WHERE conversation_id = ? AND started_at >= ?",
            (conversation_id, edge),
        )
    }
    said = list(raw.said(tx, conversation_id, edge))
    known = _modes(tx, [line.trace_id for line in said if line.trace_id is not None])
    new = {_values(tenant_id, conversation_id, case) for case in cases(said, known)}
    tx.conn.executemany(
        "DELETE FROM metrics_cases WHERE conversation_id = ? AND started_at = ?",
        [values[:2] for values in old - new],
    )
    tx.conn.executemany(
        f"INSERT INTO metrics_cases ({_CASE}) VALUES ({', '.join('?' * len(_CASE.split(',')))})",
        list(new - old),
    )
    return {(values[3], values[4]) for values in old ^ new}


def _edge(tx: Connection, conversation_id: str, since: datetime) -> str:
    # Strictly before: among messages of one moment the order is that of their ids, and the one
    # that came now may go first.
    row = tx.conn.execute(
        "SELECT started_at FROM metrics_cases WHERE conversation_id = ? AND started_at < ? "
        "ORDER BY started_at DESC LIMIT 1",
        (conversation_id, stamp(since)),
    ).fetchone()
    if row is None:
        return ""
    return str(row["started_at"])


def _values(tenant_id: str, conversation_id: str, case: Case) -> tuple[Any, ...]:
    return (
        conversation_id,
        stamp(case.started_at),
        tenant_id,
        case.agent_id,
        hour_of(case.started_at),
        stamp(case.ended_at),
        case.answers,
        case.refusals,
        int(case.first_reply_at is not None),
        int(case.contained),
        int(case.deflected),
        int(case.handed_over),
        case.first_response_s,
        case.resolution_s,
        lot_of(conversation_id, stamp(case.started_at)),
    )


def derive_hours(tx: Connection, raw: Raw, tenant_id: str, agent_id: str, hours: range) -> None:
    """Derive the sums of these hours of an agent."""
    low, high = hours.start, hours.stop
    sums: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for count in raw.counts(tx, agent_id, start_of(low), start_of(high)):
        column = "failed" if count.failed else _BY_AUTHOR.get(count.author)
        if column is not None:
            sums[count.hour][column] += count.number
    for query in (_ANSWERS, _CASES):
        for row in tx.conn.execute(query, (agent_id, low, high)):
            found = dict(row)
            sums[int(found.pop("hour"))].update(found)
    tx.conn.execute(
        "DELETE FROM metrics_hours WHERE tenant_id = ? AND hour >= ? AND hour < ? AND agent_id = ?",
        (tenant_id, low, high, agent_id),
    )
    tx.conn.executemany(
        f"INSERT INTO metrics_hours (tenant_id, hour, agent_id, {', '.join(COLUMNS)}) "
        f"VALUES (?, ?, ?, {', '.join('?' * len(COLUMNS))})",
        [
            (tenant_id, hour, agent_id, *(values[name] for name in COLUMNS))
            for hour, values in sums.items()
            if any(values.values())
        ],
    )
    _derive_days(tx, tenant_id, agent_id, hours)
    _derive_slots(tx, tenant_id, agent_id, hours)


def _derive_days(tx: Connection, tenant_id: str, agent_id: str, hours: range) -> None:
    low, high = hours.start // 24, (hours.stop - 1) // 24 + 1
    tx.conn.execute(
        "DELETE FROM metrics_days WHERE tenant_id = ? AND day >= ? AND day < ? AND agent_id = ?",
        (tenant_id, low, high, agent_id),
    )
    tx.conn.execute(
        f"INSERT INTO metrics_days (tenant_id, day, agent_id, {', '.join(COLUMNS)}) "
        f"SELECT tenant_id, hour / 24, agent_id, {', '.join(f'sum({c})' for c in COLUMNS)} "
        "FROM metrics_hours WHERE tenant_id = ? AND hour >= ? AND hour < ? AND agent_id = ? "
        "GROUP BY hour / 24",
        (tenant_id, low * 24, high * 24, agent_id),
    )


def _derive_slots(tx: Connection, tenant_id: str, agent_id: str, hours: range) -> None:
    moved = {(hour // BLOCK_HOURS, hour % WEEK_HOURS) for hour in hours}
    tx.conn.executemany(
        "DELETE FROM metrics_slots WHERE tenant_id = ? AND block = ? AND slot = ? AND agent_id = ?",
        [(tenant_id, block, slot, agent_id) for block, slot in moved],
    )
    same = [
        block * BLOCK_HOURS + week * WEEK_HOURS + slot
        for block, slot in moved
        for week in range(BLOCK_WEEKS)
    ]
    tx.conn.execute(
        "INSERT INTO metrics_slots (tenant_id, block, slot, agent_id, received, cases) "
        f"SELECT tenant_id, hour / {BLOCK_HOURS}, hour % {WEEK_HOURS}, agent_id, sum(received), "
        "sum(cases) FROM json_each(?) AS piece CROSS JOIN metrics_hours "
        "ON tenant_id = ? AND hour = piece.value AND agent_id = ? GROUP BY 2, 3",
        (orjson.dumps(same).decode(), tenant_id, agent_id),
    )


_ANSWERS = (
    "SELECT hour, sum(mode IN ('generative', 'extractive')) AS answers, "
    "sum(mode = 'refusal') AS refusals, sum(channel <> 'whatsapp') AS asked, "
    "sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, "
    "sum(CASE WHEN channel = 'whatsapp' THEN tokens_in + tokens_out ELSE 0 END) AS chat_tokens, "
    "sum(CASE WHEN channel = 'whatsapp' THEN work_ms ELSE 0 END) AS work_ms "
    "FROM metrics_answers WHERE agent_id = ? AND hour >= ? AND hour < ? GROUP BY hour"
)
_CASES = (
    "SELECT hour, count(*) AS cases, sum(replied) AS replied, sum(contained) AS contained, "
    "sum(deflected) AS deflected, sum(handed_over) AS handed_over "
    "FROM metrics_cases WHERE agent_id = ? AND hour >= ? AND hour < ? GROUP BY hour"
)


def _modes(tx: Connection, traces: Sequence[str]) -> dict[str, str]:
    """Return how each of these answers came to be."""
    found: dict[str, str] = {}
    for start in range(0, len(traces), 500):
        part = traces[start : start + 500]
        rows = tx.conn.execute(
            f"SELECT trace_id, mode FROM metrics_answers WHERE trace_id IN "
            f"({', '.join('?' * len(part))})",
            tuple(part),
        )
        found.update((row["trace_id"], row["mode"]) for row in rows)
    return found


def known_agents(tx: Connection) -> list[str]:
    """Return the agents that have figures."""
    rows = tx.conn.execute(
        "SELECT agent_id FROM metrics_hours UNION SELECT agent_id FROM metrics_answers"
    )
    return [row["agent_id"] for row in rows]


def first_hour(tx: Connection, agent_id: str) -> int | None:
    """Return the first hour for which an agent has figures."""
    row = tx.conn.execute(
        "SELECT min(hour) FROM (SELECT min(hour) AS hour FROM metrics_answers WHERE agent_id = ?1 "
        "UNION ALL SELECT min(hour) FROM metrics_cases WHERE agent_id = ?1 "
        "UNION ALL SELECT min(hour) FROM metrics_hours WHERE agent_id = ?1)",
        (agent_id,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def stale_conversations(tx: Connection, since: datetime, after: str, limit: int) -> Iterable[str]:
    """Return conversations with cases since then, by id: joined ones have no rows of their own."""
    rows = tx.conn.execute(
        "SELECT DISTINCT conversation_id FROM metrics_cases WHERE conversation_id > ? "
        "AND ended_at >= ? ORDER BY conversation_id LIMIT ?",
        (after, stamp(since), limit),
    )
    return [row["conversation_id"] for row in rows]


def seq(tx: Connection, tenant_id: str) -> int | None:
    """Return how far the event log has been read; None before the first time."""
    row = tx.conn.execute(
        "SELECT seq FROM metrics_cursor WHERE tenant_id = ?", (tenant_id,)
    ).fetchone()
    return None if row is None else int(row["seq"])


def set_seq(tx: Connection, tenant_id: str, number: int) -> None:
    """Remember how far the event log has been read."""
    tx.conn.execute(
        "INSERT INTO metrics_cursor (tenant_id, seq) VALUES (?1, ?2) "
        "ON CONFLICT (tenant_id) DO UPDATE SET seq = ?2",
        (tenant_id, number),
    )
