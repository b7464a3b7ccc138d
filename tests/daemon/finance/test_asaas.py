"""The adapter against a server that stands in for Asaas: real HTTP on the loopback."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from daemon.domains.finance.asaas import Asaas
from daemon.domains.finance.domain.provider import Bill
from daemon.domains.finance.ports import ProviderFailedError, ProviderRefusedError
from daemon.domains.finance.tasks import ChargeTasks
from daemon.kernel.jobs import Job, ParkError
from tests.daemon.finance.conftest import Office
from tests.daemon.finance.stand_in import CODE, StandIn

BILL = Bill("inv-1", "F-000001", 9_905, "2026-02-11", "c-1", "Bela", "12345678000190", None, None)


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
async def asaas(stand_in: StandIn) -> AsyncIterator[Asaas]:
    async with TestServer(stand_in.app()) as server:
        yield Asaas(str(server.make_url("/")), SecretStr("key-1"))


async def test_a_charge_is_made_in_reais_for_a_customer_with_our_references(
    asaas: Asaas, stand_in: StandIn
) -> None:
    charge = await asaas.charge(BILL)
    assert (charge.id, charge.code, charge.url) == ("pay_0", CODE, "https://pay.example/1")
    (customer,), (payment,) = stand_in.rows["customers"], stand_in.rows["payments"]
    assert (customer["externalReference"], customer["cpfCnpj"]) == ("c-1", "12345678000190")
    assert payment["value"] == Decimal("99.05")
    assert (payment["customer"], payment["billingType"]) == (customer["id"], "PIX")
    assert (payment["externalReference"], payment["dueDate"]) == ("inv-1", "2026-02-11")
    assert stand_in.keys == {"key-1"}


async def test_a_charge_whose_answer_was_lost_is_found_again_and_not_made_twice(
    asaas: Asaas, stand_in: StandIn
) -> None:
    stand_in.lose_answer_of_next = True
    with pytest.raises(ProviderFailedError):
        await asaas.charge(BILL)
    assert (await asaas.charge(BILL)).id == "pay_0"
    assert (await asaas.charge(BILL)).id == "pay_0"
    assert len(stand_in.rows["payments"]) == len(stand_in.rows["customers"]) == 1


@pytest.mark.parametrize("status", [500, 503, 429, 401, 302])
async def test_what_may_pass_is_tried_again(asaas: Asaas, stand_in: StandIn, status: int) -> None:
    stand_in.status = status
    with pytest.raises(ProviderFailedError, match=str(status)):
        await asaas.charge(BILL)


async def test_a_bill_it_will_not_take_is_refused_without_the_clients_data(
    asaas: Asaas, stand_in: StandIn
) -> None:
    stand_in.status = 400
    with pytest.raises(ProviderRefusedError) as refused:
        await asaas.charge(BILL)
    assert str(refused.value) == "400 invalid_cpfCnpj"


async def test_nobody_at_the_other_end_is_tried_again() -> None:
    with pytest.raises(ProviderFailedError):
        await Asaas("http://127.0.0.1:9", SecretStr("k")).charge(BILL)


def job(invoice: dict[str, Any]) -> Job:
    return Job("j1", "finance.charge", {"invoice_id": invoice["id"]}, None, 1)


async def test_from_the_invoice_over_the_charge_to_the_paid_invoice(
    office: Office, asaas: Asaas, stand_in: StandIn
) -> None:
    await office.subscribe(await office.customer(document="12.345.678/0001-90"))
    await office.until("2026-02-01T00:05")
    (invoice,) = (await office.get("/billing/invoices"))["items"]
    tasks = ChargeTasks(lambda: asaas, office.finance.invoices, office.finance.payments)
    for _ in range(2):
        await tasks.charge(job(invoice))
    charged = await office.get(f"/billing/invoices/{invoice['id']}")
    assert charged["pix"] == CODE
    (payment,) = (await office.get("/billing/payments"))["items"]
    assert (payment["state"], payment["providerId"]) == ("pending", "pay_0")

    sent = stand_in.rows["payments"][0]
    event = {
        "id": "evt_1",
        "event": "PAYMENT_RECEIVED",
        "payment": {"id": sent["id"], "value": "99.00", "externalReference": invoice["id"]},
    }
    headers = {"asaas-access-token": "hook"}
    await office.ask("POST", "/billing/webhooks/asaas", json=event, headers=headers)
    paid = await office.get(f"/billing/invoices/{invoice['id']}")
    assert (paid["status"], paid["pix"]) == ("paid", None)
    await tasks.charge(job(invoice))  # nothing is open: nothing is charged
    assert len(stand_in.rows["payments"]) == 1


async def test_a_refused_charge_is_put_aside_for_a_person(
    office: Office, asaas: Asaas, stand_in: StandIn
) -> None:
    await office.subscribe(await office.customer(document="12.345.678/0001-90"))
    await office.until("2026-02-01T00:05")
    (invoice,) = (await office.get("/billing/invoices"))["items"]
    stand_in.status = 400
    tasks = ChargeTasks(lambda: asaas, office.finance.invoices, office.finance.payments)
    with pytest.raises(ParkError, match="invalid_cpfCnpj"):
        await tasks.charge(job(invoice))
    assert "pix@bela.example" in (await office.get("/billing/invoices"))["items"][0]["pix"]


async def test_a_client_without_a_document_pays_by_the_static_code(
    office: Office, asaas: Asaas, stand_in: StandIn
) -> None:
    await office.subscribe(await office.customer())
    await office.until("2026-02-01T00:05")
    (invoice,) = (await office.get("/billing/invoices"))["items"]
    tasks = ChargeTasks(lambda: asaas, office.finance.invoices, office.finance.payments)
    await tasks.charge(job(invoice))
    assert stand_in.rows["payments"] == []
