"""Notifications: what they look at, how they speak, and their place in the calendar."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from daemon.domains.fleet.service import Fleet
from daemon.domains.notifications import routes
from daemon.domains.notifications.delivering import Deliveries
from daemon.domains.notifications.service import Notifications
from daemon.domains.notifications.tasks import PRUNE, handlers
from daemon.domains.notifications.telling import Teller
from daemon.domains.notifications.watching import HEARD, LOOKING, Watch
from daemon.domains.whatsapp.domain import NewContent, Session, SessionState
from daemon.domains.whatsapp.ports import Compose
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.mail import Mail
from daemon.kernel.errors import NextAgentError
from daemon.kernel.jobs import NewJob

from .ground import Ground
from .noticing import Noticing
from .part import Part
from .probes import Watch as BoxWatch

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=20)


class OwnersVoice:
    """Speaks to the owner through a number that works: the chosen agent's, or any."""

    def __init__(self, compose: Compose) -> None:
        self._compose = compose

    def __call__(
        self, tx: Connection, phone: str, texts: Sequence[str], agent_id: str | None
    ) -> bool:
        """Queue messages to a phone; False when no number works just now."""
        session = self._session(tx, phone, agent_id)
        if session is None:
            return False
        try:
            for text in texts:
                self._compose(
                    tx,
                    agent_id=session.agent_id,
                    session_id=session.id,
                    to=f"+{phone}",
                    content=NewContent(kind="text", text=text),
                )
        except NextAgentError as error:
            log.warning("notification_not_said", code=error.code)
            return False
        return True

    def _session(self, tx: Connection, phone: str, agent_id: str | None) -> Session | None:
        working = [one for one in sessions.wanted(tx) if one.state is SessionState.WORKING]
        if agent_id is not None:
            working = [one for one in working if one.agent_id == agent_id]
        # A message to itself shows no notification on a phone: another number comes first.
        working.sort(key=lambda one: (one.phone or "").startswith(phone))
        return working[0] if working else None


@dataclass(frozen=True)
class Later:
    """What is built after this, and asked only once the box runs."""

    watch: Callable[[], BoxWatch]
    fleet: Callable[[], Fleet]


async def notifications(base: Ground, compose: Compose, later: Later) -> Part:
    """Build the context; it looks by the clock, and at once after what may matter."""
    zone = await asyncio.to_thread(ZoneInfo, base.settings.tenant.timezone)
    database, clock, tenant = base.database, base.clock, base.tenant_id
    post = Mail(
        base.settings.mail, clock, name=lambda: base.steering.brand.name, noted=base.egress.note
    )
    speak = OwnersVoice(compose)
    teller = Teller(base.outbox, base.queue, clock, tenant, zone)
    noticing = Noticing(
        base, zone, parts=lambda: later.watch().parts(), sync=lambda: later.fleet().status()
    )
    watch = Watch(database, base.queue, clock, tenant, look=noticing.look, teller=teller, post=post)
    deliveries = Deliveries(database, base.queue, clock, tenant, zone, speak=speak, post=post)
    service = Notifications(
        database, base.outbox, clock, tenant, zone, teller=teller, speak=speak, post=post
    )
    for name in HEARD:
        base.bus.subscribe(name, watch.heard)
    base.scheduler.every(LOOK_EVERY, LOOKING)
    base.scheduler.cron("37 4 * * *", NewJob(PRUNE))
    return Part({routes.NOTIFICATIONS: service}, handlers(watch, deliveries, service))
