"""The context, put together."""

from dataclasses import dataclass
from typing import Any, Self

from daemon.domains.finance.domain.paying import code_of
from daemon.domains.finance.domain.records import Invoice, Payment
from daemon.domains.finance.domain.terms import Terms
from daemon.domains.finance.ports import Silence, Speech

from .customers import Clients, Plans
from .desk import Desk
from .entitling import Entitlements
from .figures import Figures
from .invoicing import Invoices
from .receiving import Payments
from .reminding import Reminders
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
    entitlements: Entitlements
    reminders: Reminders

    @classmethod
    def of(cls, desk: Desk, sales: Sales | None = None, speech: Speech | None = None) -> Self:
        """Build it on a desk; without a speech clients are not spoken to."""
        subscriptions = Subscriptions(desk)
        return cls(
            desk,
            Plans(desk),
            Clients(desk),
            subscriptions,
            Invoices(desk),
            Payments(desk),
            sales or Sales(desk),
            Figures(desk),
            Entitlements(desk),
            Reminders(desk, subscriptions, speech or Silence()),
        )

    async def change_terms(self, values: dict[str, Any]) -> Terms:
        """Change the tenant's terms. Raises BadInputError naming the field."""
        desk = self.desk
        await desk.database.write(
            lambda tx: desk.standing.change(tx, desk.tenant_id, values, desk.clock.now())
        )
        return await desk.standing.load(desk.database, desk.tenant_id)

    def pix(self, invoice: Invoice, charge: Payment | None = None) -> str | None:
        """Return the Pix code for what is open on an invoice; None without a key or a debt."""
        return code_of(self.desk.merchant, invoice, charge)

    def overdue(self, invoice: Invoice) -> bool:
        """Say whether an invoice is open past its last day."""
        today = self.desk.clock.now().astimezone(self.desk.zone).date().isoformat()
        return invoice.balance > 0 and invoice.due_on < today
