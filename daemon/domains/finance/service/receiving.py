"""Payments: what came in against an invoice, and what went back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from daemon.domains.finance.domain.errors import (
    AmountTooLargeError,
    InvoiceSettledError,
    PaymentStateError,
    PeriodClosedError,
)
from daemon.domains.finance.domain.invoices import settled
from daemon.domains.finance.domain.months import Month, moment
from daemon.domains.finance.domain.provider import Bill, Charge, Notice
from daemon.domains.finance.domain.records import (
    Client,
    Invoice,
    Method,
    Payment,
    PaymentChanged,
    PaymentState,
)
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.errors import BadInputError
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
                code=None,
                url=None,
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

    async def notice(self, provider: str, notice: Notice) -> bool:
        """Take in what a provider tells; False when the event was here before.

        Events may come twice and in any order: a charge only ever moves on.
        """

        def commit(tx: Connection) -> bool:
            now = self._desk.clock.now()
            if not book.first_time(tx, self._desk.tenant_id, provider, notice.id, now):
                return False
            if notice.state is not None:
                payment = self._charged(tx, provider, notice)
                at = self._paid_at(tx, notice, now)
                if notice.state == "refunded" and RANK[payment.state] < RANK["received"]:
                    # What went back had come in, even if nobody told us so yet.
                    payment = self.move(tx, payment, "received", at)
                self.move(tx, payment, notice.state, at if notice.state == "received" else now)
            return True

        return await self._desk.database.write(commit)

    async def charged(self, provider: str, bill: Bill, charge: Charge) -> None:
        """Keep the charge that a provider made for an invoice, and how it is paid."""
        await self._desk.database.write(lambda tx: self.keep(tx, provider, bill, charge))

    def keep(self, tx: Connection, provider: str, bill: Bill, charge: Charge) -> Payment:
        """Keep a charge in the caller's transaction, once; the bill may be of no invoice."""
        notice = Notice("", "pending", charge.id, bill.invoice_id, bill.amount, "pix", None)
        payment = self._charged(tx, provider, notice)
        kept = replace(payment, code=charge.code, url=charge.url)
        rows.save(tx, kept)
        return kept

    async def book(self, payment_id: str) -> Payment:
        """Write down that a payment that was waited for came in, on the word of a person."""

        def commit(tx: Connection) -> Payment:
            payment = rows.get(tx, Payment, payment_id)
            if payment.state not in {"pending", "overdue"}:
                raise PaymentStateError(state=payment.state)
            return self.move(tx, payment, "received", self._desk.clock.now())

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

    def _charged(self, tx: Connection, provider: str, notice: Notice) -> Payment:
        """Return the payment of a charge, made at the first word of it."""
        found = rows.find(tx, Payment, provider=provider, provider_id=notice.charge_id)
        if found:
            return found[0]
        invoices = rows.find(tx, Invoice, id=notice.invoice_id) if notice.invoice_id else []
        payment = Payment(
            id=new_id(),
            client_id=invoices[0].client_id if invoices else None,
            invoice_id=invoices[0].id if invoices else None,
            amount=notice.amount,
            currency=self._desk.currency,
            method=notice.method,
            state="pending",
            at=self._desk.clock.now(),
            refunded_at=None,
            provider=provider,
            provider_id=notice.charge_id,
            code=None,
            url=None,
            note=None,
        )
        rows.add(tx, self._desk.tenant_id, payment)
        return payment

    def _paid_at(self, tx: Connection, notice: Notice, now: datetime) -> datetime:
        """Return the day the provider names, unless its month is closed; else, now."""
        try:
            at = moment(notice.paid_on, "payment.paymentDate", self._desk.zone) or now
            self._desk.open_only(tx, at, "payment.paymentDate")
        except (BadInputError, PeriodClosedError):
            return now
        return at

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
        if self._desk.on_paid is not None:
            self._desk.on_paid(tx, payment)

    def _settle(self, tx: Connection, payment: Payment, amount: int) -> None:
        if payment.invoice_id is None:
            return
        invoice = rows.get(tx, Invoice, payment.invoice_id)
        changed = replace(invoice, paid=invoice.paid + amount)
        rows.save(tx, replace(changed, status=settled(changed)))
