"""A Chroma server stands in for the embedded index, by settings alone."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.infra.child import Child
from daemon.kernel.clock import Clock
from models.retrieval.client import RetrievalClient
from models.retrieval.e5 import E5Embedder
from models.retrieval.spec import EmbedderSpec
from tests.journeys.box import free_port

MODEL = EmbedderSpec("e5").name
TEXTS = ["Entregamos aos domingos.", "O bolo de cenoura custa R$ 42,00.", "Aceitamos Pix."]


@pytest.fixture
async def chroma(tmp_path: Path) -> AsyncIterator[int]:
    """A real Chroma server on a loopback port."""
    port = free_port()
    arguments = ["run", "--host", "127.0.0.1", "--port", str(port), "--path", str(tmp_path / "db")]
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("chroma"),
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.1)
    yield port
    process.terminate()
    await process.wait()


async def test_vectors_live_in_the_server_and_are_found_there(
    tmp_path: Path, built: Path, embedder: E5Embedder, chroma: int
) -> None:
    assert embedder.info.name == MODEL
    greeting = {
        "models": [EmbedderSpec("e5").wire()],
        "models_dir": str(built),
        "vectors_dir": str(tmp_path / "vectors"),
        "chroma_host": "127.0.0.1",
        "chroma_port": chroma,
    }
    argv = [sys.executable, "-m", "models", "retrieval"]
    async with Child("retrieval", argv, clock=Clock(), hello=lambda: greeting) as child:
        await child.ready(timeout_s=60)
        client = RetrievalClient(child)
        vectors = await client.embed(MODEL, TEXTS)
        named = [(str(number), vector) for number, vector in enumerate(vectors)]
        await client.upsert(MODEL, "agent", named)
        found = await client.search(MODEL, "agent", "Quanto custa o bolo?", 2)
        fault = await client.verify(MODEL, "agent", len(TEXTS), named)

    assert found.hits[0].id == "1"
    assert fault == ""
    assert not (tmp_path / "vectors").exists()
