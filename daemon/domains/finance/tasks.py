"""The clock's part: time passes for subscriptions, and months that are over are closed."""

from collections.abc import Callable

from daemon.kernel.jobs import Job, ParkError

from .ports import PaymentProvider, ProviderRefusedError
from .service.desk import Desk
from .service.entitling import Entitlements
from .service.figures import Figures
from .service.invoicing import Invoices
from .service.receiving import Payments
from .service.subscribing import Subscriptions

TICK = "finance.tick"
CHARGE = "finance.charge"
REMIND = "finance.remind"


class FinanceTasks:
    """Everything here may run twice, or late: the second time changes nothing."""

    def __init__(
        self, desk: Desk, subscriptions: Subscriptions, invoices: Invoices, figures: Figures
    ) -> None:
        self._desk, self._subscriptions = desk, subscriptions
        self._invoices, self._figures = invoices, figures
        self._entitlements = Entitlements(desk)

    async def tick(self, _: Job | None = None) -> None:
        """Close each month that is over, in order, then bring subscriptions to the present."""
        for month in await self._figures.to_close():
            await self._subscriptions.advance(month.ends(self._desk.zone))
            await self._entitlements.measure_all(month)
            await self._invoices.draw(month)
            await self._figures.close(month)
        await self._subscriptions.advance(self._desk.clock.now())


class ChargeTasks:
    """Asks the provider to charge; the answer comes by webhook."""

    def __init__(
        self, provider: Callable[[], PaymentProvider], invoices: Invoices, payments: Payments
    ) -> None:
        """Ask `provider` anew each time: the terms may name another one."""
        self._provider, self._invoices, self._payments = provider, invoices, payments

    async def charge(self, job: Job) -> None:
        """Charge for an invoice, once, however often this is tried."""
        bill = await self._invoices.bill(job.payload["invoice_id"])
        if bill is None:
            return
        provider = self._provider()
        try:
            charge = await provider.charge(bill)
        except ProviderRefusedError as error:
            reason = f"the payment provider refused the charge: {error}"
            raise ParkError(reason) from error
        await self._payments.charged(provider.name, bill, charge)
