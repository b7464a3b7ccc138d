from typing import Any

import pytest

from tests.daemon.finance.conftest import Office

ROUTES = ("historico", "mrr", "retencao-churn", "upsell", "kpis", "faturas")


async def a_year(office: Office) -> dict[str, str]:
    """Four clients: one stays, one grows, one is lost over payment, one comes back."""
    clients = {name: await office.customer(name) for name in ("ana", "bia", "caio", "dora")}
    subscriptions = {
        name: (await office.subscribe(number))["id"] for name, number in clients.items()
    }
    await office.until("2026-02-01T00:05")
    for invoice in (await office.get("/financeiro/faturas"))["items"]:
        if invoice["clientId"] != clients["dora"]:  # who never pays
            await office.post("/billing/payments", 201, invoiceId=invoice["id"])
    await office.until("2026-02-10T09:00")
    path = "/billing/subscriptions/{}".format
    await office.post(f"{path(subscriptions['bia'])}/change", planId=await office.plan("pro"))
    await office.post(f"{path(subscriptions['caio'])}/cancel", when="now", reason="payment_failure")
    await office.post(f"{path(subscriptions['dora'])}/pause")
    await office.until("2026-03-10T09:00")
    await office.post(f"{path(subscriptions['dora'])}/resume")
    await office.until("2026-04-02T09:00")
    return clients


