"""A box that moves to another tenant, over HTTP and with the real box."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from sync.protocol.invoice import compute, prove, rollups_of, terms_of
from tests.sync.central.asking import ok, total
from tests.sync.central_fixtures import Plane, a_box, an_enrolled_box, cut, cut_after


async def test_a_moved_box_leaves_its_usage_behind_and_counts_for_the_new_tenant(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "sul")
    device = box.client.ledger.device_id
    await box.use(3)
    plane.clock.advance(hours=2)
    await box.use(2)  # the running hour, which no roll-up covers yet

    moved = await ok(plane, "POST", f"/api/devices/{device}/move", key, {"tenantId": "beta"})
    overview = await ok(plane, "GET", f"/api/devices/{device}/overview", key)
    assert overview["move"]["tenantId"] == "beta"
    assert overview["move"]["id"] == moved["id"]
    await box.client.cycle()

    status = await box.client.status()
    assert (status.tenant, status.state) == ("beta", "ok")
    await box.use(4)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    await box.client.cycle()
    assert await total(plane, key, "acme") == {"messages_in": 5}
    assert await total(plane, key, "beta") == {"messages_in": 4}
    assert await plane.store.quarantined("beta", device) == {}
    shown = await ok(plane, "GET", f"/api/devices/{device}/overview", key)
    assert (shown["box"]["tenantId"], shown["box"]["resellerId"]) == ("beta", "sul")
    assert shown["move"] is None
    norte, sul = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")
    assert (await plane.call("GET", f"/api/devices/{device}", norte))[0] == 404
    assert (await plane.call("GET", f"/api/devices/{device}", sul))[0] == 200
    timeline = await ok(plane, "GET", f"/api/devices/{device}/timeline", key)
    assert {"move", "sync", "epoch"} <= {row["kind"] for row in timeline["items"]}


async def test_an_invoice_after_a_move_is_proved_from_the_boxs_whole_ledger(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "norte")
    device = box.client.ledger.device_id
    await box.use(3)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    await ok(plane, "POST", f"/api/devices/{device}/move", key, {"tenantId": "beta"})
    await box.client.cycle()
    await box.use(4)
    plane.clock.advance(days=31)
    await box.client.cycle()
    asked = {"period": "2026-03", "prices": {"messages_in": {"perThousandCentavos": 1000}}}
    made = await ok(plane, "POST", f"/api/devices/{device}/invoices", key, asked)

    invoice = made["document"]
    rows = await box.db.read(
        lambda tx: tx.conn.execute(
            "SELECT epoch, seq, body FROM ledger_events WHERE stream = 'sync' "
            "AND type = 'usage.rollup' ORDER BY epoch, seq"
        ).fetchall()
    )
    ours = compute(terms_of(invoice), [((row[0], row[1]), row[2]) for row in rows])

    assert [line["quantity"] for line in invoice["lines"]] == [4]
    signed = {name: value for name, value in invoice.items() if name not in {"key", "signature"}}
    assert orjson.dumps(ours) == orjson.dumps(signed)


@pytest.mark.parametrize("fault", [cut, cut_after])
async def test_a_move_whose_enrolment_was_lost_on_the_way_is_finished_later(
    plane: Plane, tmp_path: Path, fault: Any
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "norte")
    await box.use(3)
    path = f"/api/devices/{box.client.ledger.device_id}/move"
    await ok(plane, "POST", path, key, {"tenantId": "beta"})

    async def lose(where: str, go: Any) -> Any:
        return await (fault(where, go) if where == "/v1/enroll" else go())

    box.line.fault = lose
    await box.client.cycle()
    assert (await box.client.status()).tenant == "acme"
    again = await a_box(plane, tmp_path / "box.db")  # it was restarted meanwhile
    await again.use(2)
    plane.clock.advance(hours=1)
    for _ in range(2):
        await again.client.cycle()

    status = await again.client.status()
    assert (status.tenant, status.state, status.waiting) == ("beta", "ok", 0)
    assert await total(plane, key, "acme") == {"messages_in": 3}
    assert await total(plane, key, "beta") == {"messages_in": 2}


async def test_a_move_can_be_taken_back_and_resellers_do_not_move_to_others(
    plane: Plane, tmp_path: Path
) -> None:
    key, norte = await plane.key(), await plane.key("reseller", "norte")
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "sul")
    path = f"/api/devices/{box.client.ledger.device_id}/move"

    assert (await plane.call("POST", path, norte, {"tenantId": "beta"}))[0] == 404
    assert (await plane.call("POST", path, norte, {"tenantId": "acme"}))[0] == 400
    await ok(plane, "POST", path, key, {"tenantId": "beta"})
    await ok(plane, "DELETE", path, key)
    assert (await plane.call("DELETE", path, key))[0] == 404
    await box.client.cycle()

    assert (await box.client.status()).tenant == "acme"


async def test_a_move_is_for_its_own_box_only(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "a.db")
    thief = await an_enrolled_box(plane, tmp_path / "b.db")
    await plane.token("beta", "norte")
    path = f"/api/devices/{box.client.ledger.device_id}/move"
    moved = await ok(plane, "POST", path, key, {"tenantId": "beta"})

    with pytest.raises(Exception, match="enrolment token"):
        await thief.client.enroll(moved["id"])

    assert (await thief.client.status()).tenant == "acme"


async def test_invoices_follow_the_tenancy_and_both_are_proved_by_the_box(
    plane: Plane, tmp_path: Path
) -> None:
    """To one tenant, to another of another reseller, and back to the first."""
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "sul")
    path = f"/api/devices/{box.client.ledger.device_id}"
    for tenant, count in (("beta", 3), ("acme", 4), ("", 5)):
        await box.use(count)
        plane.clock.advance(hours=1)
        await box.client.cycle()
        if tenant:
            await ok(plane, "POST", f"{path}/move", key, {"tenantId": tenant})
            await box.client.cycle()
    plane.clock.advance(days=31)
    await box.client.cycle()
    assert (await box.client.status()).tenant == "acme"
    asked = {"period": "2026-03", "prices": {"messages_in": {"perThousandCentavos": 1000}}}

    norte, sul = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")
    theirs = await ok(plane, "POST", f"{path}/invoices", sul, asked)
    ours = await ok(plane, "POST", f"{path}/invoices", norte, {**asked, "tenantId": "acme"})

    evidence = await box.db.read(rollups_of)
    for made, tenant, quantity in ((theirs, "beta", 4), (ours, "acme", 8)):
        invoice = made["document"]
        assert invoice["tenant"] == tenant
        assert [line["quantity"] for line in invoice["lines"]] == [quantity]
        assert prove(invoice, evidence).equal
    assert (await plane.call("GET", path, sul))[0] == 404, "the box is another's now"
    for who, tenant in ((sul, "beta"), (norte, "acme")):
        listed = (await ok(plane, "GET", f"{path}/invoices", who))["items"]
        assert [one["tenantId"] for one in listed] == [tenant]
        shown = await ok(plane, "GET", f"{path}/invoices/2026-03", who)
        assert shown["document"]["tenant"] == tenant
    both = (await ok(plane, "GET", f"{path}/invoices", key))["items"]
    assert {one["tenantId"] for one in both} == {"acme", "beta"}
    assert (await plane.call("GET", f"{path}/invoices?tenantId=acme", sul))[0] == 404
    assert (await plane.call("POST", f"{path}/invoices", sul, {**asked, "tenantId": "acme"}))[
        0
    ] == 404
