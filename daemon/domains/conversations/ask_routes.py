"""`POST /ia/ask-to-agent`: one JSON answer, or server-sent events as it is written."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import orjson
import structlog
from aiohttp import web

from daemon.kernel.errors import NextAgentError
from daemon.web.problems import language_of
from daemon.web.routing import Call, Routes, to_json

from .asking import Asks, Prepared
from .domain import QuestionTooLongError, UnknownAgentError
from .views import AnswerView, AskInput

log = structlog.get_logger(__name__)

T = TypeVar("T")

ASKS: web.AppKey[Asks] = web.AppKey("asks", Asks)
EVENT_STREAM = "text/event-stream"
GONE_EVERY_S = 0.5
LEFT = 499  # the client went away; nobody reads this

routes = Routes(tag="ia")


@routes.post(
    "/ia/ask-to-agent",
    unaudited="asks a question; the trace keeps it",
    body=AskInput,
    examples={"body": {"agentId": "", "question": "Vocês abrem no sábado?"}},
    returns=AnswerView,
    errors=[UnknownAgentError, QuestionTooLongError],
)
async def ask(call: Call[AskInput, None]) -> AnswerView | web.StreamResponse:
    """Ask an agent.

    With `Accept: text/event-stream` the answer comes as `token` events and one `done` event that
    holds all of it. A client that goes away stops the model.
    """
    body = call.body
    asks = call.app[ASKS]
    prepared = await asks.prepare(body.agent_id, body.question, body.conversation_id)
    if EVENT_STREAM in call.request.headers.get("Accept", ""):
        return await _stream(call.request, asks, prepared)
    try:
        return AnswerView.of(await _while_wanted(call.request, asks.answer(prepared)))
    except ConnectionResetError:
        return web.Response(status=LEFT)


async def _stream(request: web.Request, asks: Asks, prepared: Prepared) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={
            "Content-Type": EVENT_STREAM,
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)

    async def told(text: str) -> None:
        await _send(response, "token", {"text": text})

    try:
        trace = await _while_wanted(request, asks.answer(prepared, told))
        await _send(response, "done", to_json(AnswerView.of(trace)))
    except NextAgentError as error:  # too late for a status: the stream has begun
        await _send(
            response, "error", {"code": error.code, "detail": error.text(language_of(request))}
        )
    except ConnectionError:
        return response
    await response.write_eof()
    return response


async def _while_wanted(request: web.Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work for as long as the client is there; a model does not write for nobody."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=GONE_EVERY_S)
            if request.transport is None or request.transport.is_closing():
                log.info("asker_left")
                raise ConnectionResetError
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _send(response: web.StreamResponse, event: str, data: Any) -> None:
    body = orjson.dumps(data).decode()
    await response.write(f"event: {event}\ndata: {body}\n\n".encode())
