"""Every code a box can meet, met: it is the documented one, signed, and leaves no trace."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from uuid_utils import uuid7

from sync.central.pressure import Capacity
from sync.central.store import Audit, StoreAwayError
from sync.protocol.chain import SYNCED, follow, start
from sync.protocol.messages import (
    AUDIT,
    BLOB,
    ENROLL,
    MAX_PACKED,
    MAX_UNPACKED,
    ROTATE,
    SYNC,
    enroll_base,
    pack,
    rotate_base,
)
from sync.protocol.problems import PROBLEMS
from sync.signing import PrivateKey, b64
from tests.sync.central_fixtures import Plane, a_plane
from tests.sync.wire import Wire, a_wire

# What only the office meets; its own tests try these.
OFFICE = {
    *("period_closed", "id_taken", "bad_login", "unauthorized", "forbidden", "not_found"),
    *("blob_busy", "blob_gap", "blob_differs", "plan_archived", "no_price", "already_subscribed"),
    *("not_subscribed", "day_invoiced", "day_before", "currency_differs", "period_open"),
    "content_unfit",
}


Case = Callable[[Wire], Awaitable[str]]
CASES: list[tuple[str, str, Case]] = []


def case(code: str) -> Callable[[Case], Case]:
    def keep(made: Case) -> Case:
        CASES.append((code, made.__name__, made))
        return made

    return keep


@case("malformed")
async def no_zstd(wire: Wire) -> str:
    return await wire.send(SYNC, b"no zstd")


@case("malformed")
async def an_empty_body(wire: Wire) -> str:
    return await wire.send(SYNC)


@case("malformed")
async def half_a_body(wire: Wire) -> str:
    body = wire.packed()
    return await wire.send(SYNC, body[: len(body) // 2])


@case("malformed")
async def no_object(wire: Wire) -> str:
    return await wire.send(SYNC, zstandard.compress(b"[1]"))


@case("malformed")
async def another_boxs_batch(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(device=str(uuid7())))


@case("malformed")
async def numbers_that_skip(wire: Wire) -> str:
    events = [{**event, "seq": event["seq"] + 1} for event in wire.batch["events"]]
    return await wire.send(SYNC, wire.packed(events=events))


@case("malformed")
async def fewer_events_than_said(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(events=wire.batch["events"][:1]))


@case("malformed")
async def an_event_without_canonical_form(wire: Wire) -> str:
    events = [{**event, "mono_ms": 2**60} for event in wire.batch["events"]]
    return await wire.send(SYNC, wire.packed(events=events))


@case("malformed")
async def a_request_without_a_number(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), headers={"na-seq": "x"})


@case("malformed")
async def an_enrolment_that_is_no_json(wire: Wire) -> str:
    return await wire.ask("POST", ENROLL, b"{", {"na-seq": "0"})


@case("unknown_version")
async def a_batch_of_tomorrow(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(v=9))


@case("unknown_version")
async def an_enrolment_of_tomorrow(wire: Wire) -> str:
    return await wire.enroll(await wire.plane.token(), PrivateKey.generate(), v=9)


@case("bad_digest")
async def a_body_changed_on_the_way(wire: Wire) -> str:
    headers = wire.signed(SYNC, wire.packed())
    return await wire.ask("POST", SYNC, wire.packed() + b"x", headers)


@case("bad_signature")
async def a_strange_key(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), key=PrivateKey.generate())


@case("bad_signature")
async def another_path_than_signed(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), headers={"na-seq": "77"})


@case("bad_signature")
async def a_signature_of_another_form(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), headers={"signature-input": "na=();created=1"})


@case("bad_signature")
async def an_enrolment_without_proof_of_its_key(wire: Wire) -> str:
    proof = b64(PrivateKey.generate().sign(b"another"))
    return await wire.enroll(await wire.plane.token(), PrivateKey.generate(), proof=proof)


@case("bad_signature")
async def a_new_key_without_its_own_proof(wire: Wire) -> str:
    asked = {"public_key": b64(PrivateKey.generate().public), "proof": b64(b"x" * 64)}
    return await wire.send(ROTATE, orjson.dumps(asked))


@case("clock_skew")
async def a_request_of_yesterday(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), ahead=-timedelta(minutes=11))


@case("clock_skew")
async def a_request_of_tomorrow(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), ahead=timedelta(minutes=11))


@case("replayed")
async def a_number_used_before(wire: Wire) -> str:
    nothing = wire.packed(to=0, events=[], head=wire.batch["prev"])
    headers = wire.signed(SYNC, nothing)
    url = wire.plane.base + SYNC
    async with wire.plane.session.post(url, data=BytesIO(nothing), headers=headers) as response:
        assert response.status == 200
    return await wire.ask("POST", SYNC, nothing, headers)


@case("device_unknown")
async def a_box_nobody_knows(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(), device=str(uuid7()))


@case("device_revoked")
async def a_revoked_box(wire: Wire) -> str:
    store = wire.plane.store
    await store.set_status("acme", wire.device, "revoked")
    code = await wire.send(SYNC, wire.packed())
    await store.set_status("acme", wire.device, "active")
    return code


@case("token_unknown")
async def a_made_up_token(wire: Wire) -> str:
    return await wire.enroll("NOBODY", PrivateKey.generate())


@case("token_expired")
async def a_token_of_last_week(wire: Wire) -> str:
    token = await wire.plane.token()
    wire.plane.clock.advance(days=2)
    return await wire.enroll(token, PrivateKey.generate())


@case("token_used")
async def a_token_of_another_box(wire: Wire) -> str:
    return await wire.enroll("TOKEN1", PrivateKey.generate())


@case("key_taken")
async def a_key_of_another_box(wire: Wire) -> str:
    other, token = PrivateKey.generate(), await wire.plane.token()
    url, device, public = wire.plane.base + ENROLL, str(uuid7()), b64(other.public)
    proof = b64(other.sign(enroll_base(token, device, public)))
    known = {"v": 1, "device": device, "version": "1.0", "token": token}
    async with wire.plane.session.post(
        url, json={**known, "public_key": public, "proof": proof}
    ) as response:
        assert response.status == 200
    proof = b64(other.sign(rotate_base(wire.device, public)))
    return await wire.send(ROTATE, orjson.dumps({"public_key": public, "proof": proof}))


@case("gap")
async def events_that_were_skipped(wire: Wire) -> str:
    skipped = {**wire.batch, "from": 3}
    return await wire.send(SYNC, wire.packed(skipped, to=2, events=[], head=wire.batch["prev"]))


@case("too_large")
async def a_body_over_the_limit(wire: Wire) -> str:
    return await wire.send(SYNC, b"x" * (MAX_PACKED + 1))


@case("too_large")
async def a_bomb(wire: Wire) -> str:
    return await wire.send(SYNC, zstandard.compress(b" " * (MAX_UNPACKED * 4)))


@case("chain_broken")
async def a_head_that_does_not_follow(wire: Wire) -> str:
    return await wire.send(SYNC, wire.packed(head="0" * 64))


@case("chain_broken")
async def a_sum_changed_under_the_old_head(wire: Wire) -> str:
    events = orjson.loads(orjson.dumps(wire.batch["events"]))
    events[-1]["data"]["meters"]["messages_in"] = 9
    return await wire.send(SYNC, wire.packed(events=events))


@case("batch_signature")
async def a_batch_signed_by_nobody(wire: Wire) -> str:
    return await wire.send(SYNC, pack({**wire.batch, "signature": "AAAA"}))


@case("fork")
async def another_start_of_the_chain(wire: Wire) -> str:
    other = b"\1" * 32
    head = follow(other, wire.batch["events"])[-1].hex()
    return await wire.send(SYNC, wire.packed(prev=other.hex(), head=head))


@case("audit_unknown")
async def an_answer_nobody_asked_for(wire: Wire) -> str:
    return await wire.send(AUDIT, orjson.dumps({"id": "a1", "events": []}))


@case("audit_unknown")
async def an_answer_to_another_boxs_audit(wire: Wire) -> str:
    now = wire.plane.clock.now()
    await wire.plane.store.order_audit("acme", Audit("a2", str(uuid7()), 1, 1, 3), now)
    return await wire.send(AUDIT, orjson.dumps({"id": "a2", "events": []}))


@case("blob_unknown")
async def a_file_that_is_not_here(wire: Wire) -> str:
    return await wire.send(BLOB + "ab" * 32, method="GET")


@case("bad_range")
async def a_range_beyond_the_file(wire: Wire) -> str:
    name = "cd" * 32
    (wire.plane.central.blobs / name).write_bytes(b"four")
    return await wire.send(BLOB + name, method="GET", headers={"Range": "bytes=9-"})


@case("bad_range")
async def a_range_that_is_none(wire: Wire) -> str:
    name = "cd" * 32
    (wire.plane.central.blobs / name).write_bytes(b"four")
    return await wire.send(BLOB + name, method="GET", headers={"Range": "bytes=z"})


@pytest.fixture
async def wire(plane: Plane, tmp_path: Path) -> Wire:
    return await a_wire(plane, tmp_path)


async def assert_no_trace(wire: Wire) -> None:
    """No sum has changed, and the true batch still counts, once."""
    store = wire.plane.store
    assert await store.usage("acme", wire.device) == {}
    assert await store.quarantined("acme", wire.device) == {}
    await wire.box.client.cycle()
    await wire.box.client.cycle()
    assert await store.usage("acme", wire.device) == {"messages_in": 3}


@pytest.mark.parametrize(
    ("code", "send"), [pytest.param(code, made, id=name) for code, name, made in CASES]
)
async def test_a_bad_request_gets_its_code_and_leaves_no_trace(
    wire: Wire, code: str, send: Case
) -> None:
    assert await send(wire) == code

    await assert_no_trace(wire)


async def test_a_closed_epoch_takes_nothing_more_and_nothing_is_counted_twice(wire: Wire) -> None:
    await wire.box.client.cycle()
    old = wire.batch
    await wire.box.client.restored()
    await wire.box.client.cycle()
    later = {**old, "from": old["to"] + 1, "to": old["to"]}
    event = {**old["events"][-1], "seq": old["to"] + 1}
    head = follow(bytes.fromhex(old["head"]), [event])[-1].hex()

    code = await wire.send(
        SYNC, wire.packed(later, to=old["to"] + 1, events=[event], prev=old["head"], head=head)
    )

    assert code == "epoch_closed"
    assert await wire.plane.store.usage("acme", wire.device) == {"messages_in": 3}


async def test_a_fork_of_what_is_held_is_refused_at_every_overlap(wire: Wire) -> None:
    await wire.box.client.cycle()
    first = start(wire.device, 1, wire.memory.receipt, SYNCED)
    forged = [{**event, "boot": "another"} for event in wire.batch["events"]]

    for count in range(1, len(forged) + 1):
        head = follow(first, forged[:count])[-1].hex()
        body = wire.packed(events=forged[:count], to=count, head=head)
        assert await wire.send(SYNC, body) == "fork"

    assert await wire.plane.store.usage("acme", wire.device) == {"messages_in": 3}


async def test_a_full_waiting_room_and_a_store_that_is_away_say_when_to_come_back(
    plane: Plane, tmp_path: Path
) -> None:
    wire = await a_wire(plane, tmp_path)
    full = Capacity(at_once=1, waiting=0)
    async with a_plane(plane.store, plane.clock, tmp_path, capacity=full) as crowded:
        wire.plane = crowded
        assert await wire.send(SYNC, wire.packed()) == "rate_limited"
    wire.plane = plane

    async def away(*_: Any) -> None:
        raise StoreAwayError

    there, plane.store.apply = plane.store.apply, away  # type: ignore[method-assign, assignment]  # it has gone
    assert await wire.send(SYNC, wire.packed()) == "busy"
    plane.store.apply = there  # type: ignore[method-assign]  # and is back
    await assert_no_trace(wire)


def test_every_code_is_tried_here_or_is_the_offices() -> None:
    tried = {code for code, _, _ in CASES} | {"epoch_closed", "rate_limited", "busy"}

    assert tried | OFFICE == set(PROBLEMS)
    assert not tried & OFFICE
