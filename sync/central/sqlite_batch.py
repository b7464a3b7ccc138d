"""The server rules of a batch on SQLite, inside the caller's transaction."""

import sqlite3
from datetime import datetime
from typing import Any

from sync.central.intake import Intake, Rollup
from sync.central.store import Applied
from sync.protocol.events import stamp

Row = tuple[int, bytes]
# What goes with a box to another tenant: its request numbers and how far roll-ups cover.
HANDED_OVER = {
    "cursors": ("device_id", "na_seq", "epoch"),
    "covers": ("device_id", "raw_epoch", "last", "head"),
}


def kept_of(tx: sqlite3.Connection, table: str, tenant: str, device: str) -> list[Any]:
    """Return the rows of a box that go with it."""
    columns = ", ".join(HANDED_OVER[table])
    return tx.execute(
        f"SELECT {columns} FROM {table} WHERE tenant_id = ? AND device_id = ?",
        (tenant, device),
    ).fetchall()


def hand_over(tx: sqlite3.Connection, tenant: str, kept: list[tuple[str, list[Any]]]) -> None:
    """Take a box's rows in, unless they are there."""
    for table, found in kept:
        columns = ("tenant_id", *HANDED_OVER[table])
        marks = ", ".join("?" * len(columns))
        tx.executemany(
            f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            [(tenant, *row) for row in found],
        )


def take_seq(tx: sqlite3.Connection, tenant: str, device: str, seq: int) -> int | None:
    """Note a request's number; return the last one if it is not above it."""
    row = tx.execute(
        "SELECT na_seq FROM cursors WHERE tenant_id = ? AND device_id = ?", (tenant, device)
    ).fetchone()
    if row is not None and seq <= row[0]:
        return int(row[0])
    tx.execute(
        "INSERT INTO cursors (tenant_id, device_id, na_seq) VALUES (?, ?, ?) "
        "ON CONFLICT (tenant_id, device_id) DO UPDATE SET na_seq = excluded.na_seq",
        (tenant, device, seq),
    )
    return None


def apply(
    tx: sqlite3.Connection,
    tenant: str,
    intake: Intake,
    *,
    seq: int,
    start: bytes,
    now: datetime,
) -> Applied:
    """Take a batch; `start` is the chain's start of its epoch."""
    last = take_seq(tx, tenant, intake.device, seq)
    if last is not None:
        return Applied("replayed", intake.epoch, 0, b"", last_seq=last)
    present = present_epoch(tx, tenant, intake.device)
    acked, head = _epoch(tx, tenant, intake) or (0, start)
    code = _compare(tx, tenant, intake, present, (acked, head))
    if code is not None or intake.to <= acked:
        return Applied(code, intake.epoch, acked, head, present=present)
    fresh = [entry for entry in intake.entries if entry.seq > acked]
    stored_at = stamp(now)
    tx.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                tenant,
                intake.device,
                intake.epoch,
                entry.seq,
                entry.id,
                entry.type,
                stamp(entry.at),
                entry.body,
                entry.hash,
                stored_at,
            )
            for entry in fresh
        ],
    )
    odd = [(entry.seq, entry.fault) for entry in fresh if entry.fault is not None]
    counted = [
        (rollup.seq, _count(tx, tenant, intake, rollup, now))
        for rollup in intake.rollups
        if rollup.seq > acked
    ]
    odd += [(number, reason) for number, reason in counted if reason is not None]
    tx.executemany(
        "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)",
        [(tenant, intake.device, intake.epoch, number, why, stored_at) for number, why in odd],
    )
    _advance(tx, tenant, intake)
    return Applied(None, intake.epoch, intake.to, intake.head, len(fresh), len(odd))


def present_epoch(tx: sqlite3.Connection, tenant: str, device: str) -> int:
    """Return the latest epoch a box has opened here, 0 before the first."""
    row = tx.execute(
        "SELECT epoch FROM cursors WHERE tenant_id = ? AND device_id = ?", (tenant, device)
    ).fetchone()
    return 0 if row is None else int(row[0])


