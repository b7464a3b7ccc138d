"""Keys that change: a box's, and the server's own."""

from pathlib import Path

import orjson

from tests.sync.central.asking import ok
from tests.sync.central_fixtures import Plane, an_enrolled_box


async def test_a_box_changes_its_key_when_it_is_told_to(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    device = box.client.ledger.device_id
    before = box.client._memory.key.id  # noqa: SLF001 - whether it changed is the point
    await ok(plane, "POST", f"/api/devices/{device}/rotate", key)

    await box.client.cycle()
    await box.client.cycle()

    assert box.client._memory.key.id != before  # noqa: SLF001 - the same
    shown = await ok(plane, "GET", f"/api/devices/{device}/overview", key)
    assert shown["rotationWantedAt"] is None
    assert sorted(bool(one["validUntil"]) for one in shown["keys"]) == [False, True]
    assert (await box.client.status()).state == "ok"


async def test_the_server_changes_its_key_and_boxes_learn_it_however_long_they_were_away(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    here = await an_enrolled_box(plane, tmp_path / "here.db")
    away = await an_enrolled_box(plane, tmp_path / "away.db")
    await here.use(1)
    plane.clock.advance(hours=1)
    await here.client.cycle()
    old = plane.central.key.id
    made = await ok(plane, "POST", "/api/server-keys/rotate", key, {"overlapDays": 30})
    assert (made["state"], plane.central.key.id) == ("announced", old)
    await here.client.cycle()
    assert made["id"] in here.client._memory.server.keys  # noqa: SLF001 - learned in the overlap

    plane.clock.advance(days=31)
    await ok(plane, "GET", "/api/server-keys", key)
    assert plane.central.key.id == made["id"]
    for box in (here, away):
        await box.use(1)
        plane.clock.advance(hours=1)
        await box.client.cycle()
        status = await box.client.status()
        assert (status.state, status.waiting) == ("ok", 0)
    again = await ok(plane, "POST", "/api/server-keys/rotate", key, {"overlapDays": 0})
    await away.client.cycle()
    assert (await away.client.status()).state == "ok"
    assert again["id"] == plane.central.key.id
    receipts = await here.db.read(
        lambda tx: [row[0] for row in tx.conn.execute("SELECT receipt FROM sync_receipts")]
    )
    server = here.client._memory.server  # noqa: SLF001 - what it verifies receipts by
    assert old in server.keys
    assert all(server.trusts(orjson.loads(receipt)) for receipt in receipts)
    states = [row["state"] for row in (await ok(plane, "GET", "/api/server-keys", key))["items"]]
    assert states == ["active", "retired", "retired"]
    norte = await plane.key("reseller", "norte")
    assert (await plane.call("POST", "/api/server-keys/rotate", norte, {}))[0] == 403
