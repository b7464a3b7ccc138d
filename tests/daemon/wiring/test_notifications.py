"""A job that parks reaches the owner's WhatsApp: real worker, event log, queue, conversations."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from daemon.app import agent_defaults
from daemon.domains.agents.service import Agents
from daemon.domains.fleet.service import Fleet
from daemon.domains.logs.service import Logs
from daemon.domains.notifications.routes import NOTIFICATIONS
from daemon.domains.notifications.service import Notifications
from daemon.domains.whatsapp.domain import Session, SessionState
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.worker import Worker
from daemon.kernel.clock import Clock
from daemon.kernel.jobs import Job, NewJob, ParkError
from daemon.wiring.ground import Ground, ground
from daemon.wiring.messages import Usage
from daemon.wiring.notifications import Later, notifications
from daemon.wiring.probes import Watch
from daemon.wiring.talk import talk


class NoDocuments:
    async def search(self, agent_id: str, query: str, limit: int) -> list[Any]:  # noqa: ARG002
        return []


class NotYet:
    """What is still being built when the first look may come."""

    def watch(self) -> Watch:
        raise NameError

    def fleet(self) -> Fleet:
        raise NameError


@dataclass
class Rig:
    base: Ground
    service: Notifications

    async def texts(self) -> list[tuple[str, str]]:
        """Return what was written to whom, once somebody was written to."""

        def read(tx: Connection) -> list[tuple[str, str]]:
            rows = tx.conn.execute(
                "SELECT contacts.phone, text FROM messages JOIN conversations "
                "ON conversations.id = conversation_id "
                "JOIN contacts ON contacts.id = contact_id WHERE from_me = 1"
            )
            return [tuple(row) for row in rows]

        async with asyncio.timeout(30):
            while not (found := await self.base.database.read(read)):  # noqa: ASYNC110 - rows tell
                await asyncio.sleep(0.05)
        return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
async def rig(settings: Settings) -> AsyncIterator[Rig]:
    clock = Clock()
    async with ground(settings, clock) as base:
        agents = Agents(
            base.database,
            base.outbox,
            clock,
            base.tenant_id,
            limit=5,
            defaults=agent_defaults(settings),
            removals=[],
        )
        agent = await agents.create(name="Dona", niche="", instructions="", language=None)
        for number, state in (("s1", SessionState.RECONNECTING), ("s2", SessionState.WORKING)):
            one = Session(
                number, agent.id, number, state, clock.now(), "connected", "qr", True, clock.now()
            )
            await base.database.write(lambda tx, one=one: sessions.add(tx, "local", one))  # type: ignore[misc] # bound now
        talking = talk(
            base,
            agents,
            Logs(base.database, clock, base.tenant_id, settings.tenant.timezone),
            search=NoDocuments(),
            model=None,
            usage=Usage(base.ledger.ledger, clock),
        )
        later = NotYet()
        part = await notifications(
            base, talking.between.compose, Later(watch=later.watch, fleet=later.fleet)
        )

        async def parks(_: Job) -> None:
            reason = "the ERP said no"
            raise ParkError(reason)

        handlers = {**part.handlers, "erp.push": parks}
        async with Worker(base.database, base.queue, base.outbox, clock, handlers):
            yield Rig(base, part.services[NOTIFICATIONS])


async def test_a_parked_job_is_told_at_once_through_a_number_that_works(rig: Rig) -> None:
    await rig.service.prefer({"phone": "5511987654321", "quiet": False})
    await rig.base.database.write(lambda tx: rig.base.queue.add(tx, NewJob("erp.push")))
    ((phone, text),) = await rig.texts()
    assert phone == "5511987654321"
    assert "the ERP said no" in text
    assert "O que fazer" in text
    assert (await rig.service.counts())["unread"] >= 1


async def test_without_a_number_of_the_chosen_agent_a_test_says_so(rig: Rig) -> None:
    await rig.service.prefer({"phone": "5511987654321", "agent_id": "nobody"})
    outcome = {one.channel: one.outcome for one in await rig.service.test("Ana")}
    assert outcome["whatsapp"] == "failed"
    await rig.service.prefer({"agent_id": None})
    outcome = {one.channel: one.outcome for one in await rig.service.test("Ana")}
    assert outcome["whatsapp"] == "queued"
    assert len(await rig.texts()) == 1
