"""Which refused questions are about one thing, as the job found out."""

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.infra.database import Connection


@dataclass(frozen=True)
class Leader:
    """A topic: its name is the trace of the question that began it."""

    name: str
    agent_id: str
    vector: bytes


def names(tx: Connection, traces: Sequence[str]) -> dict[str, str]:
    """Return the topic of each of some questions that has one."""
    rows = tx.conn.execute(
        "SELECT trace_id, topic FROM metrics_topics "
        f"WHERE trace_id IN ({', '.join('?' * len(traces))})",
        tuple(traces),
    )
    return {row["trace_id"]: row["topic"] for row in rows}


def leaders(tx: Connection, tenant_id: str) -> list[Leader]:
    """Return every topic."""
    rows = tx.conn.execute(
        "SELECT topic, agent_id, vector FROM metrics_leaders WHERE tenant_id = ?", (tenant_id,)
    )
    return [Leader(row["topic"], row["agent_id"], row["vector"]) for row in rows]


def keep(tx: Connection, tenant_id: str, leader: Leader, traces: Sequence[str]) -> None:
    """Put questions to a topic, which begins if it is not there."""
    tx.conn.execute(
        "INSERT INTO metrics_leaders (tenant_id, topic, agent_id, vector) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (tenant_id, leader.name, leader.agent_id, leader.vector),
    )
    tx.conn.executemany(
        "INSERT OR REPLACE INTO metrics_topics (trace_id, tenant_id, topic) VALUES (?, ?, ?)",
        [(trace, tenant_id, leader.name) for trace in traces],
    )
