import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import aiohttp
import pytest
from aiohttp import web
from openapi_spec_validator import validate

from daemon.infra.bus import Bus
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.errors import NotFoundError
from daemon.kernel.events import Event
from daemon.kernel.pages import Page
from daemon.web import idempotency, live, server
from daemon.web.assets import Assets
from daemon.web.auth import Identity
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery

ROLES: dict[str, Literal["viewer", "operator", "owner"]] = {
    "Bearer viewer": "viewer",
    "Bearer operator": "operator",
}


class NewThing(ApiModel):
    name: str
    max_items: int = 3


class Thing(ApiModel):
    id: str
    max_items: int


@dataclass(frozen=True)
class ThingMade(Event):
    name: ClassVar[str] = "thing.made"
    max_items: int


routes = Routes(tag="things")
made: list[str] = []


@routes.post("/things/{id}", body=NewThing, returns=Thing, status=201)
async def make(call: Call[NewThing, None]) -> Thing:
    """Make a thing."""
    made.append(call.path["id"])
    if call.body.name == "missing":
        raise NotFoundError(kind="thing", id=call.path["id"])
    if call.body.name == "broken":
        raise LookupError
    return Thing(id=call.path["id"], max_items=call.body.max_items)


@routes.get("/things", query=ListQuery, returns=Page[Thing])
async def listed(call: Call[None, ListQuery]) -> Page[Thing]:
    """List things."""
    return Page([Thing(id="1", max_items=call.query.limit)], next_cursor="1")


@routes.get("/open", public=True)
async def everyone(_: Call[None, None]) -> dict[str, bool]:
    """Answer anybody."""
    return {"open": True}


def page(folder: Path) -> Path:
    static = folder / "static"
    static.mkdir()
    (static / "index.html").write_text('<script src="/static/app.js"></script>')
    (static / "app.js").write_text("1;" * 1000)
    (static / "chunks").mkdir()
    (static / "chunks" / "finance-ABCD1234.js").write_text("2;" * 1000)
    return static


async def guard(request: web.Request) -> Identity | None:
    proof = request.headers.get("Authorization", "")
    if proof == "Bearer stranger":
        return Identity("another", "u", "owner", "stranger")
    return Identity("local", "u", ROLES[proof], "someone") if proof in ROLES else None


@pytest.fixture
async def events(db: Database, bus: Bus) -> AsyncIterator[Outbox]:
    async with Outbox(db, bus, Clock(), "local") as outbox:
        yield outbox


@pytest.fixture
async def site(
    db: Database, bus: Bus, events: Outbox, tmp_path: Path
) -> AsyncIterator[aiohttp.ClientSession]:
    made.clear()
    await db.write(idempotency.migrations.apply)
    app = server.build(
        routes.items,
        guard=guard,
        replays_store=idempotency.Replays(db, Clock(), "local"),
        tenant_id="local",
        title="things",
        version="1",
        assets=await asyncio.to_thread(Assets.load, page(tmp_path)),
        services={live.GATEWAY: live.Gateway(events, bus, guard, "local")},
        max_body=10_000_000,
    )
    async with (
        server.listening(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=who("operator")) as session,
    ):
        yield session


def who(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}", "x-tenant-id": "local"}


async def problem(response: aiohttp.ClientResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = await response.json(content_type=None)
    assert body["status"] == response.status
    return body


async def test_a_stranger_gets_401_and_another_tenant_403(site: aiohttp.ClientSession) -> None:
    async with site.get("/things", headers={"Authorization": "nobody"}) as response:
        assert (response.status, (await problem(response))["code"]) == (401, "unauthorized")
    async with site.get("/things", headers=who("stranger")) as response:
        assert (response.status, (await problem(response))["code"]) == (403, "tenant_mismatch")
    async with site.get("/things", headers={"x-tenant-id": "other"}) as response:
        assert (response.status, (await problem(response))["code"]) == (403, "tenant_mismatch")
    async with site.get("/things", headers={"x-tenant-id": ""}) as response:
        body = await problem(response)
        assert (response.status, body["code"], body["field"]) == (
            400,
            "tenant_missing",
            "x-tenant-id",
        )


async def test_a_role_that_is_too_low_gets_403(site: aiohttp.ClientSession) -> None:
    async with site.post("/things/1", json={"name": "a"}, headers=who("viewer")) as response:
        assert (response.status, (await problem(response))["code"]) == (403, "forbidden")
    assert made == []


async def test_a_public_route_needs_nothing(site: aiohttp.ClientSession) -> None:
    async with site.get("/open", headers={"Authorization": "", "x-tenant-id": ""}) as response:
        assert (response.status, await response.json()) == (200, {"open": True})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"maxItems": 1}', "name"),
        (b'{"name": "a", "maxItems": "many"}', "maxItems"),
        (b'{"name": "a", "colour": 1}', "colour"),
        (b"[1]", "body"),
        (b"{", "body"),
        (b'{"name": "\xff"}', "body"),
        (b"[" * 100_000, "body"),
    ],
)
async def test_bad_input_names_the_field_in_the_readers_language(
    site: aiohttp.ClientSession, body: bytes, field: str
) -> None:
    async with site.post("/things/1", data=body) as response:
        in_portuguese = await problem(response)
    async with site.post("/things/1", data=body, headers={"Accept-Language": "en"}) as response:
        in_english = await problem(response)

    assert (in_portuguese["code"], in_portuguese["field"]) == ("invalid_input", field)
    assert in_portuguese["status"] == 400
    assert in_english["detail"] != in_portuguese["detail"]


