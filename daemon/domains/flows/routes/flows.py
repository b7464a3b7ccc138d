"""Routes of flows: drawing, checking, publishing, trying out, counting."""

from typing import Any

from daemon.domains.flows.domain.errors import (
    FlowInvalidError,
    FlowNotFoundError,
    FlowTooLargeError,
    TooManySecretsError,
    VersionNotFoundError,
)
from daemon.domains.flows.service.simulating import Trial
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .run_views import Simulate, SimulatedView, TrialEvent
from .views import (
    EXAMPLE,
    FLOWS,
    CheckView,
    CopyFlow,
    FigureQuery,
    FiguresView,
    FlowChange,
    FlowDetail,
    FlowsQuery,
    FlowView,
    NewFlow,
    ProblemView,
    Publish,
    RollBack,
    VersionGraph,
    VersionView,
)

MAX_FILE = 16 * 1024 * 1024

routes = Routes(tag="flows")


@routes.post(
    "/flows",
    body=NewFlow,
    returns=FlowDetail,
    status=201,
    errors=[FlowTooLargeError, TooManySecretsError],
    examples={"body": {"agentId": "", "name": "Agendamento", "draft": EXAMPLE}},
)
async def create(call: Call[NewFlow, None]) -> FlowDetail:
    """Make a flow with its first draft. A draft may be unfinished; publishing checks it."""
    body = call.body
    made = await call.app[FLOWS].flows.create(
        body.agent_id, body.name, body.description, body.draft
    )
    return FlowDetail.of(made)


@routes.get("/flows", query=FlowsQuery, returns=PageView[FlowView])
async def listed(call: Call[None, FlowsQuery]) -> Page[FlowView]:
    """List flows, newest first."""
    query = call.query
    found = await call.app[FLOWS].flows.page(query.agent_id, query.cursor, query.limit)
    return Page([FlowView.of(flow) for flow in found.items], found.next_cursor)


@routes.get("/flows/{id}", returns=FlowDetail, errors=[FlowNotFoundError])
async def get(call: Call[None, None]) -> FlowDetail:
    """Show a flow with its draft."""
    return FlowDetail.of(await call.app[FLOWS].flows.get(call.path["id"]))


@routes.patch(
    "/flows/{id}",
    body=FlowChange,
    returns=FlowDetail,
    errors=[FlowNotFoundError, FlowTooLargeError, TooManySecretsError],
    examples={"body": {"name": "Agendamento", "active": True}},
)
async def change(call: Call[FlowChange, None]) -> FlowDetail:
    """Change a flow or save its draft; what runs stays as it was published."""
    values = {
        name: getattr(call.body, name)
        for name in call.body.model_fields_set
        if getattr(call.body, name) is not None
    }
    return FlowDetail.of(await call.app[FLOWS].flows.change(call.path["id"], values))


@routes.delete("/flows/{id}", errors=[FlowNotFoundError])
async def delete(call: Call[None, None]) -> None:
    """Delete a flow with its versions; its open runs end."""
    await call.app[FLOWS].flows.delete(call.path["id"])


@routes.get("/flows/{id}/check", returns=CheckView, errors=[FlowNotFoundError])
async def check(call: Call[None, None]) -> CheckView:
    """Say everything that keeps the draft from being published."""
    problems = await call.app[FLOWS].flows.check(call.path["id"])
    shown = [ProblemView.model_validate(one.as_json(call.language)) for one in problems]
    return CheckView(ok=not shown, problems=shown)


@routes.post(
    "/flows/{id}/publish",
    body=Publish,
    returns=FlowDetail,
    errors=[FlowNotFoundError, FlowInvalidError],
    examples={"body": {"note": "Primeira versão"}},
)
async def publish(call: Call[Publish, None]) -> FlowDetail:
    """Make the draft a version that runs and never changes.

    A draft in which a customer could get stuck is refused, with every reason and its node.
    """
    made = await call.app[FLOWS].flows.publish(
        call.path["id"], call.body.note, call.who.name or call.who.user_id
    )
    return FlowDetail.of(made)


