"""The tables of reports and of what comes back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from sqlite_utils import Migrations

from daemon.infra.database import Connection
from daemon.kernel.clock import stamp

from .domain import Delivery, Report, Schedule, as_json, from_json
from .errors import ReportNotFoundError, ScheduleNotFoundError

migrations = Migrations("reports")

_TIMES = ("start", "end", "created_at", "started_at", "finished_at", "expires_at")
_SCHEDULE_TIMES = ("next_at", "last_at", "created_at", "updated_at")


@migrations()
def create_reports(tx: Connection) -> None:
    """Create reports and their schedules."""
    tx.conn.execute(
        "CREATE TABLE reports (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, "
        "wish TEXT NOT NULL, start TEXT NOT NULL, end TEXT NOT NULL, state TEXT NOT NULL, "
        "progress REAL NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, error TEXT, "
        "schedule_id TEXT, deliveries TEXT NOT NULL, created_at TEXT NOT NULL, started_at TEXT, "
        "finished_at TEXT, expires_at TEXT)"
    )
    tx.conn.execute("CREATE INDEX reports_state ON reports (state, id, bytes)")
    tx.conn.execute("CREATE INDEX reports_kind ON reports (kind, id)")
    tx.conn.execute("CREATE INDEX reports_schedule ON reports (schedule_id, id)")
    tx.conn.execute(
        "CREATE INDEX reports_expires ON reports (expires_at) WHERE expires_at IS NOT NULL"
    )
    tx.conn.execute(
        "CREATE TABLE report_schedules (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, "
        "name TEXT NOT NULL, wish TEXT NOT NULL, every TEXT NOT NULL, hour INTEGER NOT NULL, "
        "weekday INTEGER NOT NULL, day INTEGER NOT NULL, enabled INTEGER NOT NULL, next_at TEXT, "
        "last_at TEXT, last_report_id TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"
    )
    tx.conn.execute(
        "CREATE INDEX report_schedules_next ON report_schedules (next_at) WHERE next_at IS NOT NULL"
    )


def save(tx: Connection, tenant_id: str, report: Report) -> None:
    """Write a report as it stands."""
    row = {**vars(report), "tenant_id": tenant_id, "kind": report.wish.kind}
    row["wish"] = orjson.dumps(as_json(report.wish)).decode()
    row["deliveries"] = orjson.dumps([asdict(one) for one in report.deliveries]).decode()
    _put(tx, "reports", row, _TIMES)


def find(tx: Connection, report_id: str) -> Report | None:
    """Return a report."""
    row = tx.conn.execute("SELECT * FROM reports WHERE id = ?", (report_id,)).fetchone()
    return None if row is None else _report(row)


def get(tx: Connection, report_id: str) -> Report:
    """Return a report; raises when there is none."""
    found = find(tx, report_id)
    if found is None:
        raise ReportNotFoundError(id=report_id)
    return found


def delete(tx: Connection, report_id: str) -> None:
    """Remove a row."""
    tx.conn.execute("DELETE FROM reports WHERE id = ?", (report_id,))


def listed(
    tx: Connection, equal: dict[str, str | None], cursor: str | None, limit: int
) -> list[Report]:
    """Return reports, newest first, one more than `limit`."""
    given = {column: value for column, value in equal.items() if value is not None}
    where = "".join(f"{column} = ? AND " for column in given)
    rows = tx.conn.execute(
        f"SELECT * FROM reports WHERE {where}id < ? ORDER BY id DESC LIMIT ?",
        (*given.values(), cursor or "~", limit + 1),
    )
    return [_report(row) for row in rows]


def waiting(tx: Connection) -> int:
    """Return how many reports are not made yet."""
    row = tx.conn.execute("SELECT count(*) FROM reports WHERE state IN ('queued', 'running')")
    return int(row.fetchone()[0])


def expired(tx: Connection, now: datetime) -> list[str]:
    """Return the reports that have been kept long enough."""
    rows = tx.conn.execute("SELECT id FROM reports WHERE expires_at <= ?", (stamp(now),))
    return [row["id"] for row in rows]


def kept(tx: Connection) -> list[tuple[str, int]]:
    """Return what is done, newest first, with its size: never more than the limits leave."""
    rows = tx.conn.execute(
        "SELECT id, bytes FROM reports WHERE state IN ('ready', 'failed') ORDER BY id DESC"
    )
    return [(row["id"], row["bytes"]) for row in rows]


def forget(tx: Connection, since: str) -> list[str]:
    """Remove the rows of reports of conversations that were asked for since; return their ids."""
    rows = tx.conn.execute(
        "SELECT id FROM reports WHERE kind = 'conversations' AND created_at >= ?", (since,)
    )
    gone = [row["id"] for row in rows]
    for report_id in gone:
        delete(tx, report_id)
    return gone


def save_schedule(tx: Connection, tenant_id: str, schedule: Schedule) -> None:
    """Write a schedule as it stands."""
    row = {**vars(schedule), "tenant_id": tenant_id}
    row["wish"] = orjson.dumps(as_json(schedule.wish)).decode()
    _put(tx, "report_schedules", row, _SCHEDULE_TIMES)


def schedule(tx: Connection, schedule_id: str) -> Schedule:
    """Return a schedule; raises when there is none."""
    row = tx.conn.execute("SELECT * FROM report_schedules WHERE id = ?", (schedule_id,)).fetchone()
    if row is None:
        raise ScheduleNotFoundError(id=schedule_id)
    return _schedule(row)


def schedules(tx: Connection, cursor: str | None, limit: int) -> list[Schedule]:
    """Return schedules, newest first, one more than `limit`."""
    rows = tx.conn.execute(
        "SELECT * FROM report_schedules WHERE id < ? ORDER BY id DESC LIMIT ?",
        (cursor or "~", limit + 1),
    )
    return [_schedule(row) for row in rows]


def count_schedules(tx: Connection) -> int:
    """Return how many there are."""
    return int(tx.conn.execute("SELECT count(*) FROM report_schedules").fetchone()[0])


def due(tx: Connection, now: datetime) -> list[Schedule]:
    """Return the schedules whose time has come."""
    rows = tx.conn.execute(
        "SELECT * FROM report_schedules WHERE next_at <= ? ORDER BY next_at", (stamp(now),)
    )
    return [_schedule(row) for row in rows]


def delete_schedule(tx: Connection, schedule_id: str) -> None:
    """Remove a schedule; raises when there is none."""
    done = tx.conn.execute("DELETE FROM report_schedules WHERE id = ?", (schedule_id,))
    if done.rowcount == 0:
        raise ScheduleNotFoundError(id=schedule_id)


def _put(tx: Connection, table: str, row: dict[str, Any], times: tuple[str, ...]) -> None:
    given = {**row, **{name: row[name] and stamp(row[name]) for name in times}}
    names, marks = ", ".join(given), ", ".join("?" * len(given))
    tx.conn.execute(
        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", tuple(given.values())
    )


def _read(row: Any, times: tuple[str, ...]) -> dict[str, Any]:
    data = dict(row)
    del data["tenant_id"]
    data["wish"] = from_json(orjson.loads(data["wish"]))
    return {**data, **{name: _when(data[name]) for name in times}}


def _when(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _report(row: Any) -> Report:
    data = _read(row, _TIMES)
    del data["kind"]
    found = orjson.loads(data["deliveries"])
    sent = tuple(Delivery(**{**one, "to": tuple(one["to"])}) for one in found)
    return Report(**{**data, "deliveries": sent})


def _schedule(row: Any) -> Schedule:
    data = _read(row, _SCHEDULE_TIMES)
    return Schedule(**{**data, "enabled": bool(data["enabled"])})