async def test_a_body_over_the_limit_is_413(site: aiohttp.ClientSession) -> None:
    async with site.post("/things/1", data=io.BytesIO(b"a" * 3_000_000)) as response:
        assert (response.status, (await problem(response))["code"]) == (413, "too_large")


async def test_what_nobody_foresaw_is_500_without_details(site: aiohttp.ClientSession) -> None:
    async with site.post("/things/1", json={"name": "broken"}) as response:
        body = await problem(response)
    assert (body["status"], body["code"]) == (500, "internal")
    assert "LookupError" not in json.dumps(body)


async def test_a_list_says_where_the_next_page_begins(site: aiohttp.ClientSession) -> None:
    async with site.get("/things?limit=2") as response:
        assert await response.json() == {"items": [{"id": "1", "maxItems": 2}], "nextCursor": "1"}
    async with site.get("/things?limit=0") as response:
        assert (await problem(response))["field"] == "limit"


async def test_the_same_idempotency_key_acts_once(site: aiohttp.ClientSession) -> None:
    key = {"Idempotency-Key": "abc"}
    answers = []
    for _ in range(2):
        async with site.post("/things/7", json={"name": "a"}, headers=key) as response:
            answers.append((response.status, await response.json()))
    async with site.post("/things/7", json={"name": "b"}, headers=key) as response:
        other = await problem(response)

    assert answers[0] == answers[1]
    assert made == ["7"]
    assert other["code"] == "idempotency_key_reused"


async def test_another_caller_never_reads_an_answer_by_its_key(
    site: aiohttp.ClientSession,
) -> None:
    key = {"Idempotency-Key": "abc"}
    async with site.post("/things/7", json={"name": "a"}, headers=key) as response:
        assert response.status == 201
    async with site.post(
        "/things/7", json={"name": "a"}, headers={**who("viewer"), **key}
    ) as response:
        assert response.status == 403


async def test_the_openapi_document_is_valid_and_names_every_route(
    site: aiohttp.ClientSession,
) -> None:
    async with site.get("/openapi.json") as response:
        described = await response.json()

    validate(described)
    assert set(described["paths"]) == {"/things", "/things/{id}", "/open", "/ws"}
    assert described["openapi"].startswith("3.1")


async def test_a_socket_resumes_after_the_last_event_it_saw(
    site: aiohttp.ClientSession, db: Database, events: Outbox
) -> None:
    for n in range(3):
        await db.write(lambda tx, n=n: events.record(tx, ThingMade(n)))  # type: ignore[misc]
    async with site.ws_connect("/ws?since=1") as socket:
        assert (await socket.receive_json())["event"] == "hello"
        frames = [await socket.receive_json() for _ in range(2)]
        await db.write(lambda tx: events.record(tx, ThingMade(3)))
        frames.append(await socket.receive_json())

    assert [(frame["id"], frame["data"]) for frame in frames] == [
        (2, {"maxItems": 1}),
        (3, {"maxItems": 2}),
        (4, {"maxItems": 3}),
    ]


async def test_a_socket_may_prove_itself_in_its_first_frame(site: aiohttp.ClientSession) -> None:
    async with site.ws_connect("/ws", headers={"Authorization": ""}) as socket:
        await socket.send_json({"type": "auth", "token": "viewer"})
        assert (await socket.receive_json())["event"] == "hello"
    async with site.ws_connect("/ws", headers={"Authorization": ""}) as socket:
        await socket.send_json({"type": "auth", "token": "nobody"})
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_socket_hears_only_what_it_asked_for(
    site: aiohttp.ClientSession, db: Database, events: Outbox
) -> None:
    async with site.ws_connect("/ws?events=other.thing,thing.made") as socket:
        await socket.receive_json()
        await db.write(lambda tx: events.record(tx, Event()))
        await db.write(lambda tx: events.record(tx, ThingMade(1)))
        assert (await socket.receive_json())["event"] == "thing.made"


async def test_answers_carry_the_security_headers_and_name_no_software(
    site: aiohttp.ClientSession,
) -> None:
    async with site.get("/open") as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "aiohttp" not in response.headers["Server"].lower()


async def test_the_page_is_cached_by_content_and_a_change_is_seen(
    site: aiohttp.ClientSession,
) -> None:
    async with site.get("/") as response:
        assert response.headers["Cache-Control"] == "no-cache"
        source = (await response.text()).split('"')[1]
    async with site.get(source) as response:
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Content-Encoding"] == "gzip"
        tag = response.headers["ETag"]
    async with site.get("/static/app.js", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    async with site.get("/static/../server.py") as response:
        assert response.status == 404


async def test_a_part_of_the_page_is_kept_for_good_because_its_name_says_what_is_in_it(
    site: aiohttp.ClientSession,
) -> None:
    async with site.get("/static/chunks/finance-ABCD1234.js") as response:
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Content-Type"].startswith("text/javascript")
    async with site.get("/static/chunks/finance-GONE0000.js") as response:
        assert response.status == 404
