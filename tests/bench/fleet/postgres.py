"""`python -m tests.bench.fleet.postgres`: events a second into PostgreSQL, by batch size.

The store is compared with a peer that does the least there is: asyncpg alone, writing the same
rows to a table with the same primary key, a transaction a batch over as many connections, by
INSERT and by COPY. It locks, compares and sums nothing. Without a url a cluster of our own runs,
one that syncs to the disk.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import asyncpg
import typer
from rich.console import Console
from rich.table import Table
from uuid_utils import uuid7

from sync.central.intake import Entry, Intake
from sync.central.pg_store import PostgresStore
from sync.central.store import Device, NewDevice, Report
from sync.protocol.canonical import canonical
from sync.protocol.chain import SYNCED, leaf, link, start
from sync.protocol.events import source, stamp
from sync.signing import PrivateKey
from tests.bench.fleet.throughput import DURABLE
from tests.sync.cluster import a_cluster

SENDERS = 8
COLUMNS = ("tenant", "device", "epoch", "seq", "id", "type", "at", "body", "hash", "received_at")
BARE = (
    "CREATE TABLE IF NOT EXISTS bare (tenant text, device text, epoch bigint, seq bigint, id text, "
    "type text, at timestamptz, body bytea, hash bytea, received_at timestamptz, "
    "PRIMARY KEY (tenant, device, epoch, seq))"
)
INSERT = f"INSERT INTO bare VALUES ({', '.join(f'${n}' for n in range(1, 11))})"
Write = Callable[[Any, list[tuple[Any, ...]]], Awaitable[Any]]


def main(url: str = "", events: int = 20_000, sizes: str = "20,100,1000") -> None:
    """Measure; the batches are made before the clock starts."""
    table = Table("batch", "events per second", "bare INSERT", "bare COPY", "of INSERT", "of COPY")
    with ExitStack() as stack:
        if not url:
            url = asyncio.run(stack.enter_context(a_cluster(DURABLE)).database())
        for size in map(int, sizes.split(",")):
            ours = events / asyncio.run(_measure(url, events, size))
            insert = events / asyncio.run(_peer(url, events, size, _insert))
            copy = events / asyncio.run(_peer(url, events, size, _copy))
            found = (f"{ours:,.0f}", f"{insert:,.0f}", f"{copy:,.0f}")
            table.add_row(str(size), *found, f"{ours / insert:.2f}", f"{ours / copy:.2f}")
    Console().print(table)


async def _insert(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    async with connection.transaction():
        await connection.executemany(INSERT, rows)


async def _copy(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    async with connection.transaction():
        await connection.copy_records_to_table("bare", records=rows, columns=COLUMNS)


async def _peer(url: str, events: int, size: int, write: Write) -> float:
    now = datetime.now(UTC)
    pool = await asyncpg.create_pool(url, min_size=SENDERS, max_size=SENDERS)
    await pool.execute(BARE)
    await pool.execute("TRUNCATE bare")
    queues = []
    for number in range(SENDERS):
        device = Device(str(uuid7()), f"b{number}", "active", b"receipt", False, {})
        queues.append(
            [_rows(device, one, now) for one in _batches(device, events // SENDERS, size, now)]
        )

    async def send(queue: list[list[tuple[Any, ...]]]) -> None:
        async with pool.acquire() as connection:
            for rows in queue:
                await write(connection, rows)

    began = time.perf_counter()
    await asyncio.gather(*map(send, queues))
    seconds = time.perf_counter() - began
    await pool.close()
    return seconds


def _rows(device: Device, batch: Intake, now: datetime) -> list[tuple[Any, ...]]:
    return [
        (device.tenant_id, device.id, 1, e.seq, e.id, e.type, e.at, e.body, e.hash, now)
        for e in batch.entries
    ]


async def _measure(url: str, events: int, size: int) -> float:
    now = datetime.now(UTC)
    store = await PostgresStore.open(url, now, connections=SENDERS)
    await store.add_reseller("bench", "bench", now)
    devices = [await _device(store, now, f"b{number}") for number in range(SENDERS)]
    batches = [_batches(device, events // SENDERS, size, now) for device in devices]
    began = time.perf_counter()
    await asyncio.gather(
        *(_send(store, device, queue, now) for device, queue in zip(devices, batches, strict=True))
    )
    seconds = time.perf_counter() - began
    await store.close()
    return seconds


async def _device(store: PostgresStore, now: datetime, tenant: str) -> Device:
    await store.add_tenant(tenant, "bench", tenant, now)
    device, key = str(uuid7()), PrivateKey.generate()
    await store.add_token(tenant, device, now, now.replace(year=now.year + 1))
    await store.enroll(
        NewDevice(device, tenant, device, key.id, key.public, "1", b"receipt", "{}", now)
    )
    found = await store.device(device, now)
    assert found is not None
    return found


def _batches(device: Device, events: int, size: int, now: datetime) -> list[Intake]:
    previous = start(device.id, 1, device.receipt, SYNCED)
    made = []
    for first in range(1, events + 1, size):
        before, entries = previous, []
        for seq in range(first, first + size):
            id_ = str(uuid7())
            body = canonical(
                {
                    "specversion": "1.0",
                    "id": id_,
                    "source": source(device.id, SYNCED, 1),
                    "type": "payment.received",
                    "time": stamp(now),
                    "seq": seq,
                    "boot": "bench",
                    "mono_ms": seq,
                    "data": {"payment": id_, "currency": "BRL", "total_centavos": 9_900},
                }
            )
            previous = link(previous, leaf(body))
            entries.append(Entry(seq, id_, "payment.received", now, body, previous))
        made.append(
            Intake(device.id, 1, first, first + size - 1, before, previous, b"s" * 64, entries)
        )
    return made


async def _send(store: PostgresStore, device: Device, batches: list[Intake], now: datetime) -> None:
    for number, batch in enumerate(batches, start=1):
        applied = await store.apply(device, number, batch, Report({}, ""), now)
        assert applied.code is None, applied


if __name__ == "__main__":
    typer.run(main)
