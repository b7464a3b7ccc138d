"""The job that sends: at a person's pace, under the id the message was born with.

A try that ends without WhatsApp's word may or may not have gone out. It is tried again with the
same id, so that whatever arrives is one message.
"""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Any

import structlog

from config.ipc import RemoteError
from daemon.infra.bridge import Bridge
from daemon.infra.child_state import ChildUnavailableError
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock
from daemon.kernel.jobs import Job, RetryLaterError

from .domain import ENDED, OutgoingMessage, Session, SessionState, phone_of
from .pacing import AT_ONCE, OFF, Pace, plan
from .ports import FindOutgoing, LearnAlias, PaceOf, ReportStatus
from .requests import request_of
from .store import sessions
from .store.sealed import SealedRows
from .unseen import Unseen

log = structlog.get_logger(__name__)

SEND = "whatsapp.send"

PACED_MAX_AGE = timedelta(hours=1)
"""A program's reply that could not leave for so long answers a question nobody asks any more."""

SOON_S, LATER_S = 2.0, 30.0
PHONE_SERVER = "@s.whatsapp.net"

FOR_GOOD = frozenset(
    {
        "account_restricted",
        "message_refused",
        "undeliverable",
        "bad_request",
        "media_missing",
        "media_outside",
        "not_on_whatsapp",
        "expired",
        "session_removed",
    }
)
"""Codes that another try cannot change; the message is failed and says why."""


