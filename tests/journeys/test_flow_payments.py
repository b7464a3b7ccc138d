"""A Pix charge in a flow, by a payment provider: made once, paid while the box was killed."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from tests.daemon.finance.stand_in import CODE, StandIn
from tests.daemon.flows.drawings import SIGNAL
from tests.journeys.conftest import ANA
from tests.journeys.story import Linked

HOOK = "um-token-do-provedor"


@pytest.fixture
async def asaas(linked: Linked) -> AsyncIterator[StandIn]:
    made = StandIn()
    async with TestServer(made.app()) as server:
        url = str(server.make_url("/")).rstrip("/")
        provider = {"adapter": "asaas", "url": url, "key": "k", "webhookToken": HOOK}
        await linked.box.patch("/billing/settings", {"provider": provider})
        yield made


async def test_a_charge_is_made_once_and_its_payment_goes_on_after_a_kill(
    linked: Linked, asaas: StandIn
) -> None:
    box, whatsapp = linked.box, linked.whatsapp
    body = {"agentId": linked.agent, "name": "Reserva", "draft": SIGNAL}
    flow = (await box.post("/flows", body))["id"]
    await box.post(f"/flows/{flow}/publish", {})

    await whatsapp.say(ANA, "pix")
    asked = await whatsapp.answer(ANA, "Qual é o seu CPF", since=0)
    asaas.lose_answer_of_next = True
    await whatsapp.say(ANA, "529.982.247-25")
    code = await whatsapp.answer(ANA, CODE, since=asked["seq"])
    [charge] = asaas.rows["payments"]

    await box.kill("daemon")
    await box.ready()
    await linked.state("WORKING")
    paid = {
        "id": "evt_1",
        "event": "PAYMENT_RECEIVED",
        "payment": {
            "id": charge["id"],
            "value": 50.0,
            "billingType": "PIX",
            "externalReference": charge["externalReference"],
        },
    }
    for _ in range(2):
        await box.call(
            "POST", "/billing/webhooks/asaas", json=paid, headers={"asaas-access-token": HOOK}
        )
    await whatsapp.answer(ANA, "Pago!", since=code["seq"])

    [run] = (await box.get(f"/flows/{flow}/runs"))["items"]
    assert run["outcome"] == "completed"
    payments = (await box.get("/billing/payments"))["items"]
    assert [(one["state"], one["amountCentavos"]) for one in payments] == [("received", 5000)]
    assert len(asaas.rows["payments"]) == 1
    said = [one["text"] for one in await linked.messages(ANA) if one["text"] == "Pago!"]
    assert said == ["Pago!"]
