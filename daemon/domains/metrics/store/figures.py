"""Reads the roll-ups: sums over index ranges, nothing that grows with the number of messages."""

from collections.abc import Sequence
from typing import Any

import orjson

from daemon.domains.metrics.periods import Part, Period
from daemon.infra.database import Connection

from .rollups import COLUMNS

_SUMS = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COLUMNS)
_OF = "(?4 IS NULL OR agent_id = ?4)"

SERIES = (
    f"SELECT part.key AS part, {_SUMS} FROM json_each(?1) AS part "
    "CROSS JOIN metrics_hours ON tenant_id = ?2 AND hour >= part.value ->> 0 "
    "AND hour < part.value ->> 1 AND (?3 IS NULL OR agent_id = ?3) GROUP BY part.key"
)
TOTALS = (
    f"SELECT {_SUMS} FROM metrics_hours WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3 AND {_OF}"
)
BY_AGENT = (
    f"SELECT agent_id, {_SUMS} FROM metrics_hours "
    f"WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3 AND {_OF} "
    "GROUP BY agent_id ORDER BY agent_id"
)
# 1970 began on a Thursday, 72 hours into its week.
WEEK = (
    "SELECT (hour + ?5 + 72) % 168 AS slot, sum(received) AS received, sum(cases) AS cases "
    f"FROM metrics_hours WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3 AND {_OF} GROUP BY 1"
)
TIMES = (
    "SELECT {column} FROM metrics_cases INDEXED BY metrics_cases_times "
    f"WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3 AND {_OF} AND {{column}} IS NOT NULL"
)


def series(
    tx: Connection, tenant_id: str, parts: Sequence[Part], agent_id: str | None
) -> list[dict[str, int]]:
    """Return the sums of each part, zero where nothing happened."""
    edges = orjson.dumps([[part.low, part.high] for part in parts]).decode()
    found = [dict.fromkeys(COLUMNS, 0) for _ in parts]
    for row in tx.conn.execute(SERIES, (edges, tenant_id, agent_id)):
        found[int(row["part"])] = {name: int(row[name]) for name in COLUMNS}
    return found


def totals(tx: Connection, tenant_id: str, period: Period, agent_id: str | None) -> dict[str, int]:
    """Return the sums of a period."""
    row = tx.conn.execute(TOTALS, (tenant_id, period.low, period.high, agent_id)).fetchone()
    return {name: int(row[name]) for name in COLUMNS}


def by_agent(
    tx: Connection, tenant_id: str, period: Period, agent_id: str | None
) -> dict[str, dict[str, int]]:
    """Return the sums of a period for each agent that did anything in it."""
    rows = tx.conn.execute(BY_AGENT, (tenant_id, period.low, period.high, agent_id))
    return {row["agent_id"]: {name: int(row[name]) for name in COLUMNS} for row in rows}


def week(
    tx: Connection,
    tenant_id: str,
    spans: Sequence[tuple[int, int, int]],
    agent_id: str | None,
) -> list[tuple[int, int]]:
    """Return messages received and cases begun by hour of the local week, Monday first."""
    found = [(0, 0)] * 168
    for low, high, ahead in spans:
        for row in tx.conn.execute(WEEK, (tenant_id, low, high, agent_id, ahead)):
            received, cases = found[row["slot"]]
            found[row["slot"]] = received + row["received"], cases + row["cases"]
    return found


def times(
    tx: Connection, tenant_id: str, period: Period, agent_id: str | None, column: str
) -> list[float]:
    """Return a time of each case of a period, sorted; `column`: first_response_s, resolution_s."""
    rows: list[Any] = tx.conn.execute(
        TIMES.format(column=column), (tenant_id, period.low, period.high, agent_id)
    ).fetchall()
    return sorted(row[0] for row in rows)