class RefusedError(Exception):
    """The message cannot be sent; the code says why."""

    def __init__(self, *, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Told:
    """What sending tells the rest of the box.

    `write_out` turns a choice that was to be a poll into numbered text and returns it; None when
    it is no choice. `no_polls` hears of a session whose polls WhatsApp refuses.
    """

    peek: FindOutgoing
    claim: FindOutgoing
    report: ReportStatus
    learn_alias: LearnAlias
    pace_of: PaceOf
    write_out: FindOutgoing
    no_polls: Callable[[str], None]


@dataclass(frozen=True)
class _Task:
    """What one try works with."""

    message: OutgoingMessage
    session: Session | None
    pace: Pace


class Sender:
    """Sends one message a job; the job's lock is the chat, so messages keep their order."""

    def __init__(
        self,
        database: Database,
        rows: SealedRows,
        clock: Clock,
        bridge: Callable[[], Bridge],
        unseen: Unseen,
        *,
        told: Told,
        pacing: bool,
    ) -> None:
        """`pacing` is the box's own switch; an agent may switch its pace off beside it."""
        self._db, self._rows, self._clock, self._bridge = database, rows, clock, bridge
        self._unseen, self._told, self._pacing = unseen, told, pacing
        self._random = SystemRandom()

    async def send(self, job: Job) -> None:
        """Handle the job `whatsapp.send`: {message_id}."""
        number = str(job.payload["message_id"])

        def query(tx: Connection) -> _Task | None:
            message = self._told.peek(tx, number)
            if message is None:
                return None
            pace = self._told.pace_of(tx, message.agent_id) if self._pacing else OFF
            return _Task(message, sessions.find(tx, message.session_id), pace)

        task = await self._db.read(query)
        if task is None:
            await self._db.write(lambda tx: self._told.claim(tx, number))
            return
        message = task.message
        try:
            await self._deliver(task, first=job.attempts == 1)
        except RefusedError as error:
            await self._failed(message, error.code)
        except (ChildUnavailableError, TimeoutError) as error:
            raise RetryLaterError(SOON_S, type(error).__name__) from error
        except RemoteError as error:
            if error.code in FOR_GOOD:
                await self._failed(message, error.code)
                return
            if error.code == "internal":
                raise  # a fault of ours: it counts, and parks in the end
            raise RetryLaterError(SOON_S, error.code) from error

    async def _deliver(self, task: _Task, *, first: bool) -> None:
        message = task.message
        self._check(task)
        to = await self._address(message)
        if first:
            await self._pace(message, task.pace, to)
        claimed, secret = await self._claim(message)
        if claimed is None:
            await self._bridge().presence(message.session_id, to, "paused")
            return
        try:
            answer = await self._bridge().send(message.session_id, request_of(claimed, to, secret))
        except RemoteError as error:
            plain = await self._written_out(claimed, error)
            if plain is None:
                raise
            claimed = plain
            answer = await self._bridge().send(message.session_id, request_of(claimed, to, None))
        await self._sent(claimed, answer)

    async def _claim(self, message: OutgoingMessage) -> tuple[OutgoingMessage | None, str | None]:
        """Take the message, and the secret of a poll: on disk before the poll leaves."""
        now = self._clock.now()

        def commit(tx: Connection) -> tuple[OutgoingMessage | None, str | None]:
            claimed = self._told.claim(tx, message.id)
            if claimed is None or claimed.kind != "poll":
                return claimed, None
            poll = claimed.details["poll"]
            secret = self._rows.poll_to_send(
                tx,
                claimed.session_id,
                claimed.wa_message_id,
                name=poll["name"],
                options=poll["options"],
                at=now,
            )
            return claimed, secret

        return await self._db.write(commit)

    async def _written_out(
        self, message: OutgoingMessage, error: RemoteError
    ) -> OutgoingMessage | None:
        """Return a choice as text when WhatsApp refused its poll; nobody has seen that one."""
        if message.kind != "poll" or error.code != "message_refused":
            return None
        plain = await self._db.write(lambda tx: self._told.write_out(tx, message.id))
        if plain is not None:
            log.warning("poll_refused", message=message.id, session=message.session_id)
            self._told.no_polls(message.session_id)
        return plain

    def _check(self, task: _Task) -> None:
        message, session = task.message, task.session
        if session is None:
            raise RefusedError(code="session_removed")
        if message.paced and self._clock.now() - message.created_at > PACED_MAX_AGE:
            raise RefusedError(code="expired")
        if session.state is not SessionState.WORKING:
            after_s = LATER_S if session.state in ENDED else SOON_S
            raise RetryLaterError(after_s, f"session_{session.state.value.lower()}")

    async def _address(self, message: OutgoingMessage) -> str:
        """Return where the message goes. A bare number is looked up first: nobody may have it."""
        phone = phone_of(message.chat)
        if phone is None:
            return message.chat
        found = await self._bridge().resolve(message.session_id, phone)
        if not found["exists"]:
            raise RefusedError(code="not_on_whatsapp")
        lid, jid = found["lid"], str(found["jid"])
        if lid is None:
            return jid
        await self._learn(message, str(lid), jid)
        return str(lid)

    async def _learn(self, message: OutgoingMessage, lid: str, jid: str) -> None:
        def commit(tx: Connection) -> None:
            # Both spellings of the number, if they differ, and the identity: one contact.
            for name in {jid, message.chat}:
                self._told.learn_alias(tx, message.session_id, lid, name)

        await self._db.write(commit)

    async def _pace(self, message: OutgoingMessage, pace: Pace, to: str) -> None:
        steps = plan(pace, message.text, random=self._random) if message.paced else AT_ONCE
        bridge, session = self._bridge(), message.session_id
        seen = self._unseen.take(message)
        if steps == AT_ONCE:
            return
        await asyncio.sleep(steps.look_s)
        if pace.seen and seen:
            await bridge.read(session, to, seen)
        if pace.typing:
            recording = message.kind == "audio"
            await bridge.presence(session, to, "recording" if recording else "composing")
        await asyncio.sleep(steps.typing_s)

    async def _sent(self, message: OutgoingMessage, answer: dict[str, Any]) -> None:
        payload = base64.b64decode(answer["payload"])
        now = self._clock.now()

        def commit(tx: Connection) -> None:
            if sessions.agent_of(tx, message.session_id) is not None:
                self._rows.put_sent(tx, message.session_id, message.wa_message_id, payload, now)
            self._report(tx, message, "sent", None)

        await self._db.write(commit)

    async def _failed(self, message: OutgoingMessage, code: str) -> None:
        log.warning("message_failed", message=message.id, code=code)
        await self._db.write(lambda tx: self._report(tx, message, "failed", code))

    def _report(
        self, tx: Connection, message: OutgoingMessage, state: str, error: str | None
    ) -> None:
        self._told.report(
            tx,
            session_id=message.session_id,
            wa_message_id=message.wa_message_id,
            state=state,
            error=error,
            at=self._clock.now(),
        )
