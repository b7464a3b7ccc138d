"""What both stores promise: each bad request has its code, and leaves no trace in the sums."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from uuid_utils import uuid7

from sync.protocol.chain import SYNCED, start
from sync.protocol.events import source, stamp
from sync.protocol.messages import (
    MAX_PACKED,
    MAX_UNPACKED,
    pack,
    parse_batch,
    sign_batch,
    unpack,
)
from sync.protocol.problems import PROBLEMS, SyncError
from sync.signing import (
    RESPONSE_SIGNATURE,
    PrivateKey,
    ServerKeys,
    sign_request,
)
from tests.sync.central_fixtures import Plane, TestBox, a_box, an_enrolled_box

Content = dict[str, Any]


@pytest.fixture
async def used(plane: Plane, tmp_path: Path) -> TestBox:
    """A box with usage that is not synced yet, and a batch of it in `line.sent`."""
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(3)
    plane.clock.advance(hours=1)
    return box


async def outgoing(box: TestBox) -> Content:
    """Return the box's next batch, unpacked; it is not sent."""
    await box.client._keep_house()  # noqa: SLF001 - rolls up without sending
    made = await box.client._make({})
    content: Content = orjson.loads(unpack(made.body))
    return content


async def post(
    plane: Plane,
    box: TestBox,
    body: bytes,
    *,
    spoil: Callable[[dict[str, str], bytes], bytes] | None = None,
    key: PrivateKey | None = None,
    seq: int | None = None,
    created: timedelta = timedelta(0),
) -> tuple[int, str, dict[str, Any]]:
    """Send a body as the box, or nearly so; return status, code and facts."""
    memory = box.client._memory  # noqa: SLF001 - signs as the box does
    memory.na_seq += 1
    number = memory.na_seq if seq is None else seq
    headers = sign_request(
        key or memory.key,
        "POST",
        "/v1/sync",
        device=memory.device_id,
        seq=number,
        body=body,
        created=plane.clock.now() + created,
    )
    headers["Accept-Language"] = "en"
    if spoil is not None:
        body = spoil(headers, body)
    url = f"{plane.base}/v1/sync"
    async with plane.session.post(url, data=BytesIO(body), headers=headers) as response:
        raw = await response.read()
        server = ServerKeys({plane.central.key.id: plane.central.key.public})
        signature = response.headers[RESPONSE_SIGNATURE]
        asked = int(headers["na-seq"]) if headers.get("na-seq", "").isdigit() else 0
        assert server.trusts_response(signature, response.status, asked, raw)
        content = orjson.loads(raw)
        return response.status, content.get("code", ""), content.get("facts", {})


