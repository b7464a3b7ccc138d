"""Jobs of the roll-ups."""

from daemon.infra.worker import Handler
from daemon.kernel.jobs import Job

from .keeping import REBUILD, REFRESH, Keeper
from .meaning import LEARN, Embed, Meanings


def handlers(keeper: Keeper, meanings: Meanings, embed: Embed) -> dict[str, Handler]:
    """Return what runs at night, and when somebody asks for it."""

    async def refresh(_: Job) -> None:
        await keeper.refresh()

    async def rebuild(_: Job) -> None:
        await keeper.rebuild()

    async def learn(_: Job) -> None:
        await meanings.learn(embed)

    return {REFRESH: refresh, REBUILD: rebuild, LEARN: learn}
