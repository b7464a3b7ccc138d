"""Rows of sessions."""

from datetime import datetime
from typing import Any

from daemon.domains.whatsapp.domain import Session, SessionNotFoundError, SessionState
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp


def add(tx: Connection, tenant_id: str, session: Session) -> None:
    """Insert a session."""
    tx.conn.execute(
        "INSERT INTO wa_sessions (id, tenant_id, agent_id, name, state, since, reason_code, "
        "method, wanted, asked_phone, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            tenant_id,
            session.agent_id,
            session.name,
            session.state.value,
            stamp(session.since),
            session.reason_code,
            session.method,
            session.wanted,
            session.asked_phone,
            stamp(session.created_at),
        ),
    )


def find(tx: Connection, session_id: str) -> Session | None:
    """Return a session."""
    row = tx.conn.execute("SELECT * FROM wa_sessions WHERE id = ?", (session_id,)).fetchone()
    return None if row is None else _session(row)


def get(tx: Connection, session_id: str, agent_id: str | None = None) -> Session:
    """Return a session, of that agent if one is given; raises when there is none."""
    found = find(tx, session_id)
    if found is None or agent_id not in {None, found.agent_id}:
        raise SessionNotFoundError(id=session_id)
    return found


def named(tx: Connection, agent_id: str, name: str) -> Session | None:
    """Return the agent's session of this name."""
    row = tx.conn.execute(
        "SELECT * FROM wa_sessions WHERE agent_id = ? AND name = ?", (agent_id, name)
    ).fetchone()
    return None if row is None else _session(row)


def of_agent(tx: Connection, agent_id: str) -> list[Session]:
    """Return the sessions of an agent, oldest first."""
    rows = tx.conn.execute(
        "SELECT * FROM wa_sessions WHERE agent_id = ? ORDER BY id", (agent_id,)
    ).fetchall()
    return [_session(row) for row in rows]


def wanted(tx: Connection) -> list[Session]:
    """Return the sessions that are to be up, oldest first."""
    rows = tx.conn.execute("SELECT * FROM wa_sessions WHERE wanted = 1 ORDER BY id").fetchall()
    return [_session(row) for row in rows]


def counts(tx: Connection) -> dict[str, int]:
    """Return how many sessions there are by state."""
    rows = tx.conn.execute("SELECT state, count(*) AS n FROM wa_sessions GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


def linked_counts(tx: Connection) -> dict[str, int]:
    """Return how many sessions there are by state that an account was linked to."""
    rows = tx.conn.execute(
        "SELECT state, count(*) AS n FROM wa_sessions WHERE phone IS NOT NULL GROUP BY state"
    )
    return {row["state"]: row["n"] for row in rows}


def agent_of(tx: Connection, session_id: str) -> str | None:
    """Return the agent of a session, None when it was removed."""
    row = tx.conn.execute("SELECT agent_id FROM wa_sessions WHERE id = ?", (session_id,)).fetchone()
    return None if row is None else str(row["agent_id"])


def change(tx: Connection, session_id: str, **values: Any) -> None:
    """Set columns, named by the caller; times as datetimes."""
    columns = ", ".join(f"{column} = ?" for column in values)
    stored = [stamp(value) if isinstance(value, datetime) else value for value in values.values()]
    tx.conn.execute(f"UPDATE wa_sessions SET {columns} WHERE id = ?", (*stored, session_id))


def remove(tx: Connection, session_id: str) -> None:
    """Delete a session with its keys, its inbox and what it sent."""
    tx.conn.execute("DELETE FROM wa_sessions WHERE id = ?", (session_id,))


def _session(row: Any) -> Session:
    until = row["restricted_until"]
    return Session(
        id=row["id"],
        agent_id=row["agent_id"],
        name=row["name"],
        state=SessionState(row["state"]),
        since=datetime.fromisoformat(row["since"]),
        reason_code=row["reason_code"],
        method=row["method"],
        wanted=bool(row["wanted"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        asked_phone=row["asked_phone"],
        phone=row["phone"],
        lid=row["lid"],
        close_code=row["close_code"],
        restricted_until=None if until is None else datetime.fromisoformat(until),
    )
