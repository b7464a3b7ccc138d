"""A person out of what the box itself keeps for a while: events and jobs."""

from collections.abc import Sequence

from daemon.kernel.subject import Subject, Tally, marks

from .database import Connection


def events(tx: Connection, person: Subject) -> list[int]:
    """Return the events that name a person."""
    rows = tx.conn.execute("SELECT seq, data FROM events WHERE at >= ?", (person.since,))
    return [row["seq"] for row in rows if person.mentioned_in(row["data"])]


def forget_events(tx: Connection, found: Sequence[int]) -> Tally:
    """Erase events; who resumes after one of them resumes after its number."""
    tx.conn.executemany("DELETE FROM events WHERE seq = ?", [(seq,) for seq in found])
    return Tally(len(found))


def forget_jobs(tx: Connection, person: Subject) -> Tally:
    """Erase jobs that wait or are parked; one that runs finds nothing to do and ends."""
    mine = [(number,) for number, state in _jobs(tx, person) if state != "leased"]
    tx.conn.executemany("DELETE FROM jobs WHERE id = ?", mine)
    return Tally(len(mine))


def at_work(tx: Connection, person: Subject) -> bool:
    """Say whether a job runs that is about a person."""
    return any(state == "leased" for _, state in _jobs(tx, person))


def _jobs(tx: Connection, person: Subject) -> list[tuple[str, str]]:
    rows = tx.conn.execute(
        f"SELECT id, state, payload, lock, key, reason FROM jobs WHERE kind NOT IN ({marks(OWN)})",
        OWN,
    )
    found = ((row, "\n".join(filter(None, tuple(row)[2:]))) for row in rows)
    return [(row["id"], row["state"]) for row, text in found if person.mentioned_in(text)]


OWN = ("privacy.erase", "privacy.export")
"""Jobs that are about the person on purpose."""
