"""Templates over HTTP, on a real database."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.templates import routes as http
from daemon.domains.templates import store
from daemon.domains.templates.golden import GoldenQuestions
from daemon.domains.templates.ports import Ports
from daemon.domains.templates.service import Templates
from daemon.infra.database import Connection, Database
from daemon.infra.queue import Queue
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import BadInputError
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from tests.daemon.templates.rigging import Agents, Client


def _check(settings: Mapping[str, Any]) -> None:
    if "nonsense" in settings:
        raise BadInputError(field="settings.nonsense", problem="unknown")


@pytest.fixture
def agents() -> Agents:
    return Agents()


@pytest.fixture
async def golden(db: Database, jobs: Queue, clock: FakeClock, ports: Ports) -> GoldenQuestions:
    return GoldenQuestions(db, jobs, clock, "local", ports)


@pytest.fixture
async def ports(db: Database, agents: Agents) -> Ports:
    def prepare(tx: Connection) -> None:
        store.migrations.apply(tx)
        tx.conn.execute("CREATE TABLE made (id, name, niche, instructions, settings)")
        tx.conn.execute("CREATE TABLE pairs (agent, question, answer)")
        tx.conn.execute("CREATE TABLE drawn (agent, name, graph)")

    await db.write(prepare)
    return Ports(
        create_agent=agents.create,
        add_pair=agents.pair,
        draft_flow=agents.flow,
        read_agent=agents.read,
        require_agent=agents.require,
        is_ready=lambda _, __: agents.ready,
        check_settings=_check,
        check_flow=lambda graph: None,  # noqa: ARG005 - the port's name
        ask=agents.ask,
    )


@pytest.fixture
async def client(
    db: Database, clock: FakeClock, ports: Ports, golden: GoldenQuestions
) -> AsyncIterator[Client]:
    async def owner(_: web.Request) -> Identity:
        return Identity("local", "u1", "owner", "Ana")

    app = web.Application(middlewares=[last_resort, problems])
    app[http.TEMPLATES] = Templates(db, clock, "local", ports)
    app[http.GOLDEN] = golden
    mount(app, [*http.routes.items, *http.golden_routes.items], owner, "local")
    headers = {"x-tenant-id": "local", "Accept-Language": "en"}
    async with TestClient(TestServer(app), headers=headers) as made:
        yield made
