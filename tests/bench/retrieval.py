"""Retrieval on the development set, through the real daemon parts and the real child.

Run: `python tests/bench/retrieval.py [--quick]`. Each language is uploaded as one text file a
page, searched as the API does, and compared with either side alone.
"""

import argparse
import asyncio
import contextlib
import gzip
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from config.logging import configure
from daemon.domains.knowledge import store
from daemon.domains.knowledge.domain import Passage, confidence
from daemon.domains.knowledge.files import Upload
from daemon.domains.knowledge.reading.blocks import Limits
from daemon.domains.knowledge.reading.reader import Reader
from daemon.domains.knowledge.service import Bounds, Knowledge
from daemon.domains.knowledge.tasks import KnowledgeTasks
from daemon.infra import outbox, queue
from daemon.infra.bus import Bus
from daemon.infra.child import Child
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.infra.worker import Worker
from daemon.kernel.clock import Clock
from models.retrieval.client import RetrievalClient
from models.retrieval.spec import EmbedderSpec

configure("warning", "json")
DATA = Path(__file__).parent / "data" / "retrieval-dev.json.gz"
STRANGERS = {
    "pt": [
        "Quanto custa uma pizza de calabresa grande?",
        "Vocês fazem entrega no domingo?",
        "Qual o horário de atendimento da clínica?",
        "O plano cobre tratamento de canal?",
        "Tem vaga de estacionamento para clientes?",
        "Qual a taxa de juros do empréstimo?",
        "Posso parcelar a compra em dez vezes?",
        "Vocês trocam peça com defeito?",
        "Quando sai o resultado do exame de sangue?",
        "Aceitam cachorro no hotel?",
        "Quanto tempo dura a vacina contra raiva?",
        "Qual o valor da matrícula do curso de inglês?",
        "Tem bolo de cenoura sem lactose?",
        "Como cancelo minha assinatura da academia?",
        "Fazem alinhamento e balanceamento de pneus?",
    ],
    "en": [
        "How much is a large pepperoni pizza?",
        "Do you deliver on Sundays?",
        "What are the clinic's opening hours?",
        "Does the plan cover root canal treatment?",
        "Is there parking for customers?",
        "What is the interest rate of the loan?",
        "Can I pay in ten instalments?",
        "Do you replace defective parts?",
        "When will my blood test results be ready?",
        "Are dogs allowed in the hotel?",
        "How long does a rabies vaccine last?",
        "How much does the English course cost?",
        "Do you have a lactose free carrot cake?",
        "How do I cancel my gym membership?",
        "Do you do wheel alignment and balancing?",
    ],
}


@contextlib.asynccontextmanager
async def box(folder: Path) -> AsyncIterator[tuple[Knowledge, Database, RetrievalClient, Child]]:
    """Bring up the parts of the daemon that search needs, with the real child."""
    clock, spec = Clock(), EmbedderSpec("e5")
    migrations = [queue.migrations, outbox.migrations, store.migrations]
    database = await Database.open(folder / "bench.db", migrations)
    jobs, bus = Queue(clock, "bench"), Bus()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        events = await stack.enter_async_context(Outbox(database, bus, clock, "bench"))
        greeting: dict[str, Any] = {
            "models": [spec.wire()],
            "models_dir": str(folder / "models"),
            "vectors_dir": str(folder / "vectors"),
            "chroma_host": "",
            "chroma_port": 0,
        }
        child = Child(
            "retrieval",
            [sys.executable, "-m", "models", "retrieval"],
            clock=clock,
            hello=lambda: greeting,
            cwd=Path(__file__).parents[2],
        )
        await stack.enter_async_context(child)
        client = RetrievalClient(child)
        knowledge = Knowledge(
            database,
            jobs,
            events,
            clock,
            "bench",
            reader=Reader(Limits(2000, 5_000_000, 10**9)),
            retriever=client,
            spec=spec,
            bounds=Bounds(10_000, 1000),
            folder=folder / "documents",
            require=lambda _, __: None,
        )
        await knowledge.prepare()
        tasks = KnowledgeTasks(knowledge, database, events, client)
        worker = Worker(database, jobs, events, clock, tasks.handlers())
        await stack.enter_async_context(worker)
        await child.ready(timeout_s=60)
        yield knowledge, database, client, child


async def upload(knowledge: Knowledge, folder: Path, agent: str, chunks: list[Any]) -> None:
    """Upload one text file a page."""
    pages: dict[str, list[str]] = {}  # named by number: a telling name would help the dense side
    for chunk in chunks:
        pages.setdefault(chunk["doc"], []).append(chunk["text"])
    uploads = []
    for name, texts in pages.items():
        path = folder / f"{agent}-{filename(name)}"
        data = "\n\n".join(texts).encode()
        await asyncio.to_thread(path.write_bytes, data)
        uploads.append(Upload(path, filename(name), len(data), f"{agent}{name}"))
    await knowledge.add(agent, uploads)


def filename(document: str) -> str:
    """Return a name that says nothing."""
    return hashlib.sha256(document.encode()).hexdigest()[:12] + ".txt"


def reciprocal(found: list[str], wanted: str) -> float:
    """Return 1 / rank of the wanted document among the first ten, 0 where it is not."""
    ranked = list(dict.fromkeys(found))[:10]
    return 1 / (ranked.index(wanted) + 1) if wanted in ranked else 0.0


