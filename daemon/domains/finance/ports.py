"""What finance needs from outside."""

from typing import Protocol

from .domain.provider import Bill, Charge


class ProviderRefusedError(Exception):
    """The provider will not charge for this bill, however often it is asked; `args[0]` says why."""


class PaymentProvider(Protocol):
    """Charges for invoices; what becomes of a charge arrives by webhook."""

    name: str

    async def charge(self, bill: Bill) -> Charge:
        """Return the charge for a bill: the one that was made before, or a new one.

        Raises ProviderRefusedError for a bill it does not take, OSError-like errors to try again.
        """
        ...
