"""`python -m tests.bench.fleet.postgres URL`: events a second into PostgreSQL, by batch size."""

import asyncio
import time
from datetime import UTC, datetime

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

SENDERS = 8


def main(url: str, events: int = 20_000, sizes: str = "20,100,1000") -> None:
    """Measure; the batches are made before the clock starts."""
    table = Table("batch", "events", "seconds", "events per second")
    for size in map(int, sizes.split(",")):
        seconds = asyncio.run(_measure(url, events, size))
        table.add_row(str(size), f"{events:,}", f"{seconds:.2f}", f"{events / seconds:,.0f}")
    Console().print(table)


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
