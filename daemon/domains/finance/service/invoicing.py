"""Invoices: drawn up at the month's edge, numbered without gaps, corrected by credit notes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from daemon.domains.finance.domain.errors import (
    AmountTooLargeError,
    InvoiceSettledError,
    NothingToInvoiceError,
)
from daemon.domains.finance.domain.invoices import drawn, due_on, overage, settled
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.provider import Bill
from daemon.domains.finance.domain.records import (
    Client,
    Invoice,
    InvoiceIssued,
    InvoiceKind,
    Line,
    LineKind,
    Origin,
    Payment,
    Plan,
    Subscription,
)
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection
from daemon.kernel.ids import new_id
from daemon.kernel.pages import Page

from .desk import Desk


@dataclass(frozen=True)
class Sheet:
    """An invoice with all that stands on it."""

    invoice: Invoice
    lines: list[Line]
    charge: Payment | None


class Invoices:
    """One invoice per client and month, and what corrects it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def draw(self, month: Month) -> int:
        """Draw up the month's invoices; doing it again draws up nothing. Return how many."""
        edge = month.ends(self._desk.zone)
        users = await self._desk.database.read(lambda tx: book.users_of(tx, str(month)))
        for number in users:
            await self._desk.database.write(lambda tx, one=number: self._meter(tx, one, month))  # type: ignore[misc]  # mypy cannot infer a lambda's default
        clients = await self._desk.database.read(lambda tx: book.waiting_clients(tx, edge))
        count = 0
        for client_id in clients:
            # One transaction each: a box that is killed in between goes on where it was.
            drew = await self._desk.database.write(
                lambda tx, one=client_id: self._draw(tx, one, month)  # type: ignore[misc]  # as above
            )
            count += bool(drew)
        return count

    async def draw_now(self, client_id: str) -> tuple[str, bool]:
        """Draw up an invoice of what is open; return its id, and whether it is a new one.

        While nothing is open, it is the latest one that was drawn up so.
        """
        return await self._desk.database.write(lambda tx: self._draw_now(tx, client_id))

    async def credit(self, invoice_id: str, amount: int | None, reason: str) -> Invoice:
        """Correct an invoice by a credit note; what was paid already is kept for the next one."""

        def commit(tx: Connection) -> Invoice:
            invoice = rows.get(tx, Invoice, invoice_id)
            left = invoice.total - invoice.credited if invoice.kind == "invoice" else 0
            wanted = left if amount is None else amount
            if left <= 0:
                raise InvoiceSettledError(number=invoice.label)
            if wanted > left:
                raise AmountTooLargeError(field="amountCentavos", balance=left)
            note = self._note(tx, invoice, wanted, reason)
            kept = max(0, wanted - invoice.balance)
            if kept:
                self.line(tx, invoice.client_id, "credit", -kept, description=note.label)
            corrected = replace(invoice, credited=invoice.credited + wanted)
            rows.save(tx, replace(corrected, status=settled(corrected)))
            return note

        return await self._desk.database.write(commit)

    async def get(self, invoice_id: str) -> Sheet:
        """Return an invoice with its lines and the charge that waits on it."""

        def query(tx: Connection) -> Sheet:
            return _sheets(tx, [rows.get(tx, Invoice, invoice_id)])[0]

        return await self._desk.database.read(query)

    async def bill(self, invoice_id: str) -> Bill | None:
        """Return what a provider is to charge; None when nothing is open or nobody is named.

        Providers ask for the client's CPF or CNPJ.
        """

        def query(tx: Connection) -> Bill | None:
            invoice = rows.get(tx, Invoice, invoice_id)
            client = rows.get(tx, Client, invoice.client_id)
            if invoice.balance == 0 or client.document is None:
                return None
            return Bill(
                invoice_id=invoice.id,
                label=invoice.label,
                amount=invoice.balance,
                due_on=invoice.due_on,
                client_id=client.id,
                name=client.name,
                document=client.document,
                email=client.email,
                phone=client.phone,
            )

        return await self._desk.database.read(query)

    async def page(
        self,
        equal: dict[str, Any],
        cursor: str | None,
        limit: int,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Page[Sheet]:
        """List invoices, newest first."""
        dated = rows.Dated.between("issued_at", start, end)

        def query(tx: Connection) -> list[Sheet]:
            return _sheets(tx, rows.listed(tx, Invoice, equal, cursor, limit, dated=dated))

        found = await self._desk.database.read(query)
        return Page.of(found, limit, lambda sheet: sheet.invoice.id)

    # -- the parts of it

    def _meter(self, tx: Connection, number: str, month: Month) -> None:
        subscription = rows.get(tx, Subscription, number)
        plan, used = rows.get(tx, Plan, subscription.plan_id), book.used(tx, number, str(month))
        last = month.ends(self._desk.zone) - (datetime.resolution)
        for line in overage(subscription, plan, used, month, last):
            book.add_line(tx, self._desk.tenant_id, line)

    def _draw(self, tx: Connection, client_id: str, month: Month) -> Invoice | None:
        known = rows.find(
            tx, Invoice, client_id=client_id, period=str(month), currency=self._desk.currency
        )
        if any(one.kind == "invoice" and one.origin == "month" for one in known):
            return None
        return self._consolidate(tx, client_id, month, month.ends(self._desk.zone), "month")

    def _draw_now(self, tx: Connection, client_id: str) -> tuple[str, bool]:
        rows.get(tx, Client, client_id)
        now = self._desk.clock.now()
        month, before = Month.of(now, self._desk.zone), now + datetime.resolution
        invoice = self._consolidate(tx, client_id, month, before, "request")
        if invoice is not None:
            return invoice.id, True
        latest = rows.listed(
            tx, Invoice, {"client_id": client_id, "kind": "invoice", "origin": "request"}, None, 1
        )
        if not latest:
            raise NothingToInvoiceError(field="clientId")
        return latest[0].id, False

    def _consolidate(
        self, tx: Connection, client_id: str, month: Month, before: datetime, origin: Origin
    ) -> Invoice | None:
        """Put what waits onto an invoice; None, before a number is taken, if it is no debt."""
        lines = book.waiting_lines(tx, client_id, before)
        if not lines or sum(one.total for one in lines) < 0:
            return None  # the series has no gaps
        now = self._desk.clock.now()
        invoice = drawn(
            lines,
            number=book.next_number(tx, self._desk.tenant_id, "invoice"),
            client_id=client_id,
            month=month,
            at=now,
            due=due_on(now, self._desk.terms.due_days, self._desk.zone),
            origin=origin,
        )
        if invoice is not None:
            rows.add(tx, self._desk.tenant_id, invoice)
            book.put_on(tx, lines, invoice.id)
            self._tell(tx, invoice, lines)
            if self._desk.on_issued is not None and invoice.balance > 0:
                self._desk.on_issued(tx, invoice)
        return invoice

    def _note(self, tx: Connection, invoice: Invoice, amount: int, reason: str) -> Invoice:
        now = self._desk.clock.now()
        kind: InvoiceKind = "credit_note"
        note = Invoice(
            id=new_id(),
            kind=kind,
            number=book.next_number(tx, self._desk.tenant_id, kind),
            client_id=invoice.client_id,
            period=str(Month.of(now, self._desk.zone)),
            currency=invoice.currency,
            issued_at=now,
            due_on=due_on(now, 0, self._desk.zone),
            total=-amount,
            paid=0,
            credited=0,
            status="credited",
            corrects=invoice.id,
            reason=reason,
        )
        rows.add(tx, self._desk.tenant_id, note)
        line = self.line(
            tx, invoice.client_id, "credit", -amount, description=invoice.label, invoice_id=note.id
        )
        self._tell(tx, note, [line])
        return note

    def line(
        self,
        tx: Connection,
        client_id: str,
        kind: LineKind,
        amount: int,
        *,
        description: str,
        invoice_id: str | None = None,
    ) -> Line:
        """Write a line of its own; without an invoice it waits for the next one."""
        number = new_id()
        line = Line(
            id=number,
            key=number,
            client_id=client_id,
            subscription_id=None,
            invoice_id=invoice_id,
            kind=kind,
            code=kind,
            description=description,
            quantity=1,
            unit=amount,
            total=amount,
            currency=self._desk.currency,
            at=self._desk.clock.now(),
            from_at=None,
            until_at=None,
        )
        rows.add(tx, self._desk.tenant_id, line)
        return line

    def _tell(self, tx: Connection, invoice: Invoice, lines: list[Line]) -> None:
        self._desk.outbox.record(tx, InvoiceIssued(invoice.id, invoice.client_id, invoice.total))
        self._desk.record(
            tx,
            "invoice.issued",
            {
                "invoice": invoice.id,
                "client": invoice.client_id,
                "currency": invoice.currency,
                "period": invoice.period,
                "due": invoice.due_on,
                "total_centavos": invoice.total,
                "lines": [
                    {
                        "code": f"{line.kind}:{line.code}",
                        "quantity": line.quantity,
                        "total_centavos": line.total,
                    }
                    for line in lines
                ],
            },
        )


def _sheets(tx: Connection, found: Sequence[Invoice]) -> list[Sheet]:
    numbers = [invoice.id for invoice in found]
    lines, charges = book.lines_of(tx, numbers), book.charges_of(tx, numbers)
    return [Sheet(one, lines[one.id], charges.get(one.id)) for one in found]
