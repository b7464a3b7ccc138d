"""Both sides compute the same invoice; every hour is in exactly one."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sync.protocol.invoice import Price, Terms, compute, prove, rollups_of
from sync.signing import ServerKeys
from tests.sync.central_fixtures import Plane, TestBox, an_enrolled_box

PRICES = {
    "messages_in": {"included": 10, "perThousandCentavos": 1_500},
    "tokens_out": {"perThousandCentavos": 7},
}


@pytest.mark.parametrize(
    ("quantity", "centavos"), [(0, 0), (10, 0), (11, 2), (12, 3), (13, 5), (1_010, 1_500)]
)
def test_a_price_rounds_half_up_after_what_is_included(quantity: int, centavos: int) -> None:
    assert Price(10, 1_500).total(quantity) == centavos


def test_month_edges_follow_the_tenants_zone() -> None:
    terms = Terms("d", "t", "2026-12", "America/Sao_Paulo", "BRL", {}, (0, 0), (1, 9))

    start, end = terms.span

    assert start.isoformat() == "2026-12-01T00:00:00-03:00"
    assert end.isoformat() == "2027-01-01T00:00:00-03:00"


async def issue(plane: Plane, key: str, box: TestBox, period: str) -> dict[str, Any]:
    device = box.client.ledger.device_id
    body = {"period": period, "prices": PRICES}
    status, answer = await plane.call("POST", f"/api/devices/{device}/invoices", key, body)
    assert status == 201, answer
    document: dict[str, Any] = answer["document"]
    return document


async def month(plane: Plane, box: TestBox, days: int, **meters: int) -> None:
    for _ in range(days):
        await box.use(2, **meters)
        plane.clock.advance(days=1)
    await box.client.cycle()


async def test_the_box_recomputes_the_invoice_byte_for_byte(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await month(plane, box, 35, messages_in=3, tokens_out=1_000)

    march = await issue(plane, key, box, "2026-03")
    assert await issue(plane, key, box, "2026-03") == march, "issued once"
    proof = prove(march, await box.db.read(rollups_of))

    assert proof.equal
    assert proof.ours == proof.theirs
    assert [(line["meter"], line["quantity"]) for line in march["lines"]] == [
        ("messages_in", 180),
        ("tokens_out", 60_000),
    ]
    assert march["total_centavos"] == 255 + 420
    assert ServerKeys({plane.central.key.id: plane.central.key.public}).trusts(march)
    _, shown = await plane.call(
        "GET", f"/api/devices/{box.client.ledger.device_id}/invoices/2026-03", key
    )
    assert shown["document"] == march


async def test_what_arrives_late_is_in_the_next_invoice_and_nowhere_else(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await month(plane, box, 10, messages_in=1)
    march = await issue(plane, key, box, "2026-03")
    await month(plane, box, 30, messages_in=1)
    april = await issue(plane, key, box, "2026-04")

    quantities = [sum(m["messages_in"] for m in i["hours"].values()) for i in (march, april)]
    assert quantities == [20, 60]
    assert not march["hours"].keys() & april["hours"].keys()
    for invoice in (march, april):
        assert prove(invoice, await box.db.read(rollups_of)).equal
    status, answer = await plane.call(
        "POST",
        f"/api/devices/{box.client.ledger.device_id}/invoices",
        key,
        {"period": "2026-02", "prices": PRICES},
    )
    assert (status, answer["code"]) == (409, "period_closed")


async def test_what_came_too_late_to_count_holds_up_nothing_and_both_sides_know_it(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    device = box.client.ledger.device_id
    await box.use(2, messages_in=7)
    plane.clock.advance(days=430)
    await plane.store.maintain(plane.clock.now())
    await box.use(3, messages_in=1)
    plane.clock.advance(hours=1)
    await box.client.cycle()

    invoice = await issue(plane, await plane.key(), box, f"{plane.clock.now():%Y-%m}")

    put_aside = await plane.store.quarantined("acme", device)
    assert list(put_aside.values()) == ["too_old", "covers_gap"]
    assert await plane.store.usage("acme", device) == {"messages_in": 3}
    assert invoice["aside"] == [[1, next(iter(put_aside))]]
    assert [sum(hour.values()) for hour in invoice["hours"].values()] == [3]
    assert prove(invoice, await box.db.read(rollups_of)).equal


async def test_months_are_invoiced_when_the_first_events_are_past_keeping(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await month(plane, box, 1, messages_in=7)
    plane.clock.advance(days=430)
    await plane.store.maintain(plane.clock.now())
    await month(plane, box, 1, messages_in=1)

    invoice = await issue(plane, await plane.key(), box, f"{plane.clock.now():%Y-%m}")

    assert [sum(hour.values()) for hour in invoice["hours"].values()] == [2]
    assert prove(invoice, await box.db.read(rollups_of)).equal


async def test_a_dispute_names_the_hour(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await month(plane, box, 5, messages_in=1)
    march = await issue(plane, key, box, "2026-03")
    hour = sorted(march["hours"])[2]
    forged = orjson.loads(orjson.dumps(march))
    forged["hours"][hour]["messages_in"] += 100

    proof = prove(forged, await box.db.read(rollups_of))

    assert not proof.equal
    assert proof.hours == [hour]
    assert hour in proof.text("en")
    padded = {**march, "total_centavos": 9_999}
    assert prove(padded, await box.db.read(rollups_of)).text("pt-BR").startswith("As horas")


def test_a_rollup_that_covers_what_was_covered_counts_once() -> None:
    data = {"raw_epoch": 1, "hour": "2026-03-02T09:00:00Z", "meters": {"messages_in": 5}}
    bodies = [
        ((1, 2), orjson.dumps({"data": {**data, "covers": [1, 4, ""]}})),
        ((2, 2), orjson.dumps({"data": {**data, "covers": [1, 3, ""]}})),
        ((2, 3), orjson.dumps({"data": {**data, "covers": [5, 6, ""]}})),
    ]
    terms = Terms(
        "d", "t", "2026-03", "UTC", "BRL", {"messages_in": Price(0, 1_000)}, (0, 0), (9, 9)
    )

    assert compute(terms, bodies)["total_centavos"] == 10
