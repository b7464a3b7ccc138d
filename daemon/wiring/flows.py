"""Flows, between the contexts that they talk with: chats, answers, money, files, other systems."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.agents.service import Agents
from daemon.domains.conversations.ports import Heard, Take
from daemon.domains.finance.service.parts import Finance
from daemon.domains.flows.domain.checks import Checked
from daemon.domains.flows.parts import FlowParts
from daemon.domains.flows.ports import AgentFacts, File
from daemon.domains.flows.routes.views import FLOWS
from daemon.domains.flows.service.checking import Checking
from daemon.domains.flows.service.drawing import Flows
from daemon.domains.flows.service.moving import Mover
from daemon.domains.flows.service.performing import Performer
from daemon.domains.flows.service.running import Runs, Start
from daemon.domains.flows.service.secrets import Secrets
from daemon.domains.flows.service.simulating import Simulator
from daemon.domains.flows.service.taking import FlowTurns, Turn
from daemon.domains.flows.store import flows as store
from daemon.domains.flows.tasks import TICK, FlowTasks
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError
from daemon.kernel.events import Recorded
from daemon.kernel.jobs import NewJob

from .consent import phone_refuses
from .flow_charges import FlowCharges
from .flow_ports import Fetcher, FlowChats, Nearness, Questions
from .ground import Ground
from .knowing import Knowing
from .part import Part
from .talk import Talk
from .templates import FlowPorts

StartFlow = Callable[[str, str, str, Mapping[str, Any]], Awaitable[str]]


@dataclass(frozen=True)
class FlowsBuilt:
    """The context, and what other contexts may do with flows.

    `start_flow` takes agent, flow, phone and variables, and returns the run; `ports` is what
    templates work with.
    """

    part: Part
    parts: FlowParts
    start_flow: StartFlow
    ports: FlowPorts


class FlowTaker:
    """Lets flows take a customer's turn before the agent does."""

    def __init__(self, turns: FlowTurns) -> None:
        self._turns = turns

    async def take(self, heard: Heard) -> Take | None:
        """Return what a flow does with it."""
        turn = Turn(heard.conversation.id, heard.profile.id, heard.text, heard.first)
        take = await self._turns.take(turn)
        return None if take is None else lambda tx, _: take(tx)


async def flows(
    base: Ground, agents: Agents, known: Knowing, talking: Talk, money: Finance
) -> FlowsBuilt:
    """Build the context, put it into the calendar, and let it take turns."""
    zone = await asyncio.to_thread(ZoneInfo, base.settings.tenant.timezone)
    db, clock = base.database, base.clock
    find_agent = partial(_agent, agents)
    chats = FlowChats(talking, agents)
    keep = _Keeper(talking, base.paths.media)
    secrets = Secrets(db, clock, base.tenant_id, base.vault)
    mover = Mover(
        base.queue,
        base.outbox,
        clock,
        base.tenant_id,
        zone=zone,
        chats=chats,
        charges=FlowCharges(money, keep, clock),
    )
    checking = Checking(zone)
    performer = Performer(
        db,
        base.queue,
        clock,
        mover,
        ask_agent=Questions(talking.asks).ask,
        fetch=Fetcher(base.outbound).fetch,
        secrets=secrets,
    )
    runs = Runs(
        db,
        clock,
        mover,
        performer,
        checking=checking,
        find_agent=find_agent,
        gate=base.licence,
    )
    drawn = Flows(
        db,
        base.outbox,
        clock,
        base.tenant_id,
        checking=checking,
        mover=mover,
        find_agent=find_agent,
        secrets=secrets,
    )
    near = Nearness(known, base.settings.models.retrieval)
    turns = FlowTurns(
        db,
        clock,
        mover,
        runs,
        closeness=near.of,
        threshold=near.threshold,
        gate=base.licence,
    )
    simulator = Simulator(
        db,
        clock,
        zone,
        performer,
        checking=checking,
        find_agent=find_agent,
        wants_person=chats.wants_person,
    )
    tasks = FlowTasks(
        db,
        base.queue,
        clock,
        mover=mover,
        performer=performer,
        running=runs,
        checking=checking,
        refuses=lambda tx, phone: phone_refuses(tx, base.tenant_id, phone),
    )
    parts = FlowParts(drawn, runs, simulator, turns, keep, secrets, base.paths.media)
    talking.takers.append(FlowTaker(turns))
    _listen(base, turns, tasks)
    base.scheduler.cron("* * * * *", NewJob(TICK))
    await secrets.seal_old()
    await tasks.catch_up()
    return FlowsBuilt(
        Part({FLOWS: parts}, tasks.handlers()),
        parts,
        partial(_start, runs),
        FlowPorts(partial(_draft, drawn), _read, partial(_check, checking)),
    )


def _listen(base: Ground, turns: FlowTurns, tasks: FlowTasks) -> None:
    async def moved(event: Recorded) -> None:
        await turns.heard_of_chat(str(event.data["id"]))

    async def paid(event: Recorded) -> None:
        if event.data.get("state") == "received":
            await tasks.paid(str(event.data["id"]))

    base.bus.subscribe("conversation.updated", moved)
    base.bus.subscribe("payment.updated", paid)


class _Keeper:
    def __init__(self, talking: Talk, media: Path) -> None:
        self._messages, self._media = talking.messages, media

    async def __call__(self, data: bytes, *, mime: str | None, name: str | None) -> File:
        kind, kept = await self._messages.keep(
            data, mime=mime, name=name, voice=False, seconds=None
        )
        path = Path(kept.path)
        relative = str(path.relative_to(self._media))
        return File(path.stem, kind, kept.mime, name, relative, len(data))


def _agent(agents: Agents, tx: Connection, agent_id: str) -> AgentFacts | None:
    profile = agents.profile(tx, agent_id)
    return None if profile is None else AgentFacts(profile.id, profile.name, profile.active)


async def _start(
    runs: Runs, agent_id: str, flow_id: str, phone: str, variables: Mapping[str, Any]
) -> str:
    start = Start(flow_id, "whatsapp", agent_id=agent_id, phone=phone, variables=dict(variables))
    return (await runs.start(start)).run.id


def _draft(drawn: Flows, tx: Connection, agent_id: str, name: str, graph: Mapping[str, Any]) -> str:
    return drawn.create_in(tx, agent_id, name, "", dict(graph)).id


def _read(tx: Connection, agent_id: str) -> tuple[str, Mapping[str, Any]] | None:
    found = store.of_agent(tx, agent_id)
    if not found:
        return None
    flow = store.get(tx, min(found))
    graph = flow.draft if flow.version is None else store.source(tx, flow.id, flow.version)
    return flow.name, graph


def _check(checking: Checking, graph: Mapping[str, Any]) -> None:
    """Check a graph by itself: what it needs of this box is checked when it is published."""
    checked = Checked(graph, flow=lambda _: True, file=lambda _: True, cron=checking.knows_cron)
    for problem in checked.problems:
        place = f"flow.nodes.{problem.node}" if problem.node else f"flow.{problem.field}"
        raise BadInputError(field=place, problem=problem.en, problem_pt=problem.pt)
