"""Routes of invoices, credit notes, payments and extras."""

import asyncio

from aiohttp import web

from daemon.domains.finance.domain.errors import (
    AmountTooLargeError,
    FinanceNotFoundError,
    InvoiceSettledError,
    NoNumberError,
    NothingToInvoiceError,
    PaymentStateError,
    PeriodClosedError,
    PhoneMissingError,
    PixMissingError,
)
from daemon.domains.finance.domain.paying import svg
from daemon.domains.finance.service.invoicing import Sheet
from daemon.domains.finance.service.parts import Finance
from daemon.kernel.pages import Page
from daemon.web.routing import Call, Routes
from daemon.web.schema import PageView

from .views import (
    FINANCE,
    InvoiceQuery,
    InvoiceView,
    LineView,
    NewCredit,
    NewInvoice,
    NewPayment,
    NewSale,
    PaymentQuery,
    PaymentView,
    SaleQuery,
    SaleView,
    SentView,
)

routes = Routes(tag="billing")


def shown(finance: Finance, sheet: Sheet) -> InvoiceView:
    """Return an invoice as the API shows it, with its Pix code."""
    invoice = sheet.invoice
    plain = {
        name: getattr(invoice, name)
        for name in InvoiceView.model_fields
        if name not in {"pix", "lines", "overdue"}
    }
    return InvoiceView(
        **plain,
        overdue=finance.overdue(invoice),
        pix=finance.pix(invoice, sheet.charge),
        lines=[LineView.model_validate(line) for line in sheet.lines],
    )


