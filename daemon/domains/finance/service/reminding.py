"""Reminders on WhatsApp: one rung at a time, until the invoice is paid or the client answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from daemon.domains.finance.domain.dunning import BY_HAND, Reminder, due_rung, receipt, words
from daemon.domains.finance.domain.errors import (
    InvoiceSettledError,
    NoNumberError,
    PhoneMissingError,
)
from daemon.domains.finance.domain.paying import code_of, png
from daemon.domains.finance.domain.records import Client, Invoice, Payment, Subscription
from daemon.domains.finance.ports import Picture, Said, Speech
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection

from .desk import Desk
from .subscribing import Subscriptions

BATCH = 100
RUNNING = frozenset({"trialing", "active", "paused"})


@dataclass(frozen=True)
class Step:
    """What to say about an invoice now."""

    phone: str
    rung: int
    texts: list[str]
    code: str | None


class Reminders:
    """Polite: a client hears of one invoice a day, and never again once it has answered."""

    def __init__(self, desk: Desk, subscriptions: Subscriptions, speech: Speech) -> None:
        self._desk, self._subscriptions, self._speech = desk, subscriptions, speech

    async def remind(self) -> int:
        """Say what is due today; return to how many. Saying it and knowing it is one commit.

        A subscription whose last reminder is long ago ends, where the terms say so.
        """
        if not self._desk.terms.reminders_agent:
            return 0
        count, cursor = 0, ""
        while found := await self._page(cursor):
            cursor = found[-1].id
            for invoice in found:
                count += await self._one(invoice.id)
                await self._end(invoice.id)
        return count

    async def send(self, invoice_id: str) -> int:
        """Send an invoice because somebody asks; return how many messages that are.

        Raises InvoiceSettledError, PhoneMissingError or NoNumberError.
        """

        def query(tx: Connection) -> Step:
            invoice, client = self._whose(tx, invoice_id)
            if invoice.balance == 0:
                raise InvoiceSettledError(number=invoice.label)
            if client.phone is None:
                raise PhoneMissingError
            return self._step(tx, invoice, client, BY_HAND)

        step = await self._desk.database.read(query)
        said = await self._drawn(step)

        def commit(tx: Connection) -> bool:
            return self._say(tx, invoice_id, step, said)

        if not await self._desk.database.write(commit):
            raise NoNumberError
        return len(said)

    def thank(self, tx: Connection, payment: Payment) -> None:
        """Send the receipt of a payment, in its transaction, to whoever was sent the invoice."""
        if payment.invoice_id is None:
            return
        told = book.reminded(tx, payment.invoice_id)
        if not self._desk.terms.reminders_agent and told.first is None:
            return
        invoice, client = self._whose(tx, payment.invoice_id)
        if client.phone is not None:
            text = receipt(invoice, client.name, payment.amount, self._desk.terms.language)
            self._speech.say(tx, client.phone, [text])

    # -- the parts of it

    async def _page(self, cursor: str) -> list[Invoice]:
        return await self._desk.database.read(lambda tx: book.open_invoices(tx, cursor, BATCH))

    async def _one(self, invoice_id: str) -> bool:
        """Draw the picture beside the writer, then say it if nothing happened meanwhile."""
        step = await self._desk.database.read(lambda tx: self._due(tx, invoice_id))
        if step is None:
            return False
        said = await self._drawn(step)

        def commit(tx: Connection) -> bool:
            if self._due(tx, invoice_id) != step:
                return False
            since = book.reminded(tx, invoice_id).first
            if since is not None and self._speech.answered(tx, step.phone, since):
                now = self._desk.clock.now()
                book.remind(tx, self._desk.tenant_id, invoice_id, step.rung, now, stopped=True)
                return False
            return self._say(tx, invoice_id, step, said)  # False: tomorrow is another day

        return await self._desk.database.write(commit)

    def _due(self, tx: Connection, invoice_id: str) -> Step | None:
        now = self._desk.clock.now()
        morning = datetime.combine(now.astimezone(self._desk.zone), time(), self._desk.zone)
        invoice, client = self._whose(tx, invoice_id)
        told = book.reminded(tx, invoice_id)
        before = Reminder(told.rung, told.stopped)
        rung = due_rung(invoice.due_on, morning.date(), before, self._desk.terms.rungs)
        if invoice.balance == 0 or client.phone is None or rung is None:
            return None
        if book.reminded_since(tx, client.id, morning):
            return None  # one invoice a day
        return self._step(tx, invoice, client, rung)

    def _step(self, tx: Connection, invoice: Invoice, client: Client, rung: int) -> Step:
        terms = self._desk.terms
        code = code_of(terms.merchant, invoice, book.charges_of(tx, [invoice.id]).get(invoice.id))
        texts = words(rung, invoice, client.name, code, language=terms.language, rungs=terms.rungs)
        return Step(client.phone or "", rung, texts, code)

    async def _drawn(self, step: Step) -> list[Said]:
        """Return the messages of a step, with the picture of its code."""
        if step.code is None:
            return list(step.texts)
        picture: Picture = await self._speech.keep(
            await asyncio.to_thread(png, step.code), "pix.png"
        )
        return [*step.texts, picture]

    def _say(self, tx: Connection, invoice_id: str, step: Step, said: Sequence[Said]) -> bool:
        if not self._speech.say(tx, step.phone, said):
            return False
        now = self._desk.clock.now()
        book.remind(tx, self._desk.tenant_id, invoice_id, step.rung, now, stopped=False)
        return True

    async def _end(self, invoice_id: str) -> None:
        """End what an invoice charges for, once its last reminder is long enough ago."""
        for number in await self._desk.database.read(lambda tx: self._lost(tx, invoice_id)):
            await self._subscriptions.cancel(
                number, later=False, reason="payment_failure", give_back=False
            )

    def _lost(self, tx: Connection, invoice_id: str) -> list[str]:
        patience, told = self._desk.terms.patience, book.reminded(tx, invoice_id)
        over = told.rung is not None and told.rung >= len(self._desk.terms.rungs) - 1
        if patience is None or not over or told.stopped or told.last is None or told.first is None:
            return []
        invoice, client = self._whose(tx, invoice_id)
        if invoice.balance == 0 or self._desk.clock.now() < told.last + patience:
            return []
        if client.phone is not None and self._speech.answered(tx, client.phone, told.first):
            return []  # who answers is a person's matter
        return [
            number
            for number in book.charged_for(tx, invoice_id)
            if rows.get(tx, Subscription, number).status in RUNNING
        ]

    def _whose(self, tx: Connection, invoice_id: str) -> tuple[Invoice, Client]:
        invoice = rows.get(tx, Invoice, invoice_id)
        return invoice, rows.get(tx, Client, invoice.client_id)
