"""The table of agents."""

from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection

from .domain import Agent, AgentNotFoundError, AgentSettings

migrations = Migrations("agents")


@migrations()
def create_agents(tx: Connection) -> None:
    """Create agents; `settings` holds only what was set, defaults come from the box."""
    tx.conn.execute(
        "CREATE TABLE agents (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, "
        "niche TEXT NOT NULL, instructions TEXT NOT NULL, status TEXT NOT NULL, "
        "settings TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )


@migrations()
def add_client(tx: Connection) -> None:
    """Say whose agent it is, where the tenant has clients."""
    tx.conn.execute("ALTER TABLE agents ADD COLUMN client_id TEXT")
    tx.conn.execute("CREATE INDEX agents_client ON agents (client_id) WHERE client_id IS NOT NULL")


def add(tx: Connection, values: dict[str, Any]) -> None:
    """Store a new agent."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    tx.conn.execute(f"INSERT INTO agents ({names}) VALUES ({marks})", tuple(values.values()))


def change(tx: Connection, agent_id: str, values: dict[str, Any]) -> None:
    """Set columns of an agent."""
    names = ", ".join(f"{name} = ?" for name in values)
    tx.conn.execute(f"UPDATE agents SET {names} WHERE id = ?", (*values.values(), agent_id))


def delete(tx: Connection, agent_id: str) -> None:
    """Remove an agent."""
    tx.conn.execute("DELETE FROM agents WHERE id = ?", (agent_id,))


def row(tx: Connection, agent_id: str) -> Any:
    """Return the row of an agent; raises when there is none."""
    found = tx.conn.execute("SELECT * FROM agents WHERE id = ?", (agent_id,)).fetchone()
    if found is None:
        raise AgentNotFoundError(id=agent_id)
    return found


def own_settings(found: Any) -> dict[str, Any]:
    """Return what was set for this agent."""
    values: dict[str, Any] = orjson.loads(found["settings"])
    return values


def listed(tx: Connection, cursor: str | None, limit: int) -> list[Any]:
    """Return rows, oldest first, one more than `limit`."""
    return list(
        tx.conn.execute(
            "SELECT * FROM agents WHERE id > ? ORDER BY id LIMIT ?", (cursor or "", limit + 1)
        )
    )


def count(tx: Connection) -> int:
    """Return how many agents there are."""
    return int(tx.conn.execute("SELECT count(*) FROM agents").fetchone()[0])


def read(found: Any, settings: AgentSettings) -> Agent:
    """Make an agent of its row."""
    return Agent(
        id=found["id"],
        name=found["name"],
        niche=found["niche"],
        instructions=found["instructions"],
        status=found["status"],
        created_at=datetime.fromisoformat(found["created_at"]),
        updated_at=datetime.fromisoformat(found["updated_at"]),
        settings=settings,
        client_id=found["client_id"],
    )
