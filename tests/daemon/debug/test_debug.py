import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.debug.routes import PROBES, routes
from daemon.domains.debug.service import Probes
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount

Client = TestClient[web.Request, web.Application]


async def an_owner(_: web.Request) -> Identity:
    return Identity("local", "u1", "owner", "Ana")


async def exists(agent_id: str) -> bool:
    return agent_id == "a1"


async def well(agent_id: str) -> Mapping[str, Any]:
    return {"documents": 3, "agent": agent_id}


async def hangs(_: str) -> Mapping[str, Any]:
    await asyncio.sleep(60)
    return {}


async def breaks(_: str) -> Mapping[str, Any]:
    raise RuntimeError("token=secret")  # noqa: EM101 - an error as libraries raise it


async def offline(_: str) -> Mapping[str, Any]:
    return {"ok": False, "state": "RECONNECTING"}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application(middlewares=[last_resort, problems])
    parts = {"knowledge": well, "model": hangs, "queue": breaks}
    app[PROBES] = Probes(exists=exists, parts=parts, connection=offline, timeout_s=0.05)
    mount(app, routes.items, an_owner, "local")
    async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as made:
        yield made


async def test_a_part_that_hangs_or_breaks_is_the_finding_and_hides_no_other(
    client: Client,
) -> None:
    response = await client.get("/debug/agents/a1/status")
    body = await response.json()

    assert response.status == 200
    assert not body["ok"]
    checks = {check["name"]: check for check in body["checks"]}
    assert checks["knowledge"] == {
        "name": "knowledge",
        "ok": True,
        "facts": {"documents": 3, "agent": "a1"},
    }
    assert checks["model"]["facts"]["error"] == "timeout"
    assert checks["queue"]["facts"] == {"error": "RuntimeError"}
    assert "secret" not in str(body)


async def test_the_connection_shows_its_state(client: Client) -> None:
    body = await (await client.get("/debug/whatsapp/a1/connection")).json()

    assert body == {"agentId": "a1", "ok": False, "facts": {"state": "RECONNECTING"}}


@pytest.mark.parametrize("path", ["/debug/agents/x/status", "/debug/whatsapp/x/connection"])
async def test_an_unknown_agent_is_404(client: Client, path: str) -> None:
    response = await client.get(path)

    assert response.status == 404
    assert (await response.json())["code"] == "agent_not_found"