def resigned(box: TestBox, content: Content, **changes: Any) -> bytes:
    """Return a packed batch with changes, under the box's own signature."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    changed = {**unsigned, **changes}
    return pack(sign_batch(box.client._memory.key, changed))  # noqa: SLF001 - signs as the box


async def assert_no_trace(plane: Plane, box: TestBox) -> None:
    """The refused request changed no sum, and the true one still counts, once."""
    device = box.client.ledger.device_id
    assert await plane.store.usage("acme", device) == {}
    assert await plane.store.quarantined("acme", device) == {}
    await box.client.cycle()
    await box.client.cycle()
    assert await plane.store.usage("acme", device) == {"messages_in": 3}


def drop_header(name: str) -> Callable[[dict[str, str], bytes], bytes]:
    def spoil(headers: dict[str, str], body: bytes) -> bytes:
        del headers[name]
        return body

    return spoil


def other_number(headers: dict[str, str], body: bytes) -> bytes:
    headers["na-seq"] = "99"
    return body


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda _, body: body + b"x", "bad_digest"),
        (drop_header("signature"), "bad_signature"),
        (drop_header("content-digest"), "bad_signature"),
        (drop_header("na-seq"), "malformed"),
        (other_number, "bad_signature"),
    ],
)
async def test_a_request_that_was_changed_on_the_way_is_refused(
    plane: Plane, used: TestBox, spoil: Any, code: str
) -> None:
    body = resigned(used, await outgoing(used))

    status, found, _ = await post(plane, used, body, spoil=spoil)

    assert (status, found) == (PROBLEMS[code].status, code)
    await assert_no_trace(plane, used)


async def test_a_strange_key_an_old_signature_and_a_used_number_are_refused(
    plane: Plane, used: TestBox
) -> None:
    body = resigned(used, await outgoing(used))
    stranger = PrivateKey.generate()

    assert (await post(plane, used, body, key=stranger))[1] == "bad_signature"
    assert (await post(plane, used, body, created=-timedelta(minutes=11)))[1] == "clock_skew"
    assert (await post(plane, used, body, created=timedelta(minutes=11)))[1] == "clock_skew"
    assert (await post(plane, used, resigned(used, await outgoing(used), events=[], to=0)))[0] > 400
    await assert_no_trace(plane, used)
    status, code, facts = await post(plane, used, body, seq=1)
    assert (status, code) == (401, "replayed")
    assert facts["last"] >= 1


async def test_bodies_that_are_no_batch_are_refused_by_field(plane: Plane, used: TestBox) -> None:
    content = await outgoing(used)
    events = content["events"]
    skipped = [*events[:1], {**events[1], "seq": 9}]
    cases = [
        (b"no zstd", "malformed"),
        (zstandard.compress(b"[1]"), "malformed"),
        (zstandard.compress(b"{"), "malformed"),
        (resigned(used, content, v=9), "unknown_version"),
        (resigned(used, content, epoch=0), "malformed"),
        (resigned(used, content, to=content["to"] + 1), "malformed"),
        (resigned(used, content, events=skipped), "malformed"),
        (resigned(used, content, device=str(uuid7())), "malformed"),
        (resigned(used, content, health={"x": "y" * 9000}), "malformed"),
        (resigned(used, content, head="0" * 64), "chain_broken"),
        (pack({**content, "signature": "AAAA"}), "batch_signature"),
        (resigned(used, content, prev="0" * 64), "chain_broken"),
        (resigned(used, {**content, "from": 3}, to=2, events=[], head=content["prev"]), "gap"),
    ]
    for body, code in cases:
        status, found, _ = await post(plane, used, body)
        assert (status, found) == (PROBLEMS[code].status, code)
    await assert_no_trace(plane, used)


async def test_too_much_is_refused_packed_and_unpacked(plane: Plane, used: TestBox) -> None:
    bomb = zstandard.compress(b" " * (MAX_UNPACKED * 4))
    assert len(bomb) < 4096

    assert (await post(plane, used, bomb))[1] == "too_large"
    assert (await post(plane, used, b"x" * (MAX_PACKED + 1)))[1] == "too_large"
    await assert_no_trace(plane, used)


async def test_a_fork_is_refused_at_every_overlap(plane: Plane, used: TestBox) -> None:
    content = await outgoing(used)
    await used.client.cycle()
    ledger = used.client.ledger
    first = start(
        ledger.device_id,
        1,
        used.client._memory.receipt,  # noqa: SLF001 - a forger knows its own receipt
        SYNCED,
    )
    forged = [{**event, "boot": "another"} for event in content["events"]]
    await used.pay()
    for count in (1, 2):
        events = forged[:count]
        body = _chained(used, content, events, first)
        status, code, _ = await post(plane, used, body)
        assert (status, code) == (422, "fork")
    assert await plane.store.usage("acme", ledger.device_id) == {"messages_in": 3}


def _chained(box: TestBox, content: Content, events: list[Content], first: bytes) -> bytes:
    from sync.protocol.chain import follow  # noqa: PLC0415 - only here

    head = follow(first, events)[-1].hex()
    return resigned(box, content, events=events, to=len(events), prev=first.hex(), head=head)


async def test_odd_events_are_put_aside_and_do_not_hold_up_the_rest(
    plane: Plane, used: TestBox
) -> None:
    ledger = used.client.ledger
    content = await outgoing(used)

    def event(seq: int, kind: Any, data: Any) -> Content:
        return {
            "specversion": "1.0",
            "id": str(uuid7()),
            "source": source(ledger.device_id, SYNCED, 1),
            "type": kind,
            "time": stamp(plane.clock.now()),
            "seq": seq,
            "data": data,
        }

    covers = [1, 3, "0" * 64]
    after_a_gap = [6, 7, "0" * 64]
    late = {"raw_epoch": 1, "meters": {"answers": 5}, "covers": [4, 4, "0" * 64]}
    odd = [
        event(3, "usage.invented", {}),
        event(4, "usage.rollup", {"hour": "x", "raw_epoch": 1, "covers": covers, "meters": {}}),
        event(5, "payment.received", {"note": "for Maria"}),
        event(6, 7, "nothing"),
        event(7, "message.sent", {"meters": {"messages_out": 1}}),
        {**event(8, "payment.received", {}), "source": "/devices/other"},
        {**event(9, "payment.received", {}), "time": "\x00yesterday", "id": "\x00"},
        event(10, "usage.rollup", {**late, "hour": "2026-03-02T09:00:00Z", "covers": covers}),
        event(11, "usage.rollup", {**late, "hour": "2024-03-02T09:00:00Z"}),
        {**event(12, "payment.received", {"total_centavos": 1}), "extra": 1.5},
        event(13, "usage.rollup", {**late, "hour": "2026-03-02T09:00:00Z", "covers": after_a_gap}),
    ]
    events = [*content["events"], *odd]
    body = _chained(used, content, events, bytes.fromhex(content["prev"]))

    status, code, _ = await post(plane, used, body)

    assert (status, code) == (200, "")
    assert await plane.store.quarantined("acme", ledger.device_id) == {
        3: "unknown_type",
        4: "bad_schema",
        5: "bad_schema",
        6: "unknown_type",
        7: "wrong_stream",
        8: "wrong_source",
        9: "bad_schema",
        10: "covered_before",
        11: "too_old",
        13: "covers_gap",
    }
    counted = {"messages_in": 3, "answers": 5}
    assert await plane.store.usage("acme", ledger.device_id) == counted, "the gap costs no more"


async def test_late_usage_of_a_closed_period_becomes_an_adjustment(
    plane: Plane, used: TestBox
) -> None:
    key = await plane.key()
    device = used.client.ledger.device_id
    closing = {"before": stamp(plane.clock.now())}
    assert (await plane.call("POST", "/api/tenants/acme/close", key, closing))[0] == 200
    await used.client.cycle()
    await used.use(2)
    plane.clock.advance(hours=1)
    await used.client.cycle()

    span = "start=2026-03-01T00:00:00Z&end=2026-03-09T00:00:00Z"
    _, usage = await plane.call("GET", f"/api/devices/{device}/usage?{span}", key)
    _, tenant = await plane.call("GET", f"/api/tenants/acme/usage?{span}", key)

    assert [(row["quantity"], "madeAt" in row) for row in usage["items"]] == [
        (2, False),
        (3, True),
    ]
    assert tenant["items"] == [{"meter": "messages_in", "quantity": 2}]
    assert await plane.store.usage("acme", device) == {"messages_in": 5}


async def test_an_audit_finds_a_box_honest_or_names_the_hour(plane: Plane, used: TestBox) -> None:
    key = await plane.key()
    device = used.client.ledger.device_id
    await used.use(2)
    plane.clock.advance(hours=1)
    await used.client.cycle()
    path = f"/api/devices/{device}/audits"
    for first, last in ((1, 5), (4, 5), (1, 4)):
        body = {"rawEpoch": 1, "first": first, "last": last}
        assert (await plane.call("POST", path, key, body))[0] == 201
        await used.client.cycle()
    changed = b"replace(body, '\"messages_in\":1', '\"messages_in\":0')"
    used.db.connection.execute(
        f"UPDATE ledger_events SET body = cast({changed.decode()} AS BLOB) WHERE stream = 'raw'"
    )
    await plane.call("POST", path, key, {"rawEpoch": 1, "first": 1, "last": 5})
    await used.client.cycle()

    _, audits = await plane.call("GET", path, key)

    verdicts = [audit["verdict"] for audit in reversed(audits["items"])]
    assert verdicts[:3] == ["ok", "ok", "range_unknown"]
    assert verdicts[3] == "chain_differs 2026-03-02T09:00:00+00:00"


async def test_a_token_is_good_for_one_box_and_one_day(plane: Plane, tmp_path: Path) -> None:
    token = await plane.token()
    box, other = await a_box(plane, tmp_path / "a.db"), await a_box(plane, tmp_path / "b.db")

    first = await box.client.enroll(token)
    assert await box.client.enroll(token) == first
    for asked, code in ((token, "token_used"), ("NO", "token_unknown")):
        with pytest.raises(SyncError) as refused:
            await other.client.enroll(asked)
        assert refused.value.code == code
    stale = await plane.token()
    plane.clock.advance(hours=25)
    with pytest.raises(SyncError) as refused:
        await other.client.enroll(stale)
    assert refused.value.code == "token_expired"


async def test_a_box_enrolled_again_goes_on_in_a_new_epoch(plane: Plane, used: TestBox) -> None:
    await used.client.cycle()
    device = used.client.ledger.device_id
    await plane.store.set_status("acme", device, "revoked")
    await used.client.cycle()

    await used.client.enroll(await plane.token())
    await used.use(2)
    plane.clock.advance(hours=1)
    await used.client.cycle()

    assert await plane.store.usage("acme", device) == {"messages_in": 5}
    assert (await used.client.status()).state == "ok"
    parse_batch(used.line.sent[-1][3])
