"""From a customer's message to the customer's receipt, around a scripted model.

Run: `.venv/bin/python -m tests.bench.pipeline`. Everything is real but WhatsApp, which is the
emulator, and the language model, which echoes; debounce and pacing are off. Asked for: a median of
at most 60 ms, and at least 80 messages a second in and out through the bridge.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.journeys.box import Box
from tests.journeys.emulator import Emulator, Event
from tests.journeys.story import Linked

CHATS = 40
WARM = 20
SINGLE = 150
BURST = 20  # messages of each chat


async def one_by_one(linked: Linked, phone: str, count: int) -> list[float]:
    """Milliseconds from a message to its answer, with nothing else going on."""
    took = []
    for number in range(count):
        since = await linked.whatsapp.now()
        sent = await linked.whatsapp.say(phone, question(number))
        answer = await linked.whatsapp.answer(phone, since=since)
        queued = await linked.whatsapp.see("message.queued", by_id(sent), since=since)
        took.append((when(answer) - when(queued)) * 1000)
    return took


async def incoming(linked: Linked, phones: Sequence[str]) -> float:
    """Messages a second that the box takes in; the owner has the chats, so no answers."""
    whatsapp = linked.whatsapp
    for phone in phones:
        await whatsapp.type_on_phone(phone, "Eu respondo")
    await linked.box.until(lambda: _owned(linked), lambda owned: owned >= len(phones))
    since, began = await whatsapp.now(), time.perf_counter()
    await asyncio.gather(*(_write(linked, phone) for phone in phones))
    await linked.box.until(
        lambda: _received(linked, since), lambda count: count >= len(phones) * BURST
    )
    return len(phones) * BURST / (time.perf_counter() - began)


async def outgoing(linked: Linked, phones: Sequence[str]) -> float:
    """Messages a second from the API to the contacts."""
    whatsapp = linked.whatsapp
    before, began = len(await whatsapp.deliveries()), time.perf_counter()
    route = f"/whatsapp/{linked.agent}/send-message"
    await asyncio.gather(
        *(
            linked.box.post(route, {"to": phone, "text": f"Aviso {n}"})
            for n in range(BURST)
            for phone in phones
        )
    )
    await linked.box.until(
        whatsapp.deliveries, lambda got: len(got) >= before + len(phones) * BURST
    )
    return len(phones) * BURST / (time.perf_counter() - began)


async def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Emulator.running(Path(folder) / "whatsapp") as whatsapp,
            Box.running(
                Path(folder), NEXTAGENT_MODELS__LANGUAGE__ENGINE="scripted", **whatsapp.environment
            ) as box,
        ):
            phones = [f"551196000{number:04}" for number in range(CHATS)]
            for phone in phones:
                await whatsapp.contact(phone)
            linked = await Linked.up(box, whatsapp)
            faq = {"question": "Qual é o horário?", "answer": "Abrimos das 8h às 18h."}
            await box.post(f"/agents/{linked.agent}/faqs", faq)
            await one_by_one(linked, phones[0], WARM)
            took = await one_by_one(linked, phones[0], SINGLE)
            show(took, await incoming(linked, phones), await outgoing(linked, phones))


def show(took: list[float], taken: float, sent: float) -> None:
    """Print what was measured beside what is asked for."""
    table = Table(title="WhatsApp to WhatsApp around a scripted model", title_justify="left")
    for heading in ("figure", "measured", "asked for"):
        table.add_column(heading)
    p95 = statistics.quantiles(took, n=20)[-1]
    table.add_row("answer, median", f"{statistics.median(took):.0f} ms", "at most 60 ms")
    table.add_row("answer, p95", f"{p95:.0f} ms", "")
    table.add_row("messages in", f"{taken:.0f}/s", "at least 80/s")
    table.add_row("messages out", f"{sent:.0f}/s", "at least 80/s")
    Console().print(table)


def question(number: int) -> str:
    """A question that the documents answer, never the same twice in a row."""
    return f"Qual é o horário de atendimento{'?' * (1 + number % 3)}"


def by_id(message: str) -> Callable[[Event], bool]:
    """Pick the event of one message."""
    return lambda event: event["id"] == message


def when(event: Event) -> float:
    """The emulator's own time of an event, in seconds."""
    return datetime.fromisoformat(event["at"]).timestamp()


async def _write(linked: Linked, phone: str) -> None:
    messages = [{"text": f"mensagem {number}"} for number in range(BURST)]
    await linked.whatsapp.post("messages", contact=phone, messages=messages)


async def _received(linked: Linked, since: int) -> int:
    events = await linked.whatsapp.events(since, "client.received")
    return sum(len(event["ids"]) for event in events if event["type"] != "sender")


async def _owned(linked: Linked) -> int:
    page = await linked.box.get("/conversations", agentId=linked.agent, owner="human", limit=100)
    return len(page["items"])


if __name__ == "__main__":
    asyncio.run(main())
