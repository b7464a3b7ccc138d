import asyncio
from dataclasses import replace
from typing import Any

import pytest

from daemon.domains.finance.domain.pix import crc16
from daemon.domains.finance.domain.records import Invoice
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.tasks import FinanceTasks
from daemon.infra.database import Connection
from tests.daemon.finance.conftest import Office
from tests.daemon.finance.examples import at


async def invoices(office: Office, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.get("/financeiro/faturas", **query))["items"]
    return found


def lines(invoice: dict[str, Any]) -> list[tuple[str, int]]:
    return [(line["kind"], line["totalCentavos"]) for line in invoice["lines"]]


async def test_a_month_is_invoiced_once_per_client_with_all_it_owes(office: Office) -> None:
    client = await office.customer()
    first = await office.subscribe(client)
    await office.subscribe(client, "pro")
    path = f"/billing/subscriptions/{first['id']}"
    await office.post(f"{path}/usage", 201, meter="messages", quantity=2_010)
    await office.post(
        "/billing/upsells", 201, clientId=client, description="Treinamento", amountCentavos=50_000
    )
    await office.until("2026-01-20T09:00")  # 16 of January's 31 days are left
    await office.post(f"{path}/change", planId=await office.plan("white-label"))
    assert await invoices(office) == []
    await office.until("2026-02-01T00:00:01")

    (invoice,) = await invoices(office)
    assert invoice["period"] == "2026-01"
    assert invoice["dueOn"] == "2026-02-11"
    assert sorted(lines(invoice)) == sorted(
        [
            ("recurring", 9_900),
            ("recurring", 24_900),
            ("proration", -5_110),
            ("proration", 41_239),
            ("extra", 50_000),
        ]
    )
    assert invoice["totalCentavos"] == sum(total for _, total in lines(invoice))


async def test_usage_beyond_the_plan_has_its_own_line(office: Office) -> None:
    made = await office.subscribe(await office.customer())
    path = f"/billing/subscriptions/{made['id']}/usage"
    await office.post(path, 201, meter="messages", quantity=1_500)
    used = await office.post(path, 201, meter="messages", quantity=510)
    assert used == {"used": {"messages": 2_010}}
    await office.until("2026-02-01T00:05")
    (invoice,) = await invoices(office)
    line = invoice["lines"][-1]
    assert (line["kind"], line["quantity"], line["unitCentavos"], line["totalCentavos"]) == (
        "usage",
        10,
        5,
        50,
    )
    late = await office.post(
        path, 409, meter="messages", quantity=1, at="2026-01-31T23:59:00-03:00"
    )
    assert late["code"] == "period_closed"


async def test_the_edge_of_the_month_is_the_tenants_own(office: Office) -> None:
    await office.subscribe(await office.customer())
    await office.until("2026-01-31T23:59:59")  # already February in London
    assert await invoices(office) == []
    await office.until("2026-02-01T00:00")
    assert len(await invoices(office)) == 1


async def test_ticks_that_repeat_or_come_late_draw_up_each_month_once_in_order(
    office: Office,
) -> None:
    for count in range(3):
        await office.subscribe(await office.customer(f"C{count}"))
    await office.until("2026-04-02T10:00")  # the box was off for three months
    await asyncio.gather(office.tasks.tick(), office.tasks.tick())
    found = await invoices(office)
    assert sorted(one["number"] for one in found) == list(range(1, 10))
    assert [one["period"] for one in reversed(found)] == [
        period for period in ("2026-01", "2026-02", "2026-03") for _ in range(3)
    ]
    told = [data["period"] for kind, data in office.facts if kind == "kpi.closed"]
    assert told == ["2026-01", "2026-02", "2026-03"]
    assert sum(kind == "invoice.issued" for kind, _ in office.facts) == 9


async def test_a_month_that_is_cut_short_is_finished_without_a_gap(office: Office) -> None:
    for count in range(4):
        await office.subscribe(await office.customer(f"C{count}"))
    seen: list[str] = []

    def fail_once(_: Connection, invoice: Invoice) -> None:
        seen.append(invoice.id)
        if len(seen) == 3:
            raise ConnectionResetError

    finance = Finance.of(replace(office.finance.desk, on_issued=fail_once))
    tasks = FinanceTasks(finance.desk, finance.subscriptions, finance.invoices, finance.figures)
    office.clock.advance((at("2026-02-01T00:05") - office.clock.now()).total_seconds())
    with pytest.raises(ConnectionResetError):
        await tasks.tick()
    assert len(await invoices(office)) == 2
    await tasks.tick()
    assert sorted(one["number"] for one in await invoices(office)) == [1, 2, 3, 4]
    assert [data["period"] for kind, data in office.facts if kind == "kpi.closed"] == ["2026-01"]


async def test_a_credit_is_kept_until_it_fits_and_takes_no_number(office: Office) -> None:
    client = await office.customer()
    made = await office.subscribe(client, period="yearly")
    other = await office.customer("Outra")
    await office.until("2026-02-06T09:00")
    await office.post(f"/billing/subscriptions/{made['id']}/cancel", when="now", giveBack=True)
    await office.subscribe(other, "pro")
    await office.until("2026-03-01T00:05")  # of February only the credit is left: no invoice
    assert await invoices(office, clientId=client, periodo="2026-02") == []
    await office.subscribe(client, "white-label")
    await office.until("2026-04-01T00:05")
    await office.until("2026-05-01T00:05")
    found = await invoices(office)
    numbers = sorted(one["number"] for one in found)
    assert numbers == list(range(1, len(numbers) + 1))
    mine = [one for one in found if one["clientId"] == client]
    assert [one["period"] for one in reversed(mine)] == ["2026-01", "2026-04"]
    # A year, less the 333 days of it that were given back, and two months of the new plan.
    assert [line for line in lines(mine[0]) if line[0] == "proration"] == [("proration", -90_321)]
    assert mine[0]["totalCentavos"] == 2 * 79_900 - 90_321


