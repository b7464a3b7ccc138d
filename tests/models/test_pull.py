"""Pulls from a local server that misbehaves in every way a hub or a line can."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from models.download import Progress
from models.errors import (
    DownloadError,
    ModelChecksumError,
    NotAChatModelError,
    NotAModelError,
    UnknownModelError,
)
from models.library import Library, sha256_of
from models.pull import pull


def small_model(size: int = 3_000_000) -> bytes:
    """A GGUF header with a chat template, and weights of nothing in particular."""
    facts = {"general.architecture": "llama", "tokenizer.chat_template": "{{ messages }}"}
    data = b"GGUF" + (3).to_bytes(4, "little") + bytes(8) + len(facts).to_bytes(8, "little")
    for key, value in facts.items():
        data += len(key).to_bytes(8, "little") + key.encode() + (8).to_bytes(4, "little")
        data += len(value).to_bytes(8, "little") + value.encode()
    return data + bytes(range(256)) * ((size - len(data)) // 256)


MODEL = small_model()
SHA256 = hashlib.sha256(MODEL).hexdigest()


class Hub:
    """Serves one file, with the faults it is told to have."""

    def __init__(self) -> None:
        self.data = MODEL
        self.break_after: list[int] = []
        self.answers: list[int] = []
        self.ranges = True
        self.linked_etag: str | None = None
        self.seen: list[str | None] = []
        self.url = ""

    async def resolve(self, _: web.Request) -> web.StreamResponse:
        headers = {"X-Linked-Etag": f'"{self.linked_etag}"'} if self.linked_etag else {}
        return web.Response(status=302, headers={"Location": "/storage/model", **headers})

    async def storage(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request.headers.get("Range"))
        if self.answers:
            return web.Response(status=self.answers.pop(0))
        etag = f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'
        start, response = 0, web.StreamResponse(headers={"ETag": etag})
        asked = request.http_range.start
        same = request.headers.get("If-Range", etag) == etag
        if asked and self.ranges and same:
            start = asked
            if start >= len(self.data):
                total = f"bytes */{len(self.data)}"
                return web.Response(status=416, headers={"Content-Range": total})
            response.set_status(206)
            end = len(self.data)
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{end}"
        response.content_length = len(self.data) - start
        await response.prepare(request)
        if self.break_after:
            await response.write(self.data[start : start + self.break_after.pop(0)])
            await asyncio.sleep(0.1)  # for the client to have it
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(self.data[start:])
        return response


@pytest.fixture
async def hub(aiohttp_site: Callable[[web.Application], Awaitable[str]]) -> Hub:
    hub = Hub()
    app = web.Application()
    app.router.add_get("/model.gguf", hub.resolve)
    app.router.add_get("/storage/model", hub.storage)
    hub.url = f"{await aiohttp_site(app)}/model.gguf"
    return hub


@pytest.fixture
async def aiohttp_site() -> AsyncIterator[Callable[[web.Application], Awaitable[str]]]:
    runners: list[web.AppRunner] = []

    async def serve(app: web.Application) -> str:
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield serve
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def empty(tmp_path: Path) -> Library:
    return Library(tmp_path / "models")


async def test_a_download_is_checked_pinned_and_ready_to_use(hub: Hub, empty: Library) -> None:
    hub.linked_etag = SHA256
    seen: list[Progress] = []

    spec = await pull(empty, hub.url, report=seen.append)

    assert (spec.id, spec.sha256, spec.size_bytes) == ("model", SHA256, len(MODEL))
    assert await asyncio.to_thread(sha256_of, Path(spec.path)) == SHA256
    assert {file.name for file in empty.folder.iterdir()} == {"model.gguf", "library.json"}
    assert {one.stage for one in seen} == {"download", "verify"}
    assert seen[-1].done_bytes == seen[-1].total_bytes == len(MODEL)


async def test_a_line_that_breaks_is_taken_up_where_it_broke(hub: Hub, empty: Library) -> None:
    hub.break_after = [1_000_000, 0, 500_000]

    spec = await pull(empty, hub.url, sha256=SHA256, wait_s=0.01)

    assert spec.sha256 == SHA256
    assert hub.seen[0] is None
    starts = [int(seen.removeprefix("bytes=").rstrip("-")) for seen in hub.seen[1:] if seen]
    assert starts == sorted(starts)
    assert starts[-1] > starts[0] > 0


async def test_a_later_run_resumes_what_an_earlier_one_left(hub: Hub, empty: Library) -> None:
    hub.break_after = [2_000_000]
    with pytest.raises(DownloadError, match="404"):
        await pull_then_lose_it(hub, empty)
    hub.answers = []

    spec = await pull(empty, hub.url, sha256=SHA256)

    assert spec.sha256 == SHA256
    assert hub.seen[-1] is not None, "it asked for the rest only"


async def pull_then_lose_it(hub: Hub, library: Library) -> None:
    def gone_after_first(_: Progress) -> None:
        hub.answers = [404]

    await pull(library, hub.url, report=gone_after_first, wait_s=0.001)


async def test_a_server_that_stays_down_is_given_up_and_said(hub: Hub, empty: Library) -> None:
    hub.answers = [503] * 6

    with pytest.raises(DownloadError, match="503"):
        await pull(empty, hub.url, wait_s=0.001)


async def test_a_file_that_changed_meanwhile_is_fetched_anew(hub: Hub, empty: Library) -> None:
    hub.break_after = [2_000_000]
    with pytest.raises(DownloadError):
        await pull_then_lose_it(hub, empty)
    hub.answers, hub.data = [], small_model(3_500_000)

    spec = await pull(empty, hub.url, wait_s=0.001)

    assert spec.sha256 == hashlib.sha256(hub.data).hexdigest()


async def test_a_server_without_ranges_is_read_from_the_start(hub: Hub, empty: Library) -> None:
    hub.ranges, hub.break_after = False, [1_000_000]

    assert (await pull(empty, hub.url, sha256=SHA256, wait_s=0.001)).sha256 == SHA256


async def test_a_complete_part_is_only_checked(hub: Hub, empty: Library) -> None:
    empty.folder.mkdir()
    (empty.folder / "model.gguf.part").write_bytes(MODEL)

    assert (await pull(empty, hub.url)).sha256 == SHA256


@pytest.mark.parametrize("promise", ["argument", "hub", "pin"])
async def test_wrong_bytes_never_become_a_model(hub: Hub, empty: Library, promise: str) -> None:
    wrong = "0" * 64
    if promise == "hub":
        hub.linked_etag = wrong
    if promise == "pin":
        await pull(empty, hub.url)
        hub.data = small_model(4_000_000)

    with pytest.raises(ModelChecksumError):
        await pull(empty, hub.url, sha256=wrong if promise == "argument" else None)

    parts = [file.name for file in empty.folder.iterdir() if "part" in file.name]
    assert "model.gguf.part" not in parts
    if promise == "pin":
        assert await asyncio.to_thread(sha256_of, empty.folder / "model.gguf") == SHA256


async def test_a_refusal_that_lasts_is_not_tried_again(hub: Hub, empty: Library) -> None:
    hub.answers = [403, 403]

    with pytest.raises(DownloadError, match="403"):
        await pull(empty, hub.url)

    assert len(hub.seen) == 1


async def test_what_is_no_chat_model_is_thrown_away(hub: Hub, empty: Library) -> None:
    hub.data = b"<html>log in first</html>" * 100
    with pytest.raises(NotAModelError):
        await pull(empty, hub.url)
    hub.data = b"GGUF\x03\x00\x00\x00" + bytes(1000)
    with pytest.raises(NotAChatModelError):
        await pull(empty, hub.url)

    assert not (empty.folder / "model.gguf.part").exists()


async def test_a_usb_stick_will_do(empty: Library, tmp_path: Path) -> None:
    stick = tmp_path / "usb" / "Loja-1B.gguf"
    stick.parent.mkdir()
    stick.write_bytes(MODEL)

    spec = await pull(empty, str(stick))
    stick.unlink()

    assert spec.id == "loja-1b"
    assert (await asyncio.to_thread(empty.resolve, "loja-1b")).sha256 == SHA256


@pytest.mark.parametrize(
    "source", ["http://192.0.2.1/model.gguf", "http://localhost.example/model.gguf"]
)
async def test_only_https_leaves_the_machine(empty: Library, source: str) -> None:
    with pytest.raises(DownloadError, match="https"):
        await pull(empty, source)


async def test_an_unknown_name_and_the_embedded_model_are_not_downloads(empty: Library) -> None:
    with pytest.raises(UnknownModelError, match="gpt-9"):
        await pull(empty, "gpt-9")
    with pytest.raises(DownloadError, match="comes with the installation"):
        await pull(empty, "smollm2-135m-instruct")
