"""The daemon's side of the language child: the port, over a link that comes and goes.

The supervisor calls :meth:`LanguageClient.on_link` for each new link before it is read and
:meth:`LanguageClient.on_ready` after the greeting. While there is no link, or no model behind it,
every request fails with ModelUnavailableError at once, and the caller's job is tried again later.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from config.ipc import Link, LinkClosedError, RemoteError

from . import wire
from .errors import ModelCancelledError, ModelTimeoutError, ModelUnavailableError, from_wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from .ports import ChatRequest, ChatResult, ModelInfo

log = structlog.get_logger(__name__)

GRACE_S = 5.0
"""The child keeps the time; past this it hangs, and the supervisor will notice too."""


@dataclass(frozen=True, slots=True)
class LoadState:
    """What the child does on its way to being ready, or why it will not be."""

    stage: str
    """``starting``, ``prepare``, ``verify``, ``load``, ``ready`` or ``failed``."""
    fraction: float = 0.0
    code: str | None = None
    message: str | None = None


class LanguageClient:
    """A LanguageModel that lives in a child process."""

    def __init__(
        self,
        folder: Path,
        *,
        model: str = "default",
        context_tokens: int = 4096,
        slots: int = 8,
        threads: int = 0,
        on_state: Callable[[LoadState], None] = lambda _: None,
    ) -> None:
        self._config = {
            "folder": str(folder),
            "model": model,
            "contextTokens": context_tokens,
            "slots": slots,
            "threads": threads,
        }
        self._on_state = on_state
        self._link: Link | None = None
        self._info: ModelInfo | None = None
        self._state = LoadState("starting")

    # -- for the supervisor

    def hello(self) -> dict[str, Any]:
        """Return what the greeting carries beside the protocol's version."""
        return dict(self._config)

    def on_link(self, link: Link) -> None:
        """Listen to a new link."""
        self._info = None
        self._become(LoadState("starting"))

        async def heard(event: str, _: int | None, data: dict[str, Any]) -> None:
            self._heard(event, data)

        link.on_event(heard)
        self._link = link

    async def on_ready(self, link: Link, _: Any) -> None:
        """Catch up with what happened before the greeting was answered."""
        self._link = link
        answer = await link.request("info")
        if (info := answer.get("info")) is not None:
            self._heard("ready", {"info": info})

    # -- the port

    @property
    def state(self) -> LoadState:
        """How far loading is."""
        if self._link is not None and self._link.closed.is_set():
            return LoadState("starting")
        return self._state

    @property
    def ready(self) -> bool:
        """Whether a model serves now."""
        return self._info is not None and self._link is not None and not self._link.closed.is_set()

    def info(self) -> ModelInfo | None:
        """Describe the model; None while none serves."""
        return self._info if self.ready else None

    async def chat(self, request: ChatRequest, *, timeout_s: float) -> ChatResult:
        """Answer in one piece."""
        with _translated(timeout_s):
            data = await self._serving().request(
                "chat", _asked(request, timeout_s), timeout_s=timeout_s + GRACE_S
            )
            return wire.result_from_wire(data)

    async def stream(
        self, request: ChatRequest, *, timeout_s: float
    ) -> AsyncIterator[str | ChatResult]:
        """Yield pieces of text and, last, the result. Leaving early stops the generation."""
        with _translated(timeout_s):
            link = self._serving()
            parts_of = link.stream(
                "chat_stream", _asked(request, timeout_s), timeout_s=timeout_s + GRACE_S
            )
            async with contextlib.aclosing(parts_of) as parts:  # type: ignore[type-var]  # a generator declared as an iterator
                async for part in parts:
                    if "result" in part:
                        yield wire.result_from_wire(part["result"])
                    else:
                        yield str(part["text"])

    async def count_tokens(self, text: str) -> int:
        """Count the tokens of plain text."""
        with _translated(GRACE_S):
            answer = await self._serving().request(
                "count_tokens", {"text": text}, timeout_s=GRACE_S
            )
            return int(answer["tokens"])

    async def gauges(self) -> dict[str, float]:
        """Return the engine's numbers for metrics; nothing while it is away."""
        if not self.ready:
            return {}
        with _translated(GRACE_S):
            return dict(await self._serving().request("gauges", timeout_s=GRACE_S))

    # -- inside

    def _serving(self) -> Link:
        """Return the link, or say why nobody serves behind it."""
        if self._link is None or self._link.closed.is_set():
            raise ModelUnavailableError(reason="the engine is starting")
        if self._info is None:
            reason = self._state.message or f"loading ({self._state.stage})"
            raise ModelUnavailableError(reason=reason)
        return self._link

    def _heard(self, event: str, data: dict[str, Any]) -> None:
        if event == "progress":
            self._become(LoadState(data["stage"], data["fraction"]))
        elif event == "ready":
            self._info = wire.info_from_wire(data["info"])
            self._become(LoadState("ready", 1.0))
        elif event == "failed":
            self._info = None
            self._become(LoadState("failed", 0.0, data["code"], data["message"]))

    def _become(self, state: LoadState) -> None:
        if state != self._state:
            self._state = state
            self._on_state(state)


def _asked(request: ChatRequest, timeout_s: float) -> dict[str, Any]:
    return {"request": wire.request_to_wire(request), "timeoutS": timeout_s}


class _translated(contextlib.AbstractContextManager[None]):  # noqa: N801 - reads as a verb in `with`
    """Turn the link's errors into the port's."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, RemoteError):
            if error.code == "cancelled":
                raise ModelCancelledError from error
            raise from_wire(error.code, error.message, error.data) from error
        if isinstance(error, LinkClosedError):
            raise ModelUnavailableError(
                reason="the engine stopped; it is being restarted"
            ) from error
        if isinstance(error, TimeoutError):
            raise ModelTimeoutError(seconds=self._timeout_s) from error
