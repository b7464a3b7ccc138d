"""From a charge at the provider to the client's rights: the real wiring, a stand-in for Asaas."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from daemon.domains.finance.domain.asaas_event import read_notice
from daemon.domains.finance.tasks import CHARGE, REMIND
from daemon.kernel.jobs import Job
from tests.daemon.finance.rigging import Rig, an_invoice
from tests.daemon.finance.stand_in import CODE, StandIn
from tests.daemon.finance.test_provider import event


@pytest.fixture
async def stand_in() -> AsyncIterator[tuple[StandIn, str]]:
    made = StandIn()
    async with TestServer(made.app()) as server:
        yield made, str(server.make_url("/")).rstrip("/")


async def test_charge_confirm_receipt_entitlement(rig: Rig, stand_in: tuple[StandIn, str]) -> None:
    asaas, url = stand_in
    finance = rig.accounts.finance
    await finance.change_terms({"provider_url": url, "provider_key": "k2", "grace_days": 0})
    number = await an_invoice(rig, document="12345678000190")

    (charge,) = await rig.jobs(CHARGE)
    await rig.accounts.handlers[CHARGE](Job("j", CHARGE, charge, None, 1))
    assert [row["externalReference"] for row in asaas.rows["payments"]] == [number]
    assert asaas.keys == {"k2"}

    await rig.run(REMIND)
    _, code, _ = await rig.sent()
    assert code == CODE  # the provider's own, which confirms itself

    invoice = (await finance.invoices.get(number)).invoice
    rig.clock.advance(30 * 86_400)
    owing = await finance.entitlements.of(invoice.client_id)
    assert (owing.past_due, owing.suspended) == (9_900, True)

    told: dict[str, Any] = {"id": number}
    charged = asaas.rows["payments"][0]["id"]
    notice = read_notice(event("PAYMENT_RECEIVED", told, id=charged).encode())
    assert await finance.payments.notice("asaas", notice)
    assert not await finance.payments.notice("asaas", notice)

    assert (await rig.sent())[3:] == [
        "Recebemos o pagamento de R$ 99,00 da fatura F-000001. Obrigado, Bela!"
    ]
    again = await finance.entitlements.of(invoice.client_id)
    assert (again.past_due, again.suspended, again.active) == (0, False, True)
