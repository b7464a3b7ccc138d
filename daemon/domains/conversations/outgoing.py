"""Everything that is said to customers: queued with its WhatsApp id, claimed once, followed up."""

from dataclasses import replace
from typing import Any

from daemon.infra.database import Connection
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob

from .domain import (
    AMENDING,
    MAX_TEXT,
    Author,
    BadMessageError,
    Conversation,
    Media,
    Message,
    State,
    advances,
    wa_message_id,
)
from .events import MessageQueued
from .owners import Owner, answers_itself
from .ownership import Ownership
from .phones import alias, typed, variants
from .ports import RecordLog
from .store import contacts, messages, threads

SEND = "whatsapp.send"


class Outgoing:
    """The way out. The row with its WhatsApp id is there before anything is sent."""

    def __init__(
        self,
        queue: Queue,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        ownership: Ownership,
        record_log: RecordLog,
    ) -> None:
        self._queue, self._outbox, self._clock = queue, outbox, clock
        self._tenant, self._ownership, self._record_log = tenant_id, ownership, record_log

    def compose(
        self,
        tx: Connection,
        conversation: Conversation,
        *,
        author: Author,
        text: str = "",
        kind: str = "text",
        media: Media | None = None,
        quoted_id: str | None = None,
        target_id: str | None = None,
        trace_id: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Message:
        """Queue a message; it is sent under the id it has from now on, however often tried."""
        now = self._clock.now()
        message = Message(
            id=new_id(),
            conversation_id=conversation.id,
            session_id=conversation.session_id,
            agent_id=conversation.agent_id,
            wa_id=wa_message_id(),
            chat=conversation.chat,
            at=now,
            received_at=now,
            from_me=True,
            author=author,
            kind=kind,
            text=text,
            state=State.QUEUED,
            media=media,
            quoted_id=quoted_id,
            target_id=target_id,
            trace_id=trace_id,
            extra=extra or {},
        )
        messages.add(tx, self._tenant, message)
        if kind not in AMENDING:
            threads.show_last(tx, message, now, unread=-1 if author is Author.OPERATOR else 0)
        self._queue.add(
            tx,
            NewJob(SEND, {"message_id": message.id}, lock=f"send:{conversation.id}", priority=1),
        )
        self._outbox.record(
            tx,
            MessageQueued(
                message.id,
                message.conversation_id,
                message.agent_id,
                message.session_id,
                message.wa_id,
                author.value,
                kind,
            ),
        )
        self._log(tx, message, "message_queued", "info")
        self._ownership.tell(tx, threads.get(tx, conversation.id))
        return message

    def compose_to(
        self,
        tx: Connection,
        *,
        agent_id: str,
        session_id: str,
        to: str,
        text: str = "",
        kind: str = "text",
        media: Media | None = None,
        quoted_id: str | None = None,
        target_id: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Message:
        """Queue a message to a phone number or JID, through the API; the chat keeps its owner."""
        if len(text) > MAX_TEXT:
            raise BadMessageError(
                field="text",
                problem=f"is over the limit of {MAX_TEXT} characters",
                problem_pt=f"passa do limite de {MAX_TEXT} caracteres",
            )
        conversation = self.conversation_with(tx, agent_id, session_id, to)
        return self.compose(
            tx,
            conversation,
            author=Author.OPERATOR,
            text=text,
            kind=kind,
            media=media,
            quoted_id=quoted_id,
            target_id=target_id,
            extra=extra,
        )

    def conversation_with(
        self, tx: Connection, agent_id: str, session_id: str, to: str
    ) -> Conversation:
        """Return the chat with a phone number or JID, made if there is none."""
        digits = None if "@" in to else typed(to)
        jid = to if "@" in to else f"{variants(digits)[0]}@s.whatsapp.net" if digits else ""
        known = alias(jid)
        if known is None:
            raise BadMessageError(
                field="to",
                problem="must be a phone number with country code, such as +5511987654321",
                problem_pt="deve ser um telefone com DDI e DDD, como +5511987654321",
            )
        found = threads.of_alias(tx, session_id, known)
        if found is not None:
            return found
        now = self._clock.now()
        contact = contacts.resolve(tx, self._tenant, [known], None, now)
        return threads.ensure(
            tx,
            self._tenant,
            agent_id=agent_id,
            session_id=session_id,
            contact_id=contact.id,
            chat=jid,
            at=now,
        )

    def peek(self, tx: Connection, message_id: str) -> Message | None:
        """Return what is to be sent; None when it was sent, dropped, or may not go out now."""
        message = messages.find(tx, message_id)
        if message is None or message.state not in {State.QUEUED, State.SENDING}:
            return None
        conversation = threads.find(tx, message.conversation_id)
        if conversation is None:
            return None
        if message.author is not Author.BOT or answers_itself(conversation.owner):
            return message
        # The bot is silent in a chat that is not its own, whatever it began to say; only the words
        # that announce a person go out, and only until that person has come.
        closing = message.extra.get("closing") is True
        return message if closing and conversation.owner is Owner.WAITING else None

    def claim(self, tx: Connection, message_id: str) -> Message | None:
        """Take a message for sending, right before it goes out (after typing is shown)."""
        message = self.peek(tx, message_id)
        if message is None:
            known = messages.find(tx, message_id)
            if known is not None and known.state in {State.QUEUED, State.SENDING}:
                messages.set_state(tx, message_id, State.CANCELLED, "superseded")
                self._ownership.tell_message(tx, known, State.CANCELLED, "superseded")
            return None
        if message.state is State.QUEUED:
            messages.set_state(tx, message_id, State.SENDING)
            self._ownership.tell_message(tx, message, State.SENDING)
        return replace(message, state=State.SENDING)

    def mark(
        self,
        tx: Connection,
        session_id: str,
        wa_id: str,
        state: State | str,
        error: str | None = None,
    ) -> Message | None:
        """Record what became of a message of ours; reports may come late, twice, in any order."""
        new = State(state)
        message = messages.ours(tx, session_id, wa_id)
        if message is None or not advances(message.state, new):
            return None
        messages.set_state(tx, message.id, new, error)
        self._ownership.tell_message(tx, message, new, error)
        if new is State.FAILED:
            self._log(tx, message, "message_failed", "error", error=error)
        return replace(message, state=new, error=error)

    def _log(
        self,
        tx: Connection,
        message: Message,
        event: str,
        level: str,
        **facts: Any,
    ) -> None:
        self._record_log(
            tx,
            agent_id=message.agent_id,
            level=level,
            kind="message",
            event=event,
            facts={
                "id": message.id,
                "conversationId": message.conversation_id,
                "messageId": message.wa_id,
                "author": message.author.value,
                "kind": message.kind,
                **facts,
            },
        )
