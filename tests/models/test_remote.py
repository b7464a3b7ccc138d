"""The stand-in server is real aiohttp, as good or as bad as each test needs."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from models.errors import (
    BadRequestError,
    EngineError,
    InvalidOutputError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from models.ports import ChatMessage, ChatRequest, ChatResult
from models.remote import RemoteLanguageModel

QUESTION = ChatRequest((ChatMessage("user", "Oi"),), max_tokens=20, seed=4, stop=("\n",))
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


class Server:
    """An OpenAI-compatible server."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status, self.words = 200, ""
        self.pieces: list[str] = ["Olá", ", ", "tudo bem?"]
        self.finish = "stop"
        self.raw: bytes | None = None
        self.delay_s = 0.0
        self.cut = False

    async def models(self, _: web.Request) -> web.Response:
        return web.json_response({"data": []})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.keys.append(request.headers.get("Authorization"))
        if self.status != 200:
            return web.Response(status=self.status, text=self.words)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(self.delay_s)
        for event in self.events():
            await response.write(b"data: " + event + b"\n\n")
        if self.cut:
            assert request.transport is not None
            request.transport.close()
        return response

    def events(self) -> list[bytes]:
        if self.raw is not None:
            return [self.raw]
        chunks: list[dict[str, Any]] = [
            {"choices": [{"delta": {"content": piece}}]} for piece in self.pieces
        ]
        chunks.append({"choices": [{"delta": {}, "finish_reason": self.finish}]})
        chunks.append({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}})
        return [json.dumps(chunk).encode() for chunk in chunks] + [b"[DONE]"]


@asynccontextmanager
async def served(server: Server) -> AsyncIterator[RemoteLanguageModel]:
    app = web.Application()
    app.router.add_get("/v1/models", server.models)
    app.router.add_post("/v1/chat/completions", server.chat)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with a_model(f"http://127.0.0.1:{runner.addresses[0][1]}/v1/") as model:
        yield model
    await runner.cleanup()


def a_model(url: str) -> RemoteLanguageModel:
    return RemoteLanguageModel(
        url, api_key=SecretStr("sk-1"), model="qwen", context_tokens=8192, probe_every_s=0.05
    )


async def test_a_server_that_is_there_is_ready_and_answers() -> None:
    server = Server()
    async with served(server) as model:
        async with asyncio.timeout(30):
            while True:
                if model.ready:
                    break
                await asyncio.sleep(0.01)
        items = [item async for item in model.stream(QUESTION, timeout_s=30)]

        result = items[-1]
        assert items[:-1] == ["Olá", ", ", "tudo bem?"]
        assert isinstance(result, ChatResult)
        assert (result.text, result.finish, result.model) == ("Olá, tudo bem?", "stop", "qwen")
        assert (result.usage.prompt_tokens, result.usage.completion_tokens) == (9, 4)
        info = model.info()
        assert info is not None
        assert info.engine == "openai"
    body = server.bodies[0]
    assert (body["model"], body["max_tokens"], body["seed"]) == ("qwen", 20, 4)
    assert body["stop"] == ["\n"]
    assert server.keys == ["Bearer sk-1"]


async def test_json_answers_are_checked_here_and_asked_for_once_more() -> None:
    server = Server()
    wanted = ChatRequest(QUESTION.messages, json_schema=SCHEMA)
    async with served(server) as model:
        server.pieces = ['{"n": "no number"}']
        with pytest.raises(InvalidOutputError):
            await model.chat(wanted, timeout_s=30)
        assert len(server.bodies) == 2
        server.pieces = ['{"n"', ": 5}"]
        items = [item async for item in model.stream(wanted, timeout_s=30)]

    assert len(items) == 1
    assert isinstance(items[0], ChatResult)
    assert items[0].text == '{"n":5}'
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == SCHEMA


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (400, "maximum context length is 4096 tokens", PromptTooLongError),
        (413, "", PromptTooLongError),
        (422, "temperature is wrong", BadRequestError),
        (401, "who are you", ModelUnavailableError),
        (404, "", ModelUnavailableError),
        (429, "", ModelUnavailableError),
        (503, "loading", ModelUnavailableError),
    ],
)
async def test_refusals_say_what_to_do(status: int, words: str, error: type[Exception]) -> None:
    server = Server()
    server.status, server.words = status, words
    async with served(server) as model:
        with pytest.raises(error):
            await model.chat(QUESTION, timeout_s=30)


async def test_a_cut_answer_says_length() -> None:
    server = Server()
    server.finish = "length"
    async with served(server) as model:
        assert (await model.chat(QUESTION, timeout_s=30)).finish == "length"


@pytest.mark.parametrize("noise", [b"{half", b"[1, 2]", b'{"error": {"message": "boom"}}'])
async def test_noise_is_an_error_of_the_engine(noise: bytes) -> None:
    server = Server()
    server.raw = noise
    async with served(server) as model:
        with pytest.raises(EngineError):
            await model.chat(QUESTION, timeout_s=30)


async def test_a_slow_server_is_given_up_in_time() -> None:
    server = Server()
    server.delay_s = 30
    async with served(server) as model:
        with pytest.raises(ModelTimeoutError):
            await model.chat(QUESTION, timeout_s=0.1)


async def test_a_connection_that_breaks_is_unavailable_and_not_half_an_answer() -> None:
    server = Server()
    server.raw, server.cut = b'{"choices": [{"delta": {"content": "half"}}]}', True
    async with served(server) as model:
        with pytest.raises(ModelUnavailableError):
            await model.chat(QUESTION, timeout_s=30)


async def test_nobody_at_the_address_is_not_ready(
    unused_port: Callable[[], Awaitable[int]],
) -> None:
    async with a_model(f"http://127.0.0.1:{await unused_port()}/v1") as model:
        await asyncio.sleep(0.1)

        assert not model.ready
        assert model.info() is None
        with pytest.raises(ModelUnavailableError, match="no connection to"):
            await model.chat(QUESTION, timeout_s=30)


@pytest.fixture
def unused_port() -> Callable[[], Awaitable[int]]:
    async def find() -> int:
        server = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        server.close()
        await server.wait_closed()
        return port

    return find
