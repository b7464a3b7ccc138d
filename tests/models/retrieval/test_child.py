import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daemon.infra.child import Child
from daemon.infra.child_state import ChildState
from daemon.infra.crash_loop import RestartPolicy
from daemon.kernel.clock import Clock
from models.retrieval.client import RetrievalClient
from models.retrieval.e5 import E5Embedder
from models.retrieval.index import MARK
from models.retrieval.ports import RetrievalDownError
from models.retrieval.spec import EmbedderSpec

Start = Callable[..., Awaitable[tuple[Child, RetrievalClient]]]
MODEL = EmbedderSpec("e5").name
ROOT = Path(__file__).parents[3]
TEXTS = ["Entregamos aos domingos.", "O bolo de cenoura custa R$ 42,00.", "Aceitamos Pix."]


@pytest.fixture
async def start(tmp_path: Path, built: Path, embedder: E5Embedder) -> AsyncIterator[Start]:
    """Start real children, stopped at the end."""
    assert embedder.info.name == MODEL
    async with AsyncExitStack() as stack:

        async def begin(**changes: Any) -> tuple[Child, RetrievalClient]:
            greeting = {
                "models": [EmbedderSpec("e5").wire()],
                "models_dir": str(built),
                "vectors_dir": str(tmp_path / "vectors"),
                "chroma_host": "",
                "chroma_port": 0,
                **changes,
            }
            child = Child(
                "retrieval",
                [sys.executable, "-m", "models", "retrieval"],
                clock=Clock(),
                hello=lambda: greeting,
                policy=RestartPolicy(),
                cwd=ROOT,
            )
            await stack.enter_async_context(child)
            await child.ready(timeout_s=60)
            return child, RetrievalClient(child)

        yield begin


async def fill(client: RetrievalClient) -> list[bytes]:
    vectors = await client.embed(MODEL, TEXTS)
    names = [str(n) for n in range(len(TEXTS))]
    await client.upsert(MODEL, "agent", list(zip(names, vectors, strict=True)))
    return vectors


async def test_a_question_finds_the_passage_that_answers_it(start: Start) -> None:
    _, client = await start()
    await fill(client)

    found = await client.search(MODEL, "agent", "How much is the carrot cake?", 3)

    assert found.hits[0].id == "1"
    assert found.mean < found.hits[0].score


async def test_a_live_question_overtakes_texts_that_are_being_embedded(start: Start) -> None:
    _, client = await start()
    await fill(client)
    background = asyncio.create_task(client.embed(MODEL, TEXTS * 40))
    await asyncio.sleep(0)  # it is on the line

    await client.search(MODEL, "agent", "Abrem no domingo?", 3)

    assert not background.done()
    background.cancel()
    await asyncio.gather(background, return_exceptions=True)


async def test_the_index_survives_a_restart_and_says_whether_it_is_whole(start: Start) -> None:
    child, client = await start()
    vectors = await fill(client)

    await child.restart()
    await child.ready(timeout_s=60)

    assert await client.verify(MODEL, "agent", 3, [("1", vectors[1])]) == ""
    assert "not 4" in await client.verify(MODEL, "agent", 4, [])
    stranger = np.ones(384, "<f4").tobytes()
    assert "find itself" in await client.verify(MODEL, "agent", 3, [("9", stranger)])


async def test_broken_index_files_cost_a_restart_and_not_the_box(
    start: Start, tmp_path: Path
) -> None:
    child, client = await start()
    await fill(client)
    await child.stop()
    (tmp_path / "vectors" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)

    child.start()
    await child.ready(timeout_s=60)

    assert await client.verify(MODEL, "agent", 0, []) == ""
    assert not (tmp_path / "vectors" / MARK).exists()


async def test_an_unknown_model_is_an_error_and_no_crash(start: Start) -> None:
    child, client = await start()

    with pytest.raises(RetrievalDownError, match="unknown_embedder"):
        await client.search("another", "agent", "hello", 3)

    assert child.status.state is ChildState.RUNNING


async def test_a_model_that_cannot_be_loaded_leaves_the_others_serving(
    start: Start, tmp_path: Path
) -> None:
    missing = EmbedderSpec("gguf", str(tmp_path / "none.gguf"), "")
    models = [missing.wire(), EmbedderSpec("e5").wire()]
    _, client = await start(models=models)

    await fill(client)

    assert (await client.search(MODEL, "agent", "Pix?", 1)).hits[0].id == "2"
    with pytest.raises(RetrievalDownError, match="there is no file"):
        await client.embed(missing.name, ["x"])


async def test_vectors_of_the_wrong_size_are_refused(start: Start) -> None:
    _, client = await start()

    with pytest.raises(RetrievalDownError, match="bad_vectors"):
        await client.upsert(MODEL, "agent", [("a", b"1234"), ("b", b"12345678")])


async def test_a_child_that_is_away_is_told_as_such(start: Start) -> None:
    child, client = await start()
    await child.stop()

    with pytest.raises(RetrievalDownError, match="not available"):
        await client.search(MODEL, "agent", "hello", 3)
