"""An operator's day by the API alone: tokens, enrolment, revocation, evidence, retention."""

from pathlib import Path

import orjson
import pytest

from sync.central.store import PLATFORM
from sync.protocol.chain import follow
from sync.protocol.messages import SYNC
from sync.protocol.problems import SyncError
from tests.sync.central.asking import ok, total
from tests.sync.central_fixtures import Plane, a_box, an_enrolled_box
from tests.sync.wire import a_wire


async def test_a_token_that_went_to_the_wrong_place_is_taken_back(
    plane: Plane, tmp_path: Path
) -> None:
    norte, sul = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")
    await an_enrolled_box(plane, tmp_path / "first.db")
    path = "/api/tenants/acme/tokens"
    made = await ok(plane, "POST", path, norte)
    assert (await plane.call("DELETE", path, sul))[0] == 404

    assert await ok(plane, "DELETE", path, norte) == {"takenBack": 1}

    box = await a_box(plane, tmp_path / "box.db")
    with pytest.raises(SyncError) as refused:
        await box.client.enroll(made["token"])
    assert refused.value.code == "token_unknown"
    states = [one["state"] for one in (await ok(plane, "GET", path, norte))["items"]]
    assert states == ["used"]


async def test_a_box_is_revoked_and_taken_back_and_its_timeline_says_by_whom(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    path = f"/api/devices/{box.client.ledger.device_id}"
    await box.use(3)
    assert (await ok(plane, "POST", f"{path}/revoke", key))["status"] == "revoked"
    plane.clock.advance(hours=1)
    await box.client.cycle()
    assert await total(plane, key, "acme") == {}
    assert (await box.client.licence()).state == "grace"

    await ok(plane, "POST", f"{path}/activate", key)
    plane.clock.advance(hours=7)
    await box.client.cycle()

    assert await total(plane, key, "acme") == {"messages_in": 3}, "nothing was lost meanwhile"
    timeline = (await ok(plane, "GET", f"{path}/timeline", key))["items"]
    steps = [(one["facts"]["status"], one["actor"]) for one in timeline if one["kind"] == "status"]
    assert steps == [("active", "t"), ("revoked", "t")]


async def test_what_was_put_aside_is_shown_with_what_it_was(plane: Plane, tmp_path: Path) -> None:
    wire = await a_wire(plane, tmp_path)
    events = orjson.loads(orjson.dumps(wire.batch["events"]))
    events[-1]["type"] = "usage.of.tomorrow"
    head = follow(bytes.fromhex(wire.batch["prev"]), events)[-1].hex()
    body = wire.packed(events=events, head=head)
    headers = wire.signed(SYNC, body)
    async with plane.session.post(plane.base + SYNC, data=body, headers=headers) as response:
        assert response.status == 200

    key = await plane.key()
    rows = await ok(plane, "GET", f"/api/devices/{wire.device}/quarantine", key)

    assert [(one["type"], one["reason"]) for one in rows["items"]] == [
        ("usage.of.tomorrow", "unknown_type")
    ]
    assert await total(plane, key, "acme") == {}


async def test_after_thirteen_months_the_events_are_dropped_and_the_sums_stay(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(3)
    plane.clock.advance(hours=1)
    await box.client.cycle()

    plane.clock.advance(days=500)
    await plane.store.maintain(plane.clock.now())

    left = await plane.store.query(PLATFORM, "SELECT count(*) AS found FROM events", tenant="acme")
    assert left[0]["found"] == 0
    key = await plane.key()  # the one before has expired
    assert await total(plane, key, "acme") == {"messages_in": 3}
    await box.use(2)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    assert (await box.client.status()).state == "ok"
