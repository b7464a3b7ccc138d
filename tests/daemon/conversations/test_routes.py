"""The inbox and questions to agents, over real HTTP."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.agents.routes import AGENTS, settings_routes
from daemon.domains.agents.routes import routes as agents_routes
from daemon.domains.conversations.ask_routes import ASKS
from daemon.domains.conversations.ask_routes import routes as ask_routes
from daemon.domains.conversations.domain import Media
from daemon.domains.conversations.routes import CONVERSATIONS, debug_routes, routes
from daemon.domains.logs.routes import LOGS
from daemon.domains.logs.routes import routes as logs_routes
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount
from models.doubles import ScriptedLanguageModel

from .conftest import Box

Client = TestClient[web.Request, web.Application]
HEADERS = {"x-tenant-id": "local"}


async def an_owner(_: web.Request) -> Identity:
    return Identity("local", "u1", "owner", "Ana")


@pytest.fixture
async def client(box: Box) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[last_resort, problems], client_max_size=8 * 1024 * 1024)
    app[AGENTS], app[ASKS], app[LOGS] = box.agents, box.asks, box.logs
    app[CONVERSATIONS] = box.conversations
    for group in (agents_routes, settings_routes, routes, debug_routes, ask_routes, logs_routes):
        mount(app, group.items, an_owner, "local")
    async with TestClient(TestServer(app), headers=HEADERS) as made:
        yield made


async def ask(client: Client, **body: Any) -> tuple[int, dict[str, Any]]:
    response = await client.post("/ia/ask-to-agent", json=body)
    return response.status, await response.json()


async def test_a_question_is_answered_with_sources_trace_and_usage(
    client: Client, box: Box
) -> None:
    status, body = await ask(
        client, agentId=box.agent_id, question="Quanto custa a limpeza de pele?"
    )

    assert status == 200
    assert "R$ 120,00" in body["answer"]
    assert body["mode"] == "extractive"
    assert body["sources"][0]["document"] == "precos.pdf"
    assert body["sources"][0]["page"] == 2
    assert body["usage"] == {"promptTokens": 0, "completionTokens": 0, "totalTokens": 0}
    trace = await (await client.get(f"/traces/{body['traceId']}")).json()
    assert trace["question"] == "Quanto custa a limpeza de pele?"
    last = await (await client.get(f"/debug/langchain/{box.agent_id}")).json()
    assert last["id"] == body["traceId"]


async def test_questions_of_one_talk_build_on_one_another(client: Client, box: Box) -> None:
    known = {"agentId": box.agent_id, "conversationId": "talk-1"}
    await ask(client, **known, question="Quanto custa a limpeza de pele?")
    _, body = await ask(client, **known, question="E a drenagem?")
    assert "R$ 150,00" in body["answer"]

    _, first = await ask(client, **known, question="Vocês fazem tatuagem?")
    _, second = await ask(client, **known, question="sim")
    assert first["mode"] == "refusal"
    assert first["offersHuman"]
    assert second["mode"] == "handover"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"question": "x" * 1_000_000}, 413, "question"),
        ({"question": ""}, 400, "question"),
        ({"question": "   "}, 400, "question"),
        ({"question": 7}, 400, "question"),
        ({"question": "oi", "agentId": "nobody"}, 404, "agentId"),
        ({"question": "oi", "conversationId": "x" * 101}, 400, "conversationId"),
        ({"question": "oi", "extra": 1}, 400, "extra"),
        ({}, 400, "question"),
    ],
)
async def test_a_bad_question_is_refused_by_the_name_of_its_field(
    client: Client, box: Box, body: dict[str, Any], status: int, field: str
) -> None:
    got, problem = await ask(client, **{"agentId": box.agent_id, **body})

    assert got == status or (status == 400 and got == 422)
    assert problem["field"] == field, problem


async def test_an_answer_is_streamed_and_ends_with_all_of_it(client: Client, box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    text = "Temos drenagem. Ela custa R$ 150,00. Dura 50 min."
    box.answers._writer._model = ScriptedLanguageModel(text)  # noqa: SLF001 - swapped in
    events = await _events(client, box, "Quanto custa a drenagem?")

    assert [name for name, _ in events][-1] == "done"
    assert "".join(data["text"] for name, data in events if name == "token").strip() == text
    assert events[-1][1]["answer"] == text
    assert events[-1][1]["usage"]["totalTokens"] > 0


async def test_a_made_up_figure_is_not_even_streamed(client: Client, box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    box.answers._writer._model = ScriptedLanguageModel("Temos sim. Custa R$ 99,00. Venha logo.")  # noqa: SLF001 - swapped in
    events = await _events(client, box, "Quanto custa a drenagem?")

    assert "99,00" not in str(events)
    assert "R$ 150,00" in events[-1][1]["answer"]


async def test_a_client_that_leaves_stops_the_model(client: Client, box: Box) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    class Endless(ScriptedLanguageModel):
        async def stream(self, request: Any, *, timeout_s: float) -> AsyncIterator[Any]:
            del request, timeout_s
            started.set()
            try:
                while True:
                    await asyncio.sleep(0.02)
                    yield "palavra. "
            finally:
                stopped.set()

    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    box.answers._writer._model = Endless()  # noqa: SLF001 - swapped in
    response = await client.post(
        "/ia/ask-to-agent",
        json={"agentId": box.agent_id, "question": "Quanto custa a drenagem?"},
        headers={"Accept": "text/event-stream"},
    )
    await asyncio.wait_for(started.wait(), 30)
    response.close()

    await asyncio.wait_for(stopped.wait(), 30)


async def test_the_inbox_lists_reads_answers_and_hands_over(client: Client, box: Box) -> None:
    await box.hear("Quanto custa a drenagem?", name="Maria")
    await box.run_due()
    listed = await (await client.get("/conversations", params={"owner": "bot"})).json()
    chat = listed["items"][0]
    assert chat["contact"]["name"] == "Maria"
    assert chat["contact"]["phone"] == "5511987654321"
    assert chat["unread"] == 1
    assert chat["lastMessage"]["author"] == "bot"

    path = f"/conversations/{chat['id']}"
    said = await client.post(f"{path}/messages", json={"text": "Olá, sou a Ana"})
    assert said.status == 202
    assert (await said.json())["messageId"].startswith("3EB0")
    assert (await (await client.get(path)).json())["owner"] == "human"
    back = await client.post(f"{path}/owner", json={"owner": "bot"})
    assert (await back.json())["owner"] == "bot"
    page = await (await client.get(f"{path}/messages", params={"limit": "2"})).json()
    assert [message["author"] for message in page["items"]] == ["operator", "bot"]
    rest = await (
        await client.get(f"{path}/messages", params={"cursor": page["nextCursor"]})
    ).json()
    assert [message["text"] for message in rest["items"]] == ["Quanto custa a drenagem?"]
    assert rest["nextCursor"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "/conversations/none", None, 404, None),
        ("GET", "/conversations?limit=0", None, 400, "limit"),
        ("GET", "/conversations?owner=cat", None, 400, "owner"),
        ("GET", "/conversations?cursor=%00", None, 200, None),
        ("GET", "/conversations/none/messages", None, 404, None),
        ("POST", "/conversations/none/messages", {"text": "x"}, 404, None),
        ("POST", "/conversations/none/messages", {"text": "x" * 5000}, 400, "text"),
        ("POST", "/conversations/none/owner", {"owner": "cat"}, 400, "owner"),
        ("GET", "/messages/none/media", None, 404, None),
        ("GET", "/traces/none", None, 404, None),
        ("GET", "/debug/langchain/none", None, 404, None),
        ("GET", "/logs?start=yesterday", None, 400, "start"),
        ("GET", "/logs?end=2026-13-01", None, 400, "end"),
        ("GET", "/logs/none", None, 404, None),
        ("DELETE", "/logs/none", None, 404, None),
    ],
)
async def test_bad_input_is_a_4xx_that_names_the_field(
    client: Client,
    *,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    status: int,
    field: str | None,
) -> None:
    response = await client.request(method, path, json=body)
    answer = await response.json()

    assert response.status == status or (status == 400 and response.status == 422), answer
    assert answer.get("field") == field


async def test_a_file_is_given_out_only_from_the_media_folder(
    client: Client, box: Box, tmp_path: Path
) -> None:
    folder = tmp_path / "media"
    files = {
        folder / "s1" / "a.jpg": b"jpg",
        folder / "s1" / "b.html": b"<script>",
        tmp_path / "box.key": b"secret",
    }
    await asyncio.to_thread(_write, files)
    numbers = []
    for name, mime in (("s1/a.jpg", "image/jpeg"), ("s1/b.html", "text/html"), ("../box.key", "")):
        media = Media(name, mime, 3, hashlib.sha256(b"jpg").hexdigest())
        stored = await box.hear(kind="document", media=media)
        assert stored is not None
        numbers.append(stored.id)
    image, page, secret = [await client.get(f"/messages/{number}/media") for number in numbers]

    assert (image.status, image.headers["Content-Type"]) == (200, "image/jpeg")
    assert await image.read() == b"jpg"
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Disposition"] == "attachment"
    assert secret.status == 404


async def test_the_log_is_filtered_and_deleted(client: Client, box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    query = {"agentId": box.agent_id, "kind": "message", "start": "2026-01-05"}
    body = await (await client.get("/logs", params=query)).json()

    assert [line["event"] for line in body["items"]] == ["message_queued", "message_received"]
    number = body["items"][0]["id"]
    assert (await client.get(f"/logs/{number}")).status == 200
    assert (await client.delete(f"/logs/{number}")).status == 204
    assert (await client.get(f"/logs/{number}")).status == 404
    past = await (await client.get("/logs", params={"end": "2026-01-04"})).json()
    assert past["items"] == []


async def _events(client: Client, box: Box, question: str) -> list[tuple[str, dict[str, Any]]]:
    response = await client.post(
        "/ia/ask-to-agent",
        json={"agentId": box.agent_id, "question": question},
        headers={"Accept": "text/event-stream"},
    )
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/event-stream"
    events = []
    for block in (await response.text()).strip().split("\n\n"):
        name, data = block.split("\n", 1)
        events.append((name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))))
    return events


def _write(files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
