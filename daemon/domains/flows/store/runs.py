"""Runs, their history, and the counts by node."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson

from daemon.domains.flows.domain.errors import RunNotFoundError
from daemon.domains.flows.domain.graph import Graph
from daemon.domains.flows.domain.run import Moved, Run, Said
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from . import flows

_JSON = frozenset({"variables", "trail", "effect"})
_TIMES = frozenset({"started_at", "updated_at", "ended_at", "wake_at"})
_NAMES = tuple(field.name for field in fields(Run))
_COUNTED = {"entered": "entered", "left": "passed", "abandoned": "abandoned"}


@dataclass(frozen=True)
class Line:
    """A line of a run's history."""

    seq: int
    at: datetime
    node_id: str
    what: str
    data: dict[str, Any]


def add(tx: Connection, tenant_id: str, run: Run, draft: dict[str, Any] | None) -> None:
    """Store a new run; one of a draft keeps the draft as it was."""
    values = {
        "tenant_id": tenant_id,
        "graph": None if draft is None else orjson.dumps(draft).decode(),
        **_values(run),
    }
    marks = ", ".join("?" * len(values))
    tx.conn.execute(
        f"INSERT INTO flow_runs ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
    )


def save(tx: Connection, run: Run) -> None:
    """Write a run over its row."""
    values = _values(run)
    number = values.pop("id")
    names = ", ".join(f"{name} = ?" for name in values)
    tx.conn.execute(f"UPDATE flow_runs SET {names} WHERE id = ?", (*values.values(), number))


def get(tx: Connection, run_id: str) -> Run:
    """Return a run; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM flow_runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise RunNotFoundError(id=run_id)
    return _run(row)


def find(tx: Connection, run_id: str) -> Run | None:
    """Return a run, if it (still) is there."""
    row = tx.conn.execute("SELECT * FROM flow_runs WHERE id = ?", (run_id,)).fetchone()
    return None if row is None else _run(row)


def of_chat(tx: Connection, conversation_id: str) -> Run | None:
    """Return the run that a chat is in."""
    row = tx.conn.execute(
        "SELECT * FROM flow_runs WHERE conversation_id = ? AND ended_at IS NULL",
        (conversation_id,),
    ).fetchone()
    return None if row is None else _run(row)


def of_payment(tx: Connection, payment_id: str) -> Run | None:
    """Return the run that waits for a payment."""
    row = tx.conn.execute(
        "SELECT * FROM flow_runs WHERE payment_id = ? AND payment_id IS NOT NULL "
        "AND ended_at IS NULL",
        (payment_id,),
    ).fetchone()
    return None if row is None else _run(row)


def graph(tx: Connection, run: Run) -> Graph:
    """Return the graph that a run walks: a version, or the draft it was started with."""
    if run.version:
        return flows.graph(tx, run.flow_id, run.version)
    row = tx.conn.execute("SELECT graph FROM flow_runs WHERE id = ?", (run.id,)).fetchone()
    return Graph.model_validate(orjson.loads(row["graph"]))


def listed(
    tx: Connection, *, flow_id: str, state: str | None, cursor: str | None, limit: int
) -> list[Run]:
    """Return runs of a flow, the newest first, one more than `limit`."""
    where, values = "flow_id = ? AND id < ?", [flow_id, cursor or "~"]
    if state is not None:
        where, values = "flow_id = ? AND state = ? AND id < ?", [flow_id, state, cursor or "~"]
    found = tx.conn.execute(
        f"SELECT * FROM flow_runs WHERE {where} ORDER BY id DESC LIMIT ?", (*values, limit + 1)
    )
    return [_run(row) for row in found]


def open_ones(tx: Connection, flow_id: str) -> list[Run]:
    """Return the runs of a flow that have not ended."""
    found = tx.conn.execute(
        "SELECT * FROM flow_runs WHERE flow_id = ? AND state IN "
        "('working', 'asking', 'sleeping', 'charging', 'paused')",
        (flow_id,),
    )
    return [_run(row) for row in found]


def charging(tx: Connection) -> list[Run]:
    """Return the runs that wait for a payment."""
    found = tx.conn.execute(
        "SELECT * FROM flow_runs INDEXED BY flow_runs_charging WHERE payment_id IS NOT NULL "
        "AND ended_at IS NULL AND state = 'charging'"
    )
    return [_run(row) for row in found]


def note(tx: Connection, tenant_id: str, moved: Moved) -> None:
    """Write the history of a move, and count it by node unless it is only a trial."""
    run, at = moved.run, stamp(moved.run.updated_at)
    first = _next_seq(tx, run.id)
    lines = [(step.node, step.what, dict(step.data)) for step in moved.steps]
    lines += [(one.node, "said", _said(one)) for one in moved.said]
    tx.conn.executemany(
        "INSERT INTO flow_steps (run_id, seq, tenant_id, at, node_id, what, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (run.id, first + place, tenant_id, at, node, what, orjson.dumps(data).decode())
            for place, (node, what, data) in enumerate(lines)
        ],
    )
    if run.channel != "simulator":
        _count(tx, tenant_id, moved)


def history(tx: Connection, run_id: str, after: int, limit: int) -> list[Line]:
    """Return lines of a run's history after a number, oldest first, one more than `limit`."""
    rows = tx.conn.execute(
        "SELECT * FROM flow_steps WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        (run_id, after, limit + 1),
    )
    return [
        Line(
            row["seq"],
            datetime.fromisoformat(row["at"]),
            row["node_id"],
            row["what"],
            orjson.loads(row["data"]),
        )
        for row in rows
    ]


