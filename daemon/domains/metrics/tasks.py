"""Jobs of the roll-ups."""

from daemon.infra.worker import Handler
from daemon.kernel.jobs import Job

from .keeping import REBUILD, REFRESH, Keeper


def handlers(keeper: Keeper) -> dict[str, Handler]:
    """Return what runs at night, and when somebody asks for it."""

    async def refresh(_: Job) -> None:
        await keeper.refresh()

    async def rebuild(_: Job) -> None:
        await keeper.rebuild()

    return {REFRESH: refresh, REBUILD: rebuild}
