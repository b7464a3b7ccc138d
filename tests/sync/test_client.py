"""The device rules, each against a real control plane."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from sync.pauses import Pauses
from sync.ports import Reply, TransportError
from sync.protocol.messages import parse_batch
from sync.signing import sign_response
from sync.state import note_restore
from sync.verify import verify
from tests.sync.central_fixtures import Plane, a_box, an_enrolled_box, cut, cut_after
from tests.sync.doubles import Box, StillClock


async def test_usage_of_before_and_after_the_enrolment_is_counted_once(
    plane: Plane, tmp_path: Path
) -> None:
    box = await a_box(plane, tmp_path / "box.db")
    await box.use(3)
    assert (await box.client.status()).state == "unenrolled"
    await box.client.enroll(await plane.token())
    plane.clock.advance(hours=1)
    await box.use(4, tokens_out=10)
    plane.clock.advance(hours=1)

    pause = await box.client.cycle()
    await box.client.cycle()

    assert 810 <= pause <= 990
    sums = await plane.store.usage("acme", box.client.ledger.device_id)
    assert sums == {"messages_in": 3, "tokens_out": 40}
    assert (await box.client.status()).state == "ok"
    server = box.client._memory.server  # noqa: SLF001 - the keys are the box's own business
    assert await box.db.read(lambda tx: verify(box.client.ledger, tx, server=server)) == []


async def test_a_database_put_back_unseen_does_not_match_the_mark_beside_it(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(2)
    older = await asyncio.to_thread(_copy, box.db.connection)
    await box.use(3)
    await box.client.cycle()
    mark = (tmp_path / "box.mark").read_bytes()
    ledger = box.client.ledger
    assert await box.db.read(lambda tx: verify(ledger, tx, mark=mark)) == []

    await asyncio.to_thread(older.backup, box.db.connection)

    found = await box.db.read(lambda tx: verify(ledger, tx, mark=mark))
    assert {finding.kind for finding in found} == {"rolled_back"}
    older.close()


def _copy(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connection.backup(copy)
    return copy


async def test_a_lost_answer_is_sent_again_and_counted_once(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(5)
    plane.clock.advance(hours=1)

    box.line.fault = cut_after
    assert await box.client.cycle() <= 15
    assert (await box.client.status()).state == "offline"
    box.line.fault = None
    await box.client.cycle()

    assert await plane.store.usage("acme", box.client.ledger.device_id) == {"messages_in": 5}
    assert (await box.client.status()).waiting == 0


async def test_failures_back_off_with_full_jitter_up_to_a_quarter_of_an_hour(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    box.line.fault = cut

    pauses = [await box.client.cycle() for _ in range(40)]

    assert all(pause <= min(900, 15 * 2**n) for n, pause in enumerate(pauses))
    assert max(pauses) > 600
    assert min(pauses[10:]) < 200


async def test_after_an_outage_a_box_knocks_first_and_waits_its_turn(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    box.line.fault = cut
    for _ in range(5):
        await box.client.cycle()
    box.line.fault = None
    box.line.sent.clear()

    pauses = [await box.client.cycle(), await box.client.cycle()]

    assert [path for _, path, _, _ in box.line.sent] == ["/health/live", "/v1/sync"]
    assert 0 <= pauses[0] <= 900
    assert (await box.client.status()).state == "ok"


async def test_retry_after_is_honoured_and_stretched(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")

    async def busy(_: str, __: object) -> Reply:
        return Reply(429, b"", {"retry-after": "120"})

    box.line.fault = busy
    pauses = [await box.client.cycle() for _ in range(20)]

    assert all(120 <= pause <= 180 for pause in pauses)
    assert len(set(pauses)) > 10


async def test_a_captive_portal_cannot_revoke_a_licence(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")

    async def portal(_: str, __: object) -> Reply:
        return Reply(403, b"<html>pay for the wifi</html>", {})

    box.line.fault = portal
    await box.client.cycle()

    assert (await box.client.status()).state == "offline"
    assert (await box.client.licence()).state == "active"


async def test_a_revoked_box_has_thirty_days_and_keeps_what_must_never_stop(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    device = box.client.ledger.device_id
    await plane.store.set_status("acme", device, "revoked")

    pause = await box.client.cycle()

    assert pause > 3600
    assert box.alarms == ["device_revoked"]
    assert (await box.client.licence()).state == "grace"
    plane.clock.advance(days=29)
    assert (await box.client.licence()).state == "grace"
    plane.clock.advance(days=2)
    licence = await box.client.licence()
    assert licence.state == "restricted"
    assert all(licence.allows(name) for name in ("receive", "handover", "export", "backup"))
    assert not licence.allows("voice")

    await plane.store.set_status("acme", device, "active")
    await box.client.cycle()
    assert (await box.client.licence()).state == "active"


async def test_setting_the_clock_back_gains_nothing(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.store.set_status("acme", box.client.ledger.device_id, "revoked")
    await box.client.cycle()
    plane.clock.advance(days=31)
    assert (await box.client.licence()).state == "restricted"

    plane.clock.wall -= timedelta(days=400)

    assert (await box.client.licence()).state == "restricted"


async def test_a_box_with_a_dead_clock_learns_the_time_from_a_signed_refusal(
    plane: Plane, tmp_path: Path
) -> None:
    astray = StillClock()
    astray.wall -= timedelta(days=900)
    box = await a_box(plane, tmp_path / "box.db", astray)
    await box.client.enroll(await plane.token())
    await box.use(2)
    astray.advance(hours=1)

    await box.client.cycle()

    assert (await box.client.status()).state == "ok"


async def test_a_database_restored_from_backup_goes_on_in_a_new_epoch(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(2)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    box.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backup = (tmp_path / "box.db").read_bytes()
    await box.use(5)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    (tmp_path / "restored.db").write_bytes(backup)

    again = await a_box(plane, tmp_path / "restored.db")
    assert await again.client.cycle() > 0
    await again.use(4)
    plane.clock.advance(hours=1)
    await again.client.cycle()

    status = await again.client.status()
    assert (status.state, status.epoch, status.waiting) == ("ok", 2, 0)
    sums = await plane.store.usage("acme", box.client.ledger.device_id)
    assert sums == {"messages_in": 11}
    assert again.alarms == []


async def test_a_restore_that_is_noted_opens_the_epoch_before_the_first_fact(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.client.cycle()
    box.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    (tmp_path / "restored.db").write_bytes((tmp_path / "box.db").read_bytes())
    await box.pay()
    await box.client.cycle()
    restored = await asyncio.to_thread(Box, tmp_path / "restored.db")
    await restored.write(lambda tx: note_restore(tx, "acme"))

    again = await a_box(plane, tmp_path / "restored.db")
    await again.pay(2)
    for _ in range(2):
        await again.client.cycle()

    status = await again.client.status()
    assert (status.state, status.epoch, status.waiting) == ("ok", 2, 0)
    twice = await a_box(plane, tmp_path / "restored.db")
    assert (await twice.client.status()).epoch == 2


async def test_one_bad_round_does_not_end_the_syncing(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    rounds: list[int] = []
    third = asyncio.Event()

    async def broken() -> dict[str, object]:
        rounds.append(1)
        if len(rounds) == 3:
            third.set()
        raise ZeroDivisionError

    class NoPause(Pauses):
        def at_start(self, interval_s: float) -> float:  # noqa: ARG002 - the base's signature
            return 0.0

        def parked(self) -> float:
            return 0.0

    box.client._health = broken  # noqa: SLF001 - the daemon passes it at the start
    box.client._pauses = NoPause(Random(1))  # noqa: SLF001, S311 - no waiting here

    task = asyncio.create_task(box.client.run())
    await asyncio.wait_for(third.wait(), 30)
    assert not task.done()
    task.cancel()


async def test_hours_that_the_lost_box_had_synced_are_not_counted_again(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.use(3)
    box.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backup = (tmp_path / "box.db").read_bytes()
    plane.clock.advance(hours=1)
    await box.client.cycle()
    (tmp_path / "restored.db").write_bytes(backup)

    again = await a_box(plane, tmp_path / "restored.db")
    await again.client.restored()
    await again.client.cycle()
    await again.client.cycle()

    device = box.client.ledger.device_id
    assert await plane.store.usage("acme", device) == {"messages_in": 3}
    assert "covered_before" in (await plane.store.quarantined("acme", device)).values()
    assert (await again.client.status()).state == "ok"


async def test_a_forked_ledger_freezes_uploads_and_says_so(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.client.cycle()
    box.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    copied = (tmp_path / "box.db").read_bytes()
    await box.pay()
    await box.client.cycle()
    (tmp_path / "twin.db").write_bytes(copied)
    twin = await a_box(plane, tmp_path / "twin.db")
    await twin.pay(2)

    await twin.client.cycle()
    sent = len(twin.line.sent)
    await twin.client.cycle()

    assert twin.alarms == ["fork"]
    assert (await twin.client.status()).state == "frozen"
    assert len(twin.line.sent) == sent


async def test_a_batch_that_is_too_large_is_halved_until_it_passes(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.pay(20)
    key = plane.central.key

    async def narrow(path: str, go: Callable[[], Awaitable[Reply]]) -> Reply:
        _, _, headers, body = box.line.sent[-1]
        if path != "/v1/sync" or len(parse_batch(body).events) <= 6:
            return await go()
        answer = b'{"code":"too_large","facts":{"what":"batch","limit":"6 events"}}'
        signature = sign_response(key, 413, int(headers["na-seq"]), answer)
        return Reply(413, answer, {"na-signature": signature})

    box.line.fault = narrow
    for _ in range(12):
        await box.client.cycle()

    assert (await box.client.status()).waiting == 0
    assert 413 in [reply.status for reply in box.line.replies]


async def test_at_most_ten_batches_go_at_once(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    box.client._most = 2  # noqa: SLF001 - smaller than the protocol's, to be quick
    await box.pay(25)

    await box.client.cycle()

    assert len([path for _, path, _, _ in box.line.sent if path == "/v1/sync"]) == 10
    assert (await box.client.status()).waiting == 6  # the epoch's own event is the 26th
    await box.client.cycle()
    assert (await box.client.status()).waiting == 0


async def test_a_rotated_key_signs_from_then_on_though_the_answer_was_lost(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    old = box.client._memory.key.public  # noqa: SLF001 - no other way to see a secret
    box.line.fault = cut_after
    with pytest.raises(TransportError):
        await box.client.rotate()
    box.line.fault = None

    await box.client.rotate()
    await box.client.cycle()

    assert box.client._memory.key.public != old  # noqa: SLF001 - no other way to see a secret
    assert (await box.client.status()).state == "ok"
    reopened = await a_box(plane, tmp_path / "box.db")
    plane.clock.advance(days=31)
    await reopened.client.cycle()
    assert (await reopened.client.status()).state == "ok"


async def test_after_a_crash_the_request_numbers_go_on_from_where_the_server_is(
    plane: Plane, tmp_path: Path
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.client.cycle()
    box.client._memory.na_seq = 0  # noqa: SLF001 - as if the last saves were lost

    await box.client.cycle()

    assert (await box.client.status()).state == "ok"


async def test_sixty_days_offline_drain_with_every_unit(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    box.line.fault = cut
    for _ in range(60 * 4):
        await box.use(2, messages_in=1, tokens_out=7)
        plane.clock.advance(hours=6)
        await box.client.cycle()
    box.line.fault = None
    box.line.sent.clear()

    while (await box.client.status()).waiting:
        await box.client.cycle()

    sums = await plane.store.usage("acme", box.client.ledger.device_id)
    assert sums == {"messages_in": 480, "tokens_out": 3360}
    assert sum(len(body) for _, _, _, body in box.line.sent) < 20 * 1024 * 1024
