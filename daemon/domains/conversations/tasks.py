"""Job handlers and scheduled work of conversations."""

from datetime import timedelta

from daemon.infra.database import Database
from daemon.infra.worker import Handler
from daemon.kernel.clock import Clock

from .ownership import RETURN, TURN
from .store import traces
from .turns import Turns


def handlers(turns: Turns) -> dict[str, Handler]:
    """Return the handlers by job kind."""
    return {TURN: turns.run, RETURN: turns.give_back}


async def prune_traces(database: Database, clock: Clock, keep: timedelta) -> int:
    """Forget traces older than `keep`."""
    before = clock.now() - keep
    return await database.write(lambda tx: traces.prune(tx, before))
