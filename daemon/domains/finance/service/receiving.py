"""Payments: what came in against an invoice, and what went back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from daemon.domains.finance.domain.errors import (
    AmountTooLargeError,
    InvoiceSettledError,
    PaymentStateError,
)
from daemon.domains.finance.domain.invoices import settled
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.records import (
    Client,
    Invoice,
    Method,
    Payment,
    PaymentChanged,
    PaymentState,
)
from daemon.domains.finance.store import rows
from daemon.infra.database import Connection
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk

RANK: dict[PaymentState, int] = {"pending": 0, "overdue": 1, "received": 2, "refunded": 3}
"""A payment only ever moves up; what arrives late about an earlier state changes nothing."""


class Payments:
    """Received by hand or told by a provider; either way the invoice follows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def receive(
        self,
        invoice_id: str,
        amount: int | None,
        method: Method,
        *,
        at: datetime | None,
        note: str | None,
    ) -> Payment:
        """Write down money that came in; without an amount, all that is open."""

        def commit(tx: Connection) -> Payment:
            invoice = rows.get(tx, Invoice, invoice_id)
            moment = at or self._desk.clock.now()
            self._desk.open_only(tx, moment, "receivedAt")
            if invoice.balance == 0:
                raise InvoiceSettledError(number=invoice.label)
            if amount is not None and amount > invoice.balance:
                raise AmountTooLargeError(field="amountCentavos", balance=invoice.balance)
            payment = Payment(
                id=new_id(),
                client_id=invoice.client_id,
                invoice_id=invoice.id,
                amount=amount or invoice.balance,
                currency=invoice.currency,
                method=method,
                state="received",
                at=moment,
                refunded_at=None,
                provider=None,
                provider_id=None,
                note=note,
            )
            rows.add(tx, self._desk.tenant_id, payment)
            self._came_in(tx, payment)
            return payment

        return await self._desk.database.write(commit)

    async def refund(self, payment_id: str) -> Payment:
        """Give a payment back, whole; its invoice is open again."""

        def commit(tx: Connection) -> Payment:
            payment = rows.get(tx, Payment, payment_id)
            if payment.state != "received":
                raise PaymentStateError(state=payment.state)
            return self.move(tx, payment, "refunded", self._desk.clock.now())

        return await self._desk.database.write(commit)

    async def get(self, payment_id: str) -> Payment:
        """Return a payment."""
        return await self._desk.database.read(lambda tx: rows.get(tx, Payment, payment_id))

    async def page(self, equal: dict[str, Any], cursor: str | None, limit: int) -> Page[Payment]:
        """List payments, newest first."""
        found = await self._desk.database.read(
            lambda tx: rows.listed(tx, Payment, equal, cursor, limit)
        )
        return Page.of(found, limit, lambda one: one.id)

    def move(self, tx: Connection, payment: Payment, state: PaymentState, at: datetime) -> Payment:
        """Move a payment to a later state; an earlier one is old news."""
        if RANK[state] <= RANK[payment.state]:
            return payment
        came_in = payment.state == "received"
        moved = replace(payment, state=state)
        if state == "received":
            moved = replace(moved, at=at)
        if state == "refunded":
            moved = replace(moved, refunded_at=at)
        rows.save(tx, moved)
        if state == "received":
            self._came_in(tx, moved)
            return moved
        if state == "refunded" and came_in:
            self._settle(tx, moved, -moved.amount)
        self._desk.outbox.record(tx, PaymentChanged(moved.id, moved.invoice_id, state))
        return moved

    # -- the parts of it

    def _came_in(self, tx: Connection, payment: Payment) -> None:
        self._settle(tx, payment, payment.amount)
        if payment.client_id is not None:
            client = rows.get(tx, Client, payment.client_id)
            if client.first_paid_at is None or payment.at < client.first_paid_at:
                rows.save(tx, replace(client, first_paid_at=payment.at))
        self._desk.outbox.record(tx, PaymentChanged(payment.id, payment.invoice_id, payment.state))
        facts = {
            "payment": payment.id,
            "invoice": payment.invoice_id,
            "client": payment.client_id,
            "currency": payment.currency,
            "method": payment.method,
            "period": str(Month.of(payment.at, self._desk.zone)),
            "total_centavos": payment.amount,
        }
        known = {name: value for name, value in facts.items() if value is not None}
        self._desk.record(tx, "payment.received", known)

    def _settle(self, tx: Connection, payment: Payment, amount: int) -> None:
        if payment.invoice_id is None:
            return
        invoice = rows.get(tx, Invoice, payment.invoice_id)
        changed = replace(invoice, paid=invoice.paid + amount)
        rows.save(tx, replace(changed, status=settled(changed)))
