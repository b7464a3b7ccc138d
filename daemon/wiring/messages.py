"""WhatsApp's words and conversations' words for the same message; usage is counted on the way."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from daemon.domains.agents.service import Agents
from daemon.domains.conversations.domain import Author, Incoming, Media, Message
from daemon.domains.conversations.intake import Intake
from daemon.domains.conversations.outgoing import Outgoing
from daemon.domains.conversations.store import messages
from daemon.domains.whatsapp.domain import (
    Composed,
    IncomingMedia,
    IncomingMessage,
    NewContent,
    OutgoingMedia,
    OutgoingMessage,
)
from daemon.domains.whatsapp.pacing import Pace
from daemon.infra.database import Connection
from daemon.kernel.clock import Clock
from sync.ledger import Ledger

from . import choices

# Kinds that are facts of their own in the ledger; the rest is "other".
BILLED_KINDS = frozenset({"text", "image", "audio", "video", "document", "location", "contact"})


class Usage:
    """Counts what is billed, in the transaction of the fact itself. No personal data."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self.meters: list[Callable[[Connection, str, str], None]] = []

    def turn(self, tx: Connection, kind: str, data: dict[str, Any]) -> None:
        """Count an answer and its tokens."""
        meters = {
            "answers": 1,
            "tokens_in": int(data.get("promptTokens") or 0),
            "tokens_out": int(data.get("completionTokens") or 0),
        }
        facts = {
            "agent": str(data["agentId"]),
            "trace": str(data["traceId"]),
            "mode": str(data["mode"]),
            "meters": meters,
        }
        self._ledger.append(tx, kind, facts, self._clock.now())

    def message(self, tx: Connection, message: Message, kind: str, meter: str) -> None:
        """Count a message, in or out."""
        facts = {
            "agent": message.agent_id,
            "session": message.session_id,
            "message": message.id,
            "contact": self._ledger.contact(message.chat),
            "kind": message.kind if message.kind in BILLED_KINDS else "other",
            "meters": {meter: 1},
        }
        self._ledger.append(tx, kind, facts, self._clock.now())
        for count in self.meters:
            count(tx, message.agent_id, meter)

    def document(self, tx: Connection, *, agent_id: str, document_id: str, pages: int) -> None:
        """Count an indexed document."""
        facts = {
            "agent": agent_id,
            "document": document_id,
            "meters": {"documents": 1, "documents_pages": pages},
        }
        self._ledger.append(tx, "document.indexed", facts, self._clock.now())


