"""The language engine: many chats in one context, against the library's own one-by-one API.

Run: `.venv/bin/python -m tests.bench.engine [MODEL.gguf]`, on an otherwise idle machine. Tokens a
second count prompt and answer of all chats together. The peer is `llama_cpp.Llama`, the usual way
to run the same weights, which can only serve chats one after the other.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.language.answers import Answers
from models.language.loading import Loaded, Plan, load
from models.ports import ChatMessage, ChatRequest, ChatResult

CHATS = (1, 2, 4, 8)
ANSWER = 64
ROUNDS = 3
RULES = "You answer for a bakery. Bread costs two reais, cake nine, coffee four. " * 32
Ask = Callable[[int], ChatRequest]


def short(number: int) -> ChatRequest:
    """Ask a short question of one's own."""
    return ChatRequest((ChatMessage("user", f"Tell me a story about {number} cats."),), ANSWER, 0.7)


def ruled(number: int) -> ChatRequest:
    """Ask under a long set of rules that all chats share."""
    messages = (ChatMessage("system", RULES), ChatMessage("user", f"How much are {number} cakes?"))
    return ChatRequest(messages, 8, prefix_messages=1)


async def together(answers: Answers, chats: int, ask: Ask) -> tuple[float, list[ChatResult]]:
    """Return tokens a second over all chats, and their answers."""
    began = time.perf_counter()
    results = await asyncio.gather(
        *(answers.chat(ask(number), timeout_s=600) for number in range(chats))
    )
    elapsed = time.perf_counter() - began
    return sum(one.usage.total_tokens for one in results) / elapsed, list(results)


def one_by_one(path: str, threads: int, chats: int) -> float:
    """Return tokens a second of the high-level API."""
    from llama_cpp import Llama  # noqa: PLC0415 - the peer, loaded after our own model is gone

    model = Llama(path, n_ctx=4096, n_threads=threads, n_threads_batch=threads, verbose=False)
    tokens, began = 0, time.perf_counter()
    for number in range(chats):
        request = short(number)
        answer = model.create_chat_completion(
            messages=[{"role": "user", "content": request.messages[0].content}],
            max_tokens=ANSWER,
            temperature=request.temperature,
            seed=number,
        )
        tokens += answer["usage"]["total_tokens"]  # type: ignore[index]  # not a stream
    rate = tokens / (time.perf_counter() - began)
    model.close()
    return rate


async def first_tokens(answers: Answers) -> tuple[float, float]:
    """Return milliseconds to the first token of a ruled chat: cold, and with the rules cached."""
    _, cold = await together(answers, 1, ruled)
    warm = [(await together(answers, 1, ruled))[1][0] for _ in range(5)]
    if not warm[0].usage.cached_tokens:
        message = "the prefix was not reused"
        raise AssertionError(message)
    return (
        cold[0].timings_ms["first_token"],
        statistics.median(one.timings_ms["first_token"] for one in warm),
    )


async def measure(loaded: Loaded) -> tuple[dict[int, float], tuple[float, float]]:
    """Measure our own engine."""
    answers = Answers(loaded)
    await together(answers, 2, short)  # warm the pages and the thread pool
    rates = {
        chats: statistics.median(
            [(await together(answers, chats, short))[0] for _ in range(ROUNDS)]
        )
        for chats in CHATS
    }
    return rates, await first_tokens(answers)


def memory_mb() -> int:
    """Return this process's own memory and its share of what others map too."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) // 1024
    return 0


def main() -> None:
    """Measure and print the tables."""
    model = sys.argv[1] if len(sys.argv) > 1 else "default"
    threads = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(Plan(Path(folder), model=model), lambda *_: None, lambda: None)
        idle = memory_mb()
        path = next(Path(folder).glob("*.gguf"), Path(model))
        rates, (cold, warm) = asyncio.run(measure(loaded))
        loaded.engine.close()
        loaded.weights.close()
        peer = {chats: one_by_one(str(path), threads, chats) for chats in (1, 4)}

    console = Console()
    table = Table(title=f"{loaded.info.name}, {threads} threads: tokens a second over all chats")
    table.add_column("chats at once")
    table.add_column("this engine", justify="right")
    table.add_column("llama_cpp.Llama, in sequence", justify="right")
    for chats in CHATS:
        theirs = f"{peer[chats]:.0f}" if chats in peer else ""
        table.add_row(str(chats), f"{rates[chats]:.0f}", theirs)
    console.print(table)
    console.print(f"first token under shared rules: {cold:.0f} ms cold, {warm:.0f} ms cached")
    console.print(f"memory with the model loaded: {idle} MB")
    if rates[4] <= peer[4]:
        console.print("[red]four chats at once are not faster than one after the other[/red]")
        sys.exit(1)


if __name__ == "__main__":
    main()
