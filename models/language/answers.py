"""Answers requests: prompt, generation and, for a JSON schema, the check of what came out."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from models import schema
from models.errors import BadRequestError, InvalidOutputError, ModelTimeoutError
from models.ports import PRIORITIES, ChatMessage, ChatResult, Usage

from .generation import Finished, Generation, Piece
from .sampling import Sampling

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from models.ports import ChatRequest

    from .loading import Loaded

ATTEMPTS = 3
"""A grammar makes the shape nearly sure; the values may still need another draw."""
RETRY_TEMPERATURE = 0.5
"""A greedy answer that was wrong would only be wrong again."""
MAX_PROMPT_CHARS = 2_000_000


@dataclass(frozen=True, slots=True)
class _Prompt:
    tokens: list[int]
    shared: int


class Answers:
    """What the child does with a loaded model, from its event loop."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    async def stream(
        self, request: ChatRequest, *, timeout_s: float
    ) -> AsyncGenerator[str | ChatResult, None]:
        """Yield pieces of text, then the result; with a JSON schema only the result."""
        # Each wait of ours has the deadline, and no time-out spans a yield: it would go off in
        # whatever the caller is waiting for then.
        deadline = asyncio.get_running_loop().time() + timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                prompt = await asyncio.to_thread(self._prompt, request)
            if request.json_schema is not None:
                yield await self._structured(request, prompt, deadline)
                return
            async with aclosing(self._generate(request, prompt, None, deadline)) as items:
                async for item in items:
                    yield item if isinstance(item, str) else self._result(item)
        except TimeoutError:
            raise ModelTimeoutError(seconds=timeout_s) from None

    async def chat(self, request: ChatRequest, *, timeout_s: float) -> ChatResult:
        """Answer in one piece."""
        async with aclosing(self.stream(request, timeout_s=timeout_s)) as items:
            async for item in items:
                if isinstance(item, ChatResult):
                    return item
        raise InvalidOutputError(reason="the engine ended without a result")

    def count_tokens(self, text: str) -> int:
        """Count the tokens of plain text."""
        return len(self._loaded.weights.tokenize(text, special=False))

    async def _structured(
        self, request: ChatRequest, prompt: _Prompt, deadline: float
    ) -> ChatResult:
        """Draw until the JSON is valid; earlier attempts count towards the usage."""
        wanted = request.json_schema or {}
        grammar = await asyncio.to_thread(schema.to_grammar, wanted)
        spent = 0
        for attempt in range(ATTEMPTS):
            now = request if not attempt else _varied(request, attempt)
            outcome = Finished()
            async with aclosing(self._generate(now, prompt, grammar, deadline)) as items:
                async for item in items:
                    outcome = item if isinstance(item, Finished) else outcome
            spent += outcome.completion_tokens
            try:
                value = schema.parse(outcome.text, wanted)
            except InvalidOutputError:
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                text = orjson.dumps(value).decode()
                return self._result(replace(outcome, text=text, completion_tokens=spent))
        raise InvalidOutputError(reason="no attempt was left")

    async def _generate(
        self, request: ChatRequest, prompt: _Prompt, grammar: str | None, deadline: float
    ) -> AsyncGenerator[str | Finished, None]:
        """Run one generation; leaving early cancels it. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Piece | Finished] = asyncio.Queue()

        def tell(item: Piece | Finished) -> None:
            loop.call_soon_threadsafe(told.put_nowait, item)

        generation = Generation(
            prompt=prompt.tokens,
            max_tokens=request.max_tokens,
            sampling=_sampling(request, grammar),
            tell=tell,
            prefix=prompt.shared,
            stop=request.stop,
            rank=PRIORITIES.index(request.priority),
        )
        engine = self._loaded.engine
        engine.submit(generation)
        ended = False
        try:
            while not ended:
                async with asyncio.timeout_at(deadline):
                    item = await told.get()
                ended = isinstance(item, Finished)
                if isinstance(item, Finished):
                    if item.error is not None:
                        raise item.error
                    yield item
                else:
                    yield item.text
        finally:
            if not ended:
                engine.cancel(generation)

    def _prompt(self, request: ChatRequest) -> _Prompt:
        """Render and tokenize, and find how many leading tokens are the agent's own."""
        if sum(len(one.content) for one in request.messages) > MAX_PROMPT_CHARS:
            reason = f"more than {MAX_PROMPT_CHARS} characters"
            raise BadRequestError(field="messages", reason=reason)
        weights, template = self._loaded.weights, self._loaded.template
        messages = [ChatMessage(one.role, weights.disarm(one.content)) for one in request.messages]
        tokens = weights.tokenize(template.render(messages), special=True)
        if not request.prefix_messages:
            return _Prompt(tokens, 0)
        beginning = template.render(messages[: request.prefix_messages], answer=False)
        # The common part of both, token by token: a template may close its first turn differently,
        # and the last characters of the beginning may belong to a longer token of the whole.
        shared = _common(weights.tokenize(beginning, special=True), tokens)
        return _Prompt(tokens, min(shared, len(tokens) - 1))

    def _result(self, outcome: Finished) -> ChatResult:
        return ChatResult(
            text=outcome.text,
            finish=outcome.finish,
            usage=Usage(outcome.prompt_tokens, outcome.completion_tokens, outcome.cached_tokens),
            model=self._loaded.info.id,
            timings_ms=outcome.timings_ms,
        )


def _sampling(request: ChatRequest, grammar: str | None) -> Sampling:
    seed = request.seed
    return Sampling(
        temperature=request.temperature,
        top_p=request.top_p,
        seed=random.getrandbits(32) if seed is None else seed,
        grammar=grammar,
    )


def _varied(request: ChatRequest, attempt: int) -> ChatRequest:
    seed = None if request.seed is None else (request.seed + attempt) % 2**32
    temperature = max(request.temperature, RETRY_TEMPERATURE)
    return replace(request, seed=seed, temperature=temperature)


def _common(one: list[int], other: list[int]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
