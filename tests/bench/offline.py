"""What a box owes after weeks without a link, and how fast it is paid.

Run: `.venv/bin/python -m tests.bench.offline`. A box of the real client works for 60 virtual days
without its control plane (a real one, over HTTP on loopback); then the link comes back. Printed:
what waited, how long the drain took, pauses between rounds included as the client asks for them
(not the one before it comes in, which keeps a whole fleet from coming at once), and the bytes in
both directions, headers and all. Exits with 1 past 5 minutes or 20 MB, or if
the sums of both ends differ.
"""

import asyncio
import logging
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import typer
from rich.console import Console
from rich.table import Table
from uuid_utils import uuid7

from sync.central.sqlite_store import SqliteStore
from sync.ports import Reply
from sync.protocol.chain import SYNCED
from tests.sync.central_fixtures import TestBox, a_plane, an_enrolled_box, cut
from tests.sync.doubles import StillClock

LIMIT_S = 300.0
LIMIT_BYTES = 20_000_000
DICE = random.Random(2)  # noqa: S311 - the same days each time
LINE_BYTES = 4  # ": " and the end of each header


@dataclass
class Work:
    """What a day of the box leaves in its ledger."""

    messages: int = 2_000
    payments: int = 20
    audited: int = 50


@dataclass
class Counter:
    """Counts what goes over the line."""

    sent: int = 0
    received: int = 0
    requests: int = 0

    def count(self, box: TestBox) -> None:
        """Add what the box's line has carried so far."""
        for method, path, headers, body in box.line.sent:
            self.sent += len(method) + len(path) + len(body) + _size(headers)
        for reply in box.line.replies:
            self.received += _reply(reply)
        self.requests += len(box.line.sent)
        box.line.sent.clear()
        box.line.replies.clear()


def main(days: int = 60, messages: int = 2_000, payments: int = 20, audited: int = 50) -> None:
    """Work offline, come back, compare."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sys.exit(0 if asyncio.run(run(days, Work(messages, payments, audited))) else 1)


async def run(days: int, work: Work) -> bool:
    """Return whether both limits hold and the sums are equal."""
    clock, counter = StillClock(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "central")
        async with a_plane(store, clock, Path(folder)) as plane:
            box = await an_enrolled_box(plane, Path(folder) / "box.db")
            await box.client.cycle()
            box.line.fault = cut
            await live(box, days, work)
            box.line.fault = None
            box.line.sent.clear()
            box.line.replies.clear()
            waiting = await events(box)
            clock.advance(seconds=await box.client.cycle())  # it knocks, and waits its turn
            began, paused = time.monotonic(), 0.0
            while (await box.client.status()).waiting:
                pause = await box.client.cycle()
                if (await box.client.status()).waiting:
                    paused += pause
                    clock.advance(seconds=pause)
            took = time.monotonic() - began + paused
            counter.count(box)
            counted = await plane.store.usage("acme", box.client.ledger.device_id)
            equal = counted.get("messages_in") == days * work.messages
        await store.close()
    total = counter.sent + counter.received
    table = Table("figure", "value", title=f"{days} days offline")
    for name, value in (
        ("facts written", f"{days * (work.messages + work.payments + work.audited):,}"),
        ("events that waited", f"{waiting:,}"),
        ("requests", f"{counter.requests:,}"),
        ("drain, with pauses", f"{took:.1f} s (limit {LIMIT_S:.0f})"),
        ("bytes", f"{total / 1e6:.2f} MB (limit {LIMIT_BYTES / 1e6:.0f})"),
        ("sums", "equal" if equal else "DIFFER"),
    ):
        table.add_row(name, value)
    Console().print(table)
    return took <= LIMIT_S and total <= LIMIT_BYTES and equal


async def live(box: TestBox, days: int, work: Work) -> None:
    """Let hours pass: messages, money, acts of people, and rounds that find no link."""
    for _ in range(days):
        for hour in range(24):
            await box.db.write(partial(_hour, box=box, work=work, hour=hour))
            box.clock.advance(hours=1)
        await box.client.cycle()


def _hour(tx: Any, *, box: TestBox, work: Work, hour: int) -> None:
    ledger, now = box.client.ledger, box.clock.now()
    for number in range(_share(work.messages, hour)):
        at = now + timedelta(seconds=number)
        meters = {"messages_in": 1, "tokens_out": DICE.randrange(1, 400)}
        ledger.append(tx, "message.received", {"meters": meters}, at)
    for _ in range(_share(work.payments, hour)):
        cents = DICE.randrange(1_000, 90_000)
        data = {"payment": str(uuid7()), "currency": "BRL", "total_centavos": cents}
        ledger.append(tx, "payment.received", data, now)
    for _ in range(_share(work.audited, hour)):
        data = {"action": "agents.change", "actor": str(uuid7()), "target": str(uuid7())}
        ledger.append(tx, "audit.entry", data, now)


def _share(of_day: int, hour: int) -> int:
    """Return an hour's part of a day's total; nothing is lost to rounding."""
    return of_day * (hour + 1) // 24 - of_day * hour // 24


async def events(box: TestBox) -> int:
    """Return how many events wait, once the last hour is rolled up."""
    ledger, now = box.client.ledger, box.clock.now()
    while await box.db.write(lambda tx: ledger.roll_up(tx, now)):
        pass
    head = await box.db.read(lambda tx: ledger.head(tx, SYNCED))
    return head.seq


def _size(headers: dict[str, str]) -> int:
    return sum(len(name) + len(value) + LINE_BYTES for name, value in headers.items())


def _reply(reply: Reply) -> int:
    return len(reply.body) + _size(reply.headers)


if __name__ == "__main__":
    typer.run(main)
