"""The few statements that every table needs."""

from typing import Any

from daemon.infra.database import Connection


def insert_row(tx: Connection, table: str, values: dict[str, Any]) -> int:
    """Add a row and return its number."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = tx.conn.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values())
    )
    return int(cursor.lastrowid or 0)


def update_row(tx: Connection, table: str, number: str, values: dict[str, Any]) -> None:
    """Set columns of the row with this id."""
    names = ", ".join(f"{name} = ?" for name in values)
    tx.conn.execute(f"UPDATE {table} SET {names} WHERE id = ?", (*values.values(), number))


def count_of(tx: Connection, table: str, agent_id: str) -> int:
    """Return how many rows of an agent a table has."""
    row = tx.conn.execute(f"SELECT count(*) FROM {table} WHERE agent_id = ?", (agent_id,))
    return int(row.fetchone()[0])
