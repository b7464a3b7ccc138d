"""What a payment provider is asked for and tells: decimals in, whole centavos out."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from daemon.kernel.errors import BadInputError

from .money import MOST
from .records import Method, PaymentState

MAX_ID = 100
EVENTS: dict[str, PaymentState] = {
    "PAYMENT_CREATED": "pending",
    "PAYMENT_OVERDUE": "overdue",
    "PAYMENT_CONFIRMED": "received",
    "PAYMENT_RECEIVED": "received",
    "PAYMENT_REFUNDED": "refunded",
}
METHODS: dict[str, Method] = {
    "PIX": "pix",
    "BOLETO": "boleto",
    "CREDIT_CARD": "card",
    "DEBIT_CARD": "card",
    "TRANSFER": "transfer",
}


@dataclass(frozen=True)
class Notice:
    """One event about one charge; `state` is None for events that mean nothing to us."""

    id: str
    state: PaymentState | None
    charge_id: str
    invoice_id: str | None
    amount: int
    method: Method
    paid_on: str | None


@dataclass(frozen=True)
class Bill:
    """What a provider needs to know to charge for an invoice."""

    invoice_id: str
    label: str
    amount: int
    due_on: str
    client_id: str
    name: str
    document: str
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Charge:
    """A charge as the provider made it; `code` is its own Pix code, `url` its page."""

    id: str
    code: str | None
    url: str | None


def centavos(value: Any, field: str) -> int:
    """Return an amount in reais, a number or its text, as whole centavos."""
    try:
        amount = Decimal(value) if isinstance(value, int | str | Decimal) else Decimal("NaN")
        found = amount.scaleb(2)
        # Its size comes first: the digits of 1e999999999 are never written out.
        fits = found.is_finite() and 0 <= found <= MOST and found == found.to_integral_value()
    except ArithmeticError:
        fits = False
    if not fits or isinstance(value, bool):
        raise BadInputError(
            field=field,
            problem="must be an amount in reais",
            problem_pt="deve ser um valor em reais",
        )
    return int(found)


def reais(amount: int) -> str:
    """Return centavos as a decimal number: `99.90`."""
    return f"{amount // 100}.{amount % 100:02d}"
