"""A box whose chats happen as they are told: real tables, real event log, the clock is ours."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.conversations.domain import (
    Answer,
    Author,
    How,
    Message,
    State,
    Step,
    Tokens,
    Trace,
    wa_message_id,
)
from daemon.domains.conversations.events import MessageReceived, MessageUpdated, TurnAnswered
from daemon.domains.conversations.store import contacts, messages, threads, traces
from daemon.domains.conversations.store.schema import migrations as conversations
from daemon.domains.metrics import routes
from daemon.domains.metrics.keeping import Keeper
from daemon.domains.metrics.service import Figures
from daemon.domains.metrics.store.schema import migrations
from daemon.infra import outbox, queue
from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.kernel.ids import new_id
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from daemon.wiring.figures import ConversationRows, topic_stems

ZONE = ZoneInfo("America/Sao_Paulo")
TABLES = ("metrics_hours", "metrics_days", "metrics_slots", "metrics_cases", "metrics_answers")


class Chats:
    """Writes messages and answers down as the conversations context does."""

    def __init__(self, db: Database, clock: FakeClock) -> None:
        self.db, self.clock = db, clock
        self.events = Outbox(db, Bus(), clock, "local")
        self.keeper = Keeper(db, clock, "local", ConversationRows())
        self.queue = Queue(clock, "local")
        self.figures = Figures(
            db,
            self.queue,
            clock,
            "local",
            ZONE,
            raw=ConversationRows(),
            keeper=self.keeper,
            stems=topic_stems,
        )

    @classmethod
    async def open(cls, path: Path, clock: FakeClock) -> "Chats":
        steps = [queue.migrations, outbox.migrations, conversations, migrations]
        return cls(await Database.open(path, steps), clock)

    async def chat(self, agent: str = "a1", name: str = "ana", chat: str | None = None) -> str:
        def commit(tx: Connection) -> str:
            now = self.clock.now()
            contact = contacts.resolve(tx, "local", [f"pn:{name}"], name, now)
            return threads.ensure(
                tx,
                "local",
                agent_id=agent,
                session_id=f"s-{agent}",
                contact_id=contact.id,
                chat=chat or f"{name}@s.whatsapp.net",
                at=now,
            ).id

        return await self.db.write(commit)

    async def write(
        self,
        chat: str,
        author: str = "contact",
        *,
        at: datetime | None = None,
        kind: str = "text",
        trace_id: str | None = None,
        closing: bool = False,
    ) -> str:
        def commit(tx: Connection) -> str:
            conversation = threads.get(tx, chat)
            mine = author != "contact"
            message = Message(
                id=new_id(),
                conversation_id=chat,
                session_id=conversation.session_id,
                agent_id=conversation.agent_id,
                wa_id=wa_message_id(),
                chat=conversation.chat,
                at=at or self.clock.now(),
                received_at=self.clock.now(),
                from_me=mine,
                author=Author(author),
                kind=kind,
                text="?",
                state=State.SENT if mine else State.RECEIVED,
                trace_id=trace_id,
                extra={"closing": True} if closing else {},
            )
            messages.add(tx, "local", message)
            threads.show_last(tx, message, self.clock.now(), unread=0)
            self.events.record(
                tx,
                MessageReceived(
                    message.id,
                    chat,
                    message.agent_id,
                    message.session_id,
                    message.wa_id,
                    author,
                    kind,
                    mine,
                    late=False,
                ),
            )
            return message.id

        return await self.db.write(commit)

    async def answer(
        self,
        chat: str,
        how: How = "extractive",
        *,
        question: str = "?",
        tokens: tuple[int, int] = (100, 20),
        closing: bool = False,
        channel: str = "whatsapp",
        work_ms: float = 250.0,
    ) -> str:
        """Answer in a chat; on another channel than WhatsApp, without a message."""
        agent = await self.db.read(lambda tx: threads.get(tx, chat).agent_id)
        steps = (Step("search", 3.0), Step("total", work_ms))
        answer = Answer("!", how, tokens=Tokens(*tokens), steps=steps)
        trace = Trace(new_id(), agent, chat, channel, question, answer, self.clock.now())
        await self.db.write(lambda tx: traces.add(tx, "local", trace))
        message_id = (
            await self.write(chat, "bot", trace_id=trace.id, closing=closing)
            if channel == "whatsapp"
            else None
        )
        told = TurnAnswered(trace.id, agent, chat, message_id, how, 10.0, *tokens)
        await self.db.write(lambda tx: self.events.record(tx, told))
        return message_id or trace.id

    async def mark(self, message_id: str, state: str) -> None:
        def commit(tx: Connection) -> None:
            message = messages.get(tx, message_id)
            messages.set_state(tx, message_id, State(state))
            self.events.record(
                tx,
                MessageUpdated(
                    message_id,
                    message.conversation_id,
                    message.agent_id,
                    message.session_id,
                    message.wa_id,
                    state,
                ),
            )

        await self.db.write(commit)

    def wait(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())

    async def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        def read(tx: Connection) -> dict[str, list[tuple[Any, ...]]]:
            return {
                name: sorted(tuple(row) for row in tx.conn.execute(f"SELECT * FROM {name}"))
                for name in TABLES
            }

        return await self.db.read(read)

    async def forget_figures(self) -> None:
        def commit(tx: Connection) -> None:
            for name in (*TABLES, "metrics_cursor"):
                tx.conn.execute(f"DELETE FROM {name}")

        await self.db.write(commit)


@pytest.fixture
async def chats(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Chats]:
    opened = await Chats.open(tmp_path / "box.db", clock)
    yield opened
    await opened.db.close()


class Api:
    """Asks the routes over HTTP, as an owner."""

    def __init__(self, client: "TestClient[Any, Any]") -> None:
        self._client = client

    async def get(self, path: str, expected: int = 200, **query: str) -> Any:
        headers = {"x-tenant-id": "local", "accept-language": "en"}
        async with self._client.get(path, params=query, headers=headers) as answer:
            assert answer.status == expected, await answer.text()
            return await answer.json()

    async def post(self, path: str, expected: int) -> Any:
        async with self._client.post(path, headers={"x-tenant-id": "local"}) as answer:
            assert answer.status == expected, await answer.text()
            return await answer.json()


@pytest.fixture
async def api(chats: Chats) -> AsyncIterator[Api]:
    async def everyone(_: Any) -> Identity:
        return Identity(tenant_id="local", user_id="u1", role="owner", name="Rosa")

    application = web.Application(middlewares=[last_resort, problems])
    application[routes.FIGURES] = chats.figures
    mount(application, routes.routes.items, everyone, "local")
    async with TestClient(TestServer(application)) as client:
        yield Api(client)
