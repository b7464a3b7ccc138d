"""Every move of a run, whole, in one transaction: state, history, messages, timers, jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.flows.domain.engine import Engine
from daemon.domains.flows.domain.errors import ChatHeldError, RunActiveError
from daemon.domains.flows.domain.graph import Graph
from daemon.domains.flows.domain.run import Moved, Run
from daemon.domains.flows.events import FlowRunUpdated
from daemon.domains.flows.ports import AgentFacts, Charges, Chat, Chats
from daemon.domains.flows.store import flows, runs
from daemon.infra.database import Connection
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob

EFFECT = "flows.effect"
WAKE = "flows.wake"
RECOVER = timedelta(minutes=3)  # an effect that the caller waits for is taken up by a job then

Act = Callable[[Engine, Graph], Moved]


@dataclass(frozen=True)
class NewRun:
    """What a run begins with. `draft` is the graph of a run that tries out a draft."""

    flow_id: str
    version: int
    agent: AgentFacts
    channel: str
    chat: Chat | None = None
    name: str | None = None
    phone: str | None = None
    variables: dict[str, Any] | None = None
    draft: dict[str, Any] | None = None


class Mover:
    """Moves runs. The functions take the transaction; what they do stands or falls with it."""

    def __init__(
        self,
        queue: Queue,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        zone: ZoneInfo,
        chats: Chats,
        charges: Charges,
    ) -> None:
        self._queue, self._outbox, self._clock = queue, outbox, clock
        self._tenant, self._zone = tenant_id, zone
        self.chats, self.charges = chats, charges

    def begin(self, tx: Connection, new: NewRun, *, replace_other: bool = False) -> Run:
        """Start a run; raises when the chat is held, or busy with another one."""
        chat, now = new.chat, self._clock.now()
        if chat is not None:
            self._make_room(tx, chat, replace_other=replace_other)
        run = Run(
            id=new_id(),
            flow_id=new.flow_id,
            version=new.version,
            agent_id=new.agent.id,
            agent_name=new.agent.name,
            channel=new.channel,  # type: ignore[arg-type]  # checked where it comes in
            state="working",
            node_id="",
            started_at=now,
            updated_at=now,
            conversation_id=None if chat is None else chat.id,
            contact_name=new.name if chat is None else chat.name,
            contact_phone=new.phone if chat is None else chat.phone,
            variables=new.variables or {},
        )
        runs.add(tx, self._tenant, run, new.draft)
        return self.move(tx, run, lambda engine, graph: engine.begin(graph, run, now))

    def move(self, tx: Connection, run: Run, act: Act) -> Run:
        """Let a run do something, and write down all that follows."""
        engine = Engine(self._zone, lambda flow_id: flows.live(tx, flow_id))
        moved = act(engine, runs.graph(tx, run))
        runs.save(tx, moved.run)
        runs.note(tx, self._tenant, moved)
        self._speak(tx, moved)
        self._arrange(tx, moved.run)
        after = moved.run
        self._outbox.record(
            tx,
            FlowRunUpdated(
                after.id,
                after.flow_id,
                after.agent_id,
                after.conversation_id,
                after.channel,
                after.state,
                after.outcome,
                after.node_id,
                after.step,
            ),
        )
        return after

    def settled(self, tx: Connection, run: Run) -> Run:
        """Let a run go on whose charge was paid before the run waited for it."""
        if run.state != "charging" or run.payment_id is None:
            return run
        if not self.charges.paid(tx, run.payment_id):
            return run
        now = self._clock.now()
        return self.move(tx, run, lambda engine, graph: engine.paid(graph, run, now))

    def resume(self, tx: Connection, run: Run, *, aloud: bool) -> Run:
        """Go on with a run that was held; one that was paid for meanwhile goes on with that."""
        now = self._clock.now()
        back = self.move(tx, run, lambda e, g: e.resume(g, run, now, aloud=aloud))
        return self.settled(tx, back)

    def held(self, tx: Connection, run: Run) -> bool:
        """Say whether a person has the chat of a run."""
        if run.conversation_id is None:
            return False
        chat = self.chats.find(tx, run.conversation_id)
        return chat is None or not chat.by_bot

    def free_chat(self, tx: Connection, run: Run) -> None:
        """Raise unless a run may speak in its chat again."""
        if run.conversation_id is None:
            return
        if self.held(tx, run):
            raise ChatHeldError
        other = runs.of_chat(tx, run.conversation_id)
        if other is not None and other.id != run.id:
            raise RunActiveError(run=other.id)

    # -- the parts of it

    def _make_room(self, tx: Connection, chat: Chat, *, replace_other: bool) -> None:
        if not chat.by_bot:
            raise ChatHeldError
        other = runs.of_chat(tx, chat.id)
        if other is None:
            return
        if not replace_other:
            raise RunActiveError(field="replace", run=other.id)
        now = self._clock.now()
        self.move(tx, other, lambda engine, graph: engine.close(graph, other, now, "replaced"))

    def _speak(self, tx: Connection, moved: Moved) -> None:
        run = moved.run
        if run.channel != "whatsapp" or run.conversation_id is None:
            return
        if moved.hands_over:
            self.chats.hand_over(tx, run.conversation_id)
        for said in moved.said:
            # What announces a person goes out although the chat is the bot's no more.
            self.chats.say(tx, run.conversation_id, said, closing=moved.hands_over)

    def _arrange(self, tx: Connection, run: Run) -> None:
        lock = f"chat:{run.conversation_id}" if run.conversation_id else f"flow:{run.id}"
        self._queue.drop(tx, WAKE, run.id)
        if run.wake_at is not None:
            payload = {"run_id": run.id, "at": stamp(run.wake_at)}
            self._queue.add(tx, NewJob(WAKE, payload, lock=lock, run_at=run.wake_at, key=run.id))
        if run.state == "working" and run.effect is not None:
            waited_for = run.channel != "whatsapp"
            self._queue.add(
                tx,
                NewJob(
                    EFFECT,
                    {"run_id": run.id, "step": run.step},
                    lock=lock,
                    run_at=self._clock.now() + RECOVER if waited_for else None,
                    key=f"{run.id}:{run.step}",
                    priority=1,
                ),
            )
