"""A flow talked through without WhatsApp and without a trace: nothing is stored or sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.flows.domain.engine import Engine
from daemon.domains.flows.domain.errors import FlowInvalidError
from daemon.domains.flows.domain.graph import Graph
from daemon.domains.flows.domain.run import Moved, Result, Run
from daemon.domains.flows.ports import FindAgent
from daemon.domains.flows.store import flows
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id

from .checking import Checking
from .performing import Performer

MAX_ROUNDS = 60
CODE = "00020126SIMULADOR"


@dataclass(frozen=True)
class Trial:
    """What is tried: what the customer says, or an event (`timeout`, `wake`, `paid`), in order.

    `responses` stand in for other systems, by node; only with `live` are they really called.
    """

    inputs: Sequence[str | Mapping[str, str]] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    phone: str | None = None
    version: int | None = None
    responses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    live: bool = False


@dataclass(frozen=True)
class Round:
    """One input and everything that followed from it."""

    input: str | Mapping[str, str] | None
    moves: tuple[Moved, ...]


@dataclass(frozen=True)
class Simulated:
    """The whole talk, and where it stands."""

    run: Run
    rounds: tuple[Round, ...]
    left_over: int = 0  # inputs that came after the end


class Simulator:
    """Talks a flow through."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        performer: Performer,
        *,
        checking: Checking,
        find_agent: FindAgent,
        wants_person: Callable[[Connection, str, str], bool],
    ) -> None:
        self._db, self._clock, self._zone, self._performer = database, clock, zone, performer
        self._checking, self._find_agent = checking, find_agent
        self._wants_person = wants_person

    async def talk(self, flow_id: str, trial: Trial) -> Simulated:
        """Talk the draft (or a version) through; raises FlowInvalidError for a broken draft."""

        def query(tx: Connection) -> tuple[Graph, Run]:
            flow = flows.get(tx, flow_id)
            draft = flow.draft
            if trial.version is not None:
                draft = flows.source(tx, flow_id, trial.version)
            checked = self._checking.check(tx, draft, own=flow.id)
            if checked.graph is None:
                raise FlowInvalidError(checked.problems)
            agent, now = self._find_agent(tx, flow.agent_id), self._clock.now()
            run = Run(
                id=new_id(),
                flow_id=flow_id,
                version=0,
                agent_id=flow.agent_id,
                agent_name="" if agent is None else agent.name,
                channel="simulator",
                state="working",
                node_id="",
                started_at=now,
                updated_at=now,
                contact_name=trial.name,
                contact_phone=trial.phone,
                variables=dict(trial.variables),
            )
            return checked.graph, run

        graph, run = await self._db.read(query)
        now = self._clock.now()
        moves = await self._follow(graph, trial, run, lambda e, g: e.begin(g, run, now))
        rounds = [Round(None, moves)]
        left = list(trial.inputs)
        while left and (here := rounds[-1].moves[-1].run).state != "ended":
            said = left.pop(0)
            rounds.append(Round(said, await self._one(graph, trial, here, said)))
        return Simulated(rounds[-1].moves[-1].run, tuple(rounds), len(left))

    async def _one(
        self, graph: Graph, trial: Trial, run: Run, said: str | Mapping[str, str]
    ) -> tuple[Moved, ...]:
        now = self._clock.now()
        event = None if isinstance(said, str) else said.get("event")
        text = said if isinstance(said, str) else str(said.get("text") or "")
        if event == "paid" and run.state == "charging":
            return await self._follow(graph, trial, run, lambda e, g: e.paid(g, run, now))
        if event is not None:
            return await self._follow(graph, trial, run, lambda e, g: e.woke(g, run, now))
        person = await self._db.read(lambda tx: self._wants_person(tx, run.agent_id, text))
        return await self._follow(
            graph, trial, run, lambda e, g: e.heard(g, run, text, now, wants_person=person)
        )

    async def _follow(
        self, first: Graph, trial: Trial, run: Run, act: Callable[[Engine, Graph], Moved]
    ) -> tuple[Moved, ...]:
        """Make a move, and those that follow from what it does outside."""
        moves = [await self._move(first, run, act)]
        for _ in range(MAX_ROUNDS):
            here = moves[-1].run
            if here.state != "working" or here.effect is None:
                break
            result = await self._result(trial, here)
            moves.append(await self._move(first, here, _finishing(here, result, self._clock)))
        return tuple(moves)

    async def _move(self, first: Graph, run: Run, act: Callable[[Engine, Graph], Moved]) -> Moved:
        def query(tx: Connection) -> Moved:
            graph = first
            if run.version:  # it has jumped to another flow, which is published
                graph = flows.graph(tx, run.flow_id, run.version)
            return act(Engine(self._zone, lambda flow_id: flows.live(tx, flow_id)), graph)

        return await self._db.read(query)

    async def _result(self, trial: Trial, run: Run) -> Result:
        effect = run.effect or {}
        if effect["kind"] == "charge":
            ok = isinstance(effect.get("amount"), int)
            return Result(ok=ok, text=CODE, reason="" if ok else "no_amount")
        if effect["kind"] != "http" or trial.live:
            return await self._performer.consult(run)
        given = trial.responses.get(run.node_id)
        if given is None:
            return Result(ok=False, reason="simulated")
        status = int(given.get("status", 200))
        return Result(ok=200 <= status < 300, status=status, data=given.get("body"))  # noqa: PLR2004 - what HTTP calls success


def _finishing(run: Run, result: Result, clock: Clock) -> Callable[[Engine, Graph], Moved]:
    return lambda engine, graph: engine.done(graph, run, result, clock.now())
