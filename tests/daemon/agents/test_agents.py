from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.agents import store
from daemon.domains.agents.routes import AGENTS, routes, settings_routes
from daemon.domains.agents.service import Agents
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import FakeClock
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount

Client = TestClient[web.Request, web.Application]
DEFAULTS = {"debounce": {"min_seconds": 2.0, "max_seconds": 9.0}}


async def an_owner(_: web.Request) -> Identity:
    return Identity("local", "u1", "owner", "Ana")


@pytest.fixture
def removed() -> list[str]:
    return []


@pytest.fixture
async def agents(
    db: Database, log_of_events: Outbox, clock: FakeClock, removed: list[str]
) -> Agents:
    await db.write(store.migrations.apply)

    def remove(_tx: Connection, agent_id: str) -> None:
        removed.append(agent_id)

    return Agents(db, log_of_events, clock, "local", limit=2, defaults=DEFAULTS, removals=[remove])


@pytest.fixture
async def client(agents: Agents) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[last_resort, problems])
    app[AGENTS] = agents
    for group in (routes, settings_routes):
        mount(app, group.items, an_owner, "local")
    async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as made:
        yield made


async def create(client: Client, **body: Any) -> dict[str, Any]:
    response = await client.post("/agents", json={"name": "Bella", **body})
    assert response.status == 201, await response.text()
    made: dict[str, Any] = await response.json()
    return made


async def test_an_agent_is_made_changed_listed_and_deleted_with_all_it_owns(
    client: Client, removed: list[str], log_of_events: Outbox
) -> None:
    agent = await create(client, niche="estética", language="en")
    path = f"/agents/{agent['id']}"
    assert agent["language"] == "en"
    assert agent["status"] == "active"

    changed = await (await client.patch(path, json={"status": "paused", "name": "Bela"})).json()
    assert (changed["name"], changed["status"], changed["niche"]) == ("Bela", "paused", "estética")
    listed = await (await client.get("/agents")).json()
    assert [item["name"] for item in listed["items"]] == ["Bela"]
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).status == 404
    assert removed == [agent["id"]]
    told = [(event.name, event.data["status"]) for event in await log_of_events.since(0)]
    assert told == [
        ("agent.updated", "active"),
        ("agent.updated", "paused"),
        ("agent.updated", "deleted"),
    ]


async def test_one_agent_too_many_is_refused_by_the_name_of_the_limit(client: Client) -> None:
    await create(client)
    await create(client)
    response = await client.post("/agents", json={"name": "Terceira"})
    problem = await response.json()

    assert response.status == 409
    assert problem["code"] == "agent_limit"
    assert "limits.agents" in problem["detail"]


async def test_settings_begin_with_the_boxs_own_and_keep_what_is_not_changed(
    client: Client,
) -> None:
    path = f"/settings/{(await create(client))['id']}"
    before = await (await client.get(path)).json()
    assert before["debounce"] == {"minSeconds": 2.0, "maxSeconds": 9.0}
    assert before["answerMode"] == "auto"

    body = {"debounce": {"minSeconds": 0}, "handover": {"returnAfterMinutes": None}}
    after = await (await client.patch(path, json=body)).json()
    assert after["debounce"] == {"minSeconds": 0, "maxSeconds": 9.0}
    assert after["handover"]["returnAfterMinutes"] is None
    assert after["handover"]["returnCommand"] == "/devolver"
    assert {**after, "debounce": 0, "handover": 0} == {**before, "debounce": 0, "handover": 0}
    assert await (await client.get(path)).json() == after


async def test_tools_and_voice_have_their_own_routes(client: Client) -> None:
    path = f"/settings/{(await create(client))['id']}"
    tools = [{"name": "knowledge_search", "enabled": True}]
    body = await (await client.patch(f"{path}/tools", json={"tools": tools})).json()
    assert body["tools"] == tools
    body = await (await client.patch(f"{path}/voice", json={"reply": "mirror"})).json()
    assert body["voice"] == {"reply": "mirror", "voice": "pf_dora", "speed": 1.0}
    assert body["tools"] == tools


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"answerMode": "magic"}, "answerMode"),
        ("", {"threshold": 7}, "threshold"),
        ("", {"debounce": {"minSeconds": -1}}, "debounce.minSeconds"),
        ("", {"debounce": {"minSeconds": 20}}, "debounce.minSeconds"),
        ("", {"handover": {"returnCommand": "/assumir"}}, "handover.returnCommand"),
        ("", {"handover": {"returnCommand": "devolver"}}, "handover.returnCommand"),
        ("", {"fallback": {"message": "x" * 1001}}, "fallback.message"),
        ("", {"colour": "red"}, "colour"),
        ("", {"pacing": {"speed": 1}}, "pacing.speed"),
        ("/tools", {"tools": [{"name": "rm -rf"}]}, "tools.0.name"),
        ("/tools", {}, "tools"),
        (
            "/tools",
            {"tools": [{"name": "human_handover"}, {"name": "human_handover"}]},
            "tools",
        ),
        ("/voice", {"speed": 9}, "voice.speed"),
    ],
)
async def test_a_bad_setting_is_refused_by_its_name_and_changes_nothing(
    client: Client, path: str, body: dict[str, Any], field: str
) -> None:
    base = f"/settings/{(await create(client))['id']}"
    before = await (await client.get(base)).json()
    response = await client.patch(base + path, json=body)
    problem = await response.json()

    assert response.status in {400, 422}, problem
    assert problem["field"] in {field, field.removeprefix("voice.")}
    assert await (await client.get(base)).json() == before


@pytest.mark.parametrize("path", ["/agents/x", "/settings/x"])
async def test_an_unknown_agent_is_404(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404
    assert (await client.patch(path, json={})).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "x", "instructions": "y" * 8001}, "instructions"),
        ({"name": "x", "language": "fr"}, "language"),
    ],
)
async def test_a_bad_agent_is_refused_by_the_name_of_its_field(
    client: Client, body: dict[str, Any], field: str
) -> None:
    response = await client.post("/agents", json=body)

    assert response.status in {400, 422}
    assert (await response.json())["field"] == field


async def test_a_profile_says_what_a_conversation_must_know(
    client: Client, agents: Agents, db: Database
) -> None:
    number = (await create(client))["id"]
    await agents.configure(number, {"tools": [{"name": "knowledge_search", "enabled": False}]})
    profile = await db.read(lambda tx: agents.profile(tx, number))

    assert profile is not None
    assert profile.active
    assert not profile.searches
    assert not profile.hands_over
    assert not profile.offer_human
    assert await db.read(lambda tx: agents.profile(tx, "none")) is None
