"""The durable queue: rows of the same database, in the same transactions as the facts.

A job is `waiting`, `leased` or `parked`; a job that is done is deleted. Jobs of one lock run one
at a time, oldest first, and one that waits for its next try holds back the ones behind it. A
lease that outlives its time (a hung handler, a killed daemon) is given back. After `MAX_ATTEMPTS`
failures a job parks with its reason until a person replays it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.kernel.clock import Clock, stamp
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import MAX_ATTEMPTS, Job, NewJob

from .database import Connection

migrations = Migrations("queue")

LEASE = timedelta(minutes=10)
BACKOFF_S = (1, 5, 25, 120)
A_WHILE = timedelta(days=1)


@migrations()
def create_jobs(tx: Connection) -> None:
    """Create the queue."""
    tx.conn.execute(
        "CREATE TABLE jobs ("
        "id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, "
        "lock TEXT, key TEXT, state TEXT NOT NULL DEFAULT 'waiting', "
        "priority INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, "
        "run_at TEXT NOT NULL, leased_until TEXT, reason TEXT, created_at TEXT NOT NULL)"
    )
    tx.conn.execute("CREATE INDEX jobs_due ON jobs (state, run_at)")
    tx.conn.execute("CREATE INDEX jobs_lock ON jobs (lock, state, id)")
    tx.conn.execute(
        "CREATE UNIQUE INDEX jobs_key ON jobs (kind, key) WHERE key IS NOT NULL"
        " AND state = 'waiting'"
    )


@migrations()
def index_list(tx: Connection) -> None:
    """Let the jobs of a state be listed in their order."""
    tx.conn.execute("CREATE INDEX jobs_state ON jobs (state, id)")


class Queue:
    """What can be done with jobs inside a transaction."""

    def __init__(self, clock: Clock, tenant_id: str) -> None:
        self._clock, self._tenant = clock, tenant_id

    def add(self, tx: Connection, job: NewJob) -> str:
        """Queue a job; with a `key` that already waits, the one that waits stays."""
        now = self._clock.now()
        number = new_id()
        tx.conn.execute(
            "INSERT INTO jobs (id, tenant_id, kind, payload, lock, key, priority, run_at, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                number,
                self._tenant,
                job.kind,
                orjson.dumps(job.payload).decode(),
                job.lock,
                job.key,
                job.priority,
                stamp(job.run_at or now),
                stamp(now),
            ),
        )
        return number

    def done(self, tx: Connection, job: Job) -> None:
        """Finish the job in the transaction of its outcome."""
        tx.conn.execute("DELETE FROM jobs WHERE id = ?", (job.id,))

    def drop(self, tx: Connection, kind: str, key: str) -> None:
        """Take back a job that still waits."""
        tx.conn.execute(
            "DELETE FROM jobs WHERE kind = ? AND key = ? AND state = 'waiting'", (kind, key)
        )

    def lease(self, tx: Connection, limit: int, kinds: Sequence[str]) -> list[Job]:
        """Take up to `limit` due jobs whose lock is free, in order of priority, then of age."""
        now = self._clock.now()
        marks = ", ".join("?" * len(kinds))
        rows = tx.conn.execute(
            "SELECT * FROM jobs AS job WHERE state = 'waiting' AND run_at <= ? "
            f"AND kind IN ({marks}) AND (lock IS NULL OR NOT EXISTS ("
            "SELECT 1 FROM jobs AS other WHERE other.lock = job.lock AND ("
            "other.state = 'leased' OR (other.state = 'waiting' "
            "AND (other.run_at <= ? OR other.reason IS NOT NULL) "
            "AND (other.priority > job.priority OR "
            "(other.priority = job.priority AND other.id < job.id)))))) "
            "ORDER BY priority DESC, run_at, id LIMIT ?",
            (stamp(now), *kinds, stamp(now), limit),
        ).fetchall()
        until = stamp(now + LEASE)
        for row in rows:
            tx.conn.execute(
                "UPDATE jobs SET state = 'leased', attempts = attempts + 1, leased_until = ? "
                "WHERE id = ?",
                (until, row["id"]),
            )
        return [_job(row) for row in rows]

    def failed(self, tx: Connection, job: Job, reason: str) -> bool:
        """Try again after a back-off, or park. Returns True when the job is parked now."""
        if job.attempts >= MAX_ATTEMPTS:
            self.park(tx, job, reason)
            return True
        delay = BACKOFF_S[min(job.attempts, len(BACKOFF_S)) - 1]
        self._again(tx, job, delay, reason, counted=True)
        return False

    def later(self, tx: Connection, job: Job, after_s: float, reason: str) -> None:
        """Run it again later; this try does not count."""
        self._again(tx, job, after_s, reason, counted=False)

    def park(self, tx: Connection, job: Job, reason: str) -> None:
        """Put the job aside for a person."""
        tx.conn.execute(
            "UPDATE jobs SET state = 'parked', reason = ?, leased_until = NULL WHERE id = ?",
            (reason, job.id),
        )

    def replay(self, tx: Connection, number: str) -> bool:
        """Give a parked job a fresh start. Returns False when it is not parked."""
        cursor = tx.conn.execute(
            "UPDATE OR IGNORE jobs SET state = 'waiting', attempts = 0, run_at = ? "
            "WHERE id = ? AND state = 'parked'",
            (stamp(self._clock.now()), number),
        )
        return cursor.rowcount == 1

    def any_due(self, tx: Connection, kinds: Sequence[str]) -> bool:
        """Say whether a lease may find something; a read, so that an idle box writes nothing."""
        marks = ", ".join("?" * len(kinds))
        row = tx.conn.execute(
            f"SELECT 1 FROM jobs WHERE state = 'waiting' AND run_at <= ? AND kind IN ({marks})",
            (stamp(self._clock.now()), *kinds),
        ).fetchone()
        return row is not None

    def recover(
        self, tx: Connection, *, all_leases: bool = False, except_for: Sequence[str] = ()
    ) -> int:
        """Give back leases that ran out; at start, all of them: their worker is gone."""
        marks = ", ".join("?" * len(except_for))
        expired = "" if all_leases else f"AND leased_until < ? AND id NOT IN ({marks})"
        values = () if all_leases else (stamp(self._clock.now()), *except_for)
        rows = tx.conn.execute(
            f"SELECT id, kind, key FROM jobs WHERE state = 'leased' {expired}", values
        ).fetchall()
        for row in rows:
            # A newer job of the same key waits already: it covers this one.
            tx.conn.execute(
                "DELETE FROM jobs WHERE kind = ? AND key = ? AND state = 'waiting'",
                (row["kind"], row["key"]),
            )
            tx.conn.execute(
                "UPDATE jobs SET state = 'waiting', leased_until = NULL WHERE id = ?", (row["id"],)
            )
        return len(rows)

    def clock_set_back(self, tx: Connection) -> int:
        """Let what a fast clock put off for a while wait that while, not until its hour comes."""
        now = self._clock.now()
        rows = tx.conn.execute(
            "SELECT id, run_at, created_at FROM jobs "
            "WHERE state = 'waiting' AND run_at > ? AND created_at > ?",
            (stamp(now), stamp(now)),
        ).fetchall()
        moved = 0
        for row in rows:
            run_at, made = (datetime.fromisoformat(row[name]) for name in ("run_at", "created_at"))
            if run_at - made <= A_WHILE:  # longer is an appointment
                tx.conn.execute(
                    "UPDATE jobs SET run_at = ? WHERE id = ?",
                    (stamp(now + max(run_at - made, timedelta())), row["id"]),
                )
                moved += 1
        return moved

    def _again(
        self, tx: Connection, job: Job, delay_s: float, reason: str, *, counted: bool
    ) -> None:
        run_at = stamp(self._clock.now() + timedelta(seconds=delay_s))
        # The same key may wait already, added while this one ran: the later one covers both.
        tx.conn.execute(
            "DELETE FROM jobs WHERE kind = ? AND key = ? AND state = 'waiting'",
            (job.kind, job.key),
        )
        tx.conn.execute(
            "UPDATE jobs SET state = 'waiting', leased_until = NULL, run_at = ?, reason = ?, "
            "attempts = attempts - ? WHERE id = ?",
            (run_at, reason, 0 if counted else 1, job.id),
        )


def listed(tx: Connection, state: str, cursor: str | None, limit: int) -> list[dict[str, Any]]:
    """Return jobs of a state, newest first, for the page and the API."""
    rows = tx.conn.execute(
        "SELECT id, kind, lock, state, attempts, run_at, reason, created_at FROM jobs "
        "WHERE state = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (state, cursor or "~", limit + 1),
    )
    return [dict(row) for row in rows]


def counts(tx: Connection) -> dict[str, int]:
    """Return how many jobs there are by state."""
    rows = tx.conn.execute("SELECT state, count(*) AS n FROM jobs GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


def oldest_wait_s(tx: Connection, now: datetime) -> int:
    """Return for how many seconds the job that is due longest has been due; 0 for none."""
    row = tx.conn.execute(
        "SELECT min(run_at) FROM jobs WHERE state = 'waiting' AND run_at <= ?", (stamp(now),)
    ).fetchone()
    return 0 if row[0] is None else int((now - datetime.fromisoformat(row[0])).total_seconds())


def _job(row: Any) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        payload=orjson.loads(row["payload"]),
        lock=row["lock"],
        attempts=row["attempts"] + 1,
        key=row["key"],
    )
