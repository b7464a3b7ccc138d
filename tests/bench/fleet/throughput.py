"""`python -m tests.bench.fleet.throughput`: syncs a second, end to end, on PostgreSQL.

The control plane is the real program, PostgreSQL a cluster of our own that does sync to the disk,
and the load comes from this process: all three share the machine. Batches are those the real
ledger and client code make, signed before the clock starts, as boxes do on their own processors.
"""

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import orjson
import typer
from rich.console import Console
from rich.table import Table

from sync import upload
from sync.client import Client
from sync.http import HttpTransport
from sync.protocol.messages import SYNC
from sync.signing import sign_request
from sync.state import open_ledger
from tests.bench.fleet.shelf import Shelf, ShelvedBox
from tests.sync.cluster import a_cluster
from tests.sync.doubles import OpenSeal, StillClock

DURABLE = "-c shared_buffers=256MB -c max_wal_size=4GB"
TENANTS = 8


@dataclass
class Sender:
    """One box, and its requests ready to go."""

    client: Client
    db: ShelvedBox
    tenant: str
    batches: list[tuple[dict[str, str], bytes, int]] = field(default_factory=list)
    expected: int = 0


def main(boxes: int = 64, syncs: int = 30, events: int = 20, rollups: int = 1) -> None:
    """Measure; `rollups` of the `events` of a sync are hours with three meters, others payments."""
    table = Table("figure", "value", title=f"{boxes * syncs:,} syncs of {events} events")
    for name, value in asyncio.run(_measure(boxes, syncs, events, rollups)).items():
        table.add_row(name, value)
    Console().print(table)


async def _measure(boxes: int, syncs: int, events: int, rollups: int) -> dict[str, str]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="na-load-")))
        cluster = stack.enter_context(a_cluster(DURABLE))
        base, key, server = await stack.enter_async_context(
            _program(folder, await cluster.database())
        )
        connector = aiohttp.TCPConnector(limit=32)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        senders = await _senders(session, base, key, boxes)
        for sender in senders:
            await _prepare(sender, syncs, events, rollups)
        load = os.getloadavg()[0]
        before = (_used(server), _used(cluster.pid), time.process_time())
        began = time.perf_counter()
        waits = [
            w
            for found in await asyncio.gather(*(_send(session, base, sender) for sender in senders))
            for w in found
        ]
        seconds = time.perf_counter() - began
        after = (_used(server), _used(cluster.pid), time.process_time())
        spent = [end - start for start, end in zip(before, after, strict=True)]
        wrong = [s for s in senders if await _held(session, base, key, s) != s.expected]
    return {
        "syncs per second": f"{len(waits) / seconds:,.0f}",
        "events per second": f"{len(waits) * events / seconds:,.0f}",
        "sync p50 / p95, ms": "{9:.0f} / {18:.0f}".format(*quantiles(waits, n=20)),
        "processor time a sync, ms": " + ".join(f"{1000 * s / len(waits):.2f}" for s in spent),
        "": "control plane + PostgreSQL + load generator",
        "boxes whose sums differ": str(len(wrong)),
        "load of the machine before": f"{load:.1f}",
    }


