"""What passes between WhatsApp and conversations, and what of it is counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from config.settings import Settings
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.domain import Passage
from daemon.domains.logs.service import Logs
from daemon.domains.whatsapp.domain import IncomingMessage, NewContent
from daemon.infra.database import Connection
from daemon.kernel.clock import Clock
from daemon.wiring.ground import Ground, ground
from daemon.wiring.messages import MessageBridge, Usage
from daemon.wiring.talk import Talk, talk


class NoDocuments:
    async def search(self, agent_id: str, query: str, limit: int) -> list[Passage]:  # noqa: ARG002 - the port's signature
        return []


@dataclass
class House:
    """Both contexts on a real ground, with one agent and one linked number."""

    base: Ground
    talking: Talk
    between: MessageBridge
    agent: str
    session: str

    def message(self, number: str, **changes: Any) -> IncomingMessage:
        plain = IncomingMessage(
            session_id=self.session,
            agent_id=self.agent,
            wa_message_id=number,
            chat="900000000000001@lid",
            chat_kind="user",
            at=self.base.clock.now(),
            kind="text",
            text="Quanto custa?",
            from_me=False,
            chat_lid="900000000000001@lid",
            chat_phone_jid="5511987654321@s.whatsapp.net",
        )
        return replace(plain, **changes)

    async def counted(self) -> list[tuple[str, dict[str, int]]]:
        def query(tx: Connection) -> list[tuple[str, dict[str, int]]]:
            rows = tx.conn.execute("SELECT type, body FROM ledger_events ORDER BY seq").fetchall()
            return [(row["type"], orjson.loads(row["body"])["data"]["meters"]) for row in rows]

        return await self.base.database.read(query)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state")


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    async with ground(settings, Clock()) as base:
        logs = Logs(base.database, base.clock, base.tenant_id, settings.tenant.timezone)
        agents = Agents(base.database, base.outbox, base.clock, base.tenant_id, limit=5)
        usage = Usage(base.ledger.ledger, base.clock)
        talking = talk(base, agents, logs, search=NoDocuments(), model=None, usage=usage)
        agent = await agents.create(name="Bela", niche="", instructions="", language=None)
        session = "01a20000-0000-7000-8000-000000000001"
        now = base.clock.now().isoformat()
        await base.database.write(
            lambda tx: (
                tx.conn.execute(
                    "INSERT INTO wa_sessions (id, tenant_id, agent_id, name, state, since, "
                    "reason_code, method, wanted, created_at) "
                    "VALUES (?, 'local', ?, 'principal', 'WORKING', ?, 'connected', 'qr', 1, ?)",
                    (session, agent.id, now, now),
                )
                and None
            )
        )
        yield House(base, talking, talking.between, agent.id, session)


async def test_a_message_that_comes_twice_counts_once(house: House) -> None:
    for _ in range(2):
        await house.base.database.write(
            lambda tx: house.between.receive(tx, house.message("3EB0AA"))
        )

    assert await house.counted() == [("message.received", {"messages_in": 1})]


async def test_history_and_what_the_phone_typed_are_not_billed(house: House) -> None:
    old = house.base.clock.now() - timedelta(days=3)
    for message in (
        house.message("3EB0AB", history=True, at=old),
        house.message("3EB0AC", from_me=True),
        house.message("3EB0AD", kind="reaction", target_id="3EB0AB"),
    ):
        await house.base.database.write(
            lambda tx, message=message: house.between.receive(tx, message)  # type: ignore[misc]
        )

    assert await house.counted() == []


async def test_a_sent_message_counts_once_whatever_is_reported_after(house: House) -> None:
    content = NewContent(kind="text", text="Olá")
    sent = await house.base.database.write(
        lambda tx: house.between.compose(
            tx,
            agent_id=house.agent,
            session_id=house.session,
            to="+55 11 98765-4321",
            content=content,
        )
    )

    def report(tx: Connection, state: str, at: datetime) -> None:
        house.between.report(
            tx,
            session_id=house.session,
            wa_message_id=sent.wa_message_id,
            state=state,
            error=None,
            at=at,
        )

    await house.base.database.write(lambda tx: house.between.claim(tx, sent.id) and None)
    for state in ("sent", "delivered", "delivered", "read"):
        now = house.base.clock.now()
        await house.base.database.write(lambda tx, state=state, now=now: report(tx, state, now))  # type: ignore[misc]

    assert await house.counted() == [("message.sent", {"messages_out": 1})]


async def test_the_ledger_holds_no_telephone_number(house: House) -> None:
    await house.base.database.write(lambda tx: house.between.receive(tx, house.message("3EB0AE")))

    bodies = await house.base.database.read(
        lambda tx: [bytes(row["body"]) for row in tx.conn.execute("SELECT body FROM ledger_events")]
    )
    assert bodies
    assert not any(b"5511987654321" in body or b"900000000000001" in body for body in bodies)
