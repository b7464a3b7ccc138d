"""Writes down that something changed, and whom to tell, in one transaction."""

from zoneinfo import ZoneInfo

from daemon.infra.database import Connection
from daemon.infra.outbox import Outbox
from daemon.infra.queue import Queue
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob

from . import store
from .domain import CHANNELS, SENT, Change, Channel, Notification, Preferences, Rule
from .events import NotificationCreated, NotificationResolved
from .store import Delivery
from .words import words

DELIVER = "notifications.deliver"
DIGEST = "notifications.digest"


def reachable(preferences: Preferences, *, mail: bool) -> frozenset[Channel]:
    """Return the channels that lead somewhere."""
    found: set[Channel] = {"page", "webhook"}
    if preferences.phone:
        found.add("whatsapp")
    if preferences.emails and mail:
        found.add("email")
    return frozenset(found)


class Teller:
    """Turns a change into an event for page and webhooks, and into jobs for what is sent."""

    def __init__(
        self, outbox: Outbox, queue: Queue, clock: Clock, tenant_id: str, zone: ZoneInfo
    ) -> None:
        self._outbox, self._queue, self._clock = outbox, queue, clock
        self._tenant, self._zone = tenant_id, zone

    def tell(
        self,
        tx: Connection,
        one: Notification,
        change: Change,
        *,
        rule: Rule | None,
        preferences: Preferences,
        mail: bool,
    ) -> None:
        """Tell of a change on the rule's channels; a test goes by all of them, otherwise sent."""
        wanted = CHANNELS if rule is None else rule.channels
        self._record(tx, one, change, [name for name in wanted if name not in SENT], preferences)
        if change == "test":
            return
        for channel in SENT:
            if channel in wanted and channel in reachable(preferences, mail=mail):
                self._queue_delivery(tx, one, change, channel)

    def _record(
        self,
        tx: Connection,
        one: Notification,
        change: Change,
        channels: list[Channel],
        preferences: Preferences,
    ) -> None:
        if not channels:
            return
        said = words(one, preferences.language, self._zone)
        if change == "resolved":
            self._outbox.record(
                tx,
                NotificationResolved(
                    one.id, one.rule, one.severity, said.title, said.text, list(channels)
                ),
            )
            return
        self._outbox.record(
            tx,
            NotificationCreated(
                one.id,
                one.rule,
                one.severity,
                said.title,
                said.text,
                said.fix,
                again=change == "again",
                channels=list(channels),
            ),
        )

    def _queue_delivery(
        self, tx: Connection, one: Notification, change: Change, channel: Channel
    ) -> None:
        now = self._clock.now()
        delivery = Delivery(new_id(), one.id, channel, change, "waiting", None, 0, now, None)
        store.add_delivery(tx, self._tenant, delivery)
        self._queue.add(
            tx, NewJob(DELIVER, {"delivery_id": delivery.id}, lock=f"notify:{channel}", priority=5)
        )
