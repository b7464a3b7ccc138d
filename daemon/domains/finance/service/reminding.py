"""Reminders on WhatsApp: one rung at a time, until the invoice is paid or the client answers."""

from collections.abc import Callable, Sequence
from datetime import datetime, time

from daemon.domains.finance.domain.dunning import Language, Reminder, due_rung, receipt, words
from daemon.domains.finance.domain.records import Client, Invoice, Payment
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection

from .parts import Finance

Say = Callable[[Connection, str, Sequence[str]], bool]
"""Queues messages to a phone in this transaction; False when no number can send right now."""

Answered = Callable[[Connection, str, datetime], bool]
"""Says whether somebody wrote from a phone since a moment."""

BATCH = 100


class Reminders:
    """Polite: a client hears of one invoice a day, and never again once it has answered."""

    def __init__(
        self, finance: Finance, *, say: Say, answered: Answered, language: Language
    ) -> None:
        self._finance, self._desk = finance, finance.desk
        self._say, self._answered, self._language = say, answered, language

    async def remind(self) -> int:
        """Say what is due today; return to how many. Saying it and knowing it is one commit."""
        count, cursor = 0, ""
        while found := await self._page(cursor):
            cursor = found[-1].id
            for invoice in found:
                count += await self._one(invoice.id)
        return count

    def thank(self, tx: Connection, payment: Payment) -> None:
        """Send the receipt of a payment, in its transaction."""
        if payment.invoice_id is None:
            return
        invoice = rows.get(tx, Invoice, payment.invoice_id)
        client = rows.get(tx, Client, invoice.client_id)
        if client.phone is not None:
            text = receipt(invoice, client.name, payment.amount, self._language)
            self._say(tx, client.phone, [text])

    async def _page(self, cursor: str) -> list[Invoice]:
        return await self._desk.database.read(lambda tx: book.open_invoices(tx, cursor, BATCH))

    async def _one(self, invoice_id: str) -> bool:
        return await self._desk.database.write(lambda tx: self._remind(tx, invoice_id))

    def _remind(self, tx: Connection, invoice_id: str) -> bool:
        now = self._desk.clock.now()
        morning = datetime.combine(now.astimezone(self._desk.zone), time(), self._desk.zone)
        invoice = rows.get(tx, Invoice, invoice_id)
        client = rows.get(tx, Client, invoice.client_id)
        rung, since, stopped = book.reminded(tx, invoice_id)
        step = due_rung(invoice.due_on, morning.date(), Reminder(rung, stopped))
        if invoice.balance == 0 or client.phone is None or step is None:
            return False
        if book.reminded_since(tx, client.id, morning):
            return False  # one invoice a day
        if since is not None and self._answered(tx, client.phone, since):
            book.remind(tx, self._desk.tenant_id, invoice_id, step, now, stopped=True)
            return False
        charge = book.charges_of(tx, [invoice_id]).get(invoice_id)
        code = self._finance.pix(invoice, charge)
        said = words(step, invoice, client.name, code, self._language)
        if not self._say(tx, client.phone, said):
            return False  # tomorrow is another day
        book.remind(tx, self._desk.tenant_id, invoice_id, step, now, stopped=False)
        return True
