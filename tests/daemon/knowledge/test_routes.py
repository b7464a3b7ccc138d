import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.knowledge.routes import KNOWLEDGE, UPLOADS, routes
from daemon.domains.knowledge.service import Knowledge
from daemon.domains.knowledge.uploads import Uploads
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount

Client = TestClient[web.Request, web.Application]
TEXT = "Entregamos de terça a domingo. A taxa de entrega é R$ 6,00."


async def an_owner(_: web.Request) -> Identity:
    return Identity("local", "u1", "owner", "Ana")


@pytest.fixture
async def client(knowledge: Knowledge, tmp_path: Path) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[last_resort, problems])
    app[KNOWLEDGE] = knowledge
    app[UPLOADS] = Uploads(tmp_path, limit_mb=1)
    mount(app, routes.items, an_owner, "local")
    async with TestClient(TestServer(app), headers={"x-tenant-id": "local"}) as made:
        yield made


def form(*files: tuple[str, str | bytes]) -> FormData:
    made = FormData()
    for name, content in files:
        data = content.encode() if isinstance(content, str) else content
        made.add_field("files", io.BytesIO(data), filename=name)
    return made


async def send(client: Client, *files: tuple[str, str | bytes], agent: str = "a") -> Any:
    return await client.post(f"/agents/{agent}/documents", data=form(*files))


async def test_documents_are_uploaded_listed_searched_and_deleted(client: Client) -> None:
    response = await send(client, ("entrega.txt", TEXT), ("outro.txt", "Aceitamos Pix."))
    assert response.status == 201
    first, second = (await response.json())["items"]
    assert (first["name"], first["status"], first["progress"]) == ("entrega.txt", "indexing", 0)

    listed = await (await client.get("/agents/a/documents?limit=1")).json()
    assert [item["id"] for item in listed["items"]] == [second["id"]]
    assert listed["nextCursor"] == second["id"]

    answer = await client.get("/agents/a/search", params={"q": "taxa de entrega"})
    found = (await answer.json())["items"][0]
    assert (found["document"], found["documentId"]) == ("entrega.txt", first["id"])
    assert {"document", "title", "page", "text", "score", "chunkId", "name"} <= found.keys()

    path = f"/agents/a/documents/{first['id']}"
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).status == 404


async def test_the_same_file_again_is_answered_with_200(client: Client) -> None:
    await send(client, ("entrega.txt", TEXT))

    assert (await send(client, ("entrega.txt", TEXT))).status == 200


async def test_a_file_that_cannot_be_read_is_a_422_that_names_it(client: Client) -> None:
    response = await send(client, ("entrega.txt", TEXT), ("foto.png", b"\x89PNG\0\0\0\0"))

    problem = await response.json()
    assert response.status == 422
    assert problem["code"] == "document_unreadable"
    assert problem["detail"].startswith("foto.png: este tipo de arquivo não é aceito")
    assert (await (await client.get("/agents/a/documents")).json())["items"] == []


async def test_a_file_over_the_limit_is_a_413_and_leaves_nothing(
    client: Client, tmp_path: Path
) -> None:
    response = await send(client, ("grande.txt", b"a" * (1024 * 1024 + 1)))

    assert response.status == 413
    assert (await response.json())["field"] == "files"
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob("tmp*")))


async def test_an_upload_without_a_file_says_so(client: Client) -> None:
    data = FormData()
    data.add_field("note", "no file", content_type="text/plain")

    response = await client.post("/agents/a/documents", data=data)

    assert response.status == 400
    assert (await response.json())["code"] in {"file_missing", "invalid_input"}


async def test_a_body_that_is_no_multipart_is_a_400(client: Client) -> None:
    assert (await client.post("/agents/a/documents", json={"x": 1})).status == 400
    broken = await client.post(
        "/agents/a/documents",
        data=b"--x\r\ngarbage",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert broken.status == 400


async def test_an_unknown_agent_is_a_404(client: Client) -> None:
    assert (await send(client, ("entrega.txt", TEXT), agent="nobody")).status == 404
    assert (await client.get("/agents/nobody/search?q=oi")).status == 404


async def test_faq_pairs_are_added_changed_listed_and_deleted(client: Client) -> None:
    body = {"question": "Abrem no sábado?", "answer": "Sim."}
    added = await (await client.post("/agents/a/faqs", json=body)).json()
    path = f"/agents/a/faqs/{added['id']}"

    changed = await (await client.patch(path, json={"answer": "Sim, até as 13h."})).json()
    listed = await (await client.get("/agents/a/faqs")).json()

    assert (changed["question"], changed["answer"]) == ("Abrem no sábado?", "Sim, até as 13h.")
    assert listed["items"] == [changed]
    assert (await client.delete(path)).status == 204
    assert (await client.delete(path)).status == 404


async def test_a_document_is_read_again_on_demand(client: Client) -> None:
    [document] = (await (await send(client, ("entrega.txt", TEXT))).json())["items"]

    response = await client.post(f"/agents/a/documents/{document['id']}/reindex")

    assert response.status == 202
    assert (await response.json())["chunks"] == 1


@pytest.mark.parametrize("query", ["", "q=", "q=oi&limit=0", "q=oi&limit=51", "q=oi&x=1"])
async def test_a_bad_search_is_a_400(client: Client, query: str) -> None:
    assert (await client.get(f"/agents/a/search?{query}")).status == 400
