"""``python -m models language``: the child's side of the link.

Operations: ``hello`` (the configuration; answered at once, loading goes on behind it), ``chat``,
``chat_stream``, ``count_tokens``, ``info``, ``gauges``. Events: ``progress`` while loading, then
``ready`` or ``failed``. A model that cannot be loaded leaves the child alive and refusing, with
the reason: restarting it would change nothing before a person acts.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from config.ipc import PROTOCOL, Link, LinkClosedError, Part, RemoteError
from models import wire
from models.errors import BadRequestError, ModelError, ModelUnavailableError
from models.ports import ChatResult

from .answers import Answers
from .loading import Plan, load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger(__name__)

STOPPED, BROKEN, MISMATCH = 0, 1, 4
REPORT_EVERY_S = 0.2
MAX_TIMEOUT_S = 3600.0


async def serve() -> int:
    """Serve the parent until it hangs up; return the exit code."""
    link = await Link.inherited()
    child = LanguageChild(link)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, child.stop, STOPPED)
    link.start()
    closed = asyncio.create_task(link.closed.wait())
    closed.add_done_callback(lambda _: child.stop(STOPPED))
    return await child.stopped


class LanguageChild:
    """One loaded model behind one link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._answers: Answers | None = None
        self._info: dict[str, Any] | None = None
        self._problem: ModelError = ModelUnavailableError(reason="the model is loading")
        self._loading: asyncio.Task[None] | None = None
        self._reported = ("", 0.0)
        self.stopped: asyncio.Future[int] = self._loop.create_future()
        self._gauges: Any = dict
        link.on_request("hello", self._hello)
        link.on_request("chat", self._chat)
        link.on_stream("chat_stream", self._chat_stream)
        link.on_request("count_tokens", self._count_tokens)
        link.on_request("info", self._describe)
        link.on_request("gauges", self._measure)

    def stop(self, code: int) -> None:
        """End the child with this exit code."""
        if not self.stopped.done():
            self.stopped.set_result(code)

    # -- operations

    async def _hello(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("protocol") != PROTOCOL:
            self._loop.call_later(0.1, self.stop, MISMATCH)  # after the refusal went out
            raise RemoteError(
                code="protocol_mismatch", message=f"this child speaks protocol {PROTOCOL}"
            )
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(_plan(data)), name="load")
        return {"protocol": PROTOCOL, "pid": os.getpid()}

    async def _chat(self, data: dict[str, Any]) -> dict[str, Any]:
        try:
            request = wire.request_from_wire(data["request"])
            answer = await self._ready().chat(request, timeout_s=_timeout(data))
        except ModelError as error:
            raise _refusal(error) from None
        return wire.result_to_wire(answer)

    async def _chat_stream(self, data: dict[str, Any]) -> AsyncIterator[Part | dict[str, Any]]:
        try:
            request = wire.request_from_wire(data["request"])
            stream = self._ready().stream(request, timeout_s=_timeout(data))
            async with aclosing(stream) as items:
                async for item in items:
                    if isinstance(item, ChatResult):
                        yield {"result": wire.result_to_wire(item)}
                    else:
                        yield Part({"text": item})
        except ModelError as error:
            raise _refusal(error) from None

    async def _count_tokens(self, data: dict[str, Any]) -> dict[str, Any]:
        try:
            answers = self._ready()
            text = str(data.get("text", ""))
            return {"tokens": await asyncio.to_thread(answers.count_tokens, text)}
        except ModelError as error:
            raise _refusal(error) from None

    async def _describe(self, _: dict[str, Any]) -> dict[str, Any]:
        """Say what serves, or why nothing does."""
        if self._info is not None:
            return {"info": self._info}
        problem = self._problem
        stage, fraction = self._reported[0], self._reported[1]
        return {
            "info": None,
            "problem": {"code": problem.code, "message": str(problem), "data": problem.facts},
            "progress": {"stage": stage, "fraction": fraction},
        }

    async def _measure(self, _: dict[str, Any]) -> dict[str, Any]:
        return dict(self._gauges())

    def _ready(self) -> Answers:
        if self._answers is None:
            raise self._problem
        return self._answers

    # -- loading

    async def _load(self, plan: Plan) -> None:
        started = time.monotonic()
        try:
            loaded = await asyncio.to_thread(load, plan, self._reporter(), self._broken)
        except ModelError as error:
            await self._failed(error)
        except Exception as error:  # the daemon must hear of it, and the next start may work
            log.exception("model_load_failed")
            await self._failed(ModelUnavailableError(reason=repr(error)))
            self.stop(BROKEN)
        else:
            self._answers, self._gauges = Answers(loaded), loaded.engine.gauges
            self._info = wire.info_to_wire(loaded.info)
            took_ms = round((time.monotonic() - started) * 1000)
            log.info("model_ready", model=loaded.info.id, took_ms=took_ms)
            await self._emit("ready", {"info": self._info, "tookMs": took_ms})

    async def _failed(self, error: ModelError) -> None:
        log.warning("model_refused", code=error.code, reason=str(error))
        self._problem = error
        await self._emit("failed", {"code": error.code, "message": str(error), "data": error.facts})

    def _reporter(self) -> Any:
        """Make a callback for the loading thread that reports a few times a second."""
        last = ("", 0.0)

        def report(stage: str, fraction: float) -> None:
            nonlocal last
            now = time.monotonic()
            if stage != last[0] or now - last[1] >= REPORT_EVERY_S:
                last = (stage, now)
                asyncio.run_coroutine_threadsafe(self._progress(stage, fraction), self._loop)

        return report

    async def _progress(self, stage: str, fraction: float) -> None:
        self._reported = (stage, round(fraction, 3))
        await self._emit("progress", {"stage": stage, "fraction": self._reported[1]})

    def _broken(self) -> None:
        self._loop.call_soon_threadsafe(self.stop, BROKEN)

    async def _emit(self, event: str, data: dict[str, Any]) -> None:
        try:
            await self._link.emit(event, data)
        except LinkClosedError:
            self.stop(STOPPED)


def _plan(data: dict[str, Any]) -> Plan:
    return Plan(
        folder=Path(data["folder"]),
        model=str(data.get("model", "default")),
        context_tokens=int(data.get("contextTokens", 4096)),
        slots=int(data.get("slots", 8)),
        threads=int(data.get("threads", 0)),
    )


def _timeout(data: dict[str, Any]) -> float:
    found = data.get("timeoutS", 60)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or found <= 0:
        raise BadRequestError(field="timeout_s", reason="must be a positive number")
    return min(float(found), MAX_TIMEOUT_S)


def _refusal(error: ModelError) -> RemoteError:
    return RemoteError(code=error.code, message=str(error), data=error.facts)
