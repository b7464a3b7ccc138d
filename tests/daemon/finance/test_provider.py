import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.finance.domain.provider import centavos, reais
from daemon.domains.finance.routes import hooks
from daemon.kernel.errors import BadInputError
from daemon.web.openapi import document
from tests.daemon.finance.conftest import Office

PATH = "/billing/webhooks/asaas"
TOKEN = {"asaas-access-token": "hook"}
EVENTS = ("PAYMENT_CREATED", "PAYMENT_OVERDUE", "PAYMENT_RECEIVED", "PAYMENT_REFUNDED")


def event(name: str, invoice: dict[str, Any], **payment: Any) -> str:
    """An event as the provider writes it: amounts in reais, as JSON numbers."""
    body = {
        "id": f"evt_{name}",
        "event": name,
        "dateCreated": "2026-02-03 10:00:00",
        "payment": {
            "object": "payment",
            "id": "pay_1",
            "customer": "cus_1",
            "value": 99.00,
            "netValue": 97.01,
            "billingType": "PIX",
            "externalReference": invoice["id"],
            "paymentDate": "2026-02-03",
            **payment,
        },
    }
    return json.dumps(body)


async def told(office: Office, body: str) -> Any:
    return await office.ask("POST", PATH, data=body, headers=TOKEN)


async def an_invoice(office: Office) -> dict[str, Any]:
    await office.subscribe(await office.customer())
    await office.until("2026-02-01T00:05")
    await office.until("2026-02-04T10:00")
    found: dict[str, Any] = (await office.get("/billing/invoices"))["items"][0]
    return found


async def state(office: Office, invoice: dict[str, Any]) -> tuple[str, str, int, int]:
    payments = (await office.get("/billing/payments"))["items"]
    assert len(payments) == 1
    now = await office.get(f"/billing/invoices/{invoice['id']}")
    facts = sum(kind == "payment.received" for kind, _ in office.facts)
    return payments[0]["state"], now["status"], now["balanceCentavos"], facts


async def test_a_charge_is_told_paid_and_given_back(office: Office) -> None:
    invoice = await an_invoice(office)
    seen = []
    for name in EVENTS:
        assert await told(office, event(name, invoice)) == {"known": False}
        seen.append(await state(office, invoice))
    assert seen == [
        ("pending", "open", 9_900, 0),
        ("overdue", "open", 9_900, 0),
        ("received", "paid", 0, 1),
        ("refunded", "open", 9_900, 1),
    ]
    payment = (await office.get("/billing/payments"))["items"][0]
    assert payment["at"].startswith("2026-02-03")
    assert payment["amountCentavos"] == 9_900


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)), ids=lambda one: one[0][8:])
async def test_events_in_any_order_and_twice_end_the_same(
    office: Office, order: tuple[str, ...]
) -> None:
    invoice = await an_invoice(office)
    for name in (*order, *order):
        await told(office, event(name, invoice))
    assert await told(office, event(order[0], invoice)) == {"known": True}
    assert await state(office, invoice) == ("refunded", "open", 9_900, 1)


async def test_a_payment_that_is_told_before_its_charge_and_again_counts_once(
    office: Office,
) -> None:
    invoice = await an_invoice(office)
    for name in ("PAYMENT_RECEIVED", "PAYMENT_CREATED", "PAYMENT_OVERDUE", "PAYMENT_CONFIRMED"):
        await told(office, event(name, invoice))
    assert await state(office, invoice) == ("received", "paid", 0, 1)


async def test_an_event_of_no_interest_or_of_no_invoice_is_taken_quietly(office: Office) -> None:
    invoice = await an_invoice(office)
    assert await told(office, event("PAYMENT_UPDATED", invoice)) == {"known": False}
    assert (await office.get("/billing/payments"))["items"] == []
    await told(office, event("PAYMENT_RECEIVED", invoice, externalReference=None))
    payment = (await office.get("/billing/payments"))["items"][0]
    assert (payment["invoiceId"], payment["state"]) == (None, "received")


