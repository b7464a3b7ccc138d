"""WhatsApp over real HTTP."""

import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.whatsapp.routes import MESSAGES, NUMBERS, routes
from daemon.web.auth import Identity
from daemon.web.openapi import document
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from tests.daemon.whatsapp.conftest import ANA, OWNER, Box, eventually

Client = TestClient[web.Request, web.Application]
HEADERS = {"x-tenant-id": "local"}


async def an_operator(_: web.Request) -> Identity:
    return Identity("local", "u1", "operator", "Ana")


@pytest.fixture
async def client(box: Box) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[last_resort, problems], client_max_size=8 * 1024 * 1024)
    app[NUMBERS], app[MESSAGES] = box.sessions, box.messages
    mount(app, routes.items, an_operator, "local")
    async with TestClient(TestServer(app), headers=HEADERS) as made:
        yield made


async def post(client: Client, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    response = await client.post(path, json=body)
    return response.status, await response.json()


async def test_a_number_is_connected_watched_and_removed(client: Client, box: Box) -> None:
    status, session = await post(client, "/whatsapp/agent/sessions/init")
    assert (status, session["state"], session["reason_code"]) == (200, "SCAN_QR_CODE", "qr_ready")
    assert session["qr"]["svg"].startswith("<svg")
    assert session["nextStep"]

    await box.emulator.scan(session["qr"]["text"])

    async def working() -> dict[str, Any] | None:
        body = await (await client.get("/whatsapp/agent/status")).json()
        return body if body["state"] == "WORKING" else None

    found = await eventually(working, 20, "WORKING")
    assert found["sessions"][0]["phone"] == OWNER

    response = await client.delete(f"/whatsapp/agent/sessions/{session['id']}")
    assert response.status == 204
    listed = await (await client.get("/whatsapp/agent/sessions")).json()
    assert listed == {"items": [], "nextCursor": None}


async def test_reasons_are_in_the_readers_language(client: Client) -> None:
    await post(client, "/whatsapp/agent/sessions/init")
    english = await client.get("/whatsapp/agent/status", headers={"Accept-Language": "en"})
    portuguese = await client.get("/whatsapp/agent/status")
    assert (await english.json())["reason"] == "The QR code is ready."
    assert (await portuguese.json())["reason"] == "O código QR está pronto."


async def test_a_message_is_queued_with_its_ids_and_arrives(client: Client, box: Box) -> None:
    await box.linked()

    status, sent = await post(client, "/whatsapp/agent/send-message", to=f"+{ANA}", text="olá")
    assert (status, sent["status"]) == (202, "queued")
    await box.becomes(sent["id"], "delivered")

    (item,) = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert (item["id"], item["text"]) == (sent["messageId"], "olá")


async def test_a_small_file_goes_in_json_a_large_one_as_multipart(client: Client, box: Box) -> None:
    await box.linked()
    media = {"base64": base64.b64encode(b"%PDF-1.7 x").decode(), "mime": "application/pdf"}

    status, small = await post(client, "/whatsapp/agent/send-message", to=ANA, media=media)
    assert status == 202
    form = aiohttp.FormData({"to": ANA, "text": "segue a tabela"})
    form.add_field(
        "file", io.BytesIO(b"x" * 3_000_000), filename="tabela.pdf", content_type="application/pdf"
    )
    response = await client.post("/whatsapp/agent/send-media", data=form)
    assert response.status == 202
    large = await response.json()
    for sent in (small, large):
        await box.becomes(sent["id"], "delivered")

    items = (await box.emulator.get("deliveries", contact=ANA))["items"]
    assert [item["kind"] for item in items] == ["document", "document"]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/whatsapp/nobody/sessions/init", {}, 404, None),
        ("/whatsapp/agent/sessions/init", {"method": "code"}, 400, "phone"),
        ("/whatsapp/agent/sessions/init", {"method": "carrier pigeon"}, 400, "method"),
        ("/whatsapp/agent/send-message", {"to": ANA, "text": "x"}, 409, "sessionId"),
        ("/whatsapp/agent/send-message", {"text": "x"}, 400, "to"),
        (
            "/whatsapp/agent/send-message",
            {"to": ANA, "media": {"base64": "@@@@"}},
            400,
            "media.base64",
        ),
        ("/whatsapp/agent/send-message", {"to": ANA, "poll": {"name": "?"}}, 400, "poll.options"),
        (
            "/whatsapp/agent/send-message",
            {"to": ANA, "poll": {"name": "?", "options": ["a", "A"]}},
            400,
            "poll.options[1]",
        ),
        (
            "/whatsapp/agent/send-message",
            {"to": ANA, "location": {"latitude": 91, "longitude": 0}},
            400,
            "location.latitude",
        ),
        (
            "/whatsapp/agent/send-message",
            {"to": ANA, "contact": {"name": "Bia", "phones": ["12"]}},
            400,
            "contact.phones[0]",
        ),
        (
            "/whatsapp/agent/send-message",
            {"to": ANA, "text": "x", "reaction": {"messageId": "A", "emoji": "👍"}},
            400,
            "text",
        ),
        (
            "/whatsapp/agent/send-message",
            {
                "to": ANA,
                "choice": {"options": ["a", "b"]},
                "location": {"latitude": 0, "longitude": 0},
            },
            400,
            "location",
        ),
    ],
)
async def test_bad_requests_name_the_field(
    client: Client, path: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    answered, problem = await post(client, path, **body)

    assert answered == status
    assert problem.get("field") == field


async def test_a_session_of_another_agent_is_not_found(client: Client, box: Box) -> None:
    box.ledger.agents.add("other")
    _, session = await post(client, "/whatsapp/agent/sessions/init")

    response = await client.delete(f"/whatsapp/other/sessions/{session['id']}")

    assert response.status == 404
    assert (await response.json())["code"] == "session_not_found"


def test_the_routes_are_described() -> None:
    described = document(routes.items, title="t", version="1", tenant_id="local")

    schema = described["components"]["schemas"]["SessionView"]["properties"]
    assert {"agentId", "reason_code", "nextStep", "pairingCode", "qr"} <= set(schema)
