"""Files, roll-outs and the login of the office, over HTTP."""

import asyncio
import hashlib
from pathlib import Path

import aiohttp

from tests.sync.central.asking import Body, ok
from tests.sync.central_fixtures import Plane, an_enrolled_box


async def put(plane: Plane, key: str, name: str, data: bytes, **headers: str) -> tuple[int, Body]:
    url = f"{plane.base}/api/blobs/{name}"
    sent = {"Authorization": f"Bearer {key}", **headers}
    async with plane.session.put(url, data=data, headers=sent) as response:
        return response.status, await response.json(content_type=None)


async def test_a_file_is_seen_once_its_hash_is_right_and_goes_on_where_it_stopped(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    content = bytes(range(256)) * 1_000
    name = hashlib.sha256(content).hexdigest()
    size = len(content)

    status, answer = await put(plane, key, name, b"x" + content[1:])
    assert (status, answer["code"]) == (422, "blob_differs")
    first = {"Content-Range": f"bytes 0-99999/{size}"}
    assert (await put(plane, key, name, content[:100_000], **first))[1]["complete"] is False
    assert not (tmp_path / name).exists()
    here = await ok(plane, "GET", f"/api/blobs/{name}", key)
    assert (here["received"], here["complete"]) == (100_000, False)
    wrong = {"Content-Range": f"bytes 5-{size - 1}/{size}"}
    assert (await put(plane, key, name, content[5:], **wrong))[1]["code"] == "blob_gap"
    rest = {"Content-Range": f"bytes 100000-{size - 1}/{size}"}
    status, answer = await put(plane, key, name, content[100_000:], **rest)

    assert (status, answer["complete"], answer["bytes"]) == (201, True, size)
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.client.fetch(name, tmp_path / "fetched")
    assert await asyncio.to_thread((tmp_path / "fetched").read_bytes) == content
    listed = (await ok(plane, "GET", "/api/blobs", key))["items"]
    assert [row["sha256"] for row in listed] == [name]
    reader = await plane.key("reader", "norte")
    assert (await put(plane, reader, name, content))[0] == 403


async def test_a_roll_out_is_seen_widened_held_and_never_narrowed(plane: Plane) -> None:
    key = await plane.key()
    content = {"limits": {"agents": 3}}
    asked = {"kind": "config", "body": content, "percent": 10}
    made = await ok(plane, "POST", "/api/documents", key, asked)
    path = f"/api/documents/{made['id']}"

    shown = await ok(plane, "GET", path, key)
    assert (shown["percent"], shown["nextPercent"], shown["body"]) == (10, 50, content)
    assert (await ok(plane, "PATCH", path, key, {"state": "paused"}))["nextPercent"] is None
    assert (await ok(plane, "PATCH", path, key, {"percent": 50, "state": "running"}))[
        "percent"
    ] == 50
    assert (await plane.call("PATCH", path, key, {"percent": 10}))[0] == 400
    await ok(plane, "POST", f"{path}/withdraw", key)
    assert (await plane.call("PATCH", path, key, {"percent": 100}))[0] == 400


async def test_a_login_by_cookie_works_for_links_and_ends_with_the_logout(plane: Plane) -> None:
    key = await plane.key()
    person = {"username": "ana", "name": "Ana", "password": "long enough", "role": "platform"}
    await ok(plane, "POST", "/api/users", key, person)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        login = {"username": "ana", "password": "long enough"}
        async with session.post(f"{plane.base}/api/login", json=login) as response:
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
        async with session.get(f"{plane.base}/api/me") as response:
            assert (await response.json())["name"] == "Ana"
        async with session.get(f"{plane.base}/api/exports/fleet") as response:
            assert (await response.text()).startswith("\ufeffid;label;")
        async with session.post(f"{plane.base}/api/logout") as response:
            assert response.status == 200
        async with session.get(f"{plane.base}/api/me") as response:
            assert response.status == 401
