"""Reads the roll-ups: sums over index ranges, of whole days (UTC) and the hours around them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

from daemon.domains.metrics.domain import BLOCK_HOURS, LOTS, WEEK_HOURS
from daemon.domains.metrics.periods import Period
from daemon.infra.database import Connection

from .rollups import COLUMNS

DAY_HOURS = 24
MAX_TIMES = 6_000
"""Beyond so many cases, times are read from an even share of them."""

_SUMS = ", ".join(f"sum({name}) AS {name}" for name in COLUMNS)
_BY = {"part": "piece.value ->> 0", "agent_id": "agent_id"}
_FROM = {"hour": "metrics_hours", "day": "metrics_days"}
# 1970 began on a Thursday, 72 hours into its week.
THURSDAY = 72
WEEK = (
    "SELECT hour % 168 AS slot, sum(received) AS received, sum(cases) AS cases "
    "FROM metrics_hours WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3 "
    "AND (?4 IS NULL OR agent_id = ?4) GROUP BY 1"
)
SLOTS = (
    "SELECT slot, sum(received) AS received, sum(cases) AS cases "
    "FROM metrics_slots WHERE tenant_id = ?1 AND block >= ?2 AND block < ?3 "
    "AND (?4 IS NULL OR agent_id = ?4) GROUP BY 1"
)
TIMES = (
    "SELECT json_group_array(first_response_s), json_group_array(resolution_s) "
    "FROM json_each(?1) AS lot CROSS JOIN metrics_cases "
    "INDEXED BY metrics_cases_times ON tenant_id = ?2 AND metrics_cases.lot = lot.value "
    "AND hour >= ?3 AND hour < ?4 AND (?5 IS NULL OR agent_id = ?5) "
    "AND first_response_s IS NOT NULL"
)


def summed(unit: str, by: str) -> str:
    """Return the query of sums over pieces `[part, low, high]`; `unit`: hour or day."""
    return (
        f"SELECT {_BY[by]} AS found, {_SUMS} FROM json_each(?1) AS piece CROSS JOIN {_FROM[unit]} "
        f"ON tenant_id = ?2 AND {unit} >= piece.value ->> 1 AND {unit} < piece.value ->> 2 "
        "AND (?3 IS NULL OR agent_id = ?3) GROUP BY 1"
    )


def series(
    tx: Connection, tenant_id: str, parts: Iterable[Period], agent_id: str | None
) -> list[dict[str, int]]:
    """Return the sums of each part, zero where nothing happened."""
    cut = list(parts)
    found = _summed(tx, tenant_id, cut, agent_id, "part")
    nothing = dict.fromkeys(COLUMNS, 0)
    return [found.get(number, nothing) for number in range(len(cut))]


def totals(tx: Connection, tenant_id: str, period: Period, agent_id: str | None) -> dict[str, int]:
    """Return the sums of a period."""
    return series(tx, tenant_id, [period], agent_id)[0]


def by_agent(
    tx: Connection, tenant_id: str, period: Period, agent_id: str | None
) -> dict[str, dict[str, int]]:
    """Return the sums of a period for each agent that did anything in it."""
    found = _summed(tx, tenant_id, [period], agent_id, "agent_id")
    return {str(name): found[name] for name in sorted(found, key=str)}


def week(
    tx: Connection,
    tenant_id: str,
    spans: Sequence[tuple[int, int, int]],
    agent_id: str | None,
) -> list[tuple[int, int]]:
    """Return messages received and cases begun by hour of the local week, Monday first."""
    found = [(0, 0)] * WEEK_HOURS
    for low, high, ahead in spans:
        cut = _cut([Period(low, high)], BLOCK_HOURS)
        for sql, sign, pieces in ((WEEK, 1, cut.more), (WEEK, -1, cut.less), (SLOTS, 1, cut.units)):
            for _, first, last in pieces:
                for row in tx.conn.execute(sql, (tenant_id, first, last, agent_id)):
                    slot = (row["slot"] + ahead + THURSDAY) % WEEK_HOURS
                    received, cases = found[slot]
                    found[slot] = received + sign * row["received"], cases + sign * row["cases"]
    return found


def times(
    tx: Connection, tenant_id: str, period: Period, agent_id: str | None, replied: int
) -> tuple[list[float], list[float]]:
    """Return first-response and resolution times of the cases of a period, each sorted.

    `replied`: in how many there is one. The share that is read of very many is the same each
    time, and has nothing to do with what happened in them.
    """
    lots = LOTS if replied <= MAX_TIMES else max(1, LOTS * MAX_TIMES // replied)
    chosen = orjson.dumps(list(range(lots))).decode()
    # Two arrays in one row: thousands of rows would set off a full garbage collection each time.
    row = tx.conn.execute(TIMES, (chosen, tenant_id, period.low, period.high, agent_id)).fetchone()
    return sorted(orjson.loads(row[0])), sorted(orjson.loads(row[1]))


def _summed(
    tx: Connection, tenant_id: str, parts: Sequence[Period], agent_id: str | None, by: str
) -> dict[str | int, dict[str, int]]:
    cut = _cut(parts, DAY_HOURS)
    found: dict[str | int, dict[str, int]] = {}
    for unit, sign, pieces in (
        ("hour", 1, cut.more),
        ("hour", -1, cut.less),
        ("day", 1, cut.units),
    ):
        given = (orjson.dumps(pieces).decode(), tenant_id, agent_id)
        for row in tx.conn.execute(summed(unit, by), given) if pieces else ():
            sums = found.setdefault(row["found"], dict.fromkeys(COLUMNS, 0))
            for name in COLUMNS:
                sums[name] += sign * row[name]
    return {key: sums for key, sums in found.items() if any(sums.values())}


class _Cut(NamedTuple):
    """Parts as whole units, the hours that these lack, and the hours that they have too many."""

    units: list[list[int]]
    more: list[list[int]]
    less: list[list[int]]


def _cut(parts: Sequence[Period], unit: int) -> _Cut:
    """Cut each part at the units nearest to its edges: pieces are `[part, low, high]`."""
    cut = _Cut([], [], [])
    for number, part in enumerate(parts):
        first, last = (part.low + unit // 2) // unit, (part.high + unit // 2) // unit
        if first >= last:
            cut.more.append([number, part.low, part.high])
            continue
        cut.units.append([number, first, last])
        for low, high in ((part.low, first * unit), (last * unit, part.high)):
            if low < high:
                cut.more.append([number, low, high])
            elif high < low:
                cut.less.append([number, high, low])
    return cut