def _used(pid: int) -> float:
    """Return the processor seconds of a process and its children, as Linux counts them."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has gone meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == str(pid) or fields[1] == str(pid):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def _program(folder: Path, url: str) -> AsyncIterator[tuple[str, str, int]]:
    """Start the control plane; yield its address, its first key and its process."""
    environment = {
        **os.environ,
        "NEXTAGENT_CENTRAL_STATE_DIR": str(folder / "central"),
        "NEXTAGENT_CENTRAL_PORT": "0",
        "NEXTAGENT_CENTRAL_LOG_LEVEL": "warning",
        "NEXTAGENT_CENTRAL_DATABASE_URL": url,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sync.central", "run"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    said = ""
    while "listens on" not in said:
        line = await process.stdout.readline()
        assert line, "the control plane ended"
        said += line.decode()
    address, key = re.search(r"http://\S+", said), re.search(r"nac_\S+", said)
    assert address is not None
    assert key is not None
    try:
        yield address[0], key[0], process.pid
    finally:
        process.terminate()
        await process.wait()


async def _senders(session: aiohttp.ClientSession, base: str, key: str, boxes: int) -> list[Sender]:
    clock = StillClock()
    clock.wall = datetime.now(UTC)  # the program lives in our time
    shelf, senders = Shelf(), []
    await _office(session, base, key, "/api/resellers", {"id": "norte", "name": "N"})
    for number in range(TENANTS):
        tenant = {"id": f"t{number}", "name": f"T{number}", "resellerId": "norte"}
        await _office(session, base, key, "/api/tenants", tenant)
    for number in range(boxes):
        tenant_id, db = f"t{number % TENANTS}", shelf.add()
        client = Client(
            await open_ledger(db, OpenSeal(), clock, tenant_id),
            db=db,
            sealer=OpenSeal(),
            transport=HttpTransport(session, base),
            clock=clock,
            version="1.0",
        )
        answer = await _office(session, base, key, f"/api/tenants/{tenant_id}/tokens", None)
        await client.enroll(answer["token"])
        senders.append(Sender(client, db, tenant_id))
    return senders


async def _prepare(sender: Sender, syncs: int, events: int, rollups: int) -> None:
    """Make a box's batches as its client makes them, as if each had been acknowledged."""
    ledger, memory = sender.client.ledger, sender.client._memory  # noqa: SLF001 - signs as the box
    start = datetime.now(UTC) - timedelta(hours=syncs * rollups + 2)
    hour = start.replace(minute=0, second=0, microsecond=0)
    meters = {"messages_in": 3, "messages_out": 2, "tokens_out": 250}
    payment = {"payment": "p1", "currency": "BRL", "total_centavos": 9_900}

    def fill(tx: Any, at: datetime) -> None:
        for number in range(rollups):
            ledger.append(tx, "message.sent", {"meters": meters}, at + timedelta(hours=number))
        ledger.roll_up(tx, at + timedelta(hours=rollups))
        for _ in range(events - rollups):
            ledger.append(tx, "payment.received", payment, at)

    def make(tx: Any, most: int) -> upload.Outgoing:
        clock = sender.client._clock  # noqa: SLF001 - as above
        health = {"version": "1.0", "ok": True}
        return upload.make(ledger, tx, memory, clock, most=most, health=health)

    first = True
    for _ in range(syncs):
        at, hour = hour, hour + timedelta(hours=max(1, rollups))
        await sender.db.write(partial(fill, at=at))
        most = events + first  # the first has the event that opens the epoch
        sent = await sender.db.read(partial(make, most=most))
        memory.acked, memory.na_seq, first = sent.to, memory.na_seq + 1, False
        headers = sign_request(
            memory.key,
            "POST",
            SYNC,
            device=memory.device_id,
            seq=memory.na_seq,
            body=sent.body,
            created=datetime.now(UTC),
        )
        sender.batches.append((headers, sent.body, sent.to))
        sender.expected += rollups * sum(meters.values())


async def _send(session: aiohttp.ClientSession, base: str, sender: Sender) -> list[float]:
    """Send one batch after another; a box has one in flight."""
    waits = []
    for headers, body, to in sender.batches:
        began = time.perf_counter()
        async with session.post(base + SYNC, data=BytesIO(body), headers=headers) as response:
            answer = orjson.loads(await response.read())
            assert (response.status, answer.get("acked")) == (200, to), answer
        waits.append((time.perf_counter() - began) * 1000)
    return waits


async def _held(session: aiohttp.ClientSession, base: str, key: str, sender: Sender) -> int:
    span = "start=2000-01-01T00:00:00Z&end=2199-01-01T00:00:00Z"
    path = f"/api/devices/{sender.client.ledger.device_id}/usage?{span}"
    headers = {"Authorization": f"Bearer {key}"}
    async with session.get(base + path, headers=headers) as response:
        return sum(row["quantity"] for row in (await response.json())["items"])


async def _office(
    session: aiohttp.ClientSession, base: str, key: str, path: str, body: object
) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {key}"}
    async with session.post(base + path, json=body, headers=headers) as response:
        assert response.status < 300, await response.text()
        answer: dict[str, str] = await response.json()
        return answer


if __name__ == "__main__":
    typer.run(main)
