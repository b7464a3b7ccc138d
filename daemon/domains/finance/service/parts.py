"""The context, put together."""

from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import SecretStr

from daemon.domains.finance.domain.paying import code_of
from daemon.domains.finance.domain.records import Invoice, Payment
from daemon.domains.finance.domain.terms import Terms
from daemon.domains.finance.ports import (
    Connect,
    ProviderFailedError,
    ProviderRefusedError,
    Silence,
    Speech,
)
from daemon.kernel.errors import BadInputError

from .customers import Clients, Plans
from .desk import Desk
from .entitling import Entitlements
from .figures import Figures
from .invoicing import Invoices
from .receiving import Payments
from .reminding import Reminders
from .selling import Sales
from .subscribing import Subscriptions

Reached = Literal["ok", "refused", "unreachable"]


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
    connect: Connect | None

    @classmethod
    def of(
        cls,
        desk: Desk,
        sales: Sales | None = None,
        speech: Speech | None = None,
        connect: Connect | None = None,
    ) -> Self:
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
            connect,
        )

    async def change_terms(self, values: dict[str, Any]) -> Terms:
        """Change the tenant's terms. Raises BadInputError naming the field."""
        desk = self.desk
        await desk.database.write(
            lambda tx: desk.standing.change(tx, desk.tenant_id, values, desk.clock.now())
        )
        return await desk.standing.load(desk.database, desk.tenant_id)

    async def check_provider(self, url: str | None, key: SecretStr | None) -> Reached:
        """Say whether the provider answers at an address, and takes a key; None: as they stand."""
        terms = self.desk.terms
        other = url not in {None, terms.provider_url}
        used = terms.provider_key if key is None and not other else key
        if self.connect is None or used is None or not used.get_secret_value():
            # The key that is kept goes to no address but its own.
            raise BadInputError(
                field="provider.key",
                problem="is needed to try the connection",
                problem_pt="é preciso para testar a conexão",
            )
        try:
            await self.connect(url or terms.provider_url, used).check()
        except ProviderRefusedError:
            return "refused"
        except ProviderFailedError:
            return "unreachable"
        return "ok"

    def pix(self, invoice: Invoice, charge: Payment | None = None) -> str | None:
        """Return the Pix code for what is open on an invoice; None without a key or a debt."""
        return code_of(self.desk.merchant, invoice, charge)

    def overdue(self, invoice: Invoice) -> bool:
        """Say whether an invoice is open past its last day."""
        today = self.desk.clock.now().astimezone(self.desk.zone).date().isoformat()
        return invoice.balance > 0 and invoice.due_on < today
