"""What happens by the clock: forgetting what is old, and rolling up usage."""

from datetime import timedelta

from daemon.domains.auth.tasks import PRUNE as AUTH_PRUNE
from daemon.domains.auth.tasks import AuthTasks
from daemon.domains.conversations.tasks import prune_messages, prune_traces
from daemon.domains.logs.service import Logs
from daemon.domains.whatsapp.store.sealed import SealedRows
from daemon.domains.whatsapp.tasks import prune as prune_whatsapp
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.jobs import Job, NewJob
from daemon.web.idempotency import Replays

from .ground import Ground

TIDY = "system.tidy"
ROLL_UP = "ledger.roll_up"


def calendar(
    base: Ground, auth: AuthTasks, logs: Logs, rows: SealedRows, replays: Replays
) -> dict[str, Handler]:
    """Put the entries into the scheduler and return the handlers of their jobs."""
    keep, ledger = base.live.retention, base.ledger.ledger

    async def tidy(_: Job) -> None:
        await base.outbox.prune(timedelta(days=keep.events_days))
        await logs.prune(timedelta(days=keep.logs_days))
        await prune_traces(base.database, base.clock, timedelta(days=keep.traces_days))
        await prune_messages(
            base.database,
            base.clock,
            base.paths.media,
            keep=_days(keep.messages_days),
            keep_media=_days(keep.media_days),
        )
        await prune_whatsapp(base.database, rows, base.clock)
        await replays.prune()

    async def roll_up(_: Job) -> None:
        def commit(tx: Connection) -> int:
            return ledger.roll_up(tx, base.clock.now())

        while await base.database.write(commit):
            pass
        while await base.database.write(lambda tx: ledger.prune(tx, base.clock.now())):
            pass

    base.scheduler.cron("17 4 * * *", NewJob(TIDY))
    base.scheduler.cron("31 4 * * *", NewJob(AUTH_PRUNE))
    base.scheduler.cron("2 * * * *", NewJob(ROLL_UP))
    return {TIDY: tidy, ROLL_UP: roll_up, AUTH_PRUNE: auth.prune}


def _days(number: int) -> timedelta | None:
    return timedelta(days=number) if number else None
