"""`kill -9` of every part at random moments while customers write, and what came of it."""

import asyncio
import contextlib
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.box import Process
from tests.journeys.catalogue import PRICES
from tests.journeys.story import Linked

PARTS = ("bridge", "daemon", "language", "retrieval")
# The breaker is for loops; here it is we who kill, far oftener than any child crashes.
PATIENT = {"NEXTAGENT_CHILDREN__CRASHES": "100000"}
CUSTOMERS = 6
ANSWER_WITHIN_S = 90.0
READY_WITHIN_S = 60.0


@dataclass
class Report:
    """What came of a run."""

    recoveries: list[tuple[str, float]] = field(default_factory=list)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unstored: list[str] = field(default_factory=list)
    orphans: list[Process] = field(default_factory=list)

    @property
    def ready_p95(self) -> float:
        """Seconds until the box was ready again, of 95 in 100 kills."""
        seconds = [took for _, took in self.recoveries]
        return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else max(seconds)

    def table(self) -> str:
        rows = [f"{len(self.recoveries)} kills, {self.asked.total()} questions"]
        for part in PARTS:
            took = [seconds for name, seconds in self.recoveries if name == part]
            if took:
                mean = statistics.mean(took)
                rows.append(
                    f"{part:10} {len(took):5} kills  mean {mean:.2f} s  max {max(took):.2f} s"
                )
        rows.append(f"ready again p95 {self.ready_p95:.2f} s")
        rows.append(
            f"lost {len(self.lost)}  doubled {len(self.doubled)}  orphans {len(self.orphans)}"
        )
        return "\n".join(rows)


async def run(linked: Linked, kills: int, seed: int) -> Report:
    """Kill parts while customers ask for prices, then count."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    report, stop = Report(), asyncio.Event()
    phones = [f"551197000{number:04}" for number in range(CUSTOMERS)]
    for phone in phones:
        await linked.whatsapp.contact(phone, f"Cliente {phone[-2:]}")
    customers = [
        asyncio.create_task(_customer(linked, phone, random.Random(chance.random()), report, stop))  # noqa: S311 - repeatable
        for phone in phones
    ]
    try:
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.1, 1.5))
            part = chance.choice(PARTS)
            report.recoveries.append((part, await _kill(linked, part)))
    finally:
        stop.set()
        await asyncio.gather(*customers)
    await _count(linked, phones, report)
    return report


async def _kill(linked: Linked, part: str) -> float:
    box = linked.box
    before, began = box.part(part), time.monotonic()
    await box.kill(part)
    while (now := box.part(part)) is None or now == before:
        assert time.monotonic() - began < READY_WITHIN_S, f"{part} was not started again"
        await asyncio.sleep(0.02)
    await box.ready(READY_WITHIN_S)
    return time.monotonic() - began


async def _customer(
    linked: Linked, phone: str, chance: random.Random, report: Report, stop: asyncio.Event
) -> None:
    """Ask for a price, wait for it, ask for the next, until told to stop."""
    whatsapp = linked.whatsapp
    while not stop.is_set():
        product, price = chance.choice(list(PRICES.items()))
        since = await whatsapp.now()
        question = f"Quanto custa {product.partition('(')[0].strip().lower()}?"
        report.asked[phone, price] += 1
        await whatsapp.say(phone, question)
        try:
            await whatsapp.answer(phone, price[3:], since=since, within_s=ANSWER_WITHIN_S)
        except AssertionError:
            got = [event["text"] for event in await whatsapp.deliveries(phone)][-2:]
            report.lost.append(f"{phone}: {question} got {got}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), chance.uniform(0.5, 3.0))


async def _count(linked: Linked, phones: list[str], report: Report) -> None:
    """Compare what was asked, what reached the customers and what the box has on record."""
    await asyncio.sleep(2)  # a doubled reply would come about now
    for phone in phones:
        replies = await linked.whatsapp.deliveries(phone)
        asked = sum(count for (who, _), count in report.asked.items() if who == phone)
        if len(replies) > asked:
            report.doubled.append(f"{phone}: {len(replies)} replies to {asked} questions")
        for price in PRICES.values():
            told = sum(price[3:] in reply.get("text", "") for reply in replies)
            if told > report.asked[phone, price]:
                report.doubled.append(f"{phone}: {price} told {told} times")
        await _stored(linked, phone, asked, replies, report)
    for _ in range(300):
        report.orphans = linked.box.orphans()
        if not report.orphans:
            break
        await asyncio.sleep(0.1)


async def _stored(
    linked: Linked, phone: str, asked: int, replies: list[Any], report: Report
) -> None:
    kept = await linked.messages(phone)
    ours = {m["messageId"] for m in kept if m["author"] == "bot" and m["state"] != "cancelled"}
    theirs = [m for m in kept if m["author"] == "contact"]
    if len(theirs) != asked:
        report.unstored.append(f"{phone}: {len(theirs)} of {asked} questions are stored")
    if ours != {reply["id"] for reply in replies}:
        report.unstored.append(f"{phone}: {len(ours)} answers stored, {len(replies)} delivered")
