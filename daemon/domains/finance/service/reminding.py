"""Reminders on WhatsApp: one rung at a time, until the invoice is paid or the client answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from daemon.domains.finance.domain.dunning import (
    BY_HAND,
    Reminder,
    due_rung,
    is_last,
    receipt,
    summary,
    words,
)
from daemon.domains.finance.domain.errors import (
    InvoiceSettledError,
    NoNumberError,
    PhoneMissingError,
)
from daemon.domains.finance.domain.paying import code_of, code_of_all, png
from daemon.domains.finance.domain.records import Client, Invoice, Payment, Subscription
from daemon.domains.finance.ports import Picture, Said, Speech
from daemon.domains.finance.store import book, rows
from daemon.infra.database import Connection

from .desk import Desk
from .subscribing import Subscriptions

BATCH = 100
PACE = 30
"""Clients told in one go; the next go is minutes later, so that no number ever sends a flood."""
EARLIEST, LATEST = 8, 20
"""Hours of the tenant's day between which somebody may be reminded of a debt."""
RUNNING = frozenset({"trialing", "active", "paused"})


@dataclass(frozen=True)
class Step:
    """What to say to a client now, and about which invoices it says what rung."""

    phone: str
    rungs: tuple[tuple[str, int], ...]
    texts: list[str]
    code: str | None


class Reminders:
    """Polite: a client hears of what it owes at most once a day, and not again once it answered.

    Several invoices that are due to be mentioned, as after months in which the box was off, are
    one message that sums up what is open.
    """

    def __init__(self, desk: Desk, subscriptions: Subscriptions, speech: Speech) -> None:
        self._desk, self._subscriptions, self._speech = desk, subscriptions, speech

    async def remind(self, most: int = PACE) -> int:
        """Tell clients what is due today, `most` of them in one go; return how many were told.

        Saying it and knowing it is one commit, so whoever is left is told the next time this is
        called. A subscription whose last reminder is long ago ends, where the terms say so.
        """
        hour = self._desk.clock.now().astimezone(self._desk.zone).hour
        if not self._desk.terms.reminders_agent or not EARLIEST <= hour < LATEST:
            return 0
        count, cursor, seen = 0, "", set[str]()
        if not await self._desk.database.read(self._speech.ready):
            most = 0  # nobody can be told; what is over ends all the same
        while found := await self._page(cursor):
            cursor = found[-1].id
            for invoice in found:
                if count < most and invoice.client_id not in seen:
                    seen.add(invoice.client_id)
                    count += await self._one(invoice.client_id)
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
            return self._say(tx, step, said)

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

    async def _one(self, client_id: str) -> bool:
        """Draw the picture beside the writer, then say it if nothing happened meanwhile."""
        step = await self._desk.database.read(lambda tx: self._due(tx, client_id))
        if step is None:
            return False
        if any(await self._desk.database.read(lambda tx: self._answers(tx, step))):
            await self._desk.database.write(lambda tx: self._stop(tx, client_id))
            return await self._one(client_id)  # what it never heard of is still to be told
        said = await self._drawn(step)

        def commit(tx: Connection) -> bool:
            if self._due(tx, client_id) != step or any(self._answers(tx, step)):
                return False
            return self._say(tx, step, said)  # False: there is another time

        return await self._desk.database.write(commit)

    def _due(self, tx: Connection, client_id: str) -> Step | None:
        """Return what a client is to be told now."""
        now = self._desk.clock.now()
        morning = datetime.combine(now.astimezone(self._desk.zone), time(), self._desk.zone)
        client = rows.get(tx, Client, client_id)
        if client.phone is None or book.reminded_since(tx, client_id, morning):
            return None  # once a day
        if self._speech.refuses(tx, client.phone):
            return None
        known = [
            (one, book.reminded(tx, one.id))
            for one in rows.find(tx, Invoice, client_id=client_id, status="open")
            if one.balance > 0
        ]
        rungs = {
            one.id: due_rung(
                one.due_on,
                morning.date(),
                Reminder(told.rung, told.stopped, self._day(told.last)),
                self._desk.terms.rungs,
            )
            for one, told in known
        }
        due = [(one, rung) for one, _ in known if (rung := rungs[one.id]) is not None]
        if len(due) > 1:
            open_ones = [one for one, told in known if not told.stopped]
            return self._summed(tx, client, open_ones, due, morning.date())
        return self._step(tx, due[0][0], client, due[0][1]) if due else None

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else at.astimezone(self._desk.zone).date()

    def _answers(self, tx: Connection, step: Step) -> Sequence[str]:
        """Return the invoices that a client answered about after it was told of them."""
        found = []
        for number, _ in step.rungs:
            since = book.reminded(tx, number).first
            if since is not None and self._speech.answered(tx, step.phone, since):
                found.append(number)
        return found

    def _stop(self, tx: Connection, client_id: str) -> None:
        """Stop the ladders that a client answered to: it is a person's matter now."""
        step = self._due(tx, client_id)
        if step is None:
            return
        rungs, now = dict(step.rungs), self._desk.clock.now()
        for number in self._answers(tx, step):
            book.remind(tx, self._desk.tenant_id, number, rungs[number], now, stopped=True)

    def _summed(
        self,
        tx: Connection,
        client: Client,
        invoices: Sequence[Invoice],
        due: Sequence[tuple[Invoice, int]],
        today: date,
    ) -> Step:
        terms = self._desk.terms
        charges = book.charges_of(tx, [one.id for one in invoices])
        code = code_of_all(terms.merchant, invoices, charges)
        texts = summary(
            invoices,
            client.name,
            code,
            today=today,
            last=[one for one, rung in due if is_last(rung, terms.rungs)],
            urls={number: one.url for number, one in charges.items() if one.url},
            language=terms.language,
        )
        rungs = tuple((one.id, rung) for one, rung in due)
        return Step(client.phone or "", rungs, texts, code)

    def _step(self, tx: Connection, invoice: Invoice, client: Client, rung: int) -> Step:
        terms = self._desk.terms
        code = code_of(terms.merchant, invoice, book.charges_of(tx, [invoice.id]).get(invoice.id))
        texts = words(rung, invoice, client.name, code, language=terms.language, rungs=terms.rungs)
        return Step(client.phone or "", ((invoice.id, rung),), texts, code)

    async def _drawn(self, step: Step) -> list[Said]:
        """Return the messages of a step, with the picture of its code."""
        if step.code is None:
            return list(step.texts)
        picture: Picture = await self._speech.keep(
            await asyncio.to_thread(png, step.code), "pix.png"
        )
        return [*step.texts, picture]

    def _say(self, tx: Connection, step: Step, said: Sequence[Said]) -> bool:
        if not self._speech.say(tx, step.phone, said):
            return False
        now = self._desk.clock.now()
        for number, rung in step.rungs:
            book.remind(tx, self._desk.tenant_id, number, rung, now, stopped=False)
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
