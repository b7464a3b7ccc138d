"""Jobs of integrations."""

from collections.abc import Awaitable, Callable

from daemon.domains.integrations.service.desk import Desk
from daemon.domains.integrations.service.files import DROP
from daemon.domains.integrations.service.hooks import START
from daemon.domains.integrations.service.parts import Integrations
from daemon.domains.integrations.service.pulling import DUE, PULL
from daemon.domains.integrations.service.pushing import PUSH, SWEEP
from daemon.domains.integrations.store import deliveries
from daemon.kernel.jobs import Job

TIDY = "integrations.tidy"


def handlers(desk: Desk, parts: Integrations) -> dict[str, Callable[[Job], Awaitable[None]]]:
    """Return the handlers by kind; each may run twice."""

    async def tidy(_: Job) -> None:
        before = desk.clock.now() - desk.keep
        await desk.database.write(lambda tx: deliveries.prune(tx, before))

    async def look(job: Job) -> None:
        await parts.files.look(job)

    return {
        TIDY: tidy,
        DROP: look,
        PUSH: parts.pusher.push,
        SWEEP: parts.pusher.sweep,
        DUE: parts.puller.due,
        PULL: parts.puller.pull,
        START: parts.hooks.start,
    }