class MessageBridge:
    """The callables that the whatsapp context works with, over the conversations context."""

    def __init__(
        self,
        intake: Intake,
        outgoing: Outgoing,
        agents: Agents,
        usage: Usage,
        *,
        media: Path,
        tenant_id: str,
        clock: Clock,
        can_poll: Callable[[str], bool],
    ) -> None:
        """`can_poll` knows the sessions whose customers can be shown polls."""
        self._can_poll = can_poll
        self._intake, self._outgoing, self._agents = intake, outgoing, agents
        self._usage, self._media = usage, media
        self._tenant, self._clock = tenant_id, clock

    def receive(self, tx: Connection, message: IncomingMessage) -> None:
        """Take in a message; what was known already counts once."""
        if message.from_me and not message.history:
            # The echo of our own message proves that it left, should its receipt have been lost.
            self.report(
                tx,
                session_id=message.session_id,
                wa_message_id=message.wa_message_id,
                state="sent",
                error=None,
                at=message.at,
            )
        stored = self._intake.receive(tx, self._incoming(message))
        if stored is not None and stored.kind == "vote":
            voter = message.participant or message.chat_lid or message.chat
            choices.count(tx, stored, "me" if message.from_me else voter)
        if stored is not None and stored.author is Author.CONTACT and not message.history:
            if message.kind in {"edit", "revoke", "reaction"}:
                return
            self._usage.message(tx, stored, "message.received", "messages_in")

    def report(
        self,
        tx: Connection,
        *,
        session_id: str,
        wa_message_id: str,
        state: str,
        error: str | None,
        at: datetime,  # noqa: ARG002 - the ledger's own clock decides
    ) -> None:
        """Note what became of a message; the first word that it left is what is billed."""
        before = messages.ours(tx, session_id, wa_message_id)
        after = self._outgoing.mark(tx, session_id, wa_message_id, state, error)
        if after is None or before is None:
            return
        left = {"sent", "delivered", "read"}
        if after.state.value in left and before.state.value not in left:
            self._usage.message(tx, after, "message.sent", "messages_out")

    def peek(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        """Return a message that may go out."""
        return self._outward(tx, self._outgoing.peek(tx, message_id))

    def claim(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        """Return a message right before it goes out."""
        return self._outward(tx, self._outgoing.claim(tx, message_id))

    def write_out(self, tx: Connection, message_id: str) -> OutgoingMessage | None:
        """Turn a choice whose poll was refused into text; None when it is no choice."""
        choices.write_out(tx, message_id)
        message = self.peek(tx, message_id)
        return None if message is None or message.kind == "poll" else message

    def compose(
        self, tx: Connection, *, agent_id: str, session_id: str, to: str, content: NewContent
    ) -> Composed:
        """Write a message down and queue it."""
        media, profile = content.media, self._agents.profile(tx, agent_id)
        language = "pt" if profile is None else profile.language
        polls = self._can_poll(session_id)
        kind, text, extra = choices.rendered(content, polls=polls, language=language)
        message = self._outgoing.compose_to(
            tx,
            agent_id=agent_id,
            session_id=session_id,
            to=to,
            text=text,
            kind=kind,
            media=None if media is None else self._kept(media),
            quoted_id=content.quoted_id,
            target_id=content.target_id,
            extra=extra,
        )
        choices.check_mentions(tx, message)
        return Composed(id=message.id, wa_message_id=message.wa_id)

    def learn_alias(
        self,
        tx: Connection,
        session_id: str,  # noqa: ARG002 - a person is one whatever number they write to
        lid: str,
        phone_jid: str,
    ) -> None:
        """Make one contact of an identity and a number."""
        self._intake.learn_alias(tx, lid, phone_jid)

    def pace_of(self, tx: Connection, agent_id: str) -> Pace:
        """Return an agent's pace; one that is gone sends at once."""
        profile = self._agents.profile(tx, agent_id)
        if profile is None:
            return Pace(enabled=False)
        pacing = profile.agent.settings.pacing
        return Pace(
            enabled=pacing.enabled,
            seen=pacing.seen,
            typing=pacing.typing,
            chars_per_second=pacing.chars_per_second,
            min_s=pacing.min_seconds,
            max_s=pacing.max_seconds,
        )

    def _incoming(self, message: IncomingMessage) -> Incoming:
        extra = dict(message.details)
        if message.media is not None and message.media.ptt:
            extra["ptt"] = True
        if message.media is not None and message.media.error is not None:
            extra["mediaError"] = message.media.error
        return Incoming(
            session_id=message.session_id,
            agent_id=message.agent_id,
            wa_id=message.wa_message_id,
            chat=message.chat_lid or message.chat,
            chat_alt=message.chat_phone_jid,
            at=message.at,
            kind=message.kind,
            text=message.text,
            from_me=message.from_me,
            participant=message.participant or "",
            name=message.push_name,
            media=self._file(message.media),
            quoted_id=message.quoted_id,
            target_id=message.target_id,
            extra=extra,
            history=message.history,
        )

    def _file(self, media: IncomingMedia | None) -> Media | None:
        if media is None or media.path is None or media.sha256 is None:
            return None
        return Media(
            path=self._relative(media.path),
            mime=media.mime,
            bytes=media.bytes,
            sha256=media.sha256,
            name=media.name,
            seconds=media.seconds,
        )

    def _kept(self, media: OutgoingMedia) -> Media:
        return Media(
            path=self._relative(media.path),
            mime=media.mime,
            bytes=Path(media.path).stat().st_size,
            sha256=Path(media.path).stem,  # files to send are kept under their hash
            name=media.name,
            seconds=media.seconds,
        )

    def _relative(self, path: str) -> str:
        """Return the path below the media folder, so that the state directory may move."""
        given = Path(path)
        return str(given.relative_to(self._media)) if given.is_absolute() else path

    def _outward(self, tx: Connection, message: Message | None) -> OutgoingMessage | None:
        if message is None:
            return None
        quoted = choices.mentioned(tx, message, message.quoted_id)
        target = choices.mentioned(tx, message, message.target_id)
        media = message.media
        return OutgoingMessage(
            id=message.id,
            session_id=message.session_id,
            agent_id=message.agent_id,
            wa_message_id=message.wa_id,
            chat=message.chat,
            kind=message.kind,
            text=message.text,
            created_at=message.at,
            paced=message.author is Author.BOT,
            media=None
            if media is None
            else OutgoingMedia(
                path=str(self._media / media.path),
                mime=media.mime,
                name=media.name,
                seconds=media.seconds,
                ptt=bool(message.extra.get("ptt")),
            ),
            quoted_id=message.quoted_id,
            quoted_from_me=quoted.from_me if quoted else False,
            quoted_text=quoted.text if quoted else "",
            target_id=message.target_id,
            target_from_me=target.from_me if target else False,
            details=message.extra,
        )