def _epoch(tx: sqlite3.Connection, tenant: str, intake: Intake) -> Row | None:
    row: Row | None = tx.execute(
        "SELECT acked, head FROM epochs WHERE tenant_id = ? AND device_id = ? AND epoch = ?",
        (tenant, intake.device, intake.epoch),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def _compare(
    tx: sqlite3.Connection, tenant: str, intake: Intake, present: int, known: Row
) -> str | None:
    """Say why the batch cannot be taken, or None."""
    acked, head = known
    if intake.first > acked + 1:
        return "gap"
    if intake.to > acked and intake.epoch < present:
        return "epoch_closed"
    if intake.first == acked + 1:
        return None if intake.prev == head else "fork"
    if intake.to < acked:
        held = _hash_at(tx, tenant, intake, intake.to)
        return None if held is None or held == intake.head else "fork"
    ours = intake.entries[acked - intake.first].hash
    return None if ours == head else "fork"


def _hash_at(tx: sqlite3.Connection, tenant: str, intake: Intake, seq: int) -> bytes | None:
    row = tx.execute(
        "SELECT hash FROM events WHERE tenant_id = ? AND device_id = ? AND epoch = ? AND seq = ?",
        (tenant, intake.device, intake.epoch, seq),
    ).fetchone()
    return None if row is None else bytes(row[0])


def _count(
    tx: sqlite3.Connection, tenant: str, intake: Intake, rollup: Rollup, now: datetime
) -> str | None:
    """Add an hour's sums once; return what is odd about it.

    Raw events that were covered before are not counted again. Those that no roll-up covers are
    named, and what follows them counts all the same: one lost hour must not cost all later ones.
    """
    row = tx.execute(
        "SELECT last FROM covers WHERE tenant_id = ? AND device_id = ? AND raw_epoch = ?",
        (tenant, intake.device, rollup.raw_epoch),
    ).fetchone()
    covered = 0 if row is None else int(row[0])
    if rollup.last <= covered:
        return "covered_before"
    if rollup.first <= covered:
        return "covers_overlap"
    hour = stamp(rollup.hour)
    key = (tenant, intake.device, rollup.raw_epoch)
    tx.execute(
        "INSERT INTO covers VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant_id, device_id, raw_epoch) "
        "DO UPDATE SET last = excluded.last, head = excluded.head",
        (*key, rollup.last, rollup.head),
    )
    tx.execute(
        "INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, rollup.first, rollup.last, rollup.head, hour, intake.epoch, rollup.seq),
    )
    closed = tx.execute(
        "SELECT 1 FROM periods WHERE tenant_id = ? AND closed_before > ?", (tenant, hour)
    ).fetchone()
    for meter, quantity in rollup.meters.items():
        if closed:
            tx.execute(
                "INSERT INTO adjustments VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
                "SET quantity = quantity + excluded.quantity",
                (tenant, intake.device, hour, meter, quantity, stamp(now)),
            )
        else:
            tx.execute(
                "INSERT INTO usage_hours VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
                "SET quantity = quantity + excluded.quantity",
                (tenant, intake.device, hour, meter, quantity),
            )
    return "covers_gap" if rollup.first > covered + 1 else None


def _advance(tx: sqlite3.Connection, tenant: str, intake: Intake) -> None:
    tx.execute(
        "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (tenant_id, device_id, epoch) DO UPDATE "
        "SET acked = excluded.acked, head = excluded.head, signature = excluded.signature",
        (tenant, intake.device, intake.epoch, intake.to, intake.head, intake.signature),
    )
    tx.execute(
        "UPDATE cursors SET epoch = ? WHERE tenant_id = ? AND device_id = ?",
        (intake.epoch, tenant, intake.device),
    )
