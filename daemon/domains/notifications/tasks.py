"""The jobs of notifications."""

from datetime import timedelta

from daemon.infra.worker import Handler
from daemon.kernel.jobs import Job

from .delivering import Deliveries
from .service import Notifications
from .telling import DELIVER, DIGEST
from .watching import LOOK, Watch

PRUNE = "notifications.prune"
KEEP = timedelta(days=180)


def handlers(
    watch: Watch, deliveries: Deliveries, notifications: Notifications
) -> dict[str, Handler]:
    """Return what the worker runs."""

    async def look(_: Job) -> None:
        await watch.look()

    async def prune(_: Job) -> None:
        await notifications.prune(KEEP)

    return {
        LOOK: look,
        DELIVER: deliveries.deliver,
        DIGEST: deliveries.digest,
        PRUNE: prune,
    }