async def test_a_credit_note_corrects_and_what_was_paid_is_kept_for_the_next(
    office: Office,
) -> None:
    client = await office.customer()
    await office.subscribe(client)
    await office.until("2026-02-01T00:05")
    (invoice,) = await invoices(office)
    path = f"/billing/invoices/{invoice['id']}"
    note = await office.post(f"{path}/credit-notes", 201, amountCentavos=900, reason="desconto")
    assert (note["label"], note["totalCentavos"], note["corrects"]) == (
        "NC-000001",
        -900,
        invoice["id"],
    )
    assert (await office.get(path))["balanceCentavos"] == 9_000
    paid = await office.post("/billing/payments", 201, invoiceId=invoice["id"])
    assert paid["amountCentavos"] == 9_000
    await office.post(f"{path}/credit-notes", 201, reason="erro")
    after = await office.get(path)
    assert (after["totalCentavos"], after["creditedCentavos"], after["status"]) == (
        9_900,
        9_900,
        "credited",
    )
    assert after["lines"] == invoice["lines"]
    refused = await office.post(f"{path}/credit-notes", 409, reason="de novo")
    assert refused["code"] == "invoice_settled"
    await office.until("2026-03-01T00:05")
    february = (await invoices(office, periodo="2026-02"))[0]
    assert sorted(lines(february)) == [("credit", -9_000), ("recurring", 9_900)]


async def test_a_payment_settles_and_a_refund_opens_again(office: Office) -> None:
    client = await office.customer()
    await office.subscribe(client)
    await office.until("2026-02-01T00:05")
    (invoice,) = await invoices(office)
    number, path = invoice["id"], f"/billing/invoices/{invoice['id']}"
    part = await office.post("/billing/payments", 201, invoiceId=number, amountCentavos=4_000)
    over = await office.post("/billing/payments", 422, invoiceId=number, amountCentavos=5_901)
    assert over["code"] == "amount_over_balance"
    await office.post("/billing/payments", 201, invoiceId=number, method="cash")
    assert (await office.get(path))["status"] == "paid"
    assert (await office.post("/billing/payments", 409, invoiceId=number))["code"] == (
        "invoice_settled"
    )
    assert (await office.get(f"/billing/clients/{client}"))["firstPaidAt"] is not None
    refunded = await office.post(f"/billing/payments/{part['id']}/refund")
    assert refunded["state"] == "refunded"
    again = await office.get(path)
    assert (again["status"], again["balanceCentavos"]) == ("open", 4_000)
    assert (await office.post(f"/billing/payments/{part['id']}/refund", 409))["code"] == (
        "payment_state"
    )
    assert sum(kind == "payment.received" for kind, _ in office.facts) == 2
    await office.until("2026-02-12T00:00")
    assert (await office.get(path))["overdue"] is True


async def test_an_open_invoice_carries_its_pix_code_and_picture(office: Office) -> None:
    await office.subscribe(await office.customer())
    await office.until("2026-02-01T00:05")
    (invoice,) = await invoices(office)
    code = invoice["pix"]
    assert "540599.00" in code
    assert "5913Bela Estetica6009Sao Paulo" in code
    assert "0507F000001" in code
    assert crc16(code[:-4].encode()) == int(code[-4:], 16)
    response = await office.client.get(f"/billing/invoices/{invoice['id']}/pix.svg")
    assert response.content_type == "image/svg+xml"
    assert (await response.text()).startswith("<svg")
    await office.post("/billing/payments", 201, invoiceId=invoice["id"])
    assert (await invoices(office))[0]["pix"] is None
    gone = await office.ask("GET", f"/billing/invoices/{invoice['id']}/pix.svg", 404)
    assert gone["code"] == "pix_missing"


async def test_an_invoice_can_be_asked_for_and_the_month_leaves_out_what_stands_on_it(
    office: Office,
) -> None:
    client = await office.customer()
    body = {"clientId": client}
    nothing = await office.post("/billing/invoices", 409, **body)
    assert nothing["code"] == "nothing_to_invoice"
    await office.subscribe(client)
    first = await office.post("/billing/invoices", 201, **body)
    assert (first["origin"], first["number"], lines(first)) == (
        "request",
        1,
        [("recurring", 9_900)],
    )
    assert await office.post("/billing/invoices", 200, **body) == first
    sale = {"description": "Treinamento", "amountCentavos": 50_000}
    await office.post("/billing/upsells", 201, **body, **sale)
    second = await office.post("/billing/invoices", 201, **body)
    await office.post("/billing/upsells", 201, **body, **sale)
    await office.until("2026-02-01T00:05")
    found = await invoices(office)
    assert [(one["number"], one["origin"], one["totalCentavos"]) for one in found] == [
        (3, "month", 50_000),
        (2, "request", 50_000),
        (1, "request", 9_900),
    ]
    assert second["number"] == 2
    assert (await office.post("/billing/invoices", 404, clientId="nobody"))["code"] == (
        "finance_not_found"
    )


async def test_two_who_ask_at_once_get_one_invoice(office: Office) -> None:
    client = await office.customer()
    await office.subscribe(client)
    numbers = await asyncio.gather(*(office.finance.invoices.draw_now(client) for _ in range(8)))
    assert len({number for number, _ in numbers}) == 1
    assert sum(fresh for _, fresh in numbers) == 1