@pytest.mark.parametrize("headers", [{}, {"asaas-access-token": "other"}])
async def test_without_the_token_nothing_is_heard(office: Office, headers: dict[str, str]) -> None:
    body = event("PAYMENT_RECEIVED", {"id": "x"})
    await office.ask("POST", PATH, 401, data=body, headers=headers)
    assert (await office.get("/billing/payments"))["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("[]", "body"),
        ("{}", "id"),
        ('{"id": "e", "event": "PAYMENT_RECEIVED"}', "payment"),
        ('{"id": "e", "event": "X", "payment": []}', "payment"),
        ('{"id": "e", "event": "PAYMENT_RECEIVED", "payment": {"id": 7}}', "payment.id"),
        (
            '{"id": "e", "event": "X", "payment": {"id": "p", "value": 10.001}}',
            "payment.value",
        ),
        ('{"id": "e", "event": "X", "payment": {"id": "p", "value": NaN}}', "body"),
        ('{"id": "e", "event": "X", "payment": {"id": "p", "value": 1e999}}', "payment.value"),
        ('{"id": "e", "event": "X", "payment": {"id": "p", "value": 1e99999999}}', "payment.value"),
        ('{"id": "e", "event": "X", "payment": {"id": "p", "value": -1}}', "payment.value"),
        ('{"id": "\\ud800", "event": "X", "payment": {"id": "p", "value": 1}}', "id"),
    ],
)
async def test_a_broken_event_is_refused_by_its_field(
    office: Office, body: str, field: str
) -> None:
    problem = await office.ask("POST", PATH, 400, data=body, headers=TOKEN)
    assert problem["field"] == field


async def test_an_event_about_something_else_than_a_charge_is_passed_over(office: Office) -> None:
    body = '{"id": "e1", "event": "TRANSFER_DONE", "transfer": {"id": "t", "value": 12.345}}'
    assert await told(office, body) == {"known": False}
    assert await told(office, body) == {"known": True}
    assert (await office.get("/billing/payments"))["items"] == []


async def test_the_documented_event_is_taken_and_its_shape_asks_for_a_number_of_reais(
    office: Office,
) -> None:
    (route,) = hooks.routes.items
    found = document([route], title="box", version="1", tenant_id="local")
    asked = found["paths"][PATH]["post"]
    assert asked["parameters"][0]["name"] == "asaas-access-token"
    assert asked["parameters"][0]["required"]
    content = asked["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/AsaasEvent"}
    shape = found["components"]["schemas"]["AsaasPayment"]
    assert shape["properties"]["value"]["type"] == "number"
    assert set(shape["required"]) == {"id", "value"}
    (example,) = (one["value"] for one in content["examples"].values())
    assert await told(office, json.dumps(example)) == {"known": False}
    payment = (await office.get("/billing/payments"))["items"][0]
    assert (payment["amountCentavos"], payment["state"]) == (24_900, "received")


@pytest.mark.parametrize(
    ("written", "centavos"),
    [("0.1", 10), ("19.99", 1_999), ("1.10", 110), ("99999999999.99", 9_999_999_999_999)],
)
async def test_amounts_are_read_from_the_text_itself(
    office: Office, written: str, centavos: int
) -> None:
    body = event("PAYMENT_RECEIVED", {"id": "nobody"}).replace(
        '"value": 99.0', f'"value": {written}'
    )
    await told(office, body)
    assert (await office.get("/billing/payments"))["items"][0]["amountCentavos"] == centavos


async def test_a_body_without_end_is_refused(office: Office) -> None:
    await office.ask("POST", PATH, 413, data=b" " * 300_000, headers=TOKEN)


@given(st.integers(0, 10**13))
def test_reais_come_back_as_the_same_centavos(amount: int) -> None:
    assert centavos(reais(amount), "value") == amount


def test_a_fraction_of_a_centavo_is_no_amount() -> None:
    with pytest.raises(BadInputError, match="value"):
        centavos("0.001", "value")
