"""`python -m tests.bench.fleet.outage --boxes 100000`: how a fleet comes back after an outage.

Every box is the real `Client.run`, unchanged, on an event loop whose clock jumps from one timer to
the next. Only the link and the control plane behind it are doubles: they say no, or sign a receipt.
When the link is back, half of the boxes are told so at once, as a network monitor would tell them.
"""

import asyncio
import logging
import selectors
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random
from typing import Any

import orjson
import structlog
import typer
from rich.console import Console
from rich.table import Table

from sync.client import Client
from sync.pauses import Pauses
from sync.ports import Reply, TransportError
from sync.protocol.messages import ENROLL, LIVE, SYNC, Parameters, parse_batch
from sync.signing import RESPONSE_SIGNATURE, PrivateKey, b64, sign_document, sign_response
from sync.state import open_ledger
from tests.bench.fleet.shelf import Shelf
from tests.sync.doubles import OpenSeal

INTERVAL_S = 900
CALM_S, AWAY_S, AFTER_S = 1_800.0, 3_600.0, 2_700.0
ENOUGH = 100  # arrivals a window must expect, or chance alone would make peaks


class Jumping(selectors.DefaultSelector):
    """Waits for nothing: what would be waited is added to the clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """Look what is ready; if nothing is, jump to the next timer."""
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on the clock of its selector."""

    def __init__(self) -> None:
        self._jumping = Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return virtual seconds."""
        return self._jumping.now


class LoopClock:
    """A box's clock on that loop."""

    def now(self) -> datetime:
        """Return the wall clock."""
        return datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()


@dataclass
class Link:
    """The way to the control plane, and the control plane: signs what boxes need to go on."""

    clock: LoopClock
    key: PrivateKey = field(default_factory=PrivateKey.generate)
    up: bool = True
    syncs: Counter[int] = field(default_factory=Counter)
    knocks: Counter[int] = field(default_factory=Counter)

    async def send(self, _: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Count a request, and answer it if the link is up."""
        if path in {SYNC, LIVE}:
            (self.syncs if path == SYNC else self.knocks)[int(self.clock.monotonic())] += 1
        if not self.up:
            raise TransportError("down")  # noqa: EM101 - one word
        content = {LIVE: self._live, ENROLL: self._enroll, SYNC: self._receipt}[path](body)
        number = int(headers.get("na-seq", "0"))
        signature = sign_response(self.key, 200, number, content)
        return Reply(200, content, {RESPONSE_SIGNATURE: signature})

    def receive(
        self, path: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[tuple[int, AsyncIterator[bytes]]]:
        """Refuse a download: there are none here."""
        raise NotImplementedError(path, headers)

    def _live(self, _: bytes) -> bytes:
        return b"{}"

    def _enroll(self, body: bytes) -> bytes:
        device = orjson.loads(body)["device"]
        return orjson.dumps(
            {
                "device": device,
                "tenant": "t",
                "server_keys": {self.key.id: b64(self.key.public)},
                "parameters": Parameters(interval_s=INTERVAL_S, max_events=1_000).model_dump(),
                "receipt": sign_document(self.key, {"kind": "enrolment", "device": device}),
                "epoch": 0,
            }
        )

    def _receipt(self, body: bytes) -> bytes:
        batch = parse_batch(body)
        return orjson.dumps(
            sign_document(
                self.key,
                {
                    "kind": "receipt",
                    "v": 1,
                    "device": batch.device,
                    "epoch": batch.epoch,
                    "acked": batch.to,
                    "head": batch.head,
                    "server_time": self.clock.now().isoformat(),
                    "next_after_s": INTERVAL_S,
                },
            )
        )


@dataclass
class Comeback:
    """What was seen."""

    boxes: int
    steady: float
    peak: float
    peak_with_knocks: float
    window_s: int
    back: int
    seconds: float

    def rows(self) -> list[tuple[str, str]]:
        """Return the table."""
        return [
            ("boxes", f"{self.boxes:,}"),
            ("boxes that synced again", f"{self.back:,}"),
            ("steady, syncs per second", f"{self.steady:.1f}"),
            (f"peak over {self.window_s} s", f"{self.peak:.1f}"),
            ("peak / steady", f"{self.peak / self.steady:.2f}"),
            ("the same, knocks at /health/live counted", f"{self.peak_with_knocks:.1f}"),
            ("virtual hours / real seconds", f"{_total() / 3600:.2f} / {self.seconds:.0f}"),
        ]


def _total() -> float:
    return CALM_S + AWAY_S + AFTER_S


def come_back(boxes: int) -> Comeback:
    """Let a fleet live, cut every link for an hour, and watch it return."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(_live(boxes))
    finally:
        structlog.configure(**before)


async def _live(boxes: int) -> Comeback:
    began, clock, shelf = time.perf_counter(), LoopClock(), Shelf()
    link = Link(clock)
    clients = [await _box(shelf, link, number) for number in range(boxes)]
    tasks = [asyncio.create_task(client.run()) for client in clients]
    await asyncio.sleep(CALM_S)
    link.up = False
    await asyncio.sleep(AWAY_S)
    link.up, back = True, int(clock.monotonic())
    for client in clients[::2]:
        client.wake()
    await asyncio.sleep(AFTER_S)
    again = [(await client.status()).last_receipt_at for client in clients]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    shelf.close()
    window = ceil(ENOUGH * INTERVAL_S / boxes)
    return Comeback(
        boxes=boxes,
        steady=boxes / INTERVAL_S,
        peak=_peak(link.syncs, back, window),
        peak_with_knocks=_peak(link.syncs + link.knocks, back, window),
        window_s=window,
        back=sum(at is not None and at > clock.now() - timedelta(seconds=AFTER_S) for at in again),
        seconds=time.perf_counter() - began,
    )


async def _box(shelf: Shelf, link: Link, number: int) -> Client:
    db = shelf.add()
    client = Client(
        await open_ledger(db, OpenSeal(), link.clock, "t"),
        db=db,
        sealer=OpenSeal(),
        transport=link,
        clock=link.clock,
        version="1.0",
        on_alarm=lambda *_: None,
        pauses=Pauses(Random(number)),  # noqa: S311 - a repeatable draw
    )
    await client.enroll("T")
    return client


def _peak(arrivals: Counter[int], since: int, window: int) -> float:
    """Return the most arrivals a second, over every window after a moment."""
    most = running = 0
    for second in range(since, since + int(AFTER_S)):
        running += arrivals[second] - (arrivals[second - window] if second - window >= since else 0)
        most = max(most, running)
    return most / window


def main(boxes: int = 100_000) -> None:
    """Print the table; leave with 1 if the peak is over twice the steady rate."""
    seen = come_back(boxes)
    table = Table("figure", "value", title="after an outage")
    for row in seen.rows():
        table.add_row(*row)
    Console().print(table)
    raise typer.Exit(0 if seen.peak <= 2 * seen.steady and seen.back == boxes else 1)


if __name__ == "__main__":
    typer.run(main)