@routes.get("/billing/upsells", query=SaleQuery, returns=PageView[SaleView])
async def sales(call: Call[None, SaleQuery]) -> Page[SaleView]:
    """List what was sold on top, newest first."""
    query = call.query
    found = await call.app[FINANCE].sales.page(query.client_id, query.cursor, query.limit)
    return Page([SaleView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/billing/upsells",
    body=NewSale,
    examples={
        "body": {"clientId": "", "description": "Treinamento da equipe", "amountCentavos": 35000}
    },
    returns=SaleView,
    status=201,
    errors=[FinanceNotFoundError],
)
async def sell(call: Call[NewSale, None]) -> SaleView:
    """Sell an extra; it stands on the client's next invoice."""
    body = call.body
    made = await call.app[FINANCE].sales.sell(
        body.client_id, body.description, body.amount_centavos
    )
    return SaleView.model_validate(made)


@routes.get("/billing/invoices", query=InvoiceQuery, returns=PageView[InvoiceView])
async def invoices(call: Call[None, InvoiceQuery]) -> Page[InvoiceView]:
    """List invoices and credit notes, newest first."""
    query, finance = call.query, call.app[FINANCE]
    equal = query.model_dump(include={"client_id", "status", "period"})
    found = await finance.invoices.page(equal, query.cursor, query.limit)
    return Page([shown(finance, one) for one in found.items], found.next_cursor)


@routes.post(
    "/billing/invoices",
    body=NewInvoice,
    examples={"body": {"clientId": ""}},
    returns=InvoiceView,
    status=201,
    also=[200],
    errors=[FinanceNotFoundError, NothingToInvoiceError],
)
async def draw(call: Call[NewInvoice, None]) -> web.Response:
    """Draw up an invoice at once, from what is open for a client: a first charge, extras.

    Asked again while nothing new is open, the answer is the same invoice, with the status 200. What
    is used of a running month still goes onto the month's own invoice.
    """
    finance = call.app[FINANCE]
    number, fresh = await finance.invoices.draw_now(call.body.client_id)
    view = shown(finance, await finance.invoices.get(number))
    return web.Response(
        body=view.model_dump_json(by_alias=True).encode(),
        status=201 if fresh else 200,
        content_type="application/json",
    )


@routes.get("/billing/invoices/{id}", returns=InvoiceView, errors=[FinanceNotFoundError])
async def invoice(call: Call[None, None]) -> InvoiceView:
    """Show an invoice."""
    finance = call.app[FINANCE]
    return shown(finance, await finance.invoices.get(call.path["id"]))


@routes.get(
    "/billing/invoices/{id}/pix.svg",
    media="image/svg+xml",
    errors=[FinanceNotFoundError, PixMissingError],
)
async def picture(call: Call[None, None]) -> web.Response:
    """Draw the Pix code of an invoice as a QR picture."""
    finance = call.app[FINANCE]
    sheet = await finance.invoices.get(call.path["id"])
    code = finance.pix(sheet.invoice, sheet.charge)
    if code is None:
        raise PixMissingError(number=sheet.invoice.label)
    return web.Response(body=await asyncio.to_thread(svg, code), content_type="image/svg+xml")


@routes.post(
    "/billing/invoices/{id}/send",
    returns=SentView,
    status=202,
    errors=[FinanceNotFoundError, InvoiceSettledError, PhoneMissingError, NoNumberError],
)
async def send(call: Call[None, None]) -> SentView:
    """Send an invoice to its client's WhatsApp: words, the Pix code to copy, its QR picture.

    Asked again, it is sent again. The client's payment is thanked for by a receipt.
    """
    count = await call.app[FINANCE].reminders.send(call.path["id"])
    return SentView(messages=count)


@routes.post(
    "/billing/invoices/{id}/credit-notes",
    role="owner",
    body=NewCredit,
    examples={"body": {"amountCentavos": 1000, "reason": "Um dia sem atendimento"}},
    returns=InvoiceView,
    status=201,
    errors=[FinanceNotFoundError, AmountTooLargeError, InvoiceSettledError],
)
async def credit(call: Call[NewCredit, None]) -> InvoiceView:
    """Correct an invoice by a credit note; what was paid already is kept for the next one."""
    finance, body = call.app[FINANCE], call.body
    note = await finance.invoices.credit(call.path["id"], body.amount_centavos, body.reason)
    return shown(finance, await finance.invoices.get(note.id))


@routes.get("/billing/payments", query=PaymentQuery, returns=PageView[PaymentView])
async def payments(call: Call[None, PaymentQuery]) -> Page[PaymentView]:
    """List payments, newest first."""
    query = call.query
    equal = query.model_dump(include={"client_id", "invoice_id", "state"})
    found = await call.app[FINANCE].payments.page(equal, query.cursor, query.limit)
    return Page([PaymentView.model_validate(one) for one in found.items], found.next_cursor)


@routes.post(
    "/billing/payments",
    body=NewPayment,
    examples={"body": {"invoiceId": "", "amountCentavos": 500, "method": "pix", "note": "Sinal"}},
    returns=PaymentView,
    status=201,
    errors=[FinanceNotFoundError, AmountTooLargeError, InvoiceSettledError, PeriodClosedError],
)
async def receive(call: Call[NewPayment, None]) -> PaymentView:
    """Write down money that came in against an invoice."""
    body = call.body
    made = await call.app[FINANCE].payments.receive(
        body.invoice_id,
        body.amount_centavos,
        body.method,
        at=body.received_at,
        note=body.note,
    )
    return PaymentView.model_validate(made)


@routes.get("/billing/payments/{id}", returns=PaymentView, errors=[FinanceNotFoundError])
async def payment(call: Call[None, None]) -> PaymentView:
    """Show a payment."""
    return PaymentView.model_validate(await call.app[FINANCE].payments.get(call.path["id"]))


@routes.post(
    "/billing/payments/{id}/receive",
    returns=PaymentView,
    errors=[FinanceNotFoundError, PaymentStateError],
)
async def book(call: Call[None, None]) -> PaymentView:
    """Book a payment that was waited for, such as the Pix charge of a flow: it came in."""
    return PaymentView.model_validate(await call.app[FINANCE].payments.book(call.path["id"]))


@routes.post(
    "/billing/payments/{id}/refund",
    role="owner",
    returns=PaymentView,
    errors=[FinanceNotFoundError, PaymentStateError],
)
async def refund(call: Call[None, None]) -> PaymentView:
    """Give a payment back, whole; its invoice is open again."""
    return PaymentView.model_validate(await call.app[FINANCE].payments.refund(call.path["id"]))
