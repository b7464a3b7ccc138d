"""A person out of flows: runs with all that was said in them, and lists of who a flow writes to."""

from collections.abc import Sequence
from typing import Any

import orjson

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally, marks

from . import runs

_GRAPHS = (("flows", "draft"), ("flow_versions", "graph"))


def told(tx: Connection, person: Subject) -> list[dict[str, Any]]:
    """Return the runs of a person: when, which flow, what was answered."""
    found = list[dict[str, Any]]()
    for number in _runs(tx, person):
        row = tx.conn.execute(
            "SELECT id, flow_id, state, outcome, variables, started_at, ended_at FROM flow_runs "
            "WHERE id = ?",
            (number,),
        ).fetchone()
        steps = tx.conn.execute(
            "SELECT at, what, data FROM flow_steps WHERE run_id = ? ORDER BY seq", (number,)
        )
        said = [{**dict(step), "data": orjson.loads(step["data"])} for step in steps]
        found.append({**dict(row), "variables": orjson.loads(row["variables"]), "steps": said})
    return found


def forget(tx: Connection, person: Subject) -> Tally:
    """Erase runs, and the phone from what flows start by the clock."""
    count = runs.forget(tx, list(person.conversations))
    left = _runs(tx, person)
    count += tx.conn.execute(
        f"DELETE FROM flow_runs WHERE id IN ({marks(left)})", tuple(left)
    ).rowcount
    users = frozenset(person.users)
    for row in tx.conn.execute("SELECT flow_id, place, contacts FROM flow_schedules").fetchall():
        contacts = orjson.loads(row["contacts"])
        if (others := _without(contacts, users)) != contacts:
            tx.conn.execute(
                "UPDATE flow_schedules SET contacts = ? WHERE flow_id = ? AND place = ?",
                (orjson.dumps(others).decode(), row["flow_id"], row["place"]),
            )
            count += 1
    return Tally(count + sum(_graphs(tx, table, column, users) for table, column in _GRAPHS))


def payments(tx: Connection, person: Subject) -> list[str]:
    """Return the charges that flows made to a person."""
    chosen = tuple(_runs(tx, person))
    rows = tx.conn.execute(
        "SELECT payment_id FROM flow_runs WHERE payment_id IS NOT NULL "
        f"AND id IN ({marks(chosen)})",
        chosen,
    )
    return [row["payment_id"] for row in rows]


def _runs(tx: Connection, person: Subject) -> list[str]:
    chats, users = tuple(person.conversations), tuple(person.users)
    rows = tx.conn.execute(
        f"SELECT id FROM flow_runs WHERE conversation_id IN ({marks(chats)}) "
        f"OR ltrim(contact_phone, '+') IN ({marks(users)})",
        (*chats, *users),
    )
    return [row["id"] for row in rows]


def _graphs(tx: Connection, table: str, column: str, users: frozenset[str]) -> int:
    """Take the phone out of the triggers of graphs, drafts and versions alike."""
    changed = 0
    rows = tx.conn.execute(f"SELECT * FROM {table} WHERE {column} LIKE '%\"contacts\"%'").fetchall()
    for row in rows:
        graph = orjson.loads(row[column])
        before = orjson.dumps(graph)
        for trigger in graph.get("triggers") or ():
            if isinstance(trigger, dict) and trigger.get("contacts"):
                trigger["contacts"] = _without(trigger["contacts"], users)
        if (after := orjson.dumps(graph)) == before:
            continue
        keys = ("id",) if table == "flows" else ("flow_id", "version")
        where = " AND ".join(f"{key} = ?" for key in keys)
        tx.conn.execute(
            f"UPDATE {table} SET {column} = ? WHERE {where}",
            (after.decode(), *(row[key] for key in keys)),
        )
        changed += 1
    return changed


def _without(contacts: Sequence[Any], users: frozenset[str]) -> list[Any]:
    return [one for one in contacts if "".join(filter(str.isdigit, str(one))) not in users]
