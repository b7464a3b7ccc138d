"""How an invoice is paid by Pix: the code to copy, and its picture."""

import io
from collections.abc import Mapping, Sequence

import segno

from .pix import Merchant, br_code
from .records import Invoice, Payment

SCALE = 8  # pixels of a module: a phone reads it from another screen


def code_of(merchant: Merchant | None, invoice: Invoice, charge: Payment | None) -> str | None:
    """Return the Pix code for what is open on an invoice; None without a key or a debt.

    The provider's own code comes first, as long as it asks for what is open: it confirms itself.
    """
    if charge is not None and charge.code and charge.amount == invoice.balance:
        return charge.code
    if merchant is None or invoice.balance == 0 or invoice.currency != "BRL":
        return None
    return br_code(merchant, invoice.balance, invoice.label)


def code_of_all(
    merchant: Merchant | None, invoices: Sequence[Invoice], charges: Mapping[str, Payment]
) -> str | None:
    """Return one Pix code for what is open on several invoices; None where one has a charge.

    A charge of the provider is paid by itself, or it would be paid twice.
    """
    payable = all(one.currency == "BRL" for one in invoices) and not charges
    total = sum(one.balance for one in invoices)
    return br_code(merchant, total) if merchant is not None and payable and total else None


def svg(text: str) -> bytes:
    """Draw a code; the quiet zone is part of it, so that it can be read on any background."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", border=4, light="#fff", xmldecl=False, omitsize=True
    )
    return drawn.getvalue()


def png(text: str) -> bytes:
    """Draw a code as a picture to send."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", border=4, scale=SCALE)
    return drawn.getvalue()
