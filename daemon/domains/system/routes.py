"""Health, metrics, the overview and the parked jobs."""

import ipaddress
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from daemon.kernel.errors import UnauthorizedError
from daemon.kernel.pages import Page
from daemon.web.auth import Guard
from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, ListQuery

from .domain import Cause
from .metrics import Metrics
from .service import Box

BOX: web.AppKey[Box] = web.AppKey("box", Box)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
GUARD: web.AppKey[Guard] = web.AppKey("guard")
METRICS_MEDIA = "text/plain; version=0.0.4"

routes = Routes(tag="system")


class CauseView(ApiModel):
    """Something that keeps the box from being ready, or deserves a look."""

    code: str
    message: str
    blocking: bool


class HealthView(ApiModel):
    """Whether the box can take, answer and send a message."""

    status: Literal["ok", "unavailable"]
    causes: list[CauseView]


class PartView(ApiModel):
    """A supervised part."""

    name: str
    state: str
    since: str
    reason: str | None = None
    restarts: int


class OverviewView(ApiModel):
    """The state of the box on one screen."""

    version: str
    now: str
    uptime_seconds: int
    parts: list[PartView]
    causes: list[CauseView]
    jobs: dict[str, int]
    disk_free_bytes: int
    database_bytes: int
    tenant: dict[str, Any]
    model: dict[str, Any] | None
    sessions: dict[str, int]


class JobQuery(ListQuery):
    """Which jobs."""

    state: Literal["waiting", "leased", "parked"] = "parked"


class JobView(ApiModel):
    """A job of the queue."""

    id: str
    kind: str
    lock: str | None
    state: str
    attempts: int
    run_at: str
    reason: str | None
    created_at: str


class ModelView(ApiModel):
    """A model of the catalogue."""

    id: str
    name: str
    in_use: bool
    installed: bool
    fits: bool
    capability: str
    languages: list[str]
    license: str
    size_bytes: int | None = Field(None)
    ram_bytes: int | None = Field(None)


class ModelsView(ApiModel):
    """The catalogue of language models."""

    items: list[ModelView]


@routes.get("/health/live", public=True, returns=HealthView)
async def live(_: Call[None, None]) -> HealthView:
    """Say that the daemon runs."""
    return HealthView(status="ok", causes=[])


@routes.get("/health/ready", public=True, returns=HealthView, also=[503])
async def ready(call: Call[None, None]) -> web.Response:
    """Say whether the box can take, answer and send a message, and if not, why.

    200 when it can, 503 with named causes when it cannot.
    """
    causes = await call.app[BOX].causes()
    blocked = any(cause.blocking for cause in causes)
    view = HealthView(
        status="unavailable" if blocked else "ok",
        causes=[_cause(cause, call.language) for cause in causes],
    )
    return web.Response(
        text=view.model_dump_json(by_alias=True),
        status=503 if blocked else 200,
        content_type="application/json",
    )


@routes.get("/metrics", public=True, media=METRICS_MEDIA.split(";", maxsplit=1)[0])
async def metrics(call: Call[None, None]) -> web.Response:
    """Give the figures for Prometheus.

    Open to this machine itself; from elsewhere a token is needed.
    """
    remote = call.request.remote or ""
    if not _is_loopback(remote) and await call.app[GUARD](call.request) is None:
        raise UnauthorizedError
    await call.app[BOX].causes()  # looks at what the gauges show
    return web.Response(body=call.app[METRICS].text(), headers={"Content-Type": METRICS_MEDIA})


@routes.get("/system", returns=OverviewView)
async def overview(call: Call[None, None]) -> OverviewView:
    """Show the state of the box."""
    facts = await call.app[BOX].overview()
    causes = [_cause(cause, call.language) for cause in facts.pop("causes")]
    return OverviewView.model_validate({**facts, "causes": causes})


@routes.get("/models", returns=ModelsView)
async def models(call: Call[None, None]) -> ModelsView:
    """List the language models: what is used, what is installed, what fits this box."""
    return ModelsView.model_validate({"items": await call.app[BOX].models()})


@routes.get("/jobs", query=JobQuery, returns=Page[JobView])
async def jobs(call: Call[None, JobQuery]) -> Page[JobView]:
    """List the jobs of a state, newest first."""
    query = call.query
    page = await call.app[BOX].jobs(query.state, query.cursor, query.limit)
    return Page([JobView.model_validate(row) for row in page.items], page.next_cursor)


@routes.post("/jobs/{id}/replay", status=204)
async def replay(call: Call[None, None]) -> None:
    """Give a parked job a fresh start."""
    await call.app[BOX].replay(call.path["id"])


def _cause(cause: Cause, language: str) -> CauseView:
    return CauseView(code=cause.code, message=cause.text(language), blocking=cause.blocking)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