async def scores(
    knowledge: Knowledge, client: RetrievalClient, db: Database, agent: str, queries: list[Any]
) -> dict[str, float]:
    """Return MRR@10 of fused, dense and keyword search, and the milliseconds of a search."""
    names = {
        row["id"]: row["name"]
        for row in await db.read(
            lambda tx: list(
                tx.conn.execute(
                    "SELECT c.id, d.name FROM chunks AS c JOIN documents AS d "
                    "ON d.id = c.owner_id WHERE c.agent_id = ?",
                    (agent,),
                )
            )
        )
    }
    fused, dense, took = [], [], []
    for query in queries:
        wanted = filename(query["relevant"][0])
        began = time.perf_counter()
        found = await knowledge.search(agent, query["q"], 30)
        took.append((time.perf_counter() - began) * 1000)
        fused.append(reciprocal([passage.document for passage in found], wanted))
        near = await client.search(knowledge.spec.name, agent, query["q"], 50)
        dense.append(reciprocal([names[hit.id] for hit in near.hits], wanted))
    return {
        "fused": statistics.mean(fused),
        "dense": statistics.mean(dense),
        "p50": statistics.median(took),
        "p95": sorted(took)[int(len(took) * 0.95)],
    }


async def words_only(knowledge: Knowledge, agent: str, queries: list[Any]) -> float:
    """Return MRR@10 with the child away."""
    found = []
    for query in queries:
        passages = await knowledge.search(agent, query["q"], 30)
        wanted = filename(query["relevant"][0])
        found.append(reciprocal([passage.document for passage in passages], wanted))
    return statistics.mean(found)


def separation(known: list[float], unknown: list[float]) -> tuple[float, float, float, float]:
    """Return AUC, the best threshold, and the shares answered and refused there."""
    pairs = [(k > u) + (k == u) / 2 for k in known for u in unknown]
    best = max(
        sorted({*known, *unknown}),
        key=lambda cut: (
            sum(k >= cut for k in known) / len(known) + sum(u < cut for u in unknown) / len(unknown)
        ),
    )
    return (
        statistics.mean(pairs),
        best,
        sum(k >= best for k in known) / len(known),
        sum(u < best for u in unknown) / len(unknown),
    )


async def sure(knowledge: Knowledge, agent: str, questions: list[str]) -> list[float]:
    """Return the confidence of each question."""
    found: list[list[Passage]] = [await knowledge.search(agent, q, 5) for q in questions]
    return [confidence(q, passages) for q, passages in zip(questions, found, strict=True)]


async def indexed(knowledge: Knowledge, db: Database, folder: Path, agent: str, chunks: Any) -> str:
    """Upload a language, wait for its vectors, and say how fast both were."""
    began = time.perf_counter()
    await upload(knowledge, folder, agent, chunks)
    stored = time.perf_counter() - began
    total = await db.read(lambda tx: store.chunk_count(tx, agent))
    while await db.read(  # noqa: ASYNC110 - the database has no event for it
        lambda tx: store.without_vector(tx, agent, knowledge.spec.name, 1)
    ):
        await asyncio.sleep(0.2)
    speed = total / (time.perf_counter() - began - stored)
    await asyncio.sleep(1)  # the last batch is still on its way into the index
    return f"{agent}: {total} chunks, stored in {stored:.1f} s, {speed:.1f} chunks/s"


async def trusted(knowledge: Knowledge, agent: str, known: list[str]) -> str:
    """Say how well confidence tells questions that can be answered from strangers."""
    auc, cut, kept, refused = separation(
        await sure(knowledge, agent, known), await sure(knowledge, agent, STRANGERS[agent])
    )
    return (
        f"{agent} confidence: AUC {auc:.3f}, best threshold {cut:.2f}: "
        f"answers {kept:.0%} of the known, refuses {refused:.0%} of the strangers"
    )


def asked_of(data: Any, asked: str, held: str, limit: int | None) -> list[Any]:
    """Return the questions of one language whose page exists in the other."""
    known = {chunk["doc"] for chunk in data[held]["chunks"]}
    return [q for q in data[asked]["queries"] if q["relevant"][0] in known][:limit]


async def measured(folder: Path, data: Any, limit: int | None) -> list[str]:
    """Return the lines of the tables."""
    cases = [("pt", "pt"), ("en", "en"), ("en", "pt"), ("pt", "en")]
    lines = [
        f"{'questions -> passages':24}{'fused':>8}{'dense':>8}{'BM25':>8}{'p50 ms':>8}{'p95':>8}"
    ]
    notes = []
    async with box(folder) as (knowledge, database, client, child):
        for language in ("pt", "en"):
            chunks = data[language]["chunks"]
            notes.append(await indexed(knowledge, database, folder, language, chunks))
        results = {
            case: await scores(knowledge, client, database, case[1], asked_of(data, *case, limit))
            for case in cases
        }
        for language in ("pt", "en"):
            known = [query["q"] for query in data[language]["queries"]][:limit]
            notes.append(await trusted(knowledge, language, known))
        rollup = Path(f"/proc/{child.status.pid}/smaps_rollup")
        memory = (await asyncio.to_thread(rollup.read_text)).split("Pss:")[1].split()[0]
        notes.append(f"retrieval child: {int(memory) // 1024} MB PSS")
        await child.stop()
        for case in cases:
            words = await words_only(knowledge, case[1], asked_of(data, *case, limit))
            got = results[case]
            lines.append(
                f"{' -> '.join(case):24}{got['fused']:8.3f}{got['dense']:8.3f}"
                f"{words:8.3f}{got['p50']:8.1f}{got['p95']:8.1f}"
            )
    return [*lines, *notes]


async def main(limit: int | None) -> None:
    """Print the tables."""
    data = json.loads(gzip.decompress(await asyncio.to_thread(DATA.read_bytes)))
    with tempfile.TemporaryDirectory() as name:
        lines = await measured(Path(name), data, limit)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only 40 questions a case")
    asyncio.run(main(40 if parser.parse_args().quick else None))
