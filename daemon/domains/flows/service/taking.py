"""Flows on WhatsApp: they take a customer's turn when one runs, or when one is to start."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from daemon.domains.flows.domain.repair import meaning
from daemon.domains.flows.domain.run import Run
from daemon.domains.flows.domain.triggers import by_words, phrases_of
from daemon.domains.flows.ports import Closeness
from daemon.domains.flows.store import flows, runs
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.jobs import RetryLaterError
from daemon.kernel.licence import OPEN, Gate

from .moving import Mover
from .running import Runs, Start

log = structlog.get_logger(__name__)

Take = Callable[[Connection], bool]
"""Does all that follows; False when the run has moved on: look again."""

BUSY_S = 0.5
CHOOSE_S = 3.0
MIN_CHOOSE_CHARS = 4


@dataclass(frozen=True)
class Turn:
    """What a customer said."""

    conversation_id: str
    agent_id: str
    text: str
    first: bool


class FlowTurns:
    """Decides whether a turn is a flow's, and which move it is."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mover: Mover,
        runs_: Runs,
        *,
        closeness: Closeness,
        threshold: float,
        gate: Gate = OPEN,
    ) -> None:
        self._db, self._clock, self._mover, self._runs = database, clock, mover, runs_
        self._gate = gate
        self._closeness, self._threshold = closeness, threshold

    async def take(self, turn: Turn) -> Take | None:
        """Return what a flow does with a turn; None when it is not a flow's."""

        def query(tx: Connection) -> tuple[Run | None, bool]:
            person = self._mover.chats.wants_person(tx, turn.agent_id, turn.text)
            return runs.of_chat(tx, turn.conversation_id), person

        run, person = await self._db.read(query)
        if run is None:
            return None if person else await self._start(turn)
        if run.state == "working":
            # What it asked outside comes back in a moment, and then it may ask the customer.
            raise RetryLaterError(BUSY_S, "a flow is working in this chat")
        return self._go_on(run, turn, person=person)

    async def heard_of_chat(self, conversation_id: str) -> None:
        """Hold the run of a chat that a person took; go on, or end it, once it is given back."""
        found = await self._db.read(lambda tx: runs.of_chat(tx, conversation_id))
        if found is None:
            return

        def commit(tx: Connection) -> None:
            run = runs.of_chat(tx, conversation_id)
            if run is None:
                return
            now, held = self._clock.now(), self._mover.held(tx, run)
            if held and run.state != "paused":
                self._mover.move(tx, run, lambda e, g: e.pause(g, run, now, "person"))
            elif not held and run.state == "paused" and run.paused_by == "person":
                self._given_back(tx, run, aloud=True)

        await self._db.write(commit)

    def _given_back(self, tx: Connection, run: Run, *, aloud: bool) -> Run:
        now = self._clock.now()
        if runs.graph(tx, run).after_person == "close":
            return self._mover.move(tx, run, lambda e, g: e.close(g, run, now, "person"))
        return self._mover.resume(tx, run, aloud=aloud)

    def _go_on(self, run: Run, turn: Turn, *, person: bool) -> Take | None:
        if run.state == "paused":
            if run.paused_by != "person":
                return None  # held by API: the agent answers meanwhile
            return self._resumed(run)
        wish = person or meaning(turn.text) == "cancel"
        if run.state != "asking" and not wish:
            return None  # it waits for time or money: the agent answers questions meanwhile

        def take(tx: Connection) -> bool:
            now_at = runs.of_chat(tx, turn.conversation_id)
            if now_at is None or now_at.id != run.id or now_at.step != run.step:
                return False
            now = self._clock.now()
            self._mover.move(
                tx, now_at, lambda e, g: e.heard(g, now_at, turn.text, now, wants_person=person)
            )
            return True

        return take

    def _resumed(self, run: Run) -> Take:
        def take(tx: Connection) -> bool:
            now_at = runs.find(tx, run.id)
            if now_at is not None and now_at.step == run.step:
                self._given_back(tx, now_at, aloud=False)
            return False  # look again: now it may listen

        return take

    # -- starting

    async def _start(self, turn: Turn) -> Take | None:
        found = await self._db.read(lambda tx: flows.triggers(tx, turn.agent_id))
        if not found or not self._gate.allows("flows"):  # one that runs is never cut
            return None
        flow_id = by_words(found, turn.text, first=turn.first)
        if flow_id is None and len(turn.text.strip()) >= MIN_CHOOSE_CHARS:
            flow_id = await self._chosen(turn.text, phrases_of(found))
        if flow_id is None:
            return None

        def take(tx: Connection) -> bool:
            if runs.of_chat(tx, turn.conversation_id) is not None:
                return False
            live = flows.get(tx, flow_id)
            if live.version is None or not live.active:
                return False
            start = Start(
                flow_id,
                "whatsapp",
                conversation_id=turn.conversation_id,
                variables={"last_message": turn.text[:4000]},
            )
            self._runs.start_in(tx, start)
            return True

        return take

    async def _chosen(self, text: str, phrases: Sequence[tuple[str, Sequence[str]]]) -> str | None:
        """Return the flow whose phrases mean what was said, if one clearly does."""
        best, chosen = self._threshold, None
        for flow_id, known in phrases:
            try:
                async with asyncio.timeout(CHOOSE_S):
                    near = await self._closeness(text, known)
            except TimeoutError:
                log.warning("flow_choice_too_slow")
                return None
            if near >= best:
                best, chosen = near, flow_id
        return chosen
