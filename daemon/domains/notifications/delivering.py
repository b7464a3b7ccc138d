"""Delivers to people: at once, after quiet hours, or summed up when there is too much.

A WhatsApp message is written down in the transaction that marks its delivery as sent, so that
it goes out exactly once. A letter is handed over first and marked right after, and carries the
same Message-ID in every try: should the box die in between, the mailbox shows one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import structlog

from daemon.infra.database import Connection, Database
from daemon.infra.mail import Letter, MailFailedError
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import Job, NewJob, RetryLaterError

from . import store
from .domain import Channel, Notification, Preferences, quiet_until
from .ports import Post, Speak
from .store import Delivery
from .telling import DIGEST, reachable
from .words import digest, message

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)
GIVE_UP = timedelta(hours=12)
"""A message that could not be sent for so long says nothing new any more."""
WAIT_S = 60.0
MOST_TRIES = 8


class Deliveries:
    """Job handlers; each may run again at any point without telling anybody twice."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        clock: Clock,
        tenant_id: str,
        zone: ZoneInfo,
        *,
        speak: Speak,
        post: Post,
    ) -> None:
        self._db, self._queue, self._clock = database, queue, clock
        self._tenant, self._zone, self._speak, self._post = tenant_id, zone, speak, post

    async def deliver(self, job: Job) -> None:
        """Tell one person of one change, unless it has to wait."""
        number = str(job.payload["delivery_id"])
        text = await self._db.write(lambda tx: self._ready(tx, number))
        if text is not None:
            await self._send_mail(number, [number], text)

    async def digest(self, job: Job) -> None:
        """Sum up what a channel held back."""
        channel = cast("Channel", job.payload["channel"])
        found = await self._db.write(lambda tx: self._summary(tx, channel))
        if found is not None:
            numbers, text = found
            # The summary is the same letter as long as it holds the same deliveries.
            await self._send_mail(f"digest:{numbers[0]}:{len(numbers)}", numbers, text)

    # -- one at a time

    def _ready(self, tx: Connection, number: str) -> tuple[str, str] | None:
        """Settle what can be settled here; return the letter that is to be sent, if it is one."""
        delivery, now = store.delivery(tx, number), self._clock.now()
        if delivery is None or delivery.state != "waiting":
            return None
        one, wanted = store.get(tx, delivery.notification_id), self._preferences(tx)
        if (reason := self._moot(delivery, one, wanted, now)) is not None:
            store.settle(tx, [number], "skipped", reason=reason)
            return None
        if (until := self._hold_until(tx, delivery.channel, one, wanted, now)) is not None:
            self._hold(tx, delivery, until)
            return None
        text = message(one, delivery.change, wanted.language, self._zone)
        if delivery.channel == "email":
            return text.partition("\n")[0], text
        self._say(tx, [number], text, wanted, now)
        return None

    def _moot(
        self, delivery: Delivery, one: Notification, wanted: Preferences, now: datetime
    ) -> str | None:
        if now - delivery.at > GIVE_UP:
            return delivery.reason or "too_late"
        if delivery.change in {"opened", "again"} and one.resolved_at is not None:
            return "over_before_it_was_sent"  # the word that it is over says from when to when
        if delivery.channel not in reachable(wanted, mail=self._post.configured):
            return "channel_not_configured"
        return None

    def _hold_until(
        self,
        tx: Connection,
        channel: Channel,
        one: Notification,
        wanted: Preferences,
        now: datetime,
    ) -> datetime | None:
        passes = one.severity == "critical" and wanted.critical_passes
        quiet = quiet_until(wanted, now.astimezone(self._zone))
        if quiet is not None and not passes:
            return quiet
        number, first = store.sent_since(tx, channel, now - HOUR)
        if number >= wanted.hourly_limit and first is not None:
            return first + HOUR
        return None

    def _hold(self, tx: Connection, delivery: Delivery, until: datetime) -> None:
        store.settle(tx, [delivery.id], "held", reason="quiet_hours_or_limit")
        self._queue.add(
            tx,
            NewJob(
                DIGEST,
                {"channel": delivery.channel},
                lock=f"notify-digest:{delivery.channel}",
                key=delivery.channel,
                run_at=until,
            ),
        )

    # -- summed up

    def _summary(
        self, tx: Connection, channel: Channel
    ) -> tuple[list[str], tuple[str, str]] | None:
        now, wanted, held = self._clock.now(), self._preferences(tx), store.held(tx, channel)
        if not held:
            return None
        numbers = [one.id for one in held]
        if channel not in reachable(wanted, mail=self._post.configured):
            store.settle(tx, numbers, "skipped", reason="channel_not_configured")
            return None
        quiet = quiet_until(wanted, now.astimezone(self._zone))
        if quiet is not None:  # the hours were changed meanwhile
            for one in held[:1]:
                self._hold(tx, one, quiet)
            return None
        items = [(store.get(tx, one.notification_id), one.change) for one in held]
        title, lines = digest(items, wanted.language, self._zone)
        if channel == "email":
            return numbers, (title, f"{title}\n{lines}")
        self._say(tx, numbers, f"{title}\n{lines}", wanted, now)
        return None

    # -- out

    def _say(
        self, tx: Connection, numbers: Sequence[str], text: str, wanted: Preferences, now: datetime
    ) -> None:
        assert wanted.phone is not None  # noqa: S101 - only a channel that is reachable comes here
        if not self._speak(tx, wanted.phone, [text], wanted.agent_id):
            raise RetryLaterError(WAIT_S, "no WhatsApp number works just now")
        store.sent(tx, numbers, now)

    async def _send_mail(self, key: str, numbers: Sequence[str], text: tuple[str, str]) -> None:
        wanted = await self._db.read(self._preferences)
        letter = Letter(to=wanted.emails, subject=text[0], text=text[1], key=key)
        try:
            await self._post.send(letter)
        except NextAgentError as error:
            await self._failed(numbers, error, wanted.language)
            return
        now = self._clock.now()
        await self._db.write(lambda tx: store.sent(tx, numbers, now))

    async def _failed(self, numbers: Sequence[str], error: NextAgentError, language: str) -> None:
        reason = error.text(language)
        final = not isinstance(error, MailFailedError) or error.final

        def commit(tx: Connection) -> int:
            tries = max(store.count_try(tx, number, reason) for number in numbers)
            if final or tries >= MOST_TRIES:
                store.settle(tx, numbers, "failed", reason=reason)
                return 0
            return tries

        if tries := await self._db.write(commit):
            raise RetryLaterError(min(WAIT_S * 2 ** (tries - 1), 3600.0), reason)
        log.warning("notification_not_sent", channel="email", code=error.code)

    def _preferences(self, tx: Connection) -> Preferences:
        return store.preferences(tx, self._tenant)
