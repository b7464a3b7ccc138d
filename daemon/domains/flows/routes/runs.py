"""Routes of runs: started, continued, held, ended, read."""

from daemon.domains.flows.domain.errors import (
    ChatHeldError,
    FlowInvalidError,
    FlowNotFoundError,
    FlowOfOtherAgentError,
    NotPublishedError,
    RunActiveError,
    RunNotFoundError,
    RunStateError,
)
from daemon.domains.flows.service.running import Start
from daemon.kernel.errors import BadInputError, NotFoundError
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import ListQuery, PageView

from .run_views import ContinueFlow, LineView, RunsQuery, RunView, StartFlow, TalkView
from .views import FLOWS

routes = Routes(tag="flows")
ia_routes = Routes(tag="ia")

MAX_SEQ_DIGITS = 9


class UnknownAgentError(NotFoundError):
    """No such agent."""

    code = "agent_not_found"
    template = "There is no agent {id}."
    template_pt = "Não existe o agente {id}."


@ia_routes.post(
    "/ia/flow/{agentId}/start",
    unaudited="talks through a flow; the run is kept",
    body=StartFlow,
    returns=TalkView,
    status=201,
    errors=[
        UnknownAgentError,
        FlowNotFoundError,
        FlowInvalidError,
        NotPublishedError,
        FlowOfOtherAgentError,
        ChatHeldError,
        RunActiveError,
        BadInputError,
    ],
)
async def start(call: Call[StartFlow, None]) -> TalkView:
    """Start a flow of an agent: by API, in the simulator, or on WhatsApp.

    By API the answer holds all that the flow says up to its first question. On WhatsApp (with
    `contact.phone` or `conversationId`) its messages are queued.
    """
    body, agent_id, runs = call.body, call.path["agentId"], call.app[FLOWS].runs
    if not await runs.knows(agent_id):
        raise UnknownAgentError(id=agent_id)
    talk = await runs.start(
        Start(
            flow_id=body.flow_id,
            channel="simulator" if body.draft and body.channel == "api" else body.channel,
            agent_id=agent_id,
            conversation_id=body.conversation_id,
            phone=body.contact.phone,
            name=body.contact.name,
            variables=body.variables,
            draft=body.draft,
            replace=body.replace,
        )
    )
    return TalkView.of(talk)


@ia_routes.post(
    "/ia/flow/{agentId}/continue",
    unaudited="talks through a flow; the run is kept",
    body=ContinueFlow,
    returns=TalkView,
    errors=[RunNotFoundError, RunStateError, FlowOfOtherAgentError, BadInputError],
    examples={"body": {"runId": "", "text": "Ana"}},
)
async def go_on(call: Call[ContinueFlow, None]) -> TalkView:
    """Let the customer of a run say something, and return what the flow says to it.

    In the simulator an `event` lets time pass or money come in.
    """
    body, agent_id, runs = call.body, call.path["agentId"], call.app[FLOWS].runs
    if (body.text is None) == (body.event is None):
        raise BadInputError(
            field="text",
            problem="is needed (or event, in the simulator)",
            problem_pt="é necessário (ou event, no simulador)",
        )
    if body.event is not None:
        return TalkView.of(await runs.nudge(body.run_id, body.event, agent_id=agent_id))
    return TalkView.of(await runs.say(body.run_id, body.text or "", agent_id=agent_id))


@routes.get(
    "/flows/{id}/runs", query=RunsQuery, returns=PageView[RunView], errors=[FlowNotFoundError]
)
async def listed(call: Call[None, RunsQuery]) -> Page[RunView]:
    """List the runs of a flow, newest first."""
    query = call.query
    found = await call.app[FLOWS].runs.page(call.path["id"], query.state, query.cursor, query.limit)
    return Page([RunView.of(run) for run in found.items], found.next_cursor)


@routes.get("/flows/runs/{id}", returns=RunView, errors=[RunNotFoundError])
async def get(call: Call[None, None]) -> RunView:
    """Show a run."""
    return RunView.of(await call.app[FLOWS].runs.get(call.path["id"]))


@routes.get(
    "/flows/runs/{id}/history",
    query=ListQuery,
    returns=PageView[LineView],
    errors=[RunNotFoundError, BadInputError],
)
async def history(call: Call[None, ListQuery]) -> Page[LineView]:
    """List what happened in a run, oldest first: nodes, words, repairs."""
    cursor = call.query.cursor or "0"
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > MAX_SEQ_DIGITS:
        raise BadInputError(field="cursor", problem="is not a cursor", problem_pt="não é um cursor")
    found = await call.app[FLOWS].runs.history(call.path["id"], int(cursor), call.query.limit)
    return Page([LineView.of(line) for line in found.items], found.next_cursor)


@routes.post("/flows/runs/{id}/pause", returns=RunView, errors=[RunNotFoundError, RunStateError])
async def pause(call: Call[None, None]) -> RunView:
    """Hold a run; meanwhile the agent answers the customer."""
    return RunView.of(await call.app[FLOWS].runs.pause(call.path["id"]))


@routes.post(
    "/flows/runs/{id}/resume",
    returns=RunView,
    errors=[RunNotFoundError, RunStateError, ChatHeldError],
)
async def resume(call: Call[None, None]) -> RunView:
    """Go on with a run that was held; its question is asked again."""
    return RunView.of(await call.app[FLOWS].runs.resume(call.path["id"]))


@routes.post("/flows/runs/{id}/close", returns=RunView, errors=[RunNotFoundError, RunStateError])
async def close(call: Call[None, None]) -> RunView:
    """End a run where it stands."""
    return RunView.of(await call.app[FLOWS].runs.close(call.path["id"]))


@routes.post(
    "/flows/runs/{id}/reopen",
    returns=RunView,
    errors=[RunNotFoundError, RunStateError, ChatHeldError, RunActiveError],
)
async def reopen(call: Call[None, None]) -> RunView:
    """Take up a run that has ended, at its last node."""
    return RunView.of(await call.app[FLOWS].runs.reopen(call.path["id"]))


@routes.post("/flows/runs/{id}/paid", returns=RunView, errors=[RunNotFoundError, RunStateError])
async def paid(call: Call[None, None]) -> RunView:
    """Confirm that the Pix charge of a run was paid, on your word; the run goes on."""
    return RunView.of(await call.app[FLOWS].runs.confirm(call.path["id"]))
