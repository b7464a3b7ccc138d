"""What goes onto an invoice, and what an invoice is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.kernel.ids import new_id

from .months import Month
from .records import Invoice, InvoiceStatus, Line, Origin, Plan, Subscription


def due_on(issued: datetime, days: int, zone: ZoneInfo) -> str:
    """Return the last day to pay, as the tenant's calendar has it."""
    return (issued.astimezone(zone).date() + timedelta(days=days)).isoformat()


def overage(
    subscription: Subscription, plan: Plan, used: dict[str, int], month: Month, at: datetime
) -> list[Line]:
    """Return a line per meter whose use passed what the plan includes and has a price."""
    lines = list[Line]()
    for meter, unit in sorted(plan.overage.items()):
        included = plan.entitlements.get(meter)
        beyond = 0 if included is None else max(0, used.get(meter, 0) - included)
        if beyond == 0 or unit == 0:
            continue
        lines.append(
            Line(
                id=new_id(),
                key=f"{subscription.id}:usage:{meter}:{month}",
                client_id=subscription.client_id,
                subscription_id=subscription.id,
                invoice_id=None,
                kind="usage",
                code=meter,
                description=meter,
                quantity=beyond,
                unit=unit,
                total=beyond * unit,
                currency=subscription.currency,
                at=at,
                from_at=None,
                until_at=None,
            )
        )
    return lines


def drawn(
    lines: Iterable[Line],
    *,
    number: int,
    client_id: str,
    month: Month,
    at: datetime,
    due: str,
    origin: Origin = "month",
) -> Invoice | None:
    """Consolidate lines; None while they are worth less than nothing: the credit is kept."""
    found = list(lines)
    total = sum(line.total for line in found)
    if not found or total < 0:
        return None
    return Invoice(
        id=new_id(),
        kind="invoice",
        number=number,
        client_id=client_id,
        period=str(month),
        currency=found[0].currency,
        issued_at=at,
        due_on=due,
        total=total,
        paid=0,
        credited=0,
        status="open" if total else "paid",
        corrects=None,
        reason=None,
        origin=origin,
    )


def settled(invoice: Invoice) -> InvoiceStatus:
    """Return the status that follows from what was paid and credited."""
    if invoice.balance > 0:
        return "open"
    return "credited" if invoice.credited >= invoice.total > 0 else "paid"
