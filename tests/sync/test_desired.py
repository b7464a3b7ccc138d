"""Documents: closest wins, versions only rise, roll-outs stop by themselves."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from sync import desired as box_desired
from sync import running
from sync.central.desired import Desired, bucket
from sync.errors import UntrustedError
from sync.signing import PrivateKey, sign_document
from tests.sync.central_fixtures import Plane, TestBox, an_enrolled_box

Body = dict[str, Any]


async def publish(plane: Plane, key: str, body: Body, **more: object) -> str:
    asked = {"kind": "brand", "body": body, **more}
    status, made = await plane.call("POST", "/api/documents", key, asked)
    assert status == 201
    return str(made["id"])


async def config(box: TestBox) -> tuple[object, int]:
    """Return the content in force, and its version."""
    bodies = await box.db.read(box_desired.bodies)
    versions = await box.db.read(box_desired.versions)
    return bodies["brand"]["name"], versions["brand"]


async def test_the_closest_document_wins_and_versions_only_rise(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await publish(plane, key, {"name": "platform"})
    await box.client.cycle()
    assert await config(box) == ("platform", 1)
    tenant = await publish(plane, key, {"name": "tenant"}, tenantId="acme")
    await publish(plane, key, {"name": "newer platform"})
    await box.client.cycle()
    assert await config(box) == ("tenant", 2)

    await plane.call("POST", f"/api/documents/{tenant}/withdraw", key)
    await box.client.cycle()

    assert await config(box) == ("newer platform", 3)
    assert box.documents == ["brand"] * 3
    before = len(box.line.sent)
    await box.client.cycle()
    assert len(box.line.sent) == before + 1, "what is known is not fetched again"


async def test_what_nothing_precedes_is_withdrawn_by_a_document_of_its_own(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    other = await publish(plane, key, {"limits": {"agents": 3}}, kind="config")
    only = await publish(plane, key, {"name": "one"})
    await box.client.cycle()
    assert await box.db.read(running.in_force) == {
        "brand": {"name": "one"},
        "config": {"limits": {"agents": 3}},
    }

    await plane.call("POST", f"/api/documents/{only}/withdraw", key)
    await box.client.cycle()

    assert await box.db.read(running.in_force) == {"config": {"limits": {"agents": 3}}}
    assert await box.db.read(box_desired.versions) == {"brand": 2, "config": 1}
    assert await box.db.read(box_desired.bodies) == {"config": {"limits": {"agents": 3}}}
    held = await box.db.read(
        lambda tx: tx.conn.execute(
            "SELECT document FROM sync_documents WHERE kind = 'brand'"
        ).fetchone()[0]
    )
    assert box.client._memory.server.trusts(orjson.loads(held)), "it is signed"  # noqa: SLF001 - its keys
    await plane.call("POST", f"/api/documents/{other}/withdraw", key)
    for _ in range(2):
        await box.client.cycle()
    assert await box.db.read(running.in_force) == {}
    path = f"/api/devices/{box.client.ledger.device_id}/overview"
    shown = (await plane.call("GET", path, key))[1]["documents"]
    assert [(one["withdrawn"], one["running"], one["version"]) for one in shown] == [
        (True, True, 2),
        (True, True, 2),
    ]
    before = len(box.line.sent)
    await box.client.cycle()
    assert len(box.line.sent) == before + 1, "what is known is not fetched again"
    await publish(plane, key, {"name": "two"})
    await box.client.cycle()
    assert await config(box) == ("two", 3)


async def test_an_old_content_does_not_come_back_after_its_withdrawal(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    only = await publish(plane, key, {"name": "one"})
    await box.client.cycle()
    old = orjson.loads(box.line.replies[-1].body)["documents"]
    await plane.call("POST", f"/api/documents/{only}/withdraw", key)
    await box.client.cycle()
    ledger, server = box.client.ledger, box.client._memory.server  # noqa: SLF001 - its keys

    with pytest.raises(UntrustedError, match="older"):
        await box.db.write(lambda tx: box_desired.apply(ledger, tx, server, old, plane.clock.now()))

    assert await box.db.read(running.in_force) == {}


async def test_what_is_held_stays_with_those_who_have_it_and_goes_to_no_others(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    late = await an_enrolled_box(plane, tmp_path / "late.db")
    held = await publish(plane, key, {"name": "held"})
    await box.client.cycle()
    await plane.call("PATCH", f"/api/documents/{held}", key, {"state": "paused"})

    for one in (box, late):
        await one.client.cycle()

    assert await config(box) == ("held", 1)
    assert await late.db.read(running.in_force) == {}


async def test_a_document_of_another_reseller_does_not_arrive(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("other", "sul")
    strange = await plane.key("reseller", "sul")

    await publish(plane, strange, {"name": "sul"})
    await box.client.cycle()

    assert await box.db.read(box_desired.bodies) == {}


async def test_entitlements_drive_the_licence_and_their_end_is_no_brick(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    body = {"plan": "pro", "features": ["voice"], "valid_until": "2026-04-01T00:00:00Z"}
    await publish(plane, key, body, kind="entitlements")
    await box.client.cycle()

    licence = await box.client.licence()
    assert (licence.state, licence.plan, licence.may_grow) == ("active", "pro", True)
    assert licence.allows("voice")
    assert not licence.allows("pix")
    plane.clock.advance(days=45)
    licence = await box.client.licence()
    assert (licence.state, licence.stale, licence.may_grow) == ("grace", True, False)
    assert licence.allows("voice")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 1}, "older"),
        ({"device": "another"}, "another box"),
        ({"kind": "virus"}, "not a document"),
        ({"signature": "AAAA"}, "not signed"),
    ],
)
async def test_what_is_old_foreign_or_unsigned_is_refused_as_a_whole(
    plane: Plane, tmp_path: Path, change: Body, why: str
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    ledger, key = box.client.ledger, plane.central.key
    server = box.client._memory.server  # noqa: SLF001 - the keys are the box's own business

    def document(**more: object) -> Body:
        base = {"kind": "config", "version": 2, "device": ledger.device_id, "body": {"say": 2}}
        signed = sign_document(key, {**base, **more})
        return {**signed, "signature": more.get("signature", signed["signature"])}

    now = plane.clock.now()
    await box.db.write(lambda tx: box_desired.apply(ledger, tx, server, [document()], now))
    good = document(kind="brand", body={"say": "brand"})
    with pytest.raises(UntrustedError, match=why):
        await box.db.write(
            lambda tx: box_desired.apply(ledger, tx, server, [good, document(**change)], now)
        )
    assert await box.db.read(box_desired.versions) == {"config": 2}
    assert PrivateKey(b"s" * 32).id == key.id


async def a_canary(plane: Plane, key: str, boxes: list[TestBox]) -> tuple[str, list[TestBox]]:
    """Publish to 99 percent, which is a canary still; return the boxes that are among them."""
    while True:
        id_ = await publish(plane, key, {"name": "risky"}, percent=99)
        chosen = [box for box in boxes if bucket(id_, box.client.ledger.device_id) < 99]
        if len(chosen) >= 3:
            return id_, chosen
        await plane.call("POST", f"/api/documents/{id_}/withdraw", key)


async def sync_all(boxes: list[TestBox], *, ok: bool) -> None:
    """Let boxes fetch what they should run, then report how they are with it."""

    async def health() -> Body:
        return {"ok": ok}

    for _ in range(2):
        for box in boxes:
            box.client._health = health  # noqa: SLF001 - the daemon passes it at the start
            await box.client.cycle()


async def test_a_canary_that_does_harm_is_stopped_and_taken_back(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    boxes = [await an_enrolled_box(plane, tmp_path / f"{n}.db") for n in range(4)]
    await publish(plane, key, {"name": "good"})
    await sync_all(boxes, ok=True)
    risky, chosen = await a_canary(plane, key, boxes)
    plane.clock.advance(minutes=1)
    await sync_all(boxes, ok=False)
    assert [await config(box) for box in chosen] == [("risky", 2)] * len(chosen)

    await Desired(plane.store, plane.clock, plane.central.key).steer()
    plane.clock.advance(minutes=1)
    await sync_all(boxes, ok=True)

    _, documents = await plane.call("GET", "/api/documents", key)
    row = next(row for row in documents["items"] if row["id"] == risky)
    assert row["state"] == "stopped"
    assert "report trouble" in row["reason"]
    assert [await config(box) for box in chosen] == [("good", 3)] * len(chosen)


async def test_a_canary_goes_on_to_everybody_after_a_good_day_only(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    boxes = [await an_enrolled_box(plane, tmp_path / f"{n}.db") for n in range(3)]
    await a_canary(plane, key, boxes)
    steering = Desired(plane.store, plane.clock, plane.central.key)

    async def percent() -> object:
        await steering.steer()
        return (await plane.call("GET", "/api/documents", key))[1]["items"][0]["percent"]

    plane.clock.advance(hours=25)
    assert await percent() == 99, "nobody has reported"
    await sync_all(boxes, ok=True)
    assert await percent() == 100


async def test_a_file_is_given_in_ranges_to_boxes_only(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    name = "ab" * 32
    (tmp_path / name).write_bytes(b"0123456789")
    path = f"/v1/blob/{name}"

    async with plane.session.get(plane.base + path) as response:
        assert response.status == 400
    headers = _signed(box, plane, path)
    async with plane.session.get(
        plane.base + path, headers={**headers, "Range": "bytes=4-"}
    ) as response:
        assert (response.status, await response.read()) == (206, b"456789")
    missing = f"/v1/blob/{'cd' * 32}"
    async with plane.session.get(
        plane.base + missing, headers=_signed(box, plane, missing)
    ) as response:
        assert orjson.loads(await response.read())["code"] == "blob_unknown"


async def test_a_file_is_fetched_on_from_where_it_stopped_and_believed_by_its_hash(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    content = bytes(range(256)) * 4_000
    name = hashlib.sha256(content).hexdigest()
    await asyncio.to_thread((tmp_path / name).write_bytes, content)
    await asyncio.to_thread((tmp_path / "model.part").write_bytes, content[:700_000])

    await box.client.fetch(name, tmp_path / "model")
    await box.client.cycle()

    assert await asyncio.to_thread((tmp_path / "model").read_bytes) == content
    assert (await box.client.status()).state == "ok"
    await asyncio.to_thread((tmp_path / name).write_bytes, b"another file")
    with pytest.raises(UntrustedError):
        await box.client.fetch(name, tmp_path / "again")
    assert not await asyncio.to_thread((tmp_path / "again").exists)


def _signed(box: TestBox, plane: Plane, path: str) -> dict[str, str]:
    from sync.signing import sign_request  # noqa: PLC0415 - only here

    memory = box.client._memory  # noqa: SLF001 - signs as the box does
    memory.na_seq += 1
    return sign_request(
        memory.key,
        "GET",
        path,
        device=memory.device_id,
        seq=memory.na_seq,
        body=b"",
        created=plane.clock.now(),
    )
