"""Virtual boxes with the real client, their own keys and chains, over a clock that is ours.

Time is virtual, HTTP is real: boxes whose turn has come sync over loopback, then the clock jumps
to the next turn. At the end every box's sums are compared with the control plane's.
"""

import asyncio
import contextlib
import heapq
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from random import Random
from statistics import quantiles
from typing import Any, TypeVar

import aiohttp
import orjson

from sync.central.store import Store
from sync.client import Client
from sync.http import HttpTransport
from sync.pauses import Pauses
from sync.ports import Reply, TransportError
from sync.state import open_ledger
from tests.bench.fleet.shelf import Shelf, ShelvedBox
from tests.sync.doubles import OpenSeal, StillClock

T = TypeVar("T")
R = TypeVar("R")

WINDOW_S = 5.0
METERS = ("messages_in", "messages_out", "tokens_out")


@dataclass
class Figures:
    """What a run measured."""

    boxes: int = 0
    facts: int = 0
    syncs: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    sent_bytes: int = 0
    seconds: float = 0.0
    enrolling_s: float = 0.0
    waits_ms: list[float] = field(default_factory=list)
    unequal: int = 0
    missing: int = 0
    strays: int = 0

    def rows(self) -> list[tuple[str, str]]:
        """Return the table."""
        p95 = quantiles(self.waits_ms, n=20)[18] if len(self.waits_ms) > 1 else 0.0
        return [
            ("boxes", f"{self.boxes:,}"),
            ("enrolments per second", f"{self.boxes / max(self.enrolling_s, 1e-9):,.0f}"),
            ("facts", f"{self.facts:,}"),
            ("syncs", f"{self.syncs:,}"),
            ("syncs per second", f"{self.syncs / max(self.seconds, 1e-9):,.0f}"),
            ("sync p95, ms", f"{p95:,.1f}"),
            ("lost on the way", f"{self.lost:,}"),
            ("refused", str(dict(self.refused))),
            ("sent, MB", f"{self.sent_bytes / 1e6:,.2f}"),
            ("boxes whose sums differ", str(self.unequal)),
            ("facts not synced", str(self.missing)),
            ("sums under another tenant", str(self.strays)),
        ]


