"""Routes of the log."""

from typing import Any

from aiohttp import web
from pydantic import Field

from daemon.kernel.errors import BadInputError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery, Moment, PageView

from .domain import Kind, Level, LogKeptError, LogNotFoundError
from .service import Logs

LOGS: web.AppKey[Logs] = web.AppKey("logs", Logs)

routes = Routes(tag="logs")


class LogQuery(ListQuery):
    """Which lines."""

    agent_id: str | None = Field(None, max_length=64)
    conversation_id: str | None = Field(None, max_length=64)
    level: Level | None = None
    kind: Kind | None = None
    start: str | None = Field(None, max_length=40, description="ISO date or date-time, included")
    end: str | None = Field(
        None, max_length=40, description="ISO date (its day included) or date-time (excluded)"
    )


class LogView(ApiModel):
    """A line: what happened, as facts."""

    id: str
    agent_id: str | None
    conversation_id: str | None
    level: Level
    kind: Kind
    event: str
    facts: dict[str, Any]
    at: Moment


@routes.get("/logs", query=LogQuery, returns=PageView[LogView], errors=[BadInputError])
async def page(call: Call[None, LogQuery]) -> Page[LogView]:
    """List the log, newest first."""
    query = call.query
    found = await call.app[LOGS].page(
        agent_id=query.agent_id,
        conversation_id=query.conversation_id,
        level=query.level,
        kind=query.kind,
        start=query.start,
        end=query.end,
        cursor=query.cursor,
        limit=query.limit,
    )
    return Page([LogView.model_validate(entry) for entry in found.items], found.next_cursor)


@routes.get("/logs/{logId}", returns=LogView, errors=[LogNotFoundError])
async def get(call: Call[None, None]) -> LogView:
    """Show a line."""
    return LogView.model_validate(await call.app[LOGS].get(call.path["logId"]))


@routes.delete("/logs/{logId}", errors=[LogNotFoundError, LogKeptError])
async def delete(call: Call[None, None]) -> None:
    """Delete a line. The audit log keeps who did it and which line it was.

    Lines of security are kept for `retention.security_days`, all others for
    `retention.logs_min_days`: before that the answer is 409.
    """
    await call.app[LOGS].delete(call.path["logId"])
