"""Runs, for whoever starts and steers them from outside: API, hooks, schedules, the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from daemon.domains.flows.domain.engine import Engine
from daemon.domains.flows.domain.errors import (
    FlowInvalidError,
    FlowOfOtherAgentError,
    NotPublishedError,
    RunStateError,
)
from daemon.domains.flows.domain.graph import Graph
from daemon.domains.flows.domain.repair import meaning
from daemon.domains.flows.domain.run import Channel, Moved, Run
from daemon.domains.flows.ports import FindAgent
from daemon.domains.flows.store import flows, runs
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.errors import BadInputError
from daemon.kernel.licence import OPEN, Gate
from daemon.kernel.pages import Page

from .checking import Checking
from .moving import Mover, NewRun
from .performing import Performer

MAX_LINES = 500

Nudge = Literal["timeout", "wake", "paid"]


@dataclass(frozen=True)
class Talk:
    """A run, and what its history says since a caller's last word."""

    run: Run
    lines: tuple[runs.Line, ...] = ()


@dataclass(frozen=True)
class Start:
    """How a run is to be started. Without a flow, the agent's only live one is meant."""

    flow_id: str | None
    channel: Channel = "api"
    agent_id: str | None = None
    conversation_id: str | None = None
    phone: str | None = None
    name: str | None = None
    variables: dict[str, Any] | None = None
    draft: bool = False
    replace: bool = False


