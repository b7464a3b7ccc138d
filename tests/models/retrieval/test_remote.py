import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from aiohttp import web

from models.retrieval.remote import RemoteEmbedder, ServerRefusedError
from models.retrieval.spec import EmbedderSpec, prefix


class Server:
    """An OpenAI-compatible server, as far as embeddings go."""

    def __init__(self) -> None:
        self.seen: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.dim = 4
        self.status = 200

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.seen.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        rows = [
            {"index": n, "embedding": [float(len(text)), 1.0, 2.0, 3.0][: self.dim]}
            for n, text in enumerate(body["input"])
        ]
        return web.json_response({"data": rows[::-1]}, status=self.status)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def spec(server: Server) -> AsyncIterator[EmbedderSpec]:
    app = web.Application()
    app.router.add_post("/v1/embeddings", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield EmbedderSpec("openai", f"http://127.0.0.1:{port}/v1", "e5-large", api_key="k3y")
    await runner.cleanup()


async def test_texts_go_with_key_and_prefix_and_come_back_in_order(
    server: Server, spec: EmbedderSpec
) -> None:
    remote = await asyncio.to_thread(RemoteEmbedder, spec)

    rows = await asyncio.to_thread(remote.embed, ["a", "bbbbbbbb"], "passage")

    assert server.seen[-1]["input"] == ["passage: a", "passage: bbbbbbbb"]
    assert server.keys[-1] == "Bearer k3y"
    assert rows[1, 0] > rows[0, 0]
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0)


async def test_a_server_that_changes_its_size_is_refused(
    server: Server, spec: EmbedderSpec
) -> None:
    remote = await asyncio.to_thread(RemoteEmbedder, spec)
    server.dim = 3

    with pytest.raises(ServerRefusedError, match="shape"):
        await asyncio.to_thread(remote.embed, ["a"], "query")


async def test_a_server_that_says_no_is_named(server: Server, spec: EmbedderSpec) -> None:
    server.status = 401

    with pytest.raises(ServerRefusedError, match="401"):
        await asyncio.to_thread(RemoteEmbedder, spec)


def test_a_server_that_is_away_is_an_error_in_words() -> None:
    with pytest.raises(ServerRefusedError, match="does not answer"):
        RemoteEmbedder(EmbedderSpec("openai", "http://127.0.0.1:1/v1", "m"))


def test_the_key_is_no_part_of_what_is_kept() -> None:
    spec = EmbedderSpec("openai", "http://localhost/v1", "m", api_key="s3cret")

    assert "s3cret" not in repr(spec)
    assert "api_key" not in spec.kept()
    assert EmbedderSpec.read(spec.kept()).name == spec.name


def test_only_models_trained_with_prefixes_get_them() -> None:
    assert prefix("multilingual-e5-small", "query") == "query: "
    assert prefix("bge-m3", "query") == ""
