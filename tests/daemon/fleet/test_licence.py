"""The licence over months: active, grace, restricted, renewed; and no clock that helps."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from daemon.infra.licence_gate import LicenceGate
from daemon.infra.steering import Steering
from daemon.kernel.licence import EXTRAS, LicenceRestrictedError
from sync import running
from sync.central.sqlite_store import SqliteStore
from sync.licence import ALWAYS_ON
from sync.state import open_ledger
from tests.sync.central_fixtures import Plane, TestBox, a_plane, an_enrolled_box
from tests.sync.doubles import Box, OpenSeal, StillClock

OWN = Settings()
# The clock of the tests begins on 2 March 2026.
PLAN = {"plan": "pro", "valid_until": "2026-04-01T00:00:00Z", "limits": {"agents": 2}}


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def plane(tmp_path: Path, clock: StillClock) -> AsyncIterator[Plane]:
    store = await SqliteStore.open(tmp_path / "central")
    async with a_plane(store, clock, tmp_path) as found:
        yield found
    await store.close()


async def entitle(plane: Plane, box: TestBox, **change: object) -> None:
    body = {"kind": "entitlements", "body": {**PLAN, **change}}
    status, made = await plane.call("POST", "/api/documents", await plane.key(), body)
    assert status == 201, made
    await box.client.cycle()


async def gate_of(box: TestBox, tmp_path: Path) -> LicenceGate:
    """Return the gate as a start of the box builds it."""
    opened = await open_ledger(box.db, OpenSeal(), box.clock, "acme")
    steering = Steering(OWN, tmp_path)
    steering.take(await box.db.read(running.in_force))
    return LicenceGate(steering, opened)


async def test_a_licence_lapses_step_by_step_and_comes_back_with_the_next_document(
    plane: Plane, tmp_path: Path, clock: StillClock
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await entitle(plane, box)
    gate = await gate_of(box, tmp_path)
    seen = []
    for _ in range(70):
        licence = gate.licence()
        seen.append((licence.state, bool(gate.off()), licence.may_grow))
        assert all(licence.allows(feature) for feature in ALWAYS_ON)
        clock.advance(days=1)

    steps = list(dict.fromkeys(seen))
    assert steps == [
        ("active", False, True),
        ("grace", True, False),
        ("restricted", True, False),
    ]
    assert sum(state == "grace" for state, _, _ in seen) == 30
    assert gate.off() == list(EXTRAS)
    with pytest.raises(LicenceRestrictedError) as refused:
        gate.require("flows")
    assert "reseller" in refused.value.text("en")
    assert "backup" in refused.value.text("pt-BR")

    await entitle(plane, box, valid_until="2027-01-01T00:00:00Z")
    assert (await gate_of(box, tmp_path)).off() == []


async def test_in_grace_only_what_grows_is_off(
    plane: Plane, tmp_path: Path, clock: StillClock
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await entitle(plane, box)
    clock.advance(days=45)

    assert (await gate_of(box, tmp_path)).off() == ["models"]


async def test_setting_the_clock_back_gains_nothing_while_it_runs_nor_over_a_start(
    plane: Plane, tmp_path: Path, clock: StillClock
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await entitle(plane, box)
    gate = await gate_of(box, tmp_path)
    clock.advance(days=59)
    assert gate.licence().state == "grace"
    clock.wall -= timedelta(days=400)
    assert gate.licence().state == "grace"
    await box.client.keep_time()

    again = await gate_of(box, tmp_path)
    assert again.licence().state == "grace"
    clock.advance(days=3)  # 62 days have passed, whatever the clock on the wall says
    assert gate.licence().state == "restricted"
    assert again.licence().state == "restricted"


async def test_after_a_boot_without_receipts_time_goes_on_from_the_last_that_was_kept(
    plane: Plane, tmp_path: Path, clock: StillClock
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await entitle(plane, box)
    clock.advance(days=59)
    await box.client.keep_time()
    box.client._memory.anchor = None  # noqa: SLF001 - as after a boot: no receipt of this start
    await box.client._save()  # noqa: SLF001 - the same
    opened = await open_ledger(box.db, OpenSeal(), clock, "acme")
    opened.time.anchor = None
    clock.wall -= timedelta(days=400)
    steering = Steering(OWN, tmp_path)
    steering.take(await box.db.read(running.in_force))
    gate = LicenceGate(steering, opened)

    assert (gate.licence().state, opened.time.trust) == ("grace", "behind")
    clock.advance(days=3)
    assert gate.licence().state == "restricted"


async def test_a_chat_that_is_under_way_keeps_its_answers_and_a_new_one_does_not(
    plane: Plane, tmp_path: Path, clock: StillClock
) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await entitle(plane, box)
    gate = await gate_of(box, tmp_path)
    clock.advance(days=59, hours=14, minutes=50)  # ten minutes before the end of the grace
    assert gate.allows("generative", "ana")
    clock.advance(minutes=20)

    assert gate.licence().state == "restricted"
    assert gate.allows("generative", "ana")
    assert not gate.allows("generative", "bia")
    clock.advance(minutes=31)
    assert not gate.allows("generative", "ana")


async def test_a_plan_caps_limits_and_names_its_extras(plane: Plane, tmp_path: Path) -> None:
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await entitle(plane, box, features=["flows", "of-the-future"], limits={"sessions": 0})
    steering = Steering(OWN, tmp_path)
    live = steering.live()
    assert live.whatsapp.max_sessions == 20
    steering.take(await box.db.read(running.in_force))
    gate = LicenceGate(steering, await open_ledger(box.db, OpenSeal(), box.clock, "acme"))

    assert live.whatsapp.max_sessions == 0
    assert live.limits.agents == OWN.limits.agents
    assert set(gate.off()) == set(EXTRAS) - {"flows", "models"}
    assert gate.allows("flows")


async def test_a_box_without_a_control_plane_is_not_restricted(
    tmp_path: Path, clock: StillClock
) -> None:
    db = await asyncio.to_thread(Box, tmp_path / "alone.db")
    opened = await open_ledger(db, OpenSeal(), clock, "local")
    gate = LicenceGate(Steering(OWN, tmp_path), opened)
    clock.advance(days=4_000)

    assert gate.off() == []