class Runs:
    """Starts, continues, holds and ends runs."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mover: Mover,
        performer: Performer,
        *,
        checking: Checking,
        find_agent: FindAgent,
        gate: Gate = OPEN,
    ) -> None:
        self._db, self._clock, self._mover, self._performer = database, clock, mover, performer
        self._gate = gate
        self._checking, self._find_agent = checking, find_agent

    async def knows(self, agent_id: str) -> bool:
        """Say whether there is such an agent."""
        return await self._db.read(lambda tx: self._find_agent(tx, agent_id)) is not None

    async def start(self, start: Start) -> Talk:
        """Start a run; by API and in the simulator, return what it says up to its first question.

        On WhatsApp (`channel="whatsapp"`, with a `phone` or `conversation_id`) its messages are
        queued, and the run is returned as it stands. Raises FlowNotFoundError, NotPublishedError,
        FlowOfOtherAgentError, ChatHeldError, RunActiveError, BadInputError, and
        LicenceRestrictedError.
        """
        if not start.draft:  # what is tried out while drawing leaves no box
            self._gate.require("flows")
        run = await self._db.write(lambda tx: self.start_in(tx, start))
        return await self._told(run, after=0)

    def start_in(self, tx: Connection, start: Start) -> Run:
        """Start a run in the caller's transaction."""
        flow = flows.get(tx, self._meant(tx, start))
        if start.agent_id is not None and flow.agent_id != start.agent_id:
            raise FlowOfOtherAgentError(field="flowId", id=flow.id)
        agent = self._find_agent(tx, flow.agent_id)
        if agent is None:
            raise NotPublishedError(field="flowId", id=flow.id)
        if start.draft:
            checked = self._checking.check(tx, flow.draft, own=flow.id)
            if checked.graph is None:
                raise FlowInvalidError(checked.problems)
        elif flow.version is None or not flow.active:
            raise NotPublishedError(field="flowId", id=flow.id)
        chat = None
        if start.channel == "whatsapp":
            chat = self._chat(tx, flow.agent_id, start)
        return self._mover.begin(
            tx,
            NewRun(
                flow.id,
                0 if start.draft else flow.version or 0,
                agent,
                start.channel,
                chat=chat,
                name=start.name,
                phone=start.phone,
                variables=start.variables,
                draft=flow.draft if start.draft else None,
            ),
            replace_other=start.replace,
        )

    async def say(self, run_id: str, text: str, *, agent_id: str | None = None) -> Talk:
        """Let the customer of a run by API say something."""

        def commit(tx: Connection) -> tuple[Run, int]:
            run = self._steered(tx, run_id, agent_id)
            seq, now = runs.last_seq(tx, run_id), self._clock.now()
            person = self._mover.chats.wants_person(tx, run.agent_id, text)
            waiting = run.state in {"sleeping", "charging"} and (
                person or meaning(text) == "cancel"
            )
            if run.state != "asking" and not waiting:
                raise RunStateError(field="runId", state=run.state, wanted="continue")
            moved = self._mover.move(
                tx,
                run,
                lambda engine, graph: engine.heard(graph, run, text, now, wants_person=person),
            )
            return moved, seq

        run, seq = await self._db.write(commit)
        return await self._told(run, after=seq)

    async def nudge(self, run_id: str, what: Nudge, *, agent_id: str | None = None) -> Talk:
        """Let time pass, or money come in, for a run of the simulator."""

        def commit(tx: Connection) -> tuple[Run, int]:
            run = self._steered(tx, run_id, agent_id)
            seq, now = runs.last_seq(tx, run_id), self._clock.now()
            fits = run.state == "charging" if what == "paid" else run.wake_at is not None
            if run.channel != "simulator" or not fits:
                raise RunStateError(field="event", state=run.state, wanted=what)
            moved = self._mover.move(
                tx,
                run,
                lambda engine, graph: (
                    engine.paid(graph, run, now) if what == "paid" else engine.woke(graph, run, now)
                ),
            )
            return moved, seq

        run, seq = await self._db.write(commit)
        return await self._told(run, after=seq)

    async def pause(self, run_id: str) -> Run:
        """Hold a run."""
        allowed = {"working", "asking", "sleeping", "charging"}
        return await self._steer(
            run_id, allowed, "paused", lambda e, g, r: e.pause(g, r, self._clock.now(), "api")
        )

    async def resume(self, run_id: str) -> Run:
        """Go on with a run that was held; its question is asked again."""

        def commit(tx: Connection) -> Run:
            run = runs.get(tx, run_id)
            if run.state != "paused":
                raise RunStateError(state=run.state, wanted="resumed")
            self._mover.free_chat(tx, run)
            return self._mover.resume(tx, run, aloud=True)

        run = await self._db.write(commit)
        return run if run.channel == "whatsapp" else await self._performer.settle(run)

    async def close(self, run_id: str) -> Run:
        """End a run where it stands."""
        allowed = {"working", "asking", "sleeping", "charging", "paused"}
        return await self._steer(
            run_id, allowed, "closed", lambda e, g, r: e.close(g, r, self._clock.now(), "api")
        )

    async def reopen(self, run_id: str) -> Run:
        """Take up a run that ended, at its last node; raises when its chat is busy."""
        run = await self._steer(
            run_id,
            {"ended"},
            "reopened",
            lambda e, g, r: e.reopen(g, r, self._clock.now()),
            needs_chat=True,
        )
        return run if run.channel == "whatsapp" else await self._performer.settle(run)

    async def confirm(self, run_id: str) -> Run:
        """Write down that the charge of a run was paid, on the word of a person."""

        def commit(tx: Connection) -> Run:
            run = runs.get(tx, run_id)
            if run.state != "charging" or run.payment_id is None:
                raise RunStateError(state=run.state, wanted="paid")
            self._mover.charges.confirm(tx, run.payment_id)
            return self.paid_in(tx, run)

        run = await self._db.write(commit)
        return run if run.channel == "whatsapp" else await self._performer.settle(run)

    def paid_in(self, tx: Connection, run: Run) -> Run:
        """Let a run go on that was paid for."""
        now = self._clock.now()
        return self._mover.move(tx, run, lambda engine, graph: engine.paid(graph, run, now))

    async def get(self, run_id: str) -> Run:
        """Return a run."""
        return await self._db.read(lambda tx: runs.get(tx, run_id))

    async def page(
        self, flow_id: str, state: str | None, cursor: str | None, limit: int
    ) -> Page[Run]:
        """List runs of a flow, newest first."""

        def query(tx: Connection) -> list[Run]:
            flows.get(tx, flow_id)
            return runs.listed(tx, flow_id=flow_id, state=state, cursor=cursor, limit=limit)

        return Page.of(await self._db.read(query), limit, lambda run: run.id)

    async def history(self, run_id: str, after: int, limit: int) -> Page[runs.Line]:
        """List what happened in a run, oldest first."""

        def query(tx: Connection) -> list[runs.Line]:
            runs.get(tx, run_id)
            return runs.history(tx, run_id, after, limit)

        return Page.of(await self._db.read(query), limit, lambda line: str(line.seq))

    # -- the parts of it

    def _meant(self, tx: Connection, start: Start) -> str:
        if start.flow_id is not None:
            return start.flow_id
        found = flows.live_ones(tx, start.agent_id or "", 2)
        if len(found) != 1:
            raise BadInputError(
                field="flowId",
                problem="is needed: this agent has not exactly one published flow",
                problem_pt="é necessário: este agente não tem exatamente um fluxo publicado",
            )
        return found[0]

    def _chat(self, tx: Connection, agent_id: str, start: Start) -> Any:
        if start.conversation_id is not None:
            chat = self._mover.chats.find(tx, start.conversation_id)
            if chat is not None and chat.agent_id == agent_id:
                return chat
            raise BadInputError(
                field="conversationId",
                problem="is no conversation of this agent",
                problem_pt="não é uma conversa deste agente",
            )
        if start.phone is None:
            raise BadInputError(
                field="phone",
                problem="or conversationId is needed on WhatsApp",
                problem_pt="ou conversationId é necessário no WhatsApp",
            )
        return self._mover.chats.open(tx, agent_id, start.phone)

    def _steered(self, tx: Connection, run_id: str, agent_id: str | None) -> Run:
        run = runs.get(tx, run_id)
        if agent_id is not None and run.agent_id != agent_id:
            raise FlowOfOtherAgentError(field="runId", id=run.flow_id)
        if run.channel == "whatsapp":
            raise RunStateError(field="runId", state="whatsapp", wanted="continue")
        return run

    async def _steer(
        self,
        run_id: str,
        allowed: set[str],
        wanted: str,
        act: Callable[[Engine, Graph, Run], Moved],
        *,
        needs_chat: bool = False,
    ) -> Run:
        def commit(tx: Connection) -> Run:
            run = runs.get(tx, run_id)
            if run.state not in allowed:
                raise RunStateError(state=run.state, wanted=wanted)
            if needs_chat:
                self._mover.free_chat(tx, run)
            return self._mover.move(tx, run, lambda engine, graph: act(engine, graph, run))

        return await self._db.write(commit)

    async def _told(self, run: Run, *, after: int) -> Talk:
        if run.channel != "whatsapp":
            run = await self._performer.settle(run)
        lines = await self._db.read(lambda tx: runs.history(tx, run.id, after, MAX_LINES))
        return Talk(run, tuple(lines))
