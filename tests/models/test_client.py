import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from daemon.infra.child import Child
from daemon.kernel.clock import Clock
from models.client import LanguageClient, LoadState
from models.errors import (
    BadRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from models.library import Library
from models.ports import ChatMessage, ChatRequest, ChatResult

ARGV = [sys.executable, "-m", "models", "language"]
SYSTEM = ChatMessage("system", "You are a helpful assistant of a small shop. " * 8)


@asynccontextmanager
async def running(folder: Path, **options: Any) -> AsyncIterator[tuple[LanguageClient, Child]]:
    """A real child under the real supervisor."""
    client = LanguageClient(folder, context_tokens=2048, **options)
    child = Child(
        "language",
        ARGV,
        clock=Clock(),
        hello=client.hello,
        on_link=client.on_link,
        on_ready=client.on_ready,
    )
    async with child:
        yield client, child


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def until_ready(client: LanguageClient) -> None:
    await until(lambda: client.ready)


def a_request(text: str = "Tell me about the sea.", **options: Any) -> ChatRequest:
    messages = (SYSTEM, ChatMessage("user", text))
    return ChatRequest(messages=messages, **{"max_tokens": 24, **options})


async def test_a_child_loads_the_model_and_answers(folder: Path) -> None:
    seen: list[LoadState] = []
    async with running(folder, on_state=seen.append) as (client, _):
        with pytest.raises(ModelUnavailableError):
            await client.chat(a_request(), timeout_s=5)
        await until_ready(client)

        answer = await client.chat(a_request(prefix_messages=1), timeout_s=30)
        again = await client.chat(a_request("And the moon?", prefix_messages=1), timeout_s=30)

        info = client.info()
        assert info is not None
        assert (info.capability, info.languages, info.context_tokens) == ("weak", ("en",), 2048)
        assert info.sha256 is not None
        assert answer.text
        assert answer.usage.completion_tokens <= 24
        assert answer.usage.prompt_tokens > 50
        assert again.usage.cached_tokens > 50
        assert answer.timings_ms["total"] >= answer.timings_ms["first_token"] > 0
        assert await client.count_tokens("hello world") == 2
        assert (await client.gauges())["written"] >= 2
    assert {"verify", "load", "ready"} <= {state.stage for state in seen}


async def test_a_stream_gives_pieces_that_make_up_the_answer(folder: Path) -> None:
    async with running(folder) as (client, _):
        await until_ready(client)

        items = [item async for item in client.stream(a_request(max_tokens=40), timeout_s=30)]

        result = items[-1]
        assert isinstance(result, ChatResult)
        assert len(items) > 2
        assert "".join(str(item) for item in items[:-1]) == result.text


async def test_leaving_a_stream_frees_its_place_in_the_engine(folder: Path) -> None:
    async with running(folder) as (client, _):
        await until_ready(client)

        stream = client.stream(a_request("Count to 999.", max_tokens=1500), timeout_s=60)
        async with aclosing(stream) as items:  # type: ignore[type-var]  # a generator declared as an iterator
            await anext(items)

        async with asyncio.timeout(60):
            while True:
                if not (await client.gauges())["active"]:
                    break
                await asyncio.sleep(0.02)


async def test_bad_requests_are_refused_by_name(folder: Path) -> None:
    async with running(folder) as (client, _):
        await until_ready(client)

        with pytest.raises(PromptTooLongError) as too_long:
            await client.chat(a_request("word " * 3000), timeout_s=30)
        with pytest.raises(BadRequestError, match="temperature"):
            await client.chat(a_request(temperature=-1), timeout_s=30)
        with pytest.raises(BadRequestError, match="json_schema"):
            await client.chat(a_request(json_schema={"type": "nothing"}), timeout_s=30)
        with pytest.raises(ModelTimeoutError):
            await client.chat(a_request("Count to 999.", max_tokens=1800), timeout_s=0.3)

        assert too_long.value.facts["context_tokens"] == 2048
        assert (await client.chat(a_request(), timeout_s=30)).text


async def test_a_killed_child_fails_its_requests_and_comes_back(folder: Path) -> None:
    async with running(folder) as (client, child):
        await until_ready(client)
        working = asyncio.create_task(
            client.chat(a_request("Count to 999.", max_tokens=1500), timeout_s=60)
        )
        await asyncio.sleep(0.3)

        assert child.status.pid is not None
        os.kill(child.status.pid, signal.SIGKILL)

        with pytest.raises(ModelUnavailableError):
            await working
        assert not client.ready
        await until_ready(client)
        assert (await client.chat(a_request(), timeout_s=30)).text


async def test_a_missing_model_is_said_and_does_not_restart_the_child(folder: Path) -> None:
    async with running(folder, model="/nowhere/model.gguf") as (client, child):
        await until(lambda: client.state.stage == "failed")

        assert client.state.code == "model_missing"
        assert child.status.restarts == 0
        with pytest.raises(ModelUnavailableError, match="no model file at /nowhere"):
            await client.chat(a_request(), timeout_s=5)


async def test_answers_that_must_be_json_are_json(folder: Path) -> None:
    schema = {
        "type": "object",
        "properties": {
            "topic": {"enum": ["sea", "land", "sky"]},
            "words": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 2},
            "score": {"type": "integer"},
        },
        "required": ["topic", "words", "score"],
    }
    async with running(folder) as (client, _):
        await until_ready(client)

        wanted = a_request(json_schema=schema, max_tokens=120, temperature=0.8, seed=7)
        items = [item async for item in client.stream(wanted, timeout_s=60)]

        assert len(items) == 1
        assert isinstance(items[0], ChatResult)
        assert items[0].text.startswith('{"topic":"')


async def test_a_damaged_embedded_model_is_made_again_by_itself(
    folder: Path, model_file: Path
) -> None:
    await asyncio.to_thread(unshare, model_file)
    await asyncio.to_thread(flip_last_byte, model_file)

    async with running(folder) as (client, _):
        await until_ready(client)

        assert (await client.chat(a_request(), timeout_s=30)).text


async def test_a_damaged_model_of_ones_own_is_refused(folder: Path, model_file: Path) -> None:
    mine = folder / "mine.gguf"
    await asyncio.to_thread(shutil.copy2, model_file, mine)
    await asyncio.to_thread(Library(folder).use, str(mine))
    await asyncio.to_thread(flip_last_byte, mine)

    async with running(folder) as (client, child):
        await until(lambda: client.state.stage == "failed")

        assert client.state.code == "model_checksum"
        assert child.status.restarts == 0


def unshare(file: Path) -> None:
    """Make a hard-linked file one's own."""
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole)


def flip_last_byte(file: Path) -> None:
    with file.open("rb+") as opened:
        opened.seek(-1, 2)
        last = opened.read(1)[0]
        opened.seek(-1, 2)
        opened.write(bytes([last ^ 1]))
