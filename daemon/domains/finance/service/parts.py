"""The context, put together."""

from dataclasses import dataclass
from typing import Self

from daemon.domains.finance.domain.pix import br_code
from daemon.domains.finance.domain.records import Invoice

from .customers import Clients, Plans
from .desk import Desk
from .figures import Figures
from .invoicing import Invoices
from .receiving import Payments
from .selling import Sales
from .subscribing import Subscriptions


@dataclass(frozen=True)
class Finance:
    """Every area of it."""

    desk: Desk
    plans: Plans
    clients: Clients
    subscriptions: Subscriptions
    invoices: Invoices
    payments: Payments
    sales: Sales
    figures: Figures

    @classmethod
    def of(cls, desk: Desk) -> Self:
        """Build it on a desk."""
        return cls(
            desk,
            Plans(desk),
            Clients(desk),
            Subscriptions(desk),
            Invoices(desk),
            Payments(desk),
            Sales(desk),
            Figures(desk),
        )

    def pix(self, invoice: Invoice) -> str | None:
        """Return the Pix code for what is open on an invoice; None without a key or a debt."""
        merchant = self.desk.merchant
        if merchant is None or invoice.balance == 0 or invoice.currency != "BRL":
            return None
        return br_code(merchant, invoice.balance, invoice.label)

    def overdue(self, invoice: Invoice) -> bool:
        """Say whether an invoice is open past its last day."""
        today = self.desk.clock.now().astimezone(self.desk.zone).date().isoformat()
        return invoice.balance > 0 and invoice.due_on < today
