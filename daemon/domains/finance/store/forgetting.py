"""A person who is a client: what the law asks to keep stays, and nothing else."""

from collections.abc import Sequence
from typing import Any

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally, marks

_BOUND = ("finance_invoices", "finance_subscriptions", "finance_payments", "finance_sales")


def told(tx: Connection, person: Subject) -> list[dict[str, Any]]:
    """Return the client records of a person's phone, with their invoices and payments."""
    found = list[dict[str, Any]]()
    for client in _clients(tx, person):
        record = dict(client)
        for name in ("finance_invoices", "finance_payments"):
            rows = tx.conn.execute(
                f"SELECT * FROM {name} WHERE client_id = ? ORDER BY id", (client["id"],)
            )
            record[name.removeprefix("finance_")] = [dict(row) for row in rows]
        found.append(record)
    return found


def forget(tx: Connection, person: Subject) -> Tally:
    """Erase the ways to reach a client; who was never charged goes whole.

    Invoices are fiscal records: name and document stay with them (LGPD, art. 16, I).
    """
    erased = kept = 0
    for client in _clients(tx, person):
        number = client["id"]
        bound = any(
            tx.conn.execute(
                f"SELECT 1 FROM {table} WHERE client_id = ? LIMIT 1", (number,)
            ).fetchone()
            for table in _BOUND
        )
        if bound:
            tx.conn.execute(
                "UPDATE finance_clients SET phone = NULL, email = NULL WHERE id = ?", (number,)
            )
            kept += 1
        else:
            tx.conn.execute("DELETE FROM finance_clients WHERE id = ?", (number,))
        erased += 1
    return Tally(erased, kept)


def outside(tx: Connection, person: Subject, payments: Sequence[str]) -> list[str]:
    """Return the payment providers that charged a person, also by these payments of flows."""
    clients = tuple(client["id"] for client in _clients(tx, person))
    rows = tx.conn.execute(
        "SELECT DISTINCT provider FROM finance_payments WHERE provider IS NOT NULL "
        f"AND (client_id IN ({marks(clients)}) OR id IN ({marks(payments)})) ORDER BY provider",
        (*clients, *payments),
    )
    return [row["provider"].capitalize() for row in rows]


def named(tx: Connection, name: str) -> bool:
    """Say whether a client is called so: a payer who is kept, or another person."""
    query = "SELECT 1 FROM finance_clients WHERE instr(name, ?) > 0 LIMIT 1"
    return tx.conn.execute(query, (name,)).fetchone() is not None


def _clients(tx: Connection, person: Subject) -> list[Any]:
    users = tuple(person.users)
    return tx.conn.execute(
        f"SELECT * FROM finance_clients WHERE phone IS NOT NULL AND phone IN ({marks(users)})",
        users,
    ).fetchall()