@pytest.mark.parametrize("route", ROUTES)
async def test_every_figure_says_by_which_definition(office: Office, route: str) -> None:
    answer = await office.get(f"/financeiro/{route}")
    assert answer["definition_version"] == "2026-11.1"
    assert answer["currency"] == "BRL"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start": "ontem"}, "start"),
        ({"end": "2026-02-30"}, "end"),
        ({"start": "2026-03-01", "end": "2026-02-01"}, "start"),
        ({"start": "1e9"}, "start"),
        ({"start": ""}, "start"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_bad_date_is_400_and_named(
    office: Office, route: str, query: dict[str, str], field: str
) -> None:
    problem = await office.ask("GET", f"/financeiro/{route}", 400, params=query)
    assert (problem.get("field") or problem["errors"][0]["field"]) == field


async def test_a_strange_period_is_400(office: Office) -> None:
    await office.ask("GET", "/financeiro/mrr", 400, params={"periodo": "semanal"})


def moved(period: dict[str, Any]) -> dict[str, int]:
    names = ("new", "expansion", "contraction", "churn", "reactivation")
    return {name: period[f"{name}Centavos"] for name in names if period[f"{name}Centavos"]}


async def test_the_waterfall_closes_and_shows_whose_money_moved(office: Office) -> None:
    clients = await a_year(office)
    answer = await office.get("/financeiro/mrr", periodo="mensal", start="2026-01-01")
    january, february, march, april = answer["waterfall"]
    assert [moved(one) for one in (january, february, march, april)] == [
        {"new": 39_600},
        {"expansion": 15_000, "churn": 19_800},
        {"reactivation": 9_900},
        {},
    ]
    for period in answer["waterfall"]:
        gained = sum(moved(period).get(name, 0) for name in ("new", "expansion", "reactivation"))
        lost = sum(moved(period).get(name, 0) for name in ("churn", "contraction"))
        assert period["startCentavos"] + gained - lost == period["endCentavos"]
        assert sum(row["amountCentavos"] for row in period["rows"]) == gained + lost
    assert february["rows"][0] == {
        "clientId": clients["bia"],
        "kind": "expansion",
        "startCentavos": 9_900,
        "endCentavos": 24_900,
        "amountCentavos": 15_000,
        "involuntaryCentavos": 0,
    }
    assert answer["mrrCentavos"] == sum(row["mrrCentavos"] for row in answer["rows"]) == 44_700
    quarter = await office.get("/financeiro/mrr", periodo="trimestral", start="2026-01-01")
    assert [one["endCentavos"] for one in quarter["waterfall"]] == [44_700, 44_700]


async def test_retention_by_definition(office: Office) -> None:
    await a_year(office)
    answer = await office.get("/financeiro/retencao-churn", start="2026-02-01", end="2026-02-28")
    (february,) = answer["months"]
    # dora never paid: her loss counts in NRR, GRR and logos, not in the churn of revenue
    assert february["grossRevenueChurn"] == {
        "numerator": 9_900,
        "denominator": 29_700,
        "percent": "33.33",
    }
    assert february["involuntaryChurn"]["percent"] == "33.33"
    assert february["voluntaryChurn"]["percent"] == "0.00"
    assert february["nrr"] == {"numerator": 34_800, "denominator": 39_600, "percent": "87.88"}
    assert february["grr"] == {"numerator": 19_800, "denominator": 39_600, "percent": "50.00"}
    assert february["logoChurn"] == {"numerator": 2, "denominator": 4, "percent": "50.00"}
    assert [row["kind"] for row in february["rows"]] == ["expansion", "churn", "churn"]


async def test_closed_months_are_rows_that_agree_with_the_living_figures(office: Office) -> None:
    await a_year(office)
    items = (await office.get("/financeiro/kpis", start="2026-01-01"))["items"]
    assert [(one["period"], one["closed"]) for one in items] == [
        ("2026-01", True),
        ("2026-02", True),
        ("2026-03", True),
        ("2026-04", False),
    ]
    waterfall = (await office.get("/financeiro/mrr", start="2026-01-01"))["waterfall"]
    for kpi, period in zip(items, waterfall, strict=True):
        assert moved(kpi) == moved(period)
        assert kpi["mrrCentavos"] == period["endCentavos"]
        assert kpi["rows"] == period["rows"]
    assert items[1]["revenueCentavos"] == 29_700
    closed = [data for kind, data in office.facts if kind == "kpi.closed"]
    assert [data["mrr_centavos"] for data in closed] == [39_600, 34_800, 44_700]


async def test_history_tells_everything_in_pages_and_adds_up(office: Office) -> None:
    await a_year(office)
    payment = (await office.get("/billing/payments"))["items"][0]
    await office.post(f"/billing/payments/{payment['id']}/refund")
    query = {"start": "2026-01-01", "end": "2026-04-30"}
    whole = await office.get("/financeiro/historico", **query)
    pages: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await office.get("/financeiro/historico", limit="3", **query, **cursor)
        pages += page["rows"]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert pages == whole["rows"]
    by_kind: dict[str, int] = {}
    for row in whole["rows"]:
        by_kind[row["kind"]] = by_kind.get(row["kind"], 0) + row["amountCentavos"]
    assert by_kind["invoice"] == whole["billedCentavos"]
    assert by_kind["payment"] == whole["receivedCentavos"] == 29_700
    assert by_kind["refund"] == -whole["refundedCentavos"] == -9_900
    assert whole["revenueCentavos"] == 19_800
    bad = await office.ask("GET", "/financeiro/historico", 400, params={"cursor": "x"})
    assert bad["field"] == "cursor"


async def test_two_full_cycles_are_a_signal_with_its_evidence(office: Office) -> None:
    clients = [await office.customer(name) for name in ("cheia", "vazia", "um mês só")]
    made = [(await office.subscribe(number))["id"] for number in clients]
    amounts = {"2026-01-06T10:00": (1_600, 1_599, 2_000), "2026-02-06T10:00": (1_700, 2_000, 0)}
    for when, used in amounts.items():
        await office.until(when)
        for number, quantity in zip(made, used, strict=True):
            if quantity:
                path = f"/billing/subscriptions/{number}/usage"
                await office.post(path, 201, meter="messages", quantity=quantity)
    answer = await office.get("/financeiro/upsell")
    (signal,) = answer["signals"]
    assert (signal["clientId"], signal["meter"]) == (clients[0], "messages")
    assert signal["cycles"] == [
        {"period": "2026-01", "used": 1_600, "included": 2_000, "percent": "80.00"},
        {"period": "2026-02", "used": 1_700, "included": 2_000, "percent": "85.00"},
    ]
    assert signal["suggestedPlanId"] == await office.plan("pro")
    await office.until("2026-03-05T10:00")
    assert len((await office.get("/financeiro/upsell"))["signals"]) == 1
    await office.until("2026-04-05T10:00")
    assert (await office.get("/financeiro/upsell"))["signals"] == []
