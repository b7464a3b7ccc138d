"""The turn: everything the customer has said since the last answer, answered once.

One job a chat at a time. The answer is made outside of any transaction and can be given up at any
moment; then one transaction checks that it still fits (the bot owns the chat, nothing new was
said) and holds all of it: trace, reply with its WhatsApp id, usage, ownership, job done.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial

import structlog

from daemon.infra.bus import Bus
from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.events import Recorded
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import MAX_ATTEMPTS, Job, RetryLaterError

from .answering import Answers, Asked
from .debounce import quiet_at
from .domain import (
    DESCRIBED,
    AgentProfile,
    Answer,
    Author,
    Conversation,
    Line,
    Message,
    Trace,
)
from .events import TurnAnswered
from .outgoing import Outgoing
from .owners import Happening, answers_itself
from .ownership import Ownership, bounds_of, burst_of
from .ports import Heard, ProfileOf, RecordLog, RecordUsage, Take, Taker
from .store import messages, threads, traces
from .text.replies import reply
from .text.words import language_of

log = structlog.get_logger(__name__)

HISTORY_LINES = 12
MAX_ROUNDS = 20  # times an answer may be given up for a newer message before the job starts over
STALE_GRACE = timedelta(minutes=20)  # beyond the agent's own limit: a box that was off for longer
NOTICE_EVERY = timedelta(minutes=30)  # "I can only read text" is not repeated within this


class Outcome(StrEnum):
    """How a round of the turn ended."""

    DONE = "done"
    STALE = "stale"  # something newer came in: once more, with everything


@dataclass(frozen=True)
class Scene:
    """What a turn starts from."""

    conversation: Conversation
    profile: AgentProfile
    waiting: tuple[Message, ...]
    history: tuple[Line, ...]
    offered: bool


class Turns:
    """Handles the jobs `conversations.turn` and `conversations.return`."""

    def __init__(
        self,
        *,
        database: Database,
        queue: Queue,
        outbox: Outbox,
        bus: Bus,
        clock: Clock,
        tenant_id: str,
        answers: Answers,
        ownership: Ownership,
        outgoing: Outgoing,
        profile_of: ProfileOf,
        record_usage: RecordUsage,
        record_log: RecordLog,
        takers: Sequence[Taker] = (),
    ) -> None:
        """`takers` are asked in their order whether a turn is theirs; the list may still grow."""
        self._takers = takers
        self._db, self._queue, self._outbox, self._clock = database, queue, outbox, clock
        self._tenant, self._answers = tenant_id, answers
        self._ownership, self._outgoing = ownership, outgoing
        self._profile_of, self._record_usage = profile_of, record_usage
        self._record_log = record_log
        self._making: dict[str, asyncio.Task[Answer]] = {}
        for name in ("message.received", "message.updated", "conversation.updated"):
            bus.subscribe(name, self._heard)

    @property
    def making(self) -> int:
        """How many answers are being made now."""
        return len(self._making)

    async def run(self, job: Job) -> None:
        """Answer what waits in a chat.

        What fails at every try is set aside with its parked job, so that the customer's next
        message is not lost with it; replaying the job brings it back.
        """
        conversation_id = str(job.payload["conversation_id"])
        if await self._db.read(lambda tx: messages.is_aside(tx, conversation_id, job.id)):
            await self._db.write(lambda tx: messages.take_back(tx, job.id))
        try:
            await self._run(job, conversation_id)
        except RetryLaterError:
            raise
        except Exception:
            if job.attempts >= MAX_ATTEMPTS:
                await self._db.write(lambda tx: self._set_aside(tx, job, conversation_id))
            raise

    async def _run(self, job: Job, conversation_id: str) -> None:
        for _ in range(MAX_ROUNDS):
            scene, stale = await self._db.read(lambda tx: self._scene(tx, conversation_id))
            if stale:
                await self._db.write(partial(messages.give_up, numbers=stale))
            if scene is None:
                return
            self._wait_for_the_rest(scene)
            if (take := await self._taken(scene)) is not None:
                if await self._give(job, scene, take) is Outcome.DONE:
                    return
                continue
            answer = await self._make(scene)
            if answer is None:
                continue
            if await self._commit(job, scene, answer) is Outcome.DONE:
                return
        raise RetryLaterError(1.0, "the customer goes on writing")

    async def give_back(self, job: Job) -> None:
        """Give a chat back to the bot after the silence of its person."""
        number, since = str(job.payload["conversation_id"]), str(job.payload["since"])

        def commit(tx: Connection) -> None:
            self._ownership.silence(tx, number, since)
            self._queue.done(tx, job)

        await self._db.write(commit)

    def _set_aside(self, tx: Connection, job: Job, conversation_id: str) -> None:
        waiting = messages.pending(tx, conversation_id)
        messages.set_aside(tx, [message.id for message in waiting], job.id)
        self._record_log(
            tx,
            agent_id=waiting[0].agent_id if waiting else None,
            level="error",
            kind="error",
            event="turn_parked",
            facts={"conversationId": conversation_id, "jobId": job.id, "messages": len(waiting)},
        )

    # -- the steps of a turn

    def _scene(self, tx: Connection, conversation_id: str) -> tuple[Scene | None, list[str]]:
        """Return what there is to answer, and the ids of what came too long ago to answer."""
        conversation = threads.find(tx, conversation_id)
        if conversation is None or not answers_itself(conversation.owner):
            return None, []
        profile = self._profile_of(tx, conversation.agent_id)
        if profile is None or not profile.active:
            return None, []
        oldest = self._clock.now() - profile.auto_reply_max_age - STALE_GRACE
        pending = messages.pending(tx, conversation_id)
        stale = [message.id for message in pending if message.at < oldest]
        waiting = [message for message in pending if message.at >= oldest]
        if not waiting:
            return None, stale
        before = messages.said_before(tx, conversation_id, HISTORY_LINES)
        offered = conversation.offered_at is not None
        lines = tuple(Line(message.author, message.text) for message in before)
        return Scene(conversation, profile, tuple(waiting), lines, offered), stale

    def _wait_for_the_rest(self, scene: Scene) -> None:
        burst = burst_of(scene.conversation, list(scene.waiting))
        left = (quiet_at(burst, bounds_of(scene.profile)) - self._clock.now()).total_seconds()
        if left > 0:
            raise RetryLaterError(left, "the customer may still be writing")

    async def _taken(self, scene: Scene) -> Take | None:
        """Return what somebody else does with this turn; None leaves it to the agent."""
        text = "\n".join(message.text for message in scene.waiting if message.text.strip())
        heard = Heard(scene.conversation, scene.profile, scene.waiting, text, not scene.history)
        for taker in self._takers:
            if (take := await taker.take(heard)) is not None:
                return take
        return None

    async def _give(self, job: Job, scene: Scene, take: Take) -> Outcome:
        """Let a taker do its part, in one transaction with the messages and the job."""

        def commit(tx: Connection) -> Outcome:
            conversation = threads.find(tx, scene.conversation.id)
            if conversation is None or not answers_itself(conversation.owner):
                self._queue.done(tx, job)
                return Outcome.DONE
            if _differ(messages.pending(tx, conversation.id), scene.waiting):
                return Outcome.STALE
            if not take(tx, conversation):
                return Outcome.STALE
            messages.settle(tx, conversation.id, [message.id for message in scene.waiting])
            self._queue.done(tx, job)
            return Outcome.DONE

        return await self._db.write(commit)

    async def _make(self, scene: Scene) -> Answer | None:
        """Make the answer; None when it was given up because the chat moved on."""
        number = scene.conversation.id
        task = asyncio.create_task(self._answer(scene), name=f"answer-{number}")
        self._making[number] = task
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                return None  # given up by `_heard`
            task.cancel()  # the daemon stops
            with contextlib.suppress(asyncio.CancelledError):
                await task
            raise
        finally:
            self._making.pop(number, None)

    async def _answer(self, scene: Scene) -> Answer:
        text = "\n".join(
            message.text
            for message in scene.waiting
            if message.text.strip() and message.kind not in DESCRIBED
        )
        if not text:
            return self._notice(scene)
        return await self._answers.answer(
            scene.profile,
            Asked(
                text,
                scene.history,
                offered=scene.offered,
                offers=scene.conversation.offers,
                chat=scene.conversation.id,
            ),
        )

    def _notice(self, scene: Scene) -> Answer:
        """Say, once in a while, that only text can be read."""
        talk = " ".join(line.text for line in scene.history if line.author is Author.CONTACT)
        language = language_of(talk, scene.profile.language)
        kind = "audio" if scene.waiting[-1].kind == "audio" else "media"
        last = scene.conversation.noticed_at
        recent = last is not None and self._clock.now() - last < NOTICE_EVERY
        note = "no_reply_needed" if recent else None
        return Answer(reply(kind, language), "notice", language, note=note)

    async def _commit(self, job: Job, scene: Scene, answer: Answer) -> Outcome:
        numbers = [message.id for message in scene.waiting]

        def commit(tx: Connection) -> Outcome:
            conversation = threads.find(tx, scene.conversation.id)
            if conversation is None or not answers_itself(conversation.owner):
                self._queue.done(tx, job)
                return Outcome.DONE
            if _differ(messages.pending(tx, conversation.id), scene.waiting):
                return Outcome.STALE
            self._say(tx, scene, conversation, answer)
            messages.settle(tx, conversation.id, numbers)
            self._queue.done(tx, job)
            return Outcome.DONE

        return await self._db.write(commit)

    def _say(
        self, tx: Connection, scene: Scene, conversation: Conversation, answer: Answer
    ) -> None:
        now = self._clock.now()
        asked = "\n".join(message.text or f"[{message.kind}]" for message in scene.waiting)
        trace = Trace(
            new_id(), conversation.agent_id, conversation.id, "whatsapp", asked, answer, now
        )
        traces.add(tx, self._tenant, trace)
        message: Message | None = None
        if answer.note != "no_reply_needed":
            if answer.asks_person:
                conversation = self._ownership.happened(
                    tx, conversation, Happening.PERSON_ASKED_FOR
                )
            message = self._outgoing.compose(
                tx,
                conversation,
                author=Author.BOT,
                text=answer.said,
                trace_id=trace.id,
                extra={"closing": True} if answer.asks_person else None,
            )
        if not answer.asks_person:
            threads.touch(
                tx,
                conversation.id,
                offered_at=now if answer.offers else None,
                offers=conversation.offers + answer.offers,
                noticed_at=now if answer.how == "notice" else conversation.noticed_at,
            )
        record_answer(
            tx,
            trace,
            message,
            outbox=self._outbox,
            record_usage=self._record_usage,
            record_log=self._record_log,
        )

    async def _heard(self, event: Recorded) -> None:
        """Give up an answer in the making when the chat moves on: it would be about the past."""
        number = event.data.get("conversation_id") or event.data.get("id")
        task = self._making.get(str(number))
        if task is None or task.done():
            return
        if event.name == "conversation.updated" and event.data.get("owner") == "bot":
            return
        if event.name == "message.updated" and event.data.get("state") != "received":
            return  # a delivery report of something said before
        if event.name == "message.received" and event.data.get("kind") == "reaction":
            return
        task.cancel()


def record_answer(
    tx: Connection,
    trace: Trace,
    message: Message | None,
    *,
    outbox: Outbox,
    record_usage: RecordUsage,
    record_log: RecordLog,
) -> None:
    """Record what follows from any answer, in its transaction: usage, log, event."""
    answer = trace.answer
    facts = {
        "traceId": trace.id,
        "agentId": trace.agent_id,
        "conversationId": trace.conversation_id,
        "channel": trace.channel,
        "mode": answer.how,
        "model": answer.model,
        "promptTokens": answer.tokens.prompt,
        "completionTokens": answer.tokens.completion,
    }
    record_usage(tx, "turn.answered", facts)
    failed = answer.note is not None and answer.note not in _HARMLESS_NOTES
    record_log(
        tx,
        agent_id=trace.agent_id,
        level="warning" if failed else "info",
        kind="error" if failed else "event",
        event="model_failed" if failed else "turn_answered",
        facts={**facts, "confidence": answer.confidence, "note": answer.note},
    )
    total = next((step.ms for step in reversed(answer.steps) if step.name == "total"), 0.0)
    outbox.record(
        tx,
        TurnAnswered(
            trace.id,
            trace.agent_id,
            trace.conversation_id,
            None if message is None else message.id,
            answer.how,
            total,
            answer.tokens.prompt,
            answer.tokens.completion,
        ),
    )


_HARMLESS_NOTES = frozenset({"no_reply_needed", "no_relevant_passage", "answer_not_grounded"})


def _differ(now: Sequence[Message], then: Sequence[Message]) -> bool:
    return [(m.id, m.text) for m in now] != [(m.id, m.text) for m in then]