@routes.post(
    "/flows/{id}/rollback",
    body=RollBack,
    returns=FlowDetail,
    errors=[FlowNotFoundError, VersionNotFoundError],
    examples={"body": {"version": 1}},
)
async def roll_back(call: Call[RollBack, None]) -> FlowDetail:
    """Let an earlier version run again; it becomes the draft, too."""
    return FlowDetail.of(await call.app[FLOWS].flows.roll_back(call.path["id"], call.body.version))


@routes.post("/flows/{id}/unpublish", returns=FlowDetail, errors=[FlowNotFoundError])
async def unpublish(call: Call[None, None]) -> FlowDetail:
    """Take a flow offline; runs that are under way go on."""
    return FlowDetail.of(await call.app[FLOWS].flows.withdraw(call.path["id"]))


@routes.post(
    "/flows/{id}/copy",
    body=CopyFlow,
    returns=FlowDetail,
    status=201,
    errors=[FlowNotFoundError],
    examples={"body": {"name": "Agendamento (cópia)"}},
)
async def copy(call: Call[CopyFlow, None]) -> FlowDetail:
    """Copy the draft of a flow into a new one, of the same agent or another."""
    body = call.body
    return FlowDetail.of(
        await call.app[FLOWS].flows.copy(call.path["id"], body.name, body.agent_id)
    )


@routes.get(
    "/flows/{id}/versions",
    query=ListQuery,
    returns=PageView[VersionView],
    errors=[FlowNotFoundError],
)
async def versions(call: Call[None, ListQuery]) -> Page[VersionView]:
    """List the published versions, newest first."""
    query = call.query
    found = await call.app[FLOWS].flows.versions(call.path["id"], query.cursor, query.limit)
    return Page([VersionView.of(one) for one in found.items], found.next_cursor)


@routes.get(
    "/flows/{id}/versions/{version}",
    returns=VersionGraph,
    errors=[FlowNotFoundError, VersionNotFoundError],
)
async def version(call: Call[None, None]) -> VersionGraph:
    """Show the graph of a version."""
    flow_id, number = call.path["id"], call.path["version"]
    if not number.isascii() or not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - far more than anyone publishes
        raise VersionNotFoundError(id=flow_id, version=number[:20])
    graph = await call.app[FLOWS].flows.version(flow_id, int(number))
    return VersionGraph(version=int(number), graph=graph)


@routes.get(
    "/flows/{id}/figures",
    query=FigureQuery,
    returns=FiguresView,
    errors=[FlowNotFoundError],
)
async def figures(call: Call[None, FigureQuery]) -> FiguresView:
    """Count how many runs came to each node, went on from it, and were given up there."""
    part, flow_id = call.app[FLOWS].flows, call.path["id"]
    flow = await part.get(flow_id)
    return FiguresView.of(await part.figures(flow_id, call.query.version), flow)


@routes.post(
    "/flows/{id}/simulate",
    unaudited="plays a flow; nothing is sent or kept",
    body=Simulate,
    returns=SimulatedView,
    errors=[FlowNotFoundError, FlowInvalidError, VersionNotFoundError],
)
async def simulate(call: Call[Simulate, None]) -> SimulatedView:
    """Talk the draft (or a version) through: nothing is stored, sent, charged or counted.

    Other systems are called only with `live`; else `responses` stand in for them, by node.
    """
    body = call.body
    inputs: list[Any] = [
        {"event": one.event} if isinstance(one, TrialEvent) else one for one in body.inputs
    ]
    trial = Trial(
        inputs=inputs,
        variables=body.variables,
        name=body.contact.name,
        phone=body.contact.phone,
        version=body.version,
        responses={node: one.model_dump() for node, one in body.responses.items()},
        live=body.live,
    )
    return SimulatedView.of(await call.app[FLOWS].simulator.talk(call.path["id"], trial))
