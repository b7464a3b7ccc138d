"""Job handlers and scheduled work of conversations."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from daemon.infra.database import Connection, Database
from daemon.infra.worker import Handler
from daemon.kernel.clock import Clock

from .ownership import RETURN, TURN
from .store import pruning, traces
from .store.forgetting import in_use
from .turns import Turns

Batch = Callable[[Connection], tuple[int, list[str]]]


def handlers(turns: Turns) -> dict[str, Handler]:
    """Return the handlers by job kind."""
    return {TURN: turns.run, RETURN: turns.give_back}


async def prune_traces(database: Database, clock: Clock, keep: timedelta) -> int:
    """Forget traces older than `keep`."""
    before = clock.now() - keep
    return await database.write(lambda tx: traces.prune(tx, before))


async def prune_messages(
    database: Database,
    clock: Clock,
    folder: Path,
    *,
    keep: timedelta | None,
    keep_media: timedelta | None,
) -> int:
    """Forget messages older than `keep`, and files older than `keep_media`; None: for good."""
    count = 0
    if keep is not None:
        before = clock.now() - keep
        count += await _batches(database, folder, partial(pruning.messages, before=before))
        await database.write(partial(pruning.previews, before=before))
    if keep_media is not None:
        before = clock.now() - keep_media
        count += await _batches(database, folder, partial(pruning.media, before=before))
    return count


async def _batches(database: Database, folder: Path, batch: Batch) -> int:
    total = 0
    while True:
        count, paths = await database.write(batch)
        # In a transaction, so that no message can come to show a file in between.
        await database.write(partial(_unlink, paths=paths, folder=folder))
        total += count
        if count < pruning.BATCH:
            return total


def _unlink(tx: Connection, *, paths: Sequence[str], folder: Path) -> None:
    for path in paths:
        if not in_use(tx, path):
            (folder / path).unlink(missing_ok=True)
