"""Connections and rows of the embedded store; every function runs inside the one thread."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson

from sync.central.store import Audit, Covered, Device, NewDevice, Token
from sync.central.tables import CATALOGUE, EVENTS, INDEXES, TENANT
from sync.central.tables_office import ALTERATIONS, LANGUAGE, OFFICE
from sync.central.tables_office import INDEXES as OFFICE_INDEXES
from sync.protocol.events import moment, stamp

T = TypeVar("T")

TYPES = {"blob": "BLOB", "time": "TEXT", "big": "INTEGER"}
BUSY_TIMEOUT_MS = 5_000
NUMBERED = re.compile(r"\$(\d+)")


def typed(name: str, value: Any) -> Any:
    """Return a column as the type its name promises."""
    return moment(value) if value and (name.endswith("_at") or name in {"at", "hour"}) else value


@dataclass(frozen=True)
class Step:
    """Tables that a version of the schema adds, and what it changes afterwards."""

    tables: dict[str, str]
    statements: tuple[str, ...] = ()


CATALOGUE_STEPS = (
    Step(CATALOGUE),
    Step(OFFICE, (*ALTERATIONS, *OFFICE_INDEXES)),
    Step({}, LANGUAGE),
)
TENANT_STEPS = (Step({**TENANT, "events": EVENTS}),)


def connect(path: Path, steps: Sequence[Step]) -> sqlite3.Connection:
    """Open a file as every file of the store must be, with its schema up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    path.chmod(0o600)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    transact(connection, lambda tx: migrate(tx, steps))
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a file whose schema is up to date, to look at it only."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def migrate(tx: sqlite3.Connection, steps: Sequence[Step]) -> None:
    """Bring a file up to date; a released step is never edited."""
    done = int(tx.execute("PRAGMA user_version").fetchone()[0])
    for number, step in enumerate(steps[done:], start=done + 1):
        for name, columns in step.tables.items():
            tx.execute(f"CREATE TABLE {name} ({columns.format_map(TYPES)}) STRICT")
            if name in INDEXES:
                tx.execute(f"CREATE INDEX {name}_paged ON {name} ({INDEXES[name]})")
        for statement in step.statements:
            tx.execute(statement.format_map(TYPES))
        tx.execute(f"PRAGMA user_version = {number}")


def transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work` in a transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        value = work(connection)
        if isinstance(value, sqlite3.Cursor):
            # Collected on another thread it would reset a statement that this one is using.
            value.close()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return value


def answer(tx: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """Run a statement with `$n` for values; return its rows by name."""
    bound = [stamp(value) if isinstance(value, datetime) else value for value in values]
    cursor = tx.execute(NUMBERED.sub(r"?\1", sql), bound)
    names = [column[0] for column in cursor.description or ()]
    return [
        {name: typed(name, value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def find_token(tx: sqlite3.Connection, hash_: str) -> Token | None:
    """Find an enrolment token by its hash."""
    row = tx.execute(
        "SELECT tenant_id, expires_at, device_id, public_key, answer, bound_device FROM tokens "
        "WHERE hash = ?",
        (hash_,),
    ).fetchone()
    return None if row is None else Token(row[0], moment(row[1]), *row[2:])


def add_device(tx: sqlite3.Connection, new: NewDevice) -> None:
    """Add a box and its key, or take a known one back."""
    tx.execute(
        "INSERT INTO devices "
        "(tenant_id, id, reseller_id, status, receipt, version, enrolled_at) "
        "SELECT ?1, ?2, reseller_id, 'active', ?3, ?4, ?5 FROM tenants WHERE id = ?1 "
        "ON CONFLICT (tenant_id, id) DO UPDATE "
        "SET status = 'active', version = excluded.version",
        (new.tenant_id, new.device_id, new.receipt, new.version, stamp(new.at)),
    )
    tx.execute(
        "INSERT INTO device_keys VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING",
        (new.tenant_id, new.device_id, new.key_id, new.public_key),
    )


def find_device(tx: sqlite3.Connection, device_id: str, now: str) -> Device | None:
    """Find a box and the keys it may sign with now."""
    row = tx.execute(
        "SELECT id, tenant_id, status, receipt, clock_suspect, rotate_at, move_id FROM devices "
        "WHERE id = ?",
        (device_id,),
    ).fetchone()
    if row is None:
        return None
    keys = tx.execute(
        "SELECT id, public_key FROM device_keys WHERE device_id = ? "
        "AND (valid_until IS NULL OR valid_until > ?)",
        (device_id, now),
    )
    return Device(
        id=row[0],
        tenant_id=row[1],
        status=row[2],
        receipt=row[3],
        clock_suspect=bool(row[4]),
        keys=dict(keys.fetchall()),
        rotate=row[5] is not None,
        move=row[6],
    )


def move_device(tx: sqlite3.Connection, new: NewDevice) -> None:
    """Hand a box, its keys and its documents' versions over to the tenant of its token."""
    tx.execute(
        "UPDATE devices SET tenant_id = ?1, receipt = ?2, version = ?3, status = 'active', "
        "move_id = '', reseller_id = (SELECT reseller_id FROM tenants WHERE id = ?1) "
        "WHERE id = ?4",
        (new.tenant_id, new.receipt, new.version, new.device_id),
    )
    for table in ("device_keys", "device_documents"):
        tx.execute(
            f"UPDATE {table} SET tenant_id = ? WHERE device_id = ?",
            (new.tenant_id, new.device_id),
        )
    tx.execute(
        "UPDATE moves SET done_at = ? WHERE device_id = ? AND done_at IS NULL "
        "AND cancelled_at IS NULL",
        (stamp(new.at), new.device_id),
    )


def find_open_audit(tx: sqlite3.Connection, device: Device) -> Audit | None:
    """Find the oldest unanswered audit of a box."""
    row = tx.execute(
        "SELECT id, device_id, raw_epoch, first, last FROM audits WHERE tenant_id = ? "
        "AND device_id = ? AND verdict IS NULL ORDER BY ordered_at, id LIMIT 1",
        (device.tenant_id, device.id),
    ).fetchone()
    return None if row is None else Audit(*row)


def find_covered(
    tx: sqlite3.Connection, tenant: str, audit: Audit
) -> tuple[bytes | None, list[Covered]]:
    """Find the chain's hash before an audit (None: its start) and its roll-ups."""
    key = (tenant, audit.device_id, audit.raw_epoch)
    where = "tenant_id = ? AND device_id = ? AND raw_epoch = ?"
    before = tx.execute(
        f"SELECT head FROM rollups WHERE {where} AND last = ?", (*key, audit.first - 1)
    ).fetchone()
    rows = tx.execute(
        f"SELECT hour, first, last, head, epoch, seq FROM rollups WHERE {where} "
        "AND first >= ? AND last <= ? ORDER BY first",
        (*key, audit.first, audit.last),
    ).fetchall()
    found = []
    for hour, first, last, head, epoch, seq in rows:
        body = tx.execute(
            "SELECT body FROM events WHERE tenant_id = ? AND device_id = ? AND epoch = ? "
            "AND seq = ?",
            (tenant, audit.device_id, epoch, seq),
        ).fetchone()
        meters = {} if body is None else orjson.loads(body[0])["data"]["meters"]
        found.append(Covered(moment(hour), first, last, head, meters))
    return (None if before is None else bytes(before[0])), found
