"""Notices that name a person."""

from daemon.infra.database import Connection
from daemon.kernel.subject import Subject, Tally


def forget(tx: Connection, person: Subject) -> Tally:
    """Erase them, with how they were delivered."""
    rows = tx.conn.execute("SELECT id, subject, facts FROM notifications").fetchall()
    mine = [(row["id"],) for row in rows if person.mentioned_in(f"{row['subject']} {row['facts']}")]
    tx.conn.executemany("DELETE FROM notifications WHERE id = ?", mine)
    return Tally(len(mine))
