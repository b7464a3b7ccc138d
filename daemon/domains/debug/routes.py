"""Routes of debug; the last chain's trace, `/debug/langchain`, is served by conversations."""

from typing import Any

from aiohttp import web

from daemon.kernel.spelling import camel
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel

from .domain import Check, UnknownAgentError
from .service import Probes

PROBES: web.AppKey[Probes] = web.AppKey("probes", Probes)

routes = Routes(tag="debug")


class CheckView(ApiModel):
    """One part of an agent."""

    name: str
    ok: bool
    facts: dict[str, Any]


class StatusView(ApiModel):
    """All parts of an agent."""

    agent_id: str
    ok: bool
    checks: list[CheckView]


class ConnectionView(ApiModel):
    """The agent's way to WhatsApp."""

    agent_id: str
    ok: bool
    facts: dict[str, Any]


@routes.get("/debug/agents/{id}/status", returns=StatusView, errors=[UnknownAgentError])
async def status(call: Call[None, None]) -> StatusView:
    """Check every part of an agent."""
    found = await call.app[PROBES].status(call.path["id"])
    checks = [_check(check) for check in found.checks]
    return StatusView(agent_id=found.agent_id, ok=found.ok, checks=checks)


@routes.get(
    "/debug/whatsapp/{agentId}/connection", returns=ConnectionView, errors=[UnknownAgentError]
)
async def connection(call: Call[None, None]) -> ConnectionView:
    """Check the agent's way to WhatsApp."""
    agent_id = call.path["agentId"]
    found = await call.app[PROBES].connection(agent_id)
    return ConnectionView(agent_id=agent_id, ok=found.ok, facts=camel(dict(found.facts)))


def _check(check: Check) -> CheckView:
    return CheckView(name=check.name, ok=check.ok, facts=camel(dict(check.facts)))