def last_seq(tx: Connection, run_id: str) -> int:
    """Return the number of the newest line."""
    return _next_seq(tx, run_id) - 1


def counts(tx: Connection, flow_id: str, version: int | None) -> list[Any]:
    """Return the counts by node, of one version or of all."""
    of_one = "" if version is None else "AND version = ?"
    return list(
        tx.conn.execute(
            "SELECT node_id, sum(entered) AS entered, sum(passed) AS passed, "
            f"sum(abandoned) AS abandoned FROM flow_counts WHERE flow_id = ? {of_one} "
            "GROUP BY node_id",
            (flow_id,) if version is None else (flow_id, version),
        )
    )


def forget(tx: Connection, conversation_ids: Sequence[str]) -> int:
    """Delete every run of some conversations, with all that was said in them."""
    marks = ", ".join("?" * len(conversation_ids))
    cursor = tx.conn.execute(
        f"DELETE FROM flow_runs WHERE conversation_id IN ({marks})", tuple(conversation_ids)
    )
    return int(cursor.rowcount)


def _said(one: Said) -> dict[str, Any]:
    media = {} if one.media is None else {"media": one.media}
    return {"text": one.text, "options": list(one.options), "kind": one.kind, **media}


def _next_seq(tx: Connection, run_id: str) -> int:
    row = tx.conn.execute(
        "SELECT coalesce(max(seq), 0) + 1 FROM flow_steps WHERE run_id = ?", (run_id,)
    ).fetchone()
    return int(row[0])


def _count(tx: Connection, tenant_id: str, moved: Moved) -> None:
    """Count a move. How runs end is counted under the name `=outcome`, which no node can have."""
    found: Counter[tuple[str, int, str, str]] = Counter()
    for step in moved.steps:
        if (column := _COUNTED.get(step.what)) is not None:
            found[(step.at_flow, step.at_version, step.node, column)] += 1
        if step.what in {"started", "ended"}:
            outcome = f"={step.data.get('outcome', 'started')}"
            found[(step.at_flow, step.at_version, outcome, "entered")] += 1
    for (flow_id, version, node_id, column), number in found.items():
        tx.conn.execute(
            f"INSERT INTO flow_counts (flow_id, version, node_id, tenant_id, {column}) "
            f"VALUES (?, ?, ?, ?, ?) ON CONFLICT (flow_id, version, node_id) "
            f"DO UPDATE SET {column} = {column} + excluded.{column}",
            (flow_id, version, node_id, tenant_id, number),
        )


def _values(run: Run) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(run, name)
        if name in _JSON and value is not None:
            value = orjson.dumps(value).decode()
        elif name in _TIMES and value is not None:
            value = stamp(value)
        values[name] = value
    return values


def _run(row: Any) -> Run:
    values: dict[str, Any] = {}
    for name in _NAMES:
        value = row[name]
        if name in _JSON and value is not None:
            value = orjson.loads(value)
        elif name in _TIMES and value is not None:
            value = datetime.fromisoformat(value)
        values[name] = value
    values["trail"] = tuple(values["trail"])
    return Run(**values)
