"""The context, put together."""

from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr

from daemon.domains.finance.domain.pix import br_code
from daemon.domains.finance.domain.records import Invoice, Payment

from .customers import Clients, Plans
from .desk import Desk
from .entitling import Entitlements
from .figures import Figures
from .invoicing import Invoices
from .receiving import Payments
from .selling import Sales
from .subscribing import Subscriptions

NO_TOKEN = SecretStr("")


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
    webhook_token: SecretStr

    @classmethod
    def of(
        cls, desk: Desk, webhook_token: SecretStr = NO_TOKEN, sales: Sales | None = None
    ) -> Self:
        """Build it on a desk; without a token no provider is listened to."""
        return cls(
            desk,
            Plans(desk),
            Clients(desk),
            Subscriptions(desk),
            Invoices(desk),
            Payments(desk),
            sales or Sales(desk),
            Figures(desk),
            Entitlements(desk),
            webhook_token,
        )

    def pix(self, invoice: Invoice, charge: Payment | None = None) -> str | None:
        """Return the Pix code for what is open on an invoice; None without a key or a debt.

        The provider's own code comes first, as long as it asks for what is open: it confirms
        itself.
        """
        merchant = self.desk.merchant
        if charge is not None and charge.code and charge.amount == invoice.balance:
            return charge.code
        if merchant is None or invoice.balance == 0 or invoice.currency != "BRL":
            return None
        return br_code(merchant, invoice.balance, invoice.label)

    def overdue(self, invoice: Invoice) -> bool:
        """Say whether an invoice is open past its last day."""
        today = self.desk.clock.now().astimezone(self.desk.zone).date().isoformat()
        return invoice.balance > 0 and invoice.due_on < today
