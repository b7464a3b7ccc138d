"""A language model that says what it is told to: for tests, and for measuring all that is not it.

The setting ``models.language.engine = "scripted"`` puts one into the running daemon.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from .budget import estimate_tokens
from .errors import ModelError, ModelTimeoutError, ModelUnavailableError
from .ports import ChatRequest, ChatResult, ModelInfo, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

Reply = str | ModelError
INFO = ModelInfo(
    id="scripted",
    name="Scripted model",
    languages=("pt", "en"),
    capability="tools",
    context_tokens=32_768,
    engine="scripted",
)
PIECE = 16


def echo(request: ChatRequest) -> str:
    """Answer with the first line of the last thing the user said; for a schema, the least JSON."""
    if request.json_schema is not None:
        return json.dumps(_least(request.json_schema, request.json_schema), ensure_ascii=False)
    last = next((one.content for one in reversed(request.messages) if one.role == "user"), "")
    return f"Resposta: {(last.strip().splitlines() or [''])[-1][:200]}"


class ScriptedLanguageModel:
    """Implements the LanguageModel port without a model.

    ``replies`` are given out one by one, then ``reply`` answers; an error among them is raised.
    ``requests`` remembers everything that was asked.
    """

    def __init__(
        self,
        *replies: Reply,
        reply: Callable[[ChatRequest], str] = echo,
        delay_s: float = 0.0,
        info: ModelInfo = INFO,
    ) -> None:
        self._replies, self._reply, self._delay_s = list(replies), reply, delay_s
        self._info = info
        self.available = True
        self.requests: list[ChatRequest] = []

    @property
    def ready(self) -> bool:
        """Whether it plays available."""
        return self.available

    def info(self) -> ModelInfo | None:
        """Describe itself while available."""
        return self._info if self.available else None

    async def chat(self, request: ChatRequest, *, timeout_s: float) -> ChatResult:
        """Answer with the next reply."""
        if not self.available:
            raise ModelUnavailableError(reason="the scripted model is switched off")
        self.requests.append(request)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.sleep(self._delay_s)
        except TimeoutError:
            raise ModelTimeoutError(seconds=timeout_s) from None
        reply = self._replies.pop(0) if self._replies else self._reply(request)
        if isinstance(reply, ModelError):
            raise reply
        return self._result(request, reply)

    async def stream(
        self, request: ChatRequest, *, timeout_s: float
    ) -> AsyncIterator[str | ChatResult]:
        """Answer with the next reply, in pieces; with a JSON schema only the result."""
        result = await self.chat(request, timeout_s=timeout_s)
        if request.json_schema is None:
            for start in range(0, len(result.text), PIECE):
                yield result.text[start : start + PIECE]
        yield result

    async def count_tokens(self, text: str) -> int:
        """Count by the estimate."""
        return estimate_tokens(text)

    def _result(self, request: ChatRequest, text: str) -> ChatResult:
        for stop in request.stop:
            text = text.split(stop, 1)[0]
        usage = Usage(
            sum(estimate_tokens(one.content) for one in request.messages), estimate_tokens(text)
        )
        milliseconds = self._delay_s * 1000
        return ChatResult(
            text=text,
            finish="stop",
            usage=usage,
            model=self._info.id,
            timings_ms={"queue": 0.0, "first_token": milliseconds, "total": milliseconds},
        )


def _least(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """Build the smallest value of the usual schemas: first option, required members only."""
    while (reference := schema.get("$ref")) is not None:
        schema = whole
        for part in str(reference).removeprefix("#/").split("/"):
            schema = schema[part]
    options = [schema["const"]] if "const" in schema else schema.get("enum")
    if options:
        return options[0]
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return _least(alternatives[0], whole)
    kinds = schema.get("type", "object")
    return _least_of(kinds[0] if isinstance(kinds, list) else kinds, schema, whole)


def _least_of(kind: str, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    if kind == "object":
        needed = schema.get("required", ())
        return {name: _least(schema["properties"][name], whole) for name in needed}
    if kind == "array":
        return [_least(schema.get("items", {}), whole)] * int(schema.get("minItems", 0))
    least = schema.get("minimum", 0)
    text = "x" * int(schema.get("minLength", 0))
    plain = {"integer": least, "number": least, "string": text, "boolean": False, "null": None}
    return plain[kind]
