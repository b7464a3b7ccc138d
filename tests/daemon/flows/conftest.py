"""A box without WhatsApp: all else is real and wired as in the product; the clock is ours."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Finance as Terms
from config.settings import Settings
from daemon.app import agent_defaults
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.domain import Passage
from daemon.domains.conversations.service import Conversations
from daemon.domains.finance.service.parts import Finance
from daemon.domains.flows.routes.bringing import routes as bring_routes
from daemon.domains.flows.routes.flows import routes as flow_routes
from daemon.domains.flows.routes.runs import ia_routes
from daemon.domains.flows.routes.runs import routes as run_routes
from daemon.domains.flows.routes.secrets import routes as secret_routes
from daemon.domains.logs.service import Logs
from daemon.domains.whatsapp.domain import IncomingMessage, Session, SessionState
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.outbound import Outbound
from daemon.infra.worker import Handler
from daemon.kernel.clock import FakeClock, stamp
from daemon.kernel.jobs import Job, RetryLaterError
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from daemon.wiring.figures import measuring
from daemon.wiring.finance import money
from daemon.wiring.flows import FlowsBuilt, flows
from daemon.wiring.ground import Ground, ground
from daemon.wiring.messages import Usage
from daemon.wiring.talk import Talk, talk

ANA = "5511987654321"
HOURS = Passage(
    chunk_id="c1",
    document_id="d1",
    document="horarios.pdf",
    title="Horários",
    page=1,
    text="Sábado: das 9h às 13h. Domingo: fechado.",
    score=0.9,
    coverage=0.9,
)


class Known:
    """Documents that always hold the opening hours."""

    async def search(self, agent_id: str, query: str, limit: int) -> list[Passage]:
        del agent_id, limit
        return [HOURS] if "bado" in query else []


class NoEmbedder:
    """A retrieval child that knows how near two texts are because the test says so."""

    def __init__(self) -> None:
        self.near: dict[str, list[float]] = {}

    async def request(self, op: str, data: dict[str, Any], *, timeout_s: float | None) -> Any:
        del op, timeout_s
        import base64  # noqa: PLC0415 - only here

        import numpy as np  # noqa: PLC0415 - only here

        rows = [np.asarray(self.near.get(text, [0.0, 1.0]), "<f4") for text in data["texts"]]
        return {"vectors": base64.b64encode(b"".join(row.tobytes() for row in rows)).decode()}


@dataclass
class Rig:
    """The box, with a customer who writes and a worker that a test turns by hand."""

    base: Ground
    talking: Talk
    built: FlowsBuilt
    clock: FakeClock
    agents: Agents
    agent_id: str
    handlers: dict[str, Handler]
    embedder: NoEmbedder
    finance: Finance
    number: int = 0
    seen: int = field(default=0)

    async def say(self, text: str, phone: str = ANA, **more: Any) -> None:
        """Let a customer write, and the box do all that is due."""
        self.number += 1
        message = IncomingMessage(
            session_id="s1",
            agent_id=self.agent_id,
            wa_message_id=f"WA{self.number}",
            chat=f"{phone}@s.whatsapp.net",
            chat_kind="user",
            at=self.clock.now(),
            kind="text",
            text=text,
            from_me=False,
            push_name="Ana",
            **more,
        )
        await self.base.database.write(lambda tx: self.talking.between.receive(tx, message))
        await self.work()

    async def work(self) -> None:
        """Run every job that is due, until none is; events are heard in between."""
        for _ in range(60):
            await asyncio.sleep(0)
            jobs = await self.base.database.write(
                lambda tx: self.base.queue.lease(tx, 8, tuple(self.handlers))
            )
            if not jobs:
                await self.heard()
                jobs = await self.base.database.write(
                    lambda tx: self.base.queue.lease(tx, 8, tuple(self.handlers))
                )
            if not jobs:
                return
            for job in jobs:
                await self._run(job)

    async def heard(self) -> None:
        """Wait until every event was told."""
        last = await self.base.outbox.last()
        for _ in range(200):
            if self.base.outbox._told >= last:  # noqa: SLF001 - there is no other way to know
                return
            await asyncio.sleep(0.01)

    async def _run(self, job: Job) -> None:
        try:
            await self.handlers[job.kind](job)
        except RetryLaterError as error:
            after, why = error.after_s, error.reason
            await self.base.database.write(lambda tx: self.base.queue.later(tx, job, after, why))
            self.clock.advance(after)
        else:
            await self.base.database.write(lambda tx: self.base.queue.done(tx, job))

    async def pass_time(self, **time: float) -> None:
        self.clock.advance(timedelta(**time).total_seconds())
        await self.work()

    async def rows(self, query: str, *values: Any) -> list[Any]:
        def read(tx: Connection) -> list[Any]:
            return [dict(row) for row in tx.conn.execute(query, values)]

        return await self.base.database.read(read)

    async def sent(self, *, new: bool = True) -> list[str]:
        """Return what the box said (since the last look)."""
        rows = await self.rows(
            "SELECT text, state FROM messages WHERE from_me = 1 AND state <> 'cancelled' "
            "ORDER BY id"
        )
        texts = [row["text"] for row in rows]
        fresh = texts[self.seen :] if new else texts
        self.seen = len(texts)
        return fresh

    async def chat_id(self) -> str:
        [row] = await self.rows("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
        return str(row["id"])

    async def run(self) -> dict[str, Any]:
        """Return the newest run."""
        [row] = await self.rows("SELECT * FROM flow_runs ORDER BY id DESC LIMIT 1")
        return {**row, "variables": orjson.loads(row["variables"])}

    async def draw(self, draft: dict[str, Any], name: str = "Fluxo") -> str:
        """Make a flow and publish it; return its id."""
        flow = await self.built.parts.flows.create(self.agent_id, name, "", draft)
        await self.built.parts.flows.publish(flow.id, "", "teste")
        return flow.id

    @property
    def conversations(self) -> Conversations:
        return self.talking.conversations


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
async def rig(settings: Settings) -> AsyncIterator[Rig]:
    clock = FakeClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC))
    async with ground(settings, clock) as base:
        terms = Terms.model_validate({"pix_key": "a@b.co"})
        base = replace(  # noqa: PLW2901 - the same, with a Pix key and a LAN that may be reached
            base,
            settings=settings.model_copy(update={"finance": terms}),
            outbound=Outbound(["127.0.0.0/8"]),
        )
        agents = Agents(
            base.database,
            base.outbox,
            clock,
            base.tenant_id,
            limit=5,
            defaults=agent_defaults(settings),
            removals=[],
        )
        agent = await agents.create(name="Loja", niche="", instructions="", language=None)
        await agents.configure(
            agent.id,
            {"answer_mode": "extractive", "debounce": {"min_seconds": 0, "max_seconds": 0}},
        )
        session = Session(
            id="s1",
            agent_id=agent.id,
            name="Loja",
            state=SessionState.WORKING,
            since=clock.now(),
            reason_code="connected",
            method="qr",
            wanted=True,
            created_at=clock.now(),
        )
        await base.database.write(lambda tx: sessions.add(tx, base.tenant_id, session))
        logs = Logs(base.database, clock, base.tenant_id, settings.tenant.timezone)
        usage = Usage(base.ledger.ledger, clock)
        talking = talk(base, agents, logs, search=Known(), model=None, usage=usage)
        async with measuring(base) as measured:
            accounts = await money(base, talking.between.compose, measured.figures)
            embedder = NoEmbedder()
            known = cast("Any", SimpleNamespace(child=embedder))
            built = await flows(base, agents, known, talking, accounts.finance)
            handlers = {
                name: handler
                for name, handler in {**talking.handlers, **built.part.handlers}.items()
                if name != "whatsapp.send"
            }
            money_of = accounts.finance
            yield Rig(
                base, talking, built, clock, agents, agent.id, handlers, embedder, money_of
            )  # fmt: skip


Client = TestClient[web.Request, web.Application]


async def an_owner(_: web.Request) -> Identity:
    return Identity("local", "u1", "owner", "Ana")


@pytest.fixture
async def client(rig: Rig) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[last_resort, problems], client_max_size=8 * 1024 * 1024)
    for key, service in rig.built.part.services.items():
        app[key] = service
    for group in (flow_routes, bring_routes, run_routes, ia_routes, secret_routes):
        mount(app, group.items, an_owner, "local")
    headers = {"x-tenant-id": "local"}
    async with TestClient(TestServer(app), headers=headers) as made:
        yield made


__all__ = ["ANA", "Client", "Rig", "stamp"]
