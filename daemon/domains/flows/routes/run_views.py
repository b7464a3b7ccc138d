"""What the API of runs and simulations takes and gives."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from daemon.domains.flows.domain.run import Moved, Run, Said
from daemon.domains.flows.service.running import Talk
from daemon.domains.flows.service.simulating import Round, Simulated
from daemon.domains.flows.store.runs import Line
from daemon.web.schema import ApiModel, ListQuery, Moment, Name

from .views import FlowId, State, examples

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{8,15}$")]
Utterance = Annotated[str, StringConstraints(max_length=4096)]
Values = Annotated[dict[str, Any], Field(max_length=200)]


class RunsQuery(ListQuery):
    """Which runs."""

    state: State | None = None


class SaidView(ApiModel):
    """Something a run said."""

    node: str
    kind: str
    text: str
    options: list[str]
    media: str | None = Field(None, description="a file that `GET /flows/media/{id}` gives")

    @classmethod
    def of(cls, said: Said) -> "SaidView":
        """Show it."""
        return cls(
            node=said.node,
            kind=said.kind,
            text=said.text,
            options=list(said.options),
            media=said.media,
        )


class RunView(ApiModel):
    """A run as it stands."""

    id: str
    flow_id: str
    version: int
    agent_id: str
    channel: str
    conversation_id: str | None
    contact_name: str | None
    contact_phone: str | None
    state: State
    outcome: str | None
    reason: str | None
    node: str
    variables: dict[str, Any]
    step: int
    tries: int
    paused_by: str | None
    payment_id: str | None
    wake_at: Moment | None
    started_at: Moment
    updated_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, run: Run) -> "RunView":
        """Show it."""
        values = {name: getattr(run, name, None) for name in cls.model_fields}
        return cls.model_validate({**values, "node": run.node_id, "variables": run.variables})


class TalkView(ApiModel):
    """What a run said since the caller's last word, and what it waits for."""

    run_id: str
    flow_id: str
    version: int
    state: State
    outcome: str | None
    node: str
    messages: list[SaidView]
    variables: dict[str, Any]
    run: RunView

    @classmethod
    def of(cls, talk: Talk) -> "TalkView":
        """Show it."""
        run = talk.run
        return cls(
            run_id=run.id,
            flow_id=run.flow_id,
            version=run.version,
            state=run.state,
            outcome=run.outcome,
            node=run.node_id,
            messages=[
                SaidView(
                    node=line.node_id,
                    kind=line.data["kind"],
                    text=line.data["text"],
                    options=line.data["options"],
                    media=line.data.get("media"),
                )
                for line in talk.lines
                if line.what == "said"
            ],
            variables=dict(run.variables),
            run=RunView.of(run),
        )


class LineView(ApiModel):
    """A line of a run's history."""

    seq: int
    at: Moment
    node: str
    what: str
    data: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> "LineView":
        """Show it."""
        return cls(seq=line.seq, at=line.at, node=line.node_id, what=line.what, data=line.data)


class Contact(ApiModel):
    """Who the customer is, for a run that is not on WhatsApp, or whom to write to on it."""

    name: Name | None = None
    phone: Phone | None = None


class StartFlow(ApiModel):
    """How to start a run. Without `flowId` the agent's only published flow is meant."""

    model_config = examples(
        {"flowId": "", "contact": {"name": "Ana"}},
        {"flowId": "", "channel": "simulator", "variables": {"origem": "site"}},
    )

    flow_id: FlowId | None = None
    channel: Literal["api", "simulator", "whatsapp"] = "api"
    contact: Contact = Contact()
    conversation_id: FlowId | None = None
    variables: Values = Field(default_factory=dict)
    draft: bool = False
    replace: bool = False


class ContinueFlow(ApiModel):
    """What the customer says; or, in the simulator, an event."""

    run_id: FlowId
    text: Utterance | None = None
    event: Literal["timeout", "wake", "paid"] | None = None


class TrialEvent(ApiModel):
    """Something that happens in a simulation."""

    event: Literal["timeout", "wake", "paid"]


class Response(ApiModel):
    """What another system answers in a simulation."""

    status: int = Field(200, ge=100, le=599)
    body: Any = None


class Simulate(ApiModel):
    """A talk to try: everything the customer says, in order."""

    model_config = examples({"inputs": ["Ana", "tarde"], "contact": {"name": "Ana"}})

    inputs: list[Utterance | TrialEvent] = Field(default_factory=list, max_length=100)
    variables: Values = Field(default_factory=dict)
    contact: Contact = Contact()
    version: int | None = Field(None, ge=1, le=1_000_000)
    responses: dict[str, Response] = Field(default_factory=dict, max_length=50)
    live: bool = False


class RoundView(ApiModel):
    """One input and what followed."""

    input: str | dict[str, str] | None
    messages: list[SaidView]
    path: list[str]
    state: State

    @classmethod
    def of(cls, one: Round) -> "RoundView":
        """Show it."""
        moves: tuple[Moved, ...] = one.moves
        return cls(
            input=one.input if one.input is None or isinstance(one.input, str) else dict(one.input),
            messages=[SaidView.of(said) for move in moves for said in move.said],
            path=[step.node for move in moves for step in move.steps if step.what == "entered"],
            state=moves[-1].run.state,
        )


class SimulatedView(ApiModel):
    """A talk that was tried; nothing of it was stored or sent."""

    state: State
    outcome: str | None
    reason: str | None
    node: str
    variables: dict[str, Any]
    rounds: list[RoundView]
    unused_inputs: int

    @classmethod
    def of(cls, simulated: Simulated) -> "SimulatedView":
        """Show it."""
        run = simulated.run
        return cls(
            state=run.state,
            outcome=run.outcome,
            reason=run.reason,
            node=run.node_id,
            variables=dict(run.variables),
            rounds=[RoundView.of(one) for one in simulated.rounds],
            unused_inputs=simulated.left_over,
        )
