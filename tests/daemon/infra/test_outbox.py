import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import FakeClock
from daemon.kernel.events import Event, Recorded


@dataclass(frozen=True)
class Happened(Event):
    name: ClassVar[str] = "thing.happened"
    n: int


async def test_events_are_told_after_their_commit_in_order(
    db: Database, bus: Bus, log_of_events: Outbox
) -> None:
    heard: list[int] = []
    all_of_them = asyncio.Event()

    async def listen(event: Recorded) -> None:
        heard.append(event.data["n"])
        if len(heard) == 20:
            all_of_them.set()

    bus.subscribe("thing.happened", listen)
    for n in range(20):
        await db.write(lambda tx, n=n: log_of_events.record(tx, Happened(n)))  # type: ignore[misc]
    async with asyncio.timeout(30):
        await all_of_them.wait()

    assert heard == list(range(20))


async def test_an_event_of_a_rolled_back_write_is_never_told(
    db: Database, log_of_events: Outbox
) -> None:
    def fails(tx: Connection) -> None:
        log_of_events.record(tx, Happened(1))
        raise LookupError

    await asyncio.gather(db.write(fails), return_exceptions=True)

    assert await log_of_events.since(0) == []


async def test_one_subscriber_that_fails_does_not_silence_the_others(
    db: Database, bus: Bus, log_of_events: Outbox
) -> None:
    heard = asyncio.Event()

    async def broken(_: Recorded) -> None:
        raise LookupError

    async def fine(_: Recorded) -> None:
        heard.set()

    bus.subscribe("thing.happened", broken)
    bus.subscribe("*", fine)
    await db.write(lambda tx: log_of_events.record(tx, Happened(1)))

    async with asyncio.timeout(30):
        await heard.wait()


async def test_pruning_forgets_old_events_and_never_reuses_a_number(
    db: Database, bus: Bus, clock: FakeClock
) -> None:
    events = Outbox(db, bus, clock, "local")
    await db.write(lambda tx: events.record(tx, Happened(1)))
    clock.advance(timedelta(days=8).total_seconds())
    await events.prune(timedelta(days=7))
    await db.write(lambda tx: events.record(tx, Happened(2)))

    assert [(event.id, event.data["n"]) for event in await events.since(0)] == [(2, 2)]
