"""Charges of flows: by the tenant's payment provider, else by a static code of its own Pix key."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from daemon.domains.finance.asaas import Asaas, ProviderFailedError
from daemon.domains.finance.domain import provider as providing
from daemon.domains.finance.domain.paying import png
from daemon.domains.finance.domain.pix import br_code
from daemon.domains.finance.domain.records import Payment
from daemon.domains.finance.ports import PaymentProvider, ProviderRefusedError
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.store import rows
from daemon.domains.flows.ports import Bill, ChargeLaterError, File, KeepFile, Made
from daemon.domains.flows.store import flows as store
from daemon.infra.database import Connection
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id

log = structlog.get_logger(__name__)

NOBODY = "Cliente"


@dataclass(frozen=True)
class Charged:
    """A charge that a provider made."""

    provider: str
    bill: providing.Bill
    charge: providing.Charge


class FlowCharges:
    """Makes charges and tells whether they were paid."""

    def __init__(self, finance: Finance, keep: KeepFile, clock: Clock) -> None:
        self._finance, self._keep, self._clock = finance, keep, clock

    async def charge(self, bill: Bill, *, patient: bool) -> Made | None:
        """Charge by the provider if there is one that can; else by a static code."""
        desk = self._finance.desk
        if desk.currency != "BRL":
            return None
        made, reason = None, ""
        if desk.terms.charges:
            made, reason = await self._provided(bill, patient=patient)
        if made is None and desk.merchant is not None:
            number = new_id()
            # The number of the payment stands in the code, so that no two codes are alike.
            code = br_code(desk.merchant, bill.centavos, number.replace("-", "")[-25:])
            made = Made(code, self._payment(number, code, bill), reason=reason)
        if made is None:
            return None
        return replace(made, picture=await self._picture(made.code))

    def book(self, tx: Connection, made: Made) -> str:
        """Write the charge down; one of a provider may be there already, by its webhook."""
        finance = self._finance
        if made.picture is not None:
            store.keep_file(tx, finance.desk.tenant_id, made.picture, self._clock.now())
        if isinstance(made.facts, Charged):
            facts = made.facts
            payment = finance.payments.keep(tx, facts.provider, facts.bill, facts.charge)
            rows.save(tx, replace(payment, note=facts.bill.label))
            return payment.id
        payment = made.facts
        rows.add(tx, finance.desk.tenant_id, payment)
        return str(payment.id)

    def paid(self, tx: Connection, payment_id: str) -> bool:
        """Say whether the money came in."""
        return any(one.state == "received" for one in rows.find(tx, Payment, id=payment_id))

    def confirm(self, tx: Connection, payment_id: str) -> None:
        """Write down that it did."""
        payment = rows.get(tx, Payment, payment_id)
        self._finance.payments.move(tx, payment, "received", self._clock.now())

    # -- the parts of it

    async def _provided(self, bill: Bill, *, patient: bool) -> tuple[Made | None, str]:
        if not bill.document:
            return None, "no_document"
        terms = self._finance.desk.terms
        provider: PaymentProvider = Asaas(terms.provider_url, terms.provider_key)
        asked = self._asked(bill)
        try:
            charge = await provider.charge(asked)
        except ProviderRefusedError as error:
            log.warning("flow_charge_refused", reason=str(error))
            return None, "refused"
        except ProviderFailedError as error:
            if patient:
                raise ChargeLaterError from error
            log.warning("flow_charge_failed", reason=str(error))
            return None, "unreachable"
        if charge.code is None:
            return None, "no_code"
        return Made(charge.code, Charged(provider.name, asked, charge)), ""

    def _asked(self, bill: Bill) -> providing.Bill:
        desk = self._finance.desk
        until = self._clock.now() + timedelta(minutes=bill.minutes)
        # The same person is one customer of the provider, whatever the flow.
        who = hashlib.sha256(f"{desk.tenant_id}/{bill.document}".encode()).hexdigest()[:32]
        return providing.Bill(
            invoice_id=bill.key,
            label=bill.note or desk.terms.pix_name or NOBODY,
            amount=bill.centavos,
            due_on=until.astimezone(desk.zone).date().isoformat(),
            client_id=who,
            name=bill.name or NOBODY,
            document=bill.document,
            email=None,
            phone=bill.phone,
        )

    def _payment(self, number: str, code: str, bill: Bill) -> Payment:
        return Payment(
            id=number,
            client_id=None,
            invoice_id=None,
            amount=bill.centavos,
            currency=self._finance.desk.currency,
            method="pix",
            state="pending",
            at=self._clock.now(),
            refunded_at=None,
            provider=None,
            provider_id=None,
            code=code,
            url=None,
            note=bill.note or None,
        )

    async def _picture(self, code: str) -> File:
        data = await asyncio.to_thread(png, code)
        return await self._keep(data, mime="image/png", name="pix.png")
