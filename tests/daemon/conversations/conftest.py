"""A box without WhatsApp: real database, queue, event log and agents; the clock is ours."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from daemon.domains.agents import store as agents_store
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.answering import Answers
from daemon.domains.conversations.asking import Asks
from daemon.domains.conversations.domain import Incoming, Message, Passage
from daemon.domains.conversations.intake import Intake
from daemon.domains.conversations.outgoing import SEND, Outgoing
from daemon.domains.conversations.ownership import Ownership
from daemon.domains.conversations.service import Conversations
from daemon.domains.conversations.store import messages, threads
from daemon.domains.conversations.store.schema import migrations
from daemon.domains.conversations.tasks import handlers
from daemon.domains.conversations.turns import Turns
from daemon.domains.logs import store as logs_store
from daemon.domains.logs.service import Logs
from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.kernel.jobs import Job, RetryLaterError
from models.doubles import ScriptedLanguageModel

LID = "900000000000001@lid"
PHONE = "5511987654321@s.whatsapp.net"

PRICES = Passage(
    chunk_id="c1",
    document_id="d1",
    document="precos.pdf",
    title="Tabela de preços",
    page=2,
    text="Limpeza de pele | 60 min | R$ 120,00\nDrenagem linfática | 50 min | R$ 150,00",
    score=0.9,
    coverage=0.9,
)


class KnownPassages:
    """A search that always finds the same passages, and remembers what it was asked."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = list(passages)
        self.queries: list[str] = []

    async def search(self, agent_id: str, query: str, limit: int) -> Sequence[Passage]:
        del agent_id
        self.queries.append(query)
        return self.passages[:limit]


class Box:
    """The parts, put together as `app.py` does."""

    def __init__(
        self, db: Database, events: Outbox, bus: Bus, clock: FakeClock, root: Path
    ) -> None:
        self.db, self.clock = db, clock
        self.queue = Queue(clock, "local")
        self.usage: list[tuple[str, dict[str, Any]]] = []
        self.logs = Logs(db, clock, "local", "America/Sao_Paulo")
        self.agents = Agents(db, events, clock, "local", limit=3)
        self.search = KnownPassages([PRICES])
        self.model = ScriptedLanguageModel()
        self.answers = Answers(self.search, self.model, clock)
        common: dict[str, Any] = {
            "profile_of": self.agents.profile,
            "record_log": self.logs.record,
        }
        self.ownership = Ownership(self.queue, events, clock, **common)
        self.intake = Intake(events, clock, "local", ownership=self.ownership, **common)
        self.outgoing = Outgoing(
            self.queue,
            events,
            clock,
            "local",
            ownership=self.ownership,
            record_log=self.logs.record,
        )
        self.turns = Turns(
            database=db,
            queue=self.queue,
            outbox=events,
            bus=bus,
            clock=clock,
            tenant_id="local",
            answers=self.answers,
            ownership=self.ownership,
            outgoing=self.outgoing,
            record_usage=self.count,
            **common,
        )
        self.asks = Asks(
            db,
            events,
            clock,
            "local",
            answers=self.answers,
            record_usage=self.count,
            max_chars=4000,
            **common,
        )
        self.conversations = Conversations(db, self.ownership, self.outgoing, root)
        self.agent_id = ""
        self._number = 0

    def count(self, tx: Connection, kind: str, data: dict[str, Any]) -> None:
        del tx
        self.usage.append((kind, data))

    async def open(self, **settings: Any) -> None:
        for steps in (agents_store.migrations, logs_store.migrations, migrations):
            await self.db.write(steps.apply)
        agent = await self.agents.create(name="Bella", niche="", instructions="", language=None)
        self.agent_id = agent.id
        await self.agents.configure(
            agent.id,
            {"answer_mode": "extractive", "debounce": {"min_seconds": 0, "max_seconds": 0}},
        )
        if settings:
            await self.agents.configure(agent.id, settings)

    def incoming(self, text: str = "", **values: Any) -> Incoming:
        self._number += 1
        return Incoming(
            **{
                "session_id": "s1",
                "agent_id": self.agent_id,
                "wa_id": f"WA{self._number}",
                "chat": LID,
                "chat_alt": PHONE,
                "at": self.clock.now(),
                "text": text,
                **values,
            }
        )

    async def hear(self, text: str = "", **values: Any) -> Message | None:
        message = self.incoming(text, **values)
        return await self.db.write(lambda tx: self.intake.receive(tx, message))

    async def run_due(self) -> int:
        """Run what is due, as the worker does, until nothing is; sending is left alone."""
        kinds, ran = handlers(self.turns), 0
        while jobs := await self.db.write(lambda tx: self.queue.lease(tx, 8, tuple(kinds))):
            for job in jobs:
                ran += 1
                try:
                    await kinds[job.kind](job)
                except RetryLaterError as error:
                    await self.db.write(partial(self._later, job, error.after_s))
                else:
                    await self.db.write(partial(self._done, job))
        return ran

    def _later(self, job: Job, wait: float, tx: Connection) -> None:
        self.queue.later(tx, job, wait, "")

    def _done(self, job: Job, tx: Connection) -> None:
        self.queue.done(tx, job)

    async def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())
        await self.run_due()

    async def thread(self) -> list[Message]:
        """Return all messages of the only chat, oldest first."""

        def query(tx: Connection) -> list[Message]:
            found = threads.listed(
                tx, agent_id=None, owner=None, search=None, cursor=None, limit=10
            )
            return messages.thread(tx, found[0].id, None, 500)[::-1] if found else []

        return await self.db.read(query)

    async def said(self) -> list[str]:
        """Return what the bot said and has not been taken back."""
        return [m.text for m in await self.thread() if m.author == "bot" and m.state != "cancelled"]

    async def chat(self) -> Any:
        page = await self.conversations.page(
            agent_id=None, owner=None, search=None, cursor=None, limit=10
        )
        return page.items[0]

    async def jobs(self, kind: str = SEND) -> int:
        def query(tx: Connection) -> int:
            sql = "SELECT count(*) FROM jobs WHERE kind = ?"
            return int(tx.conn.execute(sql, (kind,)).fetchone()[0])

        return await self.db.read(query)

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        return await self.db.read(lambda tx: [dict(row) for row in tx.conn.execute(sql)])


@pytest.fixture
async def box(
    db: Database, log_of_events: Outbox, bus: Bus, clock: FakeClock, tmp_path: Path
) -> Box:
    made = Box(db, log_of_events, bus, clock, tmp_path / "media")
    await made.open()
    return made
