"""Moves chats between owners, with everything that must follow in the same transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta

from daemon.infra.database import Connection
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock, stamp
from daemon.kernel.jobs import NewJob

from .debounce import Burst, Debounce, quiet_at
from .domain import (
    AgentProfile,
    Conversation,
    Message,
    State,
)
from .events import ConversationUpdated, MessageUpdated
from .owners import Happening, Owner, after, answers_itself
from .ports import ProfileOf, RecordLog
from .store import messages, threads

TURN = "conversations.turn"
RETURN = "conversations.return"
DEFAULT_RETURN = timedelta(minutes=30)
HELD = frozenset({Owner.HUMAN, Owner.WAITING})


Watch = Callable[[Connection, Conversation, Conversation], None]
"""Hears of a change of owner, before and after, in its transaction."""


class Ownership:
    """Who answers each chat; every change goes through `happened`."""

    def __init__(
        self,
        queue: Queue,
        outbox: Outbox,
        clock: Clock,
        profile_of: ProfileOf,
        record_log: RecordLog,
    ) -> None:
        self._queue, self._outbox, self._clock = queue, outbox, clock
        self._profile_of, self._record_log = profile_of, record_log
        self.watchers = list[Watch]()

    def happened(
        self,
        tx: Connection,
        conversation: Conversation,
        happening: Happening,
        *,
        at: datetime | None = None,
    ) -> Conversation:
        """Apply what happened, and return the conversation as it is then."""
        now = at or self._clock.now()
        owner = after(conversation.owner, happening)
        if happening in {Happening.TYPED_ON_PHONE, Happening.OPERATOR_WROTE, Happening.TAKEN}:
            threads.touch(tx, conversation.id, human_at=now)
        if owner is conversation.owner:
            return threads.get(tx, conversation.id)
        threads.set_owner(tx, conversation.id, owner, now)
        changed = threads.get(tx, conversation.id)
        self._record_log(
            tx,
            agent_id=conversation.agent_id,
            level="info",
            kind="event",
            event="owner_changed",
            facts={
                "conversationId": conversation.id,
                "from": conversation.owner.value,
                "to": owner.value,
                "because": happening.value,
            },
        )
        if owner in {Owner.HUMAN, Owner.CLOSED}:
            self.drop_unsent(tx, conversation)
            messages.settle(tx, conversation.id)
        profile = self._profile_of(tx, conversation.agent_id)
        if owner in HELD:
            self._schedule_return(tx, changed, profile, now)
        elif owner is Owner.BOT and conversation.owner in HELD and profile is not None:
            self._resume(tx, changed, profile)
        for watch in self.watchers:
            watch(tx, conversation, changed)
        self.tell(tx, changed)
        return changed

    def drop_unsent(self, tx: Connection, conversation: Conversation) -> None:
        """Take back the bot's replies that have not begun to go out: a person speaks now."""
        for message in messages.unsent_bot(tx, conversation.id):
            messages.set_state(tx, message.id, State.CANCELLED, "superseded")
            self.tell_message(tx, message, State.CANCELLED, "superseded")

    def want_turn(self, tx: Connection, conversation: Conversation, profile: AgentProfile) -> None:
        """Queue the turn for when the burst is over; a turn that waits moves to that moment."""
        waiting = messages.pending(tx, conversation.id)
        if not waiting or not answers_itself(conversation.owner):
            return
        self._queue.drop(tx, TURN, conversation.id)
        self._queue.add(
            tx,
            NewJob(
                TURN,
                {"conversation_id": conversation.id},
                lock=f"chat:{conversation.id}",
                run_at=quiet_at(burst_of(conversation, waiting), bounds_of(profile)),
                key=conversation.id,
            ),
        )

    def silence(self, tx: Connection, conversation_id: str, since: str) -> None:
        """Give the chat back to the bot if nobody of the house has spoken for long enough."""
        conversation = threads.find(tx, conversation_id)
        if conversation is None or conversation.owner not in HELD:
            return
        if stamp(conversation.owner_since) != since:
            return  # another hold began after this timer; it has a timer of its own
        profile = self._profile_of(tx, conversation.agent_id)
        wait = DEFAULT_RETURN if profile is None else profile.return_after
        if wait is None:
            return
        last = max(conversation.owner_since, conversation.human_at or conversation.owner_since)
        if last + wait > self._clock.now():
            self._add_return(tx, conversation, last + wait)
            return
        self.happened(tx, conversation, Happening.SILENCE)

    def tell(self, tx: Connection, conversation: Conversation) -> None:
        """Record that the conversation changed."""
        self._outbox.record(
            tx,
            ConversationUpdated(
                conversation.id,
                conversation.agent_id,
                conversation.session_id,
                conversation.owner.value,
                conversation.unread,
            ),
        )

    def tell_message(
        self, tx: Connection, message: Message, state: State, error: str | None = None
    ) -> None:
        """Record that a message changed."""
        self._outbox.record(
            tx,
            MessageUpdated(
                message.id,
                message.conversation_id,
                message.agent_id,
                message.session_id,
                message.wa_id,
                state.value,
                error,
            ),
        )

    def _schedule_return(
        self,
        tx: Connection,
        conversation: Conversation,
        profile: AgentProfile | None,
        now: datetime,
    ) -> None:
        wait = DEFAULT_RETURN if profile is None else profile.return_after
        if wait is not None:
            self._add_return(tx, conversation, now + wait)

    def _add_return(self, tx: Connection, conversation: Conversation, at: datetime) -> None:
        since = stamp(conversation.owner_since)
        self._queue.add(
            tx, NewJob(RETURN, {"conversation_id": conversation.id, "since": since}, run_at=at)
        )

    def _resume(self, tx: Connection, conversation: Conversation, profile: AgentProfile) -> None:
        """Answer what the customer said last and nobody answered, unless that is long ago."""
        oldest = self._clock.now() - profile.auto_reply_max_age
        old = [m.id for m in messages.pending(tx, conversation.id) if m.at < oldest]
        messages.settle(tx, conversation.id, old)
        self.want_turn(tx, conversation, profile)


def bounds_of(profile: AgentProfile) -> Debounce:
    """Return how long the agent waits for the rest of a burst."""
    return Debounce(profile.debounce_min_s, profile.debounce_max_s)


def burst_of(conversation: Conversation, waiting: list[Message]) -> Burst:
    """Return what the customer has said since the last answer, as the debounce sees it."""
    last = waiting[-1]
    return Burst(waiting[0].received_at, last.received_at, last.text, conversation.typing_at)
