"""Takes in every message of the bridge, whoever wrote it: stored once, and what follows from it."""

from dataclasses import replace
from datetime import datetime, timedelta

from daemon.infra.database import Connection
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id

from .domain import (
    AMENDING,
    ANSWERABLE,
    MAX_STORED_TEXT,
    AgentProfile,
    Author,
    Conversation,
    Incoming,
    Message,
    State,
    advances,
)
from .events import MessageReceived
from .owners import Happening
from .ownership import DEFAULT_RETURN, Ownership
from .phones import alias
from .ports import ProfileOf, RecordLog
from .store import contacts, messages, threads

DEFAULT_MAX_AGE = timedelta(minutes=10)


class Intake:
    """The way in. Everything happens in the caller's transaction, before WhatsApp's receipt."""

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        ownership: Ownership,
        profile_of: ProfileOf,
        record_log: RecordLog,
    ) -> None:
        self._outbox, self._clock, self._tenant = outbox, clock, tenant_id
        self._ownership, self._profile_of, self._record_log = ownership, profile_of, record_log

    def receive(self, tx: Connection, incoming: Incoming) -> Message | None:
        """Store a message and queue its turn; None when it was known already or is not for us."""
        if incoming.from_me and (mine := messages.ours(tx, incoming.session_id, incoming.wa_id)):
            self._own_echo(tx, mine)
            return None
        conversation = self._conversation(tx, incoming)
        if conversation is None:
            return None
        if incoming.kind in {"edit", "revoke"}:
            return self._amend(tx, conversation, incoming)
        message = self._message(tx, conversation, incoming)
        if not messages.add(tx, self._tenant, message, incoming.participant):
            return None
        self._show(tx, message, incoming)
        profile = self._profile_of(tx, incoming.agent_id)
        if incoming.from_me:
            self._person_typed(tx, conversation, incoming, profile)
        else:
            self._customer_wrote(tx, conversation, message, profile)
        return message

    def typing(self, tx: Connection, session_id: str, chat: str) -> None:
        """Remember that the customer is typing: the answer waits a little."""
        known = alias(chat)
        conversation = threads.of_alias(tx, session_id, known) if known else None
        if conversation is not None:
            threads.touch(tx, conversation.id, typing_at=self._clock.now())

    def learn_alias(self, tx: Connection, lid: str, phone_jid: str) -> None:
        """Make one contact of two names of the same person, if we know either."""
        aliases = [name for name in (alias(lid), alias(phone_jid)) if name]
        if any(contacts.find(tx, self._tenant, name) for name in aliases):
            contacts.resolve(tx, self._tenant, aliases, None, self._clock.now())

    # -- the parts of it

    def _conversation(self, tx: Connection, incoming: Incoming) -> Conversation | None:
        names = (alias(jid) for jid in (incoming.chat, incoming.chat_alt) if jid)
        aliases = list(dict.fromkeys(name for name in names if name))
        if not aliases:
            return None  # a broadcast or a newsletter: not a conversation
        now = self._clock.now()
        name = None if incoming.from_me or _is_group(incoming) else incoming.name
        contact = contacts.resolve(tx, self._tenant, aliases, name, now)
        return threads.ensure(
            tx,
            self._tenant,
            agent_id=incoming.agent_id,
            session_id=incoming.session_id,
            contact_id=contact.id,
            chat=incoming.chat,
            at=now,
        )

    def _message(self, tx: Connection, conversation: Conversation, incoming: Incoming) -> Message:
        now = self._clock.now()
        profile = self._profile_of(tx, incoming.agent_id)
        late = self._late(incoming, profile, now)
        answerable = incoming.kind in ANSWERABLE and not incoming.from_me and not late
        answerable = answerable and not _is_group(incoming)  # a group is heard, never answered
        # A vote without options was taken back: nothing is said with it.
        answerable = answerable and (incoming.kind != "vote" or incoming.text != "")
        return Message(
            id=new_id(),
            conversation_id=conversation.id,
            session_id=incoming.session_id,
            agent_id=incoming.agent_id,
            wa_id=incoming.wa_id,
            chat=incoming.chat,
            at=incoming.at,
            received_at=now,
            from_me=incoming.from_me,
            author=Author.HUMAN if incoming.from_me else Author.CONTACT,
            kind=incoming.kind,
            text=incoming.text[:MAX_STORED_TEXT],
            state=State.SENT if incoming.from_me else State.RECEIVED,
            media=incoming.media,
            late=late,
            pending=answerable and profile is not None and profile.active,
            quoted_id=incoming.quoted_id,
            target_id=incoming.target_id,
            extra=incoming.extra,
        )

    def _late(self, incoming: Incoming, profile: AgentProfile | None, now: datetime) -> bool:
        oldest = DEFAULT_MAX_AGE if profile is None else profile.auto_reply_max_age
        return incoming.history or now - incoming.at > oldest

    def _show(self, tx: Connection, message: Message, incoming: Incoming) -> None:
        shown = incoming.kind not in AMENDING
        counts = 0 if incoming.history or not shown else 1
        if shown:
            at = message.at if incoming.history else message.received_at
            threads.show_last(tx, message, at, unread=-1 if message.from_me else counts)
        self._outbox.record(
            tx,
            MessageReceived(
                message.id,
                message.conversation_id,
                message.agent_id,
                message.session_id,
                message.wa_id,
                message.author.value,
                message.kind,
                message.from_me,
                message.late,
            ),
        )
        if not incoming.history:
            self._record_log(
                tx,
                agent_id=message.agent_id,
                level="info",
                kind="message",
                event="message_received",
                facts=_facts(message),
            )

    def _person_typed(
        self,
        tx: Connection,
        conversation: Conversation,
        incoming: Incoming,
        profile: AgentProfile | None,
    ) -> None:
        if incoming.history or incoming.kind in AMENDING or _is_group(incoming):
            return
        messages.settle(tx, conversation.id)
        said = incoming.text.strip().casefold()
        if profile is not None and said == profile.return_command.casefold():
            self._ownership.happened(tx, conversation, Happening.RETURNED)
            return
        if profile is not None and said == profile.take_command.casefold():
            self._ownership.happened(tx, conversation, Happening.TAKEN)
            return
        hold = DEFAULT_RETURN if profile is None else profile.return_after
        if hold is None or incoming.at + hold > self._clock.now():
            # What was typed while the box was off holds the chat only for what is left of its time.
            moment = min(incoming.at, self._clock.now())
            self._ownership.happened(tx, conversation, Happening.TYPED_ON_PHONE, at=moment)

    def _customer_wrote(
        self,
        tx: Connection,
        conversation: Conversation,
        message: Message,
        profile: AgentProfile | None,
    ) -> None:
        if message.kind in AMENDING or message.late:
            self._ownership.tell(tx, threads.get(tx, conversation.id))
            return
        changed = self._ownership.happened(tx, conversation, Happening.CUSTOMER_WROTE)
        if changed.owner is conversation.owner:
            self._ownership.tell(tx, changed)
        if profile is not None and message.pending:
            self._ownership.want_turn(tx, changed, profile)

    def _own_echo(self, tx: Connection, mine: Message) -> None:
        """WhatsApp shows us our own message: it went out, whatever we knew."""
        if advances(mine.state, State.SENT):
            messages.set_state(tx, mine.id, State.SENT)
            self._ownership.tell_message(tx, mine, State.SENT)

    def _amend(
        self, tx: Connection, conversation: Conversation, incoming: Incoming
    ) -> Message | None:
        target = messages.by_wa_id(
            tx, incoming.session_id, incoming.target_id or "", conversation.id
        )
        if target is None or target.from_me is not incoming.from_me:
            return None  # nobody changes what another said
        if incoming.kind == "revoke":
            messages.amend(tx, target.id, revoked=1, pending=0)
            changed = replace(target, revoked=True, pending=False)
        else:
            text = incoming.text[:MAX_STORED_TEXT]
            messages.amend(tx, target.id, text=text, edited=1)
            changed = replace(target, text=text, edited=True)
        self._ownership.tell_message(tx, changed, changed.state)
        return changed


def _is_group(incoming: Incoming) -> bool:
    return incoming.chat.endswith("@g.us")


def _facts(message: Message) -> dict[str, str | bool]:
    return {
        "id": message.id,
        "conversationId": message.conversation_id,
        "messageId": message.wa_id,
        "author": message.author.value,
        "kind": message.kind,
        "late": message.late,
    }
