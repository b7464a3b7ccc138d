"""The clock's part: time passes for subscriptions, and months that are over are closed."""

from daemon.kernel.jobs import Job

from .service.desk import Desk
from .service.figures import Figures
from .service.invoicing import Invoices
from .service.subscribing import Subscriptions

TICK = "finance.tick"


class FinanceTasks:
    """Everything here may run twice, or late: the second time changes nothing."""

    def __init__(
        self, desk: Desk, subscriptions: Subscriptions, invoices: Invoices, figures: Figures
    ) -> None:
        self._desk, self._subscriptions = desk, subscriptions
        self._invoices, self._figures = invoices, figures

    async def tick(self, _: Job | None = None) -> None:
        """Close each month that is over, in order, then bring subscriptions to the present."""
        for month in await self._figures.to_close():
            await self._subscriptions.advance(month.ends(self._desk.zone))
            await self._invoices.draw(month)
            await self._figures.close(month)
        await self._subscriptions.advance(self._desk.clock.now())
