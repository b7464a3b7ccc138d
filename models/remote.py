"""Any OpenAI-compatible server in the place of the local engine: vLLM, llama-server, a cloud.

What it sends is checked like a stranger's words: sizes are bounded, and JSON answers are validated
here, whatever the server promised.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import orjson
import structlog

from .budget import estimate_tokens
from .errors import (
    BadRequestError,
    EngineError,
    InvalidOutputError,
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
    PromptTooLongError,
)
from .ports import ChatResult, ModelInfo, Usage
from .schema import parse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pydantic import SecretStr

    from .ports import Capability, ChatRequest, Finish

log = structlog.get_logger(__name__)

PROBE_EVERY_S = 10.0
PROBE_TIMEOUT_S = 5.0
MAX_ANSWER = 4 * 1024 * 1024
MAX_LINE = 1024 * 1024
ATTEMPTS = 2
"""Of an answer that must be JSON."""


class RemoteLanguageModel:
    """Implements the LanguageModel port over HTTP; an async context manager."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: SecretStr,
        model: str,
        context_tokens: int,
        languages: tuple[str, ...] = (),
        capability: Capability = "tools",
        probe_every_s: float = PROBE_EVERY_S,
    ) -> None:
        self._base, self._key = base_url.rstrip("/"), api_key
        self._probe_every_s = probe_every_s
        self._info = ModelInfo(
            id=model,
            name=model,
            languages=languages,
            capability=capability,
            context_tokens=context_tokens,
            engine="openai",
        )
        self._reachable = False
        self._session: aiohttp.ClientSession | None = None
        self._probing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        key = self._key.get_secret_value()
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=PROBE_TIMEOUT_S),
            read_bufsize=MAX_LINE,
        )
        self._probing = asyncio.create_task(self._keep_probing(), name="probe-language-server")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    # -- the port

    @property
    def ready(self) -> bool:
        """Whether the server answered when it was last asked."""
        return self._reachable

    def info(self) -> ModelInfo | None:
        """Describe the configured model while its server is there."""
        return self._info if self._reachable else None

    async def chat(self, request: ChatRequest, *, timeout_s: float) -> ChatResult:
        """Answer in one piece."""
        for attempt in range(ATTEMPTS):
            try:
                async with contextlib.aclosing(self.stream(request, timeout_s=timeout_s)) as items:
                    async for item in items:
                        if isinstance(item, ChatResult):
                            return item
            except InvalidOutputError:
                if attempt + 1 == ATTEMPTS:
                    raise
        raise EngineError(reason="the server ended without a result")

    async def stream(
        self, request: ChatRequest, *, timeout_s: float
    ) -> AsyncGenerator[str | ChatResult, None]:
        """Yield pieces of text and, last, the result; with a JSON schema only the result."""
        began = time.monotonic()
        answer = _Answer()
        try:
            async with contextlib.aclosing(self._events(request, timeout_s)) as events:
                async for event in events:
                    piece = answer.take(event)
                    if piece and request.json_schema is None:
                        yield piece
        except TimeoutError:
            raise ModelTimeoutError(seconds=timeout_s) from None
        except aiohttp.ClientError as error:
            self._reachable = False
            raise ModelUnavailableError(reason=_why(error)) from None
        text = answer.text
        if request.json_schema is not None:
            text = orjson.dumps(parse(text, request.json_schema)).decode()
        yield answer.result(text, request, self._info.id, began)

    async def count_tokens(self, text: str) -> int:
        """Estimate: the protocol has no way to ask."""
        return estimate_tokens(text)

    # -- inside

    async def _events(
        self, request: ChatRequest, timeout_s: float
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Post a request and yield the objects of the server's event stream."""
        # No time-out spans a yield: it would go off in what the caller waits for then.
        deadline = asyncio.get_running_loop().time() + timeout_s
        address = f"{self._base}/chat/completions"
        async with contextlib.AsyncExitStack() as stack:
            async with asyncio.timeout_at(deadline):
                post = self._http().post(address, json=_body(request, self._info.id))
                response = await stack.enter_async_context(post)
                if response.status != 200:  # noqa: PLR2004 - HTTP's number
                    raise _refused(response.status, await _excerpt(response), request, self._info)
            self._reachable = True
            while True:
                async with asyncio.timeout_at(deadline):
                    line = await response.content.readline()
                data = line.strip().removeprefix(b"data:").strip()
                if not line or data == b"[DONE]":
                    return
                if line.startswith(b"data:") and data:
                    yield _object(data)

    async def _keep_probing(self) -> None:
        while True:
            reachable = await self._probe()
            if reachable != self._reachable:
                log.info("language_server", reachable=reachable)
            self._reachable = reachable
            await asyncio.sleep(self._probe_every_s)

    async def _probe(self) -> bool:
        try:
            async with (
                asyncio.timeout(PROBE_TIMEOUT_S),
                self._http().get(f"{self._base}/models") as response,
            ):
                return response.status == 200  # noqa: PLR2004 - HTTP's number
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ModelUnavailableError(reason="it was not started")
        return self._session


class _Answer:
    """Puts the parts of a streamed answer together."""

    def __init__(self) -> None:
        self.text = ""
        self._finish: Finish = "stop"
        self._usage: dict[str, Any] = {}
        self._first: float | None = None

    def take(self, event: dict[str, Any]) -> str:
        """Add one event and return the text in it."""
        if "error" in event:
            raise EngineError(reason=str(event["error"])[:200])
        self._usage = event.get("usage") or self._usage
        choice: dict[str, Any] = next(iter(event.get("choices") or ()), {})
        if choice.get("finish_reason") == "length":
            self._finish = "length"
        piece = (choice.get("delta") or {}).get("content") or ""
        if not isinstance(piece, str) or len(self.text) + len(piece) > MAX_ANSWER:
            raise EngineError(reason="the server sent no text, or far too much")
        if piece and self._first is None:
            self._first = time.monotonic()
        self.text += piece
        return piece

    def result(self, text: str, request: ChatRequest, model: str, began: float) -> ChatResult:
        """Describe the whole, with our own estimate where the server counted nothing."""
        now = time.monotonic()
        asked = sum(estimate_tokens(one.content) for one in request.messages)
        details = self._usage.get("prompt_tokens_details") or {}
        return ChatResult(
            text=text,
            finish=self._finish,
            usage=Usage(
                int(self._usage.get("prompt_tokens") or asked),
                int(self._usage.get("completion_tokens") or estimate_tokens(self.text)),
                int(details.get("cached_tokens") or 0),
            ),
            model=model,
            timings_ms={
                "first_token": round(((self._first or now) - began) * 1000, 1),
                "total": round((now - began) * 1000, 1),
            },
        )


def _body(request: ChatRequest, model: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": one.role, "content": one.content} for one in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.seed is not None:
        body["seed"] = request.seed
    if request.stop:
        body["stop"] = list(request.stop)
    if request.json_schema is not None:
        wanted = {"name": "answer", "strict": True, "schema": dict(request.json_schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    return body


def _refused(status: int, words: str, request: ChatRequest, info: ModelInfo) -> ModelError:
    """Say what an error status means for the caller: to try again, or what to change."""
    if status == 413 or (status == 400 and "context" in words.lower()):  # noqa: PLR2004 - HTTP's numbers
        return PromptTooLongError(
            prompt_tokens=sum(estimate_tokens(one.content) for one in request.messages),
            max_tokens=request.max_tokens,
            context_tokens=info.context_tokens,
        )
    if status in {400, 422}:
        return BadRequestError(field="request", reason=words or "the server refused it")
    reasons = {
        401: "the server refuses the api_key",
        403: "the server refuses the api_key",
        404: f"the server has no model {info.id} at this address",
        429: "the server is busy",
    }
    return ModelUnavailableError(reason=reasons.get(status, f"the server answered {status}"))


async def _excerpt(response: aiohttp.ClientResponse) -> str:
    return (await response.content.read(400)).decode("utf-8", "replace").strip()


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise EngineError(reason="the server sent something that is not its protocol")
    return found


def _why(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}:{error.port}"
    return f"the connection to the server broke off ({type(error).__name__})"
