"""Jobs and scheduled work of WhatsApp."""

from datetime import timedelta

from daemon.infra.database import Database
from daemon.infra.worker import Handler
from daemon.kernel.clock import Clock

from .intake import RECEIVE, Intake
from .sender import SEND, Sender
from .store.sealed import SealedRows

KEEP = timedelta(days=30)
"""How long WhatsApp itself keeps what was not delivered; after that nobody asks for it again."""

KEEP_POLLS = timedelta(days=365)
"""How long a tap on a poll is understood."""


def handlers(sender: Sender, intake: Intake) -> dict[str, Handler]:
    """Return the job handlers by kind."""
    return {SEND: sender.send, RECEIVE: intake.again}


async def prune(database: Database, rows: SealedRows, clock: Clock) -> None:
    """Drop old inbox rows, sent payloads and polls; once a day."""
    now = clock.now()
    await database.write(lambda tx: rows.prune(tx, now - KEEP, now - KEEP_POLLS))
