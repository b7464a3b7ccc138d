"""A box that has worked for years: contacts, conversations, messages and traces in bulk.

Run: `.venv/bin/python -m tests.bench.history box.db --messages 1000000`.

The rows are those that the daemon would have written; the same seed gives the same rows but for
their ids. Weekdays and working hours are busier, most matters are short, every seventh goes to a
person, and one answer in eight is a refusal.
"""

import argparse
import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import stamp
from daemon.kernel.ids import new_id
from daemon.wiring.ground import MIGRATIONS

TENANT = "local"
END = datetime(2026, 6, 1, tzinfo=UTC)
BATCH = 20_000
HOURS = (1,) * 6 + (2, 5, 9, 14, 14, 12, 10, 12, 14, 13, 11, 10, 8, 6, 5, 4, 3, 2)
SUBJECTS = ("estacionamento", "clareamento dental", "convênio", "boleto", "cachorro", "aluguel")
MESSAGES = (
    "INSERT INTO messages (id, tenant_id, conversation_id, agent_id, session_id, chat, wa_id, "
    "from_me, author, kind, text, extra, state, trace_id, at, received_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'text', ?, ?, ?, ?, ?, ?)"
)
TRACES = (
    "INSERT INTO traces (id, tenant_id, agent_id, conversation_id, channel, question, answer, "
    "mode, confidence, language, prompt, passages, sources, steps, prompt_tokens, "
    "completion_tokens, offered, at) "
    "VALUES (?, ?, ?, ?, 'whatsapp', ?, 'ok', ?, 0.5, 'pt', '[]', '[]', '[]', '[]', ?, ?, 0, ?)"
)
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Scale:
    """How much there is."""

    messages: int = 1_000_000
    contacts: int = 2_000
    agents: int = 3
    years: int = 3
    seed: int = 1


@dataclass(frozen=True)
class Chat:
    """A conversation of the data set."""

    id: str
    agent: str
    jid: str


async def fill(database: Database, scale: Scale) -> None:
    """Write the rows; figures are not derived here."""
    luck = random.Random(scale.seed)  # noqa: S311 - a data set, not a secret
    chats: list[Chat] = await database.write(lambda tx: _chats(tx, scale))
    made: list[tuple[list[Row], list[Row]]] = [([], [])]
    number = 0
    while number < scale.messages:
        messages, traces = made[-1]
        for said, trace in _case(luck, luck.choice(chats), scale):
            messages.append(said)
            number += 1
            if trace is not None:
                traces.append(trace)
        if len(messages) >= BATCH or number >= scale.messages:
            await database.write(lambda tx, rows=made[-1]: _write(tx, *rows))  # type: ignore[misc]
            made = [([], [])]


def _write(tx: Connection, messages: list[Row], traces: list[Row]) -> None:
    tx.conn.executemany(TRACES, traces)
    tx.conn.executemany(MESSAGES, messages)


def _chats(tx: Connection, scale: Scale) -> list[Chat]:
    start = stamp(END - timedelta(days=365 * scale.years))
    found = []
    for number in range(scale.contacts):
        chat = Chat(new_id(), f"agent-{number % scale.agents}", f"{5511900000000 + number}")
        contact = new_id()
        tx.conn.execute(
            "INSERT INTO contacts (id, tenant_id, name, phone, created_at) VALUES (?, ?, ?, ?, ?)",
            (contact, TENANT, f"Cliente {number}", chat.jid, start),
        )
        tx.conn.execute(
            "INSERT INTO conversations (id, tenant_id, agent_id, session_id, contact_id, chat, "
            "owner_since, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                chat.id,
                TENANT,
                chat.agent,
                f"s-{chat.agent}",
                contact,
                f"{chat.jid}@s.whatsapp.net",
                start,
                start,
                stamp(END),
            ),
        )
        found.append(chat)
    return found


def _case(luck: random.Random, chat: Chat, scale: Scale) -> Iterator[tuple[Row, Row | None]]:
    """One matter: questions and answers, at the end perhaps a person."""
    day = END - timedelta(days=1 + int(luck.random() * 365 * scale.years))
    if day.weekday() > 4 and luck.random() < 0.6:
        day -= timedelta(days=2)
    hour = luck.choices(range(24), HOURS)[0]
    at = day.replace(hour=hour) + timedelta(seconds=luck.uniform(0, 3600))
    for _ in range(1 + min(int(luck.expovariate(0.35)), 20)):
        subject = luck.choice(SUBJECTS)
        yield _message(chat, "contact", at, f"e o {subject}?"), None
        at += timedelta(seconds=luck.lognormvariate(2, 0.8))
        trace, mode = new_id(), "refusal" if luck.random() < 1 / 8 else "extractive"
        tokens = (luck.randint(200, 900), luck.randint(10, 90))
        fact = (trace, TENANT, chat.agent, chat.id, f"e o {subject}?", mode, *tokens, stamp(at))
        yield _message(chat, "bot", at, "ok", trace), fact
        at += timedelta(seconds=luck.lognormvariate(4, 1))
    if luck.random() < 1 / 7:
        yield _message(chat, "human", at + timedelta(minutes=luck.uniform(1, 90)), "oi"), None


def _message(chat: Chat, author: str, at: datetime, text: str, trace: str | None = None) -> Row:
    mine = author != "contact"
    return (
        new_id(),
        TENANT,
        chat.id,
        chat.agent,
        f"s-{chat.agent}",
        f"{chat.jid}@s.whatsapp.net",
        new_id(),
        mine,
        author,
        text,
        None,
        "read" if mine else "received",
        trace,
        stamp(at),
        stamp(at),
    )


async def main() -> None:
    """Make a database file of the asked size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--messages", type=int, default=Scale.messages)
    parser.add_argument("--contacts", type=int, default=Scale.contacts)
    asked = parser.parse_args()
    database = await Database.open(asked.path, MIGRATIONS)
    await fill(database, Scale(messages=asked.messages, contacts=asked.contacts))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
