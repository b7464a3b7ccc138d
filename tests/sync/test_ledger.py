from datetime import timedelta
from typing import Any

import orjson
import pytest

from sync.ledger import Ledger
from sync.protocol.chain import RAW, SYNCED, leaf, link, start
from sync.protocol.problems import LedgerInputError
from sync.verify import verify
from tests.sync.doubles import Box, StillClock


def a_message(ledger: Ledger) -> dict[str, object]:
    return {"contact": ledger.contact("5511999990000"), "meters": {"messages_in": 1}}


def test_events_are_numbered_without_gaps_and_chained(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    for _ in range(3):
        ledger.append(box.tx, "message.received", a_message(ledger), clock.now())

    previous = start(ledger.device_id, 0, b"", RAW)
    for expected, (seq, body, hash_) in enumerate(ledger.bodies(box.tx, RAW, 0, 1, 10), start=1):
        event = orjson.loads(body)
        assert (seq, event["seq"]) == (expected, expected)
        assert event["specversion"] == "1.0"
        assert event["source"] == f"/devices/{ledger.device_id}/raw/0"
        previous = link(previous, leaf(body))
        assert hash_ == previous
    assert ledger.head(box.tx, RAW).seq == 3


async def test_a_fact_that_is_rolled_back_leaves_no_gap(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    def failing(tx: Any) -> None:
        ledger.append(tx, "message.received", a_message(ledger), clock.now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await box.write(failing)
    seq = await box.write(
        lambda tx: ledger.append(tx, "message.received", a_message(ledger), clock.now())
    )

    assert seq == 1
    assert await box.read(lambda tx: verify(ledger, tx)) == []


@pytest.mark.parametrize(
    ("fact", "named"),
    [
        (("message.exploded", {}), "type"),
        (("message.received", {"meters": {"messages_in": 1}, "text": "oi"}), "text"),
        (("message.received", {"meters": {"messages_in": 1.5}}), "meters.messages_in"),
        (("message.received", {"meters": {"messages_in": -1}}), "meters.messages_in"),
        (("message.received", {"meters": {"jokes": 1}}), "meters.jokes"),
        (("message.received", {}), "meters"),
        (("message.received", {"meters": {}, "contact": "5511999990000"}), "contact"),
        (("message.received", {"meters": {}, "contact": "5511@s.whatsapp.net"}), "contact"),
        (("usage.rollup", {"meters": {}, "covers": [2, 1, "00"]}), "covers"),
        (("invoice.issued", {"total_centavos": 10.0}), "total_centavos"),
        (("invoice.issued", {"lines": [{"code": "Plano da Maria"}]}), "lines.0.code"),
    ],
)
def test_what_does_not_belong_in_the_ledger_is_refused_by_name(
    box: Box, ledger: Ledger, clock: StillClock, fact: tuple[str, dict[str, Any]], named: str
) -> None:
    with pytest.raises(LedgerInputError, match=rf"^{named}:"):
        ledger.append(box.tx, *fact, clock.now())

    assert ledger.head(box.tx, RAW).seq == 0


def test_a_contact_is_a_pseudonym_of_this_tenant(ledger: Ledger, clock: StillClock) -> None:
    other = Ledger(
        tenant_id="other", device_id=ledger.device_id, key=b"k" * 32, boot="b", clock=clock
    )

    assert ledger.contact("5511999990000") == ledger.contact("5511999990000")
    assert ledger.contact("5511999990000") != ledger.contact("5511999990001")
    assert ledger.contact("5511999990000") != other.contact("5511999990000")
    assert "5511999990000" not in ledger.contact("5511999990000")


def test_facts_wait_for_the_enrolment_and_are_then_summed_by_hour(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    for _ in range(2):
        ledger.append(box.tx, "message.received", a_message(ledger), clock.now())
    clock.advance(hours=1)
    ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 4}}, clock.now())
    clock.advance(hours=1)
    assert ledger.roll_up(box.tx, clock.now()) == 0

    ledger.open_epoch(box.tx, b"receipt", "enrolled")
    ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 1}}, clock.now())
    assert ledger.roll_up(box.tx, clock.now()) == 2
    assert ledger.roll_up(box.tx, clock.now()) == 0
    clock.advance(hours=1)
    assert ledger.roll_up(box.tx, clock.now()) == 1

    rolled = [orjson.loads(body)["data"] for _, body, _ in ledger.bodies(box.tx, SYNCED, 1, 2, 9)]
    assert [(r["hour"], r["raw_epoch"], r["covers"][:2], r["meters"]) for r in rolled] == [
        ("2026-03-02T09:00:00Z", 0, [1, 2], {"messages_in": 2}),
        ("2026-03-02T10:00:00Z", 0, [3, 3], {"messages_out": 4}),
        ("2026-03-02T11:00:00Z", 1, [1, 1], {"messages_out": 1}),
    ]
    for entry in rolled:
        _, last, head = entry["covers"]
        assert ledger.hash_at(box.tx, RAW, entry["raw_epoch"], last) == bytes.fromhex(head)
    assert verify(ledger, box.tx) == []


def test_the_clock_set_back_counts_every_fact_once(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    ledger.open_epoch(box.tx, b"receipt", "enrolled")
    for step in (0, 1, -1, 1, -1, 2):
        at = clock.now() + timedelta(hours=step)
        ledger.append(box.tx, "message.sent", {"meters": {"messages_out": 1}}, at)

    ledger.roll_up(box.tx, clock.now() + timedelta(hours=5))

    rolled = [orjson.loads(body)["data"] for _, body, _ in ledger.bodies(box.tx, SYNCED, 1, 2, 9)]
    assert sum(entry["meters"]["messages_out"] for entry in rolled) == 6
    assert [entry["covers"][0] for entry in rolled] == [1, 2, 3, 4, 5, 6]


def test_after_thirteen_months_rolled_facts_go_and_unsynced_billing_stays(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    ledger.open_epoch(box.tx, b"receipt", "enrolled")
    for _ in range(5):
        ledger.append(box.tx, "message.received", a_message(ledger), clock.now())
    clock.advance(days=200)
    ledger.append(box.tx, "message.received", a_message(ledger), clock.now())
    clock.advance(days=200)
    ledger.roll_up(box.tx, clock.now())

    assert ledger.prune(box.tx, clock.now()) == 5
    assert ledger.prune(box.tx, clock.now()) == 0
    assert [seq for seq, _, _ in ledger.bodies(box.tx, RAW, 1, 1, 99)] == [6]
    assert len(ledger.bodies(box.tx, SYNCED, 1, 1, 99)) == 3
    assert verify(ledger, box.tx) == []


def test_facts_that_no_rollup_covers_outlive_the_thirteen_months(
    box: Box, ledger: Ledger, clock: StillClock
) -> None:
    ledger.open_epoch(box.tx, b"receipt", "enrolled")
    ledger.append(box.tx, "message.received", a_message(ledger), clock.now())
    clock.advance(days=500)

    assert ledger.prune(box.tx, clock.now()) == 0
