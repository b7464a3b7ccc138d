"""The embedded store: a catalogue, and a SQLite file per tenant. One thread writes all of them."""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

import orjson

from sync.central import sqlite_batch
from sync.central import sqlite_rows as rows
from sync.central.intake import RETENTION, Intake
from sync.central.store import (
    Applied,
    Audit,
    Covered,
    Device,
    NewDevice,
    Report,
    Scope,
    StoreAwayError,
    Token,
    folded,
)
from sync.protocol.chain import SYNCED, start
from sync.protocol.events import stamp

T = TypeVar("T")

OPEN_FILES = 64
# What the disk or another program does to us: busy, locked, read-only, I/O, full, cannot open.
AWAY = frozenset({5, 6, 8, 10, 13, 14})
LEAST_BYTE = 0xFF  # the rest of an SQLite error code says more than we ask
SEEN_TOGETHER = 100
SEEN = (
    "UPDATE devices SET health = ?, desired_have = ?, seen_at = ?, "
    "version = coalesce(?, version), condition = ?, whatsapp = ?, model = ?, queue_age_s = ?, "
    "disk_free_percent = ?, queue_p95_ms = ?, unanswered = ? WHERE id = ?"
)


class SqliteStore:
    """Keeps the contract of `Store` in files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="central-db")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="central-read")
        self._reader: sqlite3.Connection | None = None
        self._tenants: OrderedDict[str, sqlite3.Connection] = OrderedDict()
        self._catalogue: sqlite3.Connection | None = None
        self._seen: dict[str, tuple[Any, ...]] = {}

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Open or create the catalogue."""
        store = cls(folder)
        await store._run(store._open_catalogue)
        return store

    async def close(self) -> None:
        """Let go of the files."""
        await self._write_seen()
        await self._run(self._close)
        await asyncio.get_running_loop().run_in_executor(self._reading, self._close_reader)
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self._reading.shutdown)

    async def ready(self) -> None:
        """Raise if the catalogue cannot be read."""
        await self._catalogued(lambda tx: tx.execute("SELECT 1").fetchone())

    async def add_reseller(self, id_: str, name: str, at: datetime) -> None:
        """Add a reseller, unless there is one of that id."""
        await self._catalogued(
            lambda tx: tx.execute(
                "INSERT INTO resellers VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (id_, name, stamp(at)),
            )
        )

    async def add_tenant(self, id_: str, reseller_id: str, name: str, at: datetime) -> None:
        """Add a tenant of a reseller, unless there is one of that id."""
        await self._catalogued(
            lambda tx: tx.execute(
                "INSERT INTO tenants VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (id_, reseller_id, name, stamp(at), folded(name)),
            )
        )

    async def add_token(self, tenant_id: str, hash_: str, at: datetime, until: datetime) -> None:
        """Add an enrolment token."""
        await self._catalogued(
            lambda tx: tx.execute(
                "INSERT INTO tokens (tenant_id, hash, created_at, expires_at) VALUES (?, ?, ?, ?)",
                (tenant_id, hash_, stamp(at), stamp(until)),
            )
        )

    async def token(self, hash_: str) -> Token | None:
        """Find an enrolment token by its hash."""
        return await self._catalogued(lambda tx: rows.find_token(tx, hash_))

    async def enroll(self, new: NewDevice) -> Token:
        """Use the token, unless it is used; return it as it is afterwards."""
        if new.moved_from:
            await self._hand_over(new)

        def commit(tx: sqlite3.Connection) -> Token:
            used = tx.execute(
                "UPDATE tokens SET device_id = ?, public_key = ?, answer = ? "
                "WHERE hash = ? AND device_id IS NULL",
                (new.device_id, new.public_key, new.answer, new.token_hash),
            )
            if used.rowcount and new.moved_from:
                rows.move_device(tx, new)
            elif used.rowcount:
                rows.add_device(tx, new)
            found = rows.find_token(tx, new.token_hash)
            if found is None:
                raise LookupError(new.tenant_id)
            return found

        return await self._catalogued(commit)

    async def _hand_over(self, new: NewDevice) -> None:
        """Let a moved box's numbers go on in its new tenant's file; done twice it is the same."""

        def read(tx: sqlite3.Connection) -> list[tuple[str, list[Any]]]:
            return [
                (table, sqlite_batch.kept_of(tx, table, new.moved_from, new.device_id))
                for table in sqlite_batch.HANDED_OVER
            ]

        kept = await self._of_tenant(new.moved_from, read)
        await self._of_tenant(
            new.tenant_id, lambda tx: sqlite_batch.hand_over(tx, new.tenant_id, kept)
        )

    async def device(self, device_id: str, now: datetime) -> Device | None:
        """Find a box and the keys it may sign with now."""
        return await self._catalogued(lambda tx: rows.find_device(tx, device_id, stamp(now)))

    async def epoch(self, device: Device) -> int:
        """Return the latest epoch a box has opened here, 0 before the first."""
        return await self._of_tenant(
            device.tenant_id,
            lambda tx: sqlite_batch.present_epoch(tx, device.tenant_id, device.id),
        )

    async def take_seq(self, device: Device, seq: int) -> int | None:
        """Note a request's number; return the last one if it is not above it."""
        return await self._of_tenant(
            device.tenant_id,
            lambda tx: sqlite_batch.take_seq(tx, device.tenant_id, device.id, seq),
        )

    async def apply(
        self, device: Device, seq: int, intake: Intake, report: Report, now: datetime
    ) -> Applied:
        """Take a batch by the server rules."""
        first = start(device.id, intake.epoch, device.receipt, SYNCED)

        def commit(tx: sqlite3.Connection) -> Applied:
            applied = sqlite_batch.apply(
                tx, device.tenant_id, intake, seq=seq, start=first, now=now
            )
            return replace(applied, audit=rows.find_open_audit(tx, device))

        applied = await self._of_tenant(device.tenant_id, commit)
        if applied.code is None:
            self._note(device, report, now)
            await self._write_seen(least=SEEN_TOGETHER)
        return applied

    def _note(self, device: Device, report: Report, at: datetime) -> None:
        """Remember what a box said of itself; it is no billing, and is written with others'."""
        self._seen[device.id] = (
            orjson.dumps(report.health).decode(),
            report.have,
            stamp(at),
            report.version,
            *report.facts.columns,
            device.id,
        )

    async def _write_seen(self, *, least: int = 1) -> None:
        if len(self._seen) < least:
            return
        seen, self._seen = list(self._seen.values()), {}
        await self._catalogued(lambda tx: tx.executemany(SEEN, seen))

    async def add_key(
        self, device: Device, key_id: str, public_key: bytes, old_until: datetime
    ) -> bool:
        """Add a key and end the others at `old_until`; False if another box has it."""

        def commit(tx: sqlite3.Connection) -> bool:
            row = tx.execute(
                "SELECT device_id FROM device_keys WHERE public_key = ?", (public_key,)
            ).fetchone()
            if row is not None:
                return bool(row[0] == device.id)
            tx.execute(
                "UPDATE device_keys SET valid_until = ? WHERE device_id = ? "
                "AND valid_until IS NULL",
                (stamp(old_until), device.id),
            )
            tx.execute(
                "INSERT INTO device_keys VALUES (?, ?, ?, ?, NULL)",
                (device.tenant_id, device.id, key_id, public_key),
            )
            return True

        return await self._catalogued(commit)

    async def set_status(self, tenant_id: str, device_id: str, status: str) -> None:
        """Make a box `active` or `revoked`."""
        await self._catalogued(
            lambda tx: tx.execute(
                "UPDATE devices SET status = ? WHERE tenant_id = ? AND id = ?",
                (status, tenant_id, device_id),
            )
        )

    async def usage(self, tenant_id: str, device_id: str) -> dict[str, int]:
        """Return a box's sums over all hours, adjustments among them."""
        query = (
            "SELECT meter, sum(quantity) FROM (SELECT meter, quantity FROM usage_hours "
            "WHERE tenant_id = ?1 AND device_id = ?2 UNION ALL SELECT meter, quantity "
            "FROM adjustments WHERE tenant_id = ?1 AND device_id = ?2) GROUP BY meter"
        )
        return await self._of_tenant(
            tenant_id, lambda tx: dict(tx.execute(query, (tenant_id, device_id)).fetchall())
        )

    async def close_periods(self, tenant_id: str, before: datetime) -> None:
        """Close all hours before a time."""
        await self._of_tenant(
            tenant_id,
            lambda tx: tx.execute(
                "INSERT INTO periods VALUES (?, ?) ON CONFLICT (tenant_id) DO UPDATE "
                "SET closed_before = max(closed_before, excluded.closed_before)",
                (tenant_id, stamp(before)),
            ),
        )

    async def order_audit(self, tenant_id: str, audit: Audit, at: datetime) -> None:
        """Ask a box for raw events with its next receipt."""
        values = (tenant_id, audit.id, audit.device_id, audit.raw_epoch, audit.first, audit.last)
        await self._of_tenant(
            tenant_id,
            lambda tx: tx.execute(
                "INSERT INTO audits VALUES (?, ?, ?, ?, ?, ?, NULL, ?, NULL)", (*values, stamp(at))
            ),
        )

    async def open_audit(self, device: Device) -> Audit | None:
        """Return the oldest unanswered audit of a box."""
        return await self._of_tenant(device.tenant_id, lambda tx: rows.find_open_audit(tx, device))

    async def covered(self, device: Device, audit: Audit) -> tuple[bytes | None, list[Covered]]:
        """Return the chain's hash before the audit (None: its start) and its roll-ups."""
        return await self._of_tenant(
            device.tenant_id, lambda tx: rows.find_covered(tx, device.tenant_id, audit)
        )

    async def judge(self, device: Device, audit_id: str, verdict: str, at: datetime) -> None:
        """Close an audit."""
        await self._of_tenant(
            device.tenant_id,
            lambda tx: tx.execute(
                "UPDATE audits SET verdict = ?, answered_at = ? WHERE tenant_id = ? AND id = ? "
                "AND device_id = ?",
                (verdict, stamp(at), device.tenant_id, audit_id, device.id),
            ),
        )

    async def verdicts(self, tenant_id: str) -> dict[str, str | None]:
        """Return the audits of a tenant and how they ended."""
        return await self._of_tenant(
            tenant_id,
            lambda tx: dict(
                tx.execute(
                    "SELECT id, verdict FROM audits WHERE tenant_id = ?", (tenant_id,)
                ).fetchall()
            ),
        )

    async def quarantined(self, tenant_id: str, device_id: str) -> dict[int, str]:
        """Return the numbers of odd events and why they were put aside."""
        query = "SELECT seq, reason FROM quarantine WHERE tenant_id = ? AND device_id = ?"
        return await self._of_tenant(
            tenant_id, lambda tx: dict(tx.execute(query, (tenant_id, device_id)).fetchall())
        )

    async def query(
        self,
        scope: Scope,  # noqa: ARG002 - files know no row-level security: statements state it
        sql: str,
        *values: Any,
        tenant: str | None = None,
    ) -> list[dict[str, Any]]:
        """Run one statement of the office."""
        await self._write_seen()

        def work(tx: sqlite3.Connection) -> list[dict[str, Any]]:
            return rows.answer(tx, sql, values)

        if tenant is None and sql.startswith("SELECT"):  # long lists hold up no batch
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._reading, lambda: work(self._open_reader()))
        if tenant is None:
            return await self._catalogued(work)
        return await self._of_tenant(tenant, work)

    async def batch(
        self,
        scope: Scope,  # noqa: ARG002 - as above
        statements: Sequence[tuple[str, Sequence[Any]]],
    ) -> list[list[dict[str, Any]]]:
        """Run statements of the catalogue in one transaction."""
        await self._write_seen()
        return await self._catalogued(
            lambda tx: [rows.answer(tx, sql, values) for sql, values in statements]
        )

    async def maintain(self, now: datetime) -> None:
        """Drop events past thirteen months, a day of grace left for those on their way."""
        await self._write_seen()
        limit = stamp(now - RETENTION - timedelta(days=1))
        tenants = await self._catalogued(
            lambda tx: [row[0] for row in tx.execute("SELECT id FROM tenants")]
        )
        for tenant in tenants:
            await self._of_tenant(
                tenant, lambda tx: tx.execute("DELETE FROM events WHERE received_at < ?", (limit,))
            )

    # -- the one thread

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & LEAST_BYTE not in AWAY:
                raise
            raise StoreAwayError(error.sqlite_errorname) from error

    async def _catalogued(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._run(lambda: rows.transact(self._open_catalogue(), work))

    async def _of_tenant(self, tenant: str, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._run(lambda: rows.transact(self._open_tenant(tenant), work))

    def _open_catalogue(self) -> sqlite3.Connection:
        if self._catalogue is None:
            self._catalogue = rows.connect(self._folder / "catalogue.db", rows.CATALOGUE_STEPS)
        return self._catalogue

    def _open_reader(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = rows.connect_to_read(self._folder / "catalogue.db")
        return self._reader

    def _open_tenant(self, tenant: str) -> sqlite3.Connection:
        connection = self._tenants.pop(tenant, None)
        if connection is None:
            path = self._folder / "tenants" / f"{tenant}.db"
            connection = rows.connect(path, rows.TENANT_STEPS)
        self._tenants[tenant] = connection
        if len(self._tenants) > OPEN_FILES:
            self._tenants.popitem(last=False)[1].close()
        return connection

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _close(self) -> None:
        for connection in (*self._tenants.values(), self._catalogue):
            if connection is not None:
                connection.close()
        self._tenants.clear()
        self._catalogue = None
