"""The help centre: offline, in both languages, and the reseller's to change."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from daemon.domains.support import routes as http
from daemon.domains.support import store
from daemon.domains.support.library import shipped
from daemon.domains.support.service import Help
from daemon.infra.database import Database
from daemon.kernel.clock import FakeClock
from daemon.web.auth import Identity
from daemon.web.problems import last_resort, problems
from daemon.web.routing import mount

Client = TestClient[Any, Any]
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40


@pytest.fixture
async def client(db: Database, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Client]:
    async def owner(_: web.Request) -> Identity:
        return Identity("local", "u1", "owner", "Ana")

    await db.write(store.migrations.apply)
    app = web.Application(middlewares=[last_resort, problems])
    app[http.HELP] = Help(db, clock, "local", tmp_path / "help")
    mount(app, http.routes.items, owner, "local")
    headers = {"x-tenant-id": "local", "Accept-Language": "pt-BR"}
    async with TestClient(TestServer(app), headers=headers) as made:
        yield made


async def read(response: Any, status: int = 200) -> Any:
    assert response.status == status, await response.text()
    return await response.json()


def video(data: bytes = MP4, name: str = "a.mp4") -> FormData:
    form = FormData()
    form.add_field("files", data, filename=name, content_type="video/mp4")
    return form


@pytest.mark.parametrize("kind", ["faq", "video"])
def test_each_shipped_entry_has_a_sister_in_the_other_language(kind: str) -> None:
    here = {one.id for one in shipped().values() if one.kind == kind}
    pt = {one.removesuffix(".pt-BR") for one in here if one.endswith(".pt-BR")}
    assert pt == {one.removesuffix(".en") for one in here if one.endswith(".en")}
    assert len(pt) >= 10
    for number in pt:
        one, other = shipped()[f"{number}.pt-BR"], shipped()[f"{number}.en"]
        assert one.category == other.category
        assert len(one.steps) == len(other.steps)
        assert kind == "faq" or len(one.steps) >= 4


async def test_the_readers_language_is_shown_unless_another_is_asked_for(client: Client) -> None:
    page = await read(await client.get("/support/faq?limit=200"))
    assert {one["language"] for one in page["items"]} == {"pt-BR"}
    page = await read(await client.get("/support/faq?language=en&category=whatsapp"))
    assert {(one["language"], one["category"]) for one in page["items"]} == {("en", "whatsapp")}


async def test_a_search_ignores_accents_and_puts_titles_first(client: Client) -> None:
    page = await read(await client.get("/support/faq", params={"search": "BACKUP"}))
    assert page["items"][0]["id"] == "backup.pt-BR"
    page = await read(await client.get("/support/videos", params={"search": "numero passo"}))
    assert page["items"][0]["id"] == "connect-number.pt-BR"
    page = await read(await client.get("/support/faq", params={"search": "zzz"}))
    assert page["items"] == []


async def test_pages_follow_one_another(client: Client) -> None:
    seen, query = list[str](), "?limit=7"
    while True:
        page = await read(await client.get(f"/support/faq{query}"))
        seen += [one["id"] for one in page["items"]]
        if page["nextCursor"] is None:
            break
        query = f"?limit=7&cursor={page['nextCursor']}"
    assert len(seen) == len(set(seen)) == 25
    problem = await read(await client.get("/support/faq?cursor=nowhere"), 400)
    assert problem["field"] == "cursor"


async def test_a_shipped_entry_is_reworded_hidden_and_given_back(client: Client) -> None:
    path = "/support/faq/backup.pt-BR"
    before = await read(await client.get(path))
    changed = await read(await client.patch(path, json={"answer": "Fale conosco.", "hidden": True}))
    assert (changed["answer"], changed["changed"], changed["shipped"]) == (
        "Fale conosco.",
        True,
        True,
    )
    page = await read(await client.get("/support/faq?search=backup"))
    assert "backup.pt-BR" not in [one["id"] for one in page["items"]]
    page = await read(await client.get("/support/faq?search=conosco&hidden=true"))
    assert [one["id"] for one in page["items"]] == ["backup.pt-BR"]

    assert (await client.delete(path)).status == 204
    assert await read(await client.get(path)) == before


async def test_own_entries_are_added_found_and_deleted(client: Client) -> None:
    body = {"category": "start", "language": "pt-BR", "question": "Qual o ramal?", "answer": "123."}
    made = await read(await client.post("/support/faq", json=body), 201)
    page = await read(await client.get("/support/faq?search=ramal"))
    assert [one["id"] for one in page["items"]] == [made["id"]]
    assert (await client.delete(f"/support/faq/{made['id']}")).status == 204
    assert (await client.get(f"/support/faq/{made['id']}")).status == 404
    assert (await client.delete(f"/support/faq/{made['id']}")).status == 404
    assert (await client.get(f"/support/videos/{made['id']}")).status == 404


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://x", "http://", "x"])
async def test_a_link_is_an_address_of_the_web(client: Client, link: str) -> None:
    problem = await read(await client.patch("/support/videos/golden.en", json={"link": link}), 400)
    assert problem["field"] == "link"


async def test_a_video_is_uploaded_and_plays_in_ranges(client: Client, tmp_path: Path) -> None:
    path = "/support/videos/connect-number.pt-BR"
    shown = await read(await client.put(f"{path}/file", data=video()))
    assert shown["video"] == {
        "url": f"{path}/file",
        "mime": "video/mp4",
        "bytes": len(MP4),
        "name": "a.mp4",
    }
    async with client.get(f"{path}/file", headers={"Range": "bytes=4-11"}) as response:
        assert response.status == 206
        assert await response.read() == b"ftypmp42"
        assert response.headers["Content-Range"] == f"bytes 4-11/{len(MP4)}"
    async with client.get(f"{path}/file") as response:
        assert response.headers["Content-Type"] == "video/mp4"
        assert await response.read() == MP4

    gone = await read(await client.delete(f"{path}/file"))
    assert gone["video"] is None
    assert gone["steps"]
    assert (await client.get(f"{path}/file")).status == 404
    assert list((tmp_path / "help").iterdir()) == []


@pytest.mark.parametrize(
    ("data", "status"), [(b"#!/bin/sh\nrm -rf /", 422), (b"", 422), (b"<html>", 422)]
)
async def test_what_is_no_video_is_refused_and_leaves_nothing(
    client: Client, tmp_path: Path, data: bytes, status: int
) -> None:
    problem = await read(
        await client.put("/support/videos/golden.en/file", data=video(data)), status
    )
    assert problem["field"] == "files"
    assert list((tmp_path / "help").iterdir()) == []


async def test_an_upload_for_no_tutorial_is_not_taken(client: Client) -> None:
    assert (await client.put("/support/videos/none/file", data=video())).status == 404
    form = FormData({"x": "y"})
    assert (await client.put("/support/videos/golden.en/file", data=form)).status == 400


async def test_the_list_of_own_entries_reads_an_index(client: Client, db: Database) -> None:
    assert client is not None
    plan = await db.read(
        lambda tx: [r[3] for r in tx.conn.execute(f"EXPLAIN QUERY PLAN {store.LISTED}", ("faq",))]
    )
    assert plan == ["SEARCH support_articles USING INDEX support_kind (kind=?)"]