class Line:
    """The link of one box; counts what goes over it."""

    def __init__(self, inner: HttpTransport, figures: Figures) -> None:
        self.inner, self._figures = inner, figures

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Carry a request."""
        began = time.perf_counter()
        self._figures.sent_bytes += len(body)
        try:
            reply = await self.inner.send(method, path, headers, body)
        except TransportError:
            self._figures.lost += 1
            raise
        if path == "/v1/sync" and reply.status == 200:
            self._figures.syncs += 1
            self._figures.waits_ms.append((time.perf_counter() - began) * 1000)
        elif reply.status >= 400:
            self._figures.refused[reply.status] += 1
        return reply

    def receive(
        self, path: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[bytes]]]:
        """Open a download."""
        return self.inner.receive(path, headers)


@dataclass
class VirtualBox:
    """One box."""

    db: ShelvedBox
    client: Client
    line: Line
    tenant: str
    dice: Random
    sums: Counter[str] = field(default_factory=Counter)
    worked_until: float = 0.0

    async def work(self, clock: StillClock, per_hour: float) -> int:
        """Write the facts of the time since the last work, each with its own hour."""
        spent = clock.monotonic() - self.worked_until
        wanted = spent / 3600 * per_hour
        count = int(wanted) + (self.dice.random() < wanted % 1)
        start, self.worked_until = clock.now() - timedelta(seconds=spent), clock.monotonic()
        if not count:
            return 0

        def commit(tx: Any) -> None:
            for number in range(count):
                meter, quantity = self.dice.choice(METERS), self.dice.randint(1, 50)
                at = start + timedelta(seconds=spent * number / count)
                data = {"meters": {meter: quantity}}
                self.client.ledger.append(tx, "message.received", data, at)
                self.sums[meter] += quantity

        await self.db.write(commit)
        return count


class Fleet:
    """All the boxes, and the order of their turns."""

    def __init__(
        self, store: Store, clock: StillClock, base: str, *, seed: int, at_once: int = 32
    ) -> None:
        self.figures = Figures()
        self.boxes: list[VirtualBox] = []
        self._store, self._clock, self._base, self._seed = store, clock, base, seed
        self._turns: list[tuple[float, int]] = []
        self._shelf = Shelf()
        self._slots = asyncio.Semaphore(at_once)

    async def enroll(
        self, session: aiohttp.ClientSession, count: int, tenants: int, tokens: list[str]
    ) -> None:
        """Make boxes and enrol each with a token of its tenant."""
        began = time.perf_counter()

        async def join(number: int) -> VirtualBox:
            async with self._slots:
                return await self._join(session, number, tenants, tokens[number])

        self.boxes = await _all(join, range(count))
        for number, box in enumerate(self.boxes):
            heapq.heappush(
                self._turns, (self._clock.monotonic() + box.dice.uniform(0, 900), number)
            )
        self.figures.boxes = count
        self.figures.enrolling_s = time.perf_counter() - began

    async def _join(
        self, session: aiohttp.ClientSession, number: int, tenants: int, token: str
    ) -> VirtualBox:
        dice = Random(self._seed + number)  # noqa: S311 - a repeatable life
        db, tenant = self._shelf.add(), f"t{number % tenants}"
        line = Line(HttpTransport(session, self._base, timeout_s=30), self.figures)
        client = Client(
            await open_ledger(db, OpenSeal(), self._clock, tenant),
            db=db,
            sealer=OpenSeal(),
            transport=line,
            clock=self._clock,
            version="1.0",
            on_alarm=lambda *_: None,
            pauses=Pauses(dice),
        )
        while not client.enrolled:  # as a technician would: once more
            with contextlib.suppress(TransportError):
                await client.enroll(token)
        return VirtualBox(db, client, line, tenant, dice, worked_until=self._clock.monotonic())

    async def run(self, hours: float, per_hour: float) -> None:
        """Let virtual time pass."""
        began, end = time.perf_counter(), self._clock.monotonic() + hours * 3600
        while self._turns and self._turns[0][0] <= end:
            turn = self._turns[0][0]
            self._move(turn)
            due = []
            while self._turns and self._turns[0][0] <= turn + WINDOW_S:
                due.append(heapq.heappop(self._turns)[1])
            pauses = await asyncio.gather(*(self._turn(number, per_hour) for number in due))
            for number, pause in zip(due, pauses, strict=True):
                heapq.heappush(self._turns, (self._clock.monotonic() + pause, number))
        self._move(end)
        self.figures.seconds += time.perf_counter() - began

    async def _turn(self, number: int, per_hour: float) -> float:
        box = self.boxes[number]
        async with self._slots:
            count = await box.work(self._clock, per_hour)
            self.figures.facts += count  # after the await: others count meanwhile
            return await box.client.cycle()

    def _move(self, up: float) -> None:
        if up > self._clock.monotonic():
            self._clock.advance(seconds=up - self._clock.monotonic())

    async def drain(self, per_hour: float = 0.0) -> None:
        """Let the last hour finish, and every box send what it has."""
        began = time.perf_counter()

        async def finish(box: VirtualBox) -> None:
            async with self._slots:
                self.figures.missing += await _empty(box)

        for box in self.boxes:
            self.figures.facts += await box.work(self._clock, per_hour)
        self._clock.advance(hours=1)
        await _all(finish, self.boxes)
        self.figures.seconds += time.perf_counter() - began

    async def reconcile(self) -> None:
        """Compare each box's own facts with the control plane's sums."""

        async def compare(box: VirtualBox) -> None:
            async with self._slots:
                theirs = await self._store.usage(box.tenant, box.client.ledger.device_id)
                stranger = next((b.tenant for b in self.boxes if b.tenant != box.tenant), "nobody")
                device = box.client.ledger.device_id
                self.figures.strays += len(await self._store.usage(stranger, device))
                self.figures.unequal += theirs != dict(box.sums) or await _own(box) != box.sums

        await _all(compare, self.boxes)

    def close(self) -> None:
        """Let go of the boxes' databases."""
        self._shelf.close()


async def _empty(box: VirtualBox) -> int:
    """Let a box send what it has; return what is left."""
    left = 0
    for _ in range(200):
        await box.client.cycle()
        left = (await box.client.status()).waiting
        if left == 0:
            break
    return left


async def _own(box: VirtualBox) -> Counter[str]:
    """Return the sums of the facts in a box's ledger."""
    rows = await box.db.read(
        lambda tx: tx.conn.execute("SELECT body FROM ledger_events WHERE stream = 'raw'").fetchall()
    )
    ours: Counter[str] = Counter()
    for row in rows:
        ours.update(orjson.loads(row[0])["data"]["meters"])
    return ours


async def _all(work: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """Do something for each, some thousand in flight: a task for each of them would be too many."""
    done: list[R] = []
    for chunk in _chunks(items, 2_000):
        done += await asyncio.gather(*map(work, chunk))
    return done


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk
