"""Flows and their versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from daemon.domains.flows.domain.errors import FlowNotFoundError, VersionNotFoundError
from daemon.domains.flows.domain.graph import Graph
from daemon.domains.flows.ports import File
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

LISTED = (
    "id, agent_id, name, description, nodes, version, latest, triggers, active, created_at, "
    "updated_at"
)


@dataclass(frozen=True)
class Flow:
    """A flow: its draft as it was saved (in a list, left out), and which version is live."""

    id: str
    agent_id: str
    name: str
    description: str
    draft: dict[str, Any]
    version: int | None
    latest: int
    triggers: tuple[dict[str, Any], ...]
    active: bool
    created_at: datetime
    updated_at: datetime
    nodes: int = 0


@dataclass(frozen=True)
class Version:
    """A published version; never changed."""

    flow_id: str
    version: int
    note: str
    published_at: datetime
    published_by: str


def add(tx: Connection, tenant_id: str, flow: Flow) -> None:
    """Store a new flow."""
    tx.conn.execute(
        "INSERT INTO flows (id, tenant_id, agent_id, name, description, draft, nodes, version, "
        "latest, triggers, active, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            flow.id,
            tenant_id,
            flow.agent_id,
            flow.name,
            flow.description,
            orjson.dumps(flow.draft).decode(),
            _nodes(flow.draft),
            flow.version,
            flow.latest,
            None,
            flow.active,
            stamp(flow.created_at),
            stamp(flow.updated_at),
        ),
    )


def change(tx: Connection, flow_id: str, at: datetime, values: dict[str, Any]) -> None:
    """Set columns of a flow; drafts and triggers are given as JSON."""
    plain = {
        name: orjson.dumps(value).decode() if name in {"draft", "triggers"} else value
        for name, value in values.items()
    }
    plain["updated_at"] = stamp(at)
    if "draft" in values:
        plain["nodes"] = _nodes(values["draft"])
    names = ", ".join(f"{name} = ?" for name in plain)
    tx.conn.execute(f"UPDATE flows SET {names} WHERE id = ?", (*plain.values(), flow_id))


def delete(tx: Connection, flow_id: str) -> None:
    """Remove a flow with its versions, counts and schedules; runs keep standing."""
    tx.conn.execute("DELETE FROM flows WHERE id = ?", (flow_id,))
    tx.conn.execute("DELETE FROM flow_counts WHERE flow_id = ?", (flow_id,))


def get(tx: Connection, flow_id: str) -> Flow:
    """Return a flow; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM flows WHERE id = ?", (flow_id,)).fetchone()
    if row is None:
        raise FlowNotFoundError(id=flow_id)
    return _flow(row)


def listed(tx: Connection, agent_id: str | None, cursor: str | None, limit: int) -> list[Flow]:
    """Return flows without their drafts, the newest first, one more than `limit`."""
    where, values = "id < ?", [cursor or "~"]
    if agent_id is not None:
        where, values = "agent_id = ? AND id < ?", [agent_id, cursor or "~"]
    found = tx.conn.execute(
        f"SELECT {LISTED} FROM flows WHERE {where} ORDER BY id DESC LIMIT ?", (*values, limit + 1)
    )
    return [_flow(row) for row in found]


def of_agent(tx: Connection, agent_id: str) -> list[str]:
    """Return the ids of an agent's flows."""
    rows = tx.conn.execute("SELECT id FROM flows WHERE agent_id = ?", (agent_id,))
    return [row["id"] for row in rows]


def triggers(tx: Connection, agent_id: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return what starts the live flows of an agent, oldest flow first."""
    rows = tx.conn.execute(
        "SELECT id, triggers FROM flows WHERE agent_id = ? AND active = 1 "
        "AND version IS NOT NULL AND triggers <> '[]' ORDER BY id",
        (agent_id,),
    )
    return [(row["id"], orjson.loads(row["triggers"])) for row in rows]


def publish(tx: Connection, tenant_id: str, version: Version, draft: dict[str, Any]) -> None:
    """Keep a version for ever."""
    tx.conn.execute(
        "INSERT INTO flow_versions (flow_id, version, tenant_id, graph, note, published_at, "
        "published_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            version.flow_id,
            version.version,
            tenant_id,
            orjson.dumps(draft).decode(),
            version.note,
            stamp(version.published_at),
            version.published_by,
        ),
    )


def with_headers(tx: Connection) -> list[tuple[str, int, dict[str, Any]]]:
    """Return the graphs that set headers: versions, and drafts as version 0."""
    rows = tx.conn.execute(
        'SELECT id, 0, draft FROM flows WHERE draft LIKE \'%"headers":{"%\' UNION ALL '
        'SELECT flow_id, version, graph FROM flow_versions WHERE graph LIKE \'%"headers":{"%\''
    )
    return [(row[0], row[1], orjson.loads(row[2])) for row in rows]


def rewrite(tx: Connection, flow_id: str, version: int, graph: dict[str, Any]) -> None:
    """Write a graph that means the same over the one of a version, or over the draft."""
    text = orjson.dumps(graph).decode()
    if version:
        tx.conn.execute(
            "UPDATE flow_versions SET graph = ? WHERE flow_id = ? AND version = ?",
            (text, flow_id, version),
        )
    else:
        tx.conn.execute("UPDATE flows SET draft = ? WHERE id = ?", (text, flow_id))


def versions(tx: Connection, flow_id: str, before: int, limit: int) -> list[Version]:
    """Return versions, the newest first, one more than `limit`."""
    rows = tx.conn.execute(
        "SELECT flow_id, version, note, published_at, published_by FROM flow_versions "
        "WHERE flow_id = ? AND version < ? ORDER BY version DESC LIMIT ?",
        (flow_id, before, limit + 1),
    )
    return [
        Version(
            row["flow_id"],
            row["version"],
            row["note"],
            datetime.fromisoformat(row["published_at"]),
            row["published_by"],
        )
        for row in rows
    ]


def source(tx: Connection, flow_id: str, version: int) -> dict[str, Any]:
    """Return the JSON of a version; raises when there is none."""
    row = tx.conn.execute(
        "SELECT graph FROM flow_versions WHERE flow_id = ? AND version = ?", (flow_id, version)
    ).fetchone()
    if row is None:
        raise VersionNotFoundError(id=flow_id, version=version)
    found: dict[str, Any] = orjson.loads(row["graph"])
    return found


def live(tx: Connection, flow_id: str) -> tuple[int, Graph] | None:
    """Return the published version of a flow, if it has one."""
    row = tx.conn.execute("SELECT version FROM flows WHERE id = ?", (flow_id,)).fetchone()
    if row is None or row["version"] is None:
        return None
    return row["version"], graph(tx, flow_id, row["version"])


def live_ones(tx: Connection, agent_id: str, limit: int) -> list[str]:
    """Return ids of an agent's flows that are published and active."""
    rows = tx.conn.execute(
        "SELECT id FROM flows WHERE agent_id = ? AND active = 1 AND version IS NOT NULL LIMIT ?",
        (agent_id, limit),
    )
    return [row["id"] for row in rows]


def graph(tx: Connection, flow_id: str, version: int) -> Graph:
    """Return the graph of a version; raises when there is none."""
    row = tx.conn.execute(
        "SELECT graph FROM flow_versions WHERE flow_id = ? AND version = ?", (flow_id, version)
    ).fetchone()
    if row is None:
        raise VersionNotFoundError(id=flow_id, version=version)
    return _read(row["graph"])


@lru_cache(maxsize=64)
def _read(text: str) -> Graph:
    """Read a graph; every move of a run needs it, and a large one takes milliseconds."""
    return Graph.model_validate(orjson.loads(text))


def schedule(
    tx: Connection, tenant_id: str, flow_id: str, entries: Sequence[tuple[str, list[str], datetime]]
) -> None:
    """Replace what starts a flow by the clock: cron, contacts, and when it is next."""
    tx.conn.execute("DELETE FROM flow_schedules WHERE flow_id = ?", (flow_id,))
    tx.conn.executemany(
        "INSERT INTO flow_schedules (flow_id, place, tenant_id, cron, contacts, next_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (flow_id, place, tenant_id, cron, orjson.dumps(contacts).decode(), stamp(at))
            for place, (cron, contacts, at) in enumerate(entries)
        ],
    )


def due(tx: Connection, now: datetime) -> list[Any]:
    """Return schedules whose time has come."""
    return list(
        tx.conn.execute("SELECT * FROM flow_schedules WHERE next_at <= ?", (stamp(now),)).fetchall()
    )


def postpone(tx: Connection, flow_id: str, place: int, at: datetime) -> None:
    """Set when a schedule is next."""
    tx.conn.execute(
        "UPDATE flow_schedules SET next_at = ? WHERE flow_id = ? AND place = ?",
        (stamp(at), flow_id, place),
    )


def keep_file(tx: Connection, tenant_id: str, file: File, at: datetime) -> None:
    """Remember a file; the same one twice is one."""
    tx.conn.execute(
        "INSERT INTO flow_files (id, tenant_id, kind, mime, name, path, bytes, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (file.id, tenant_id, file.kind, file.mime, file.name, file.path, file.bytes, stamp(at)),
    )


def file(tx: Connection, file_id: str) -> File | None:
    """Return a file."""
    row = tx.conn.execute("SELECT * FROM flow_files WHERE id = ?", (file_id,)).fetchone()
    if row is None:
        return None
    return File(row["id"], row["kind"], row["mime"], row["name"], row["path"], row["bytes"])


def _flow(row: Any) -> Flow:
    return Flow(
        id=row["id"],
        agent_id=row["agent_id"],
        name=row["name"],
        description=row["description"],
        draft=orjson.loads(row["draft"]) if "draft" in row.keys() else {},  # noqa: SIM118 - a Row is no dict
        version=row["version"],
        latest=row["latest"],
        triggers=tuple(orjson.loads(row["triggers"] or "[]")),
        active=bool(row["active"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        nodes=row["nodes"],
    )


def _nodes(draft: dict[str, Any]) -> int:
    nodes = draft.get("nodes")
    return len(nodes) if isinstance(nodes, list) else 0
