"""What the rules see of a box: real tables of every context, written as the contexts do."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.settings import Settings
from daemon.domains.integrations.domain import catalogue
from daemon.domains.integrations.service.webhooks import hears
from daemon.domains.notifications.domain import Reading, RuleId
from daemon.domains.notifications.events import NotificationCreated, NotificationResolved
from daemon.domains.system.domain import PartState
from daemon.domains.whatsapp.domain import Session, SessionState
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.kernel.clock import FakeClock, stamp
from daemon.kernel.jobs import NewJob
from daemon.wiring.ground import Ground, ground
from daemon.wiring.noticing import FAILED, LATE, OVERDUE, PARKED, Noticing, money
from sync.licence import Licence, State
from sync.status import Status

ZONE = ZoneInfo("America/Sao_Paulo")


class World:
    """A box whose parts and licence are told by the test; everything else is in its tables."""

    def __init__(self, base: Ground, clock: FakeClock) -> None:
        self.base, self.clock = base, clock
        self.parts: list[PartState] = []
        self.status = Status("ok", "d", None, 0, 0, 0, 0, "", None, Licence("unenrolled"))
        self.noticing = Noticing(base, ZONE, parts=lambda: self.parts, sync=self.sync)

    async def sync(self) -> Status:
        return self.status

    async def see(self, rule: RuleId) -> Sequence[Reading]:
        found = (await self.noticing.look())[rule]
        assert found is not None
        return found

    async def run(self, query: str, *values: Any) -> None:
        await self.base.database.write(lambda tx: tx.conn.execute(query, values) and None)

    async def session(self, state: SessionState, reason: str = "connection_lost") -> None:
        now = self.clock.now()
        one = Session("s1", "a1", "Recepção", state, now, reason, "qr", wanted=True, created_at=now)

        def commit(tx: Connection) -> None:
            sessions.remove(tx, "s1")
            sessions.add(tx, "local", one)
            sessions.change(tx, "s1", phone="5511999999999")

        await self.base.database.write(commit)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
async def world(settings: Settings, clock: FakeClock) -> AsyncIterator[World]:
    async with ground(settings, clock) as base:
        yield World(base, clock)


async def test_an_empty_box_has_nothing_to_say_but_its_disk(world: World) -> None:
    found = await world.noticing.look()
    assert {rule for rule, seen in found.items() if seen} == {"disk_low"}
    assert None not in found.values()


async def test_a_number_that_comes_and_goes_has_been_down_since_it_last_worked(
    world: World,
) -> None:
    for state in (SessionState.RECONNECTING, SessionState.STARTING, SessionState.RECONNECTING):
        await world.session(state)
        (seen,) = await world.see("session_down")
        world.clock.advance(60)
    assert seen.value == 120
    assert seen.facts["reason"]["pt"] == "A conexão com o WhatsApp caiu."
    await world.session(SessionState.WORKING, "connected")
    assert await world.see("session_down") == []
    await world.session(SessionState.RECONNECTING)
    assert (await world.see("session_down"))[0].value == 0


@pytest.mark.parametrize(
    ("state", "reason"),
    [(SessionState.STOPPED, "stopped"), (SessionState.LOGGED_OUT, "logged_out_here")],
)
async def test_what_a_person_stopped_is_not_down(
    world: World, state: SessionState, reason: str
) -> None:
    await world.session(state, reason)
    assert await world.see("session_down") == []


async def test_the_queue_is_as_late_as_its_oldest_job_that_could_run(world: World) -> None:
    early = world.clock.now() - timedelta(minutes=9)

    def commit(tx: Connection) -> None:
        world.base.queue.add(tx, NewJob("a", lock="chat", run_at=early))
        world.base.queue.add(tx, NewJob("b", lock="chat", run_at=early))
        world.base.queue.add(tx, NewJob("c", run_at=world.clock.now() - timedelta(minutes=2)))
        tx.conn.execute("UPDATE jobs SET reason = 'offline', run_at = '2030' WHERE kind = 'a'")

    await world.base.database.write(commit)
    (seen,) = await world.see("queue_late")
    assert seen.value == 120


async def test_parked_jobs_are_counted_by_kind_with_the_last_cause(world: World) -> None:
    def commit(tx: Connection) -> None:
        for number in range(3):
            world.base.queue.add(tx, NewJob("x.y", {"n": number}))
        tx.conn.execute("UPDATE jobs SET state = 'parked', reason = id")

    await world.base.database.write(commit)
    (seen,) = await world.see("job_parked")
    assert (seen.subject, seen.value) == ("x.y", 3)
    newest = await world.base.database.read(
        lambda tx: tx.conn.execute("SELECT max(id) FROM jobs").fetchone()[0]
    )
    assert seen.facts["reason"] == newest


async def test_a_part_that_crashes_again_and_again_is_down_all_the_while(world: World) -> None:
    since = stamp(world.clock.now())
    for state in ("starting", "backing_off", "starting"):
        world.parts = [PartState("language", state, since, "exit_code_1")]
        (seen,) = await world.see("model_down")
        world.clock.advance(100)
        since = stamp(world.clock.now())
    assert seen.value == 200
    world.parts = [PartState("language", "tripped", since)]
    assert (await world.see("model_down"))[0].value is None


async def test_a_client_owes_the_sum_of_what_is_past_due(world: World) -> None:
    now = stamp(world.clock.now())
    await world.run(
        "INSERT INTO finance_clients (id, tenant_id, name, status, created_at, updated_at) "
        "VALUES ('c1', 'local', 'Padaria', 'active', ?, ?)",
        now,
        now,
    )
    for number, (due, total, status) in enumerate(
        [
            ("2026-01-02", 123_456, "open"),
            ("2026-01-04", 10_000, "open"),
            ("2026-01-01", 5_000, "paid"),
            ("2026-01-05", 7_000, "open"),  # today: not late yet
        ]
    ):
        await world.run(
            "INSERT INTO finance_invoices (id, tenant_id, kind, number, client_id, period, "
            "currency, issued_at, due_on, total, paid, credited, status, corrects, reason) VALUES ("
            "?, 'local', 'invoice', ?, 'c1', ?, 'BRL', ?, ?, "
            "?, 0, 0, ?, NULL, NULL)",
            f"i{number}",
            number,
            f"2025-{number + 1:02}",
            now,
            due,
            total,
            status,
        )
    (seen,) = await world.see("payment_overdue")
    assert (seen.subject, seen.value) == ("c1", 3)
    assert (seen.facts["count"], seen.facts["amount"]) == (2, "R$ 1.334,56")
    assert seen.facts["due"] == "02/01/2026"


async def test_a_document_that_could_not_be_read_is_named_with_its_reason(world: World) -> None:
    await world.run(
        "INSERT INTO documents VALUES ('d1', 'local', 'a1', 'tabela.pdf', '', 'application/pdf', "
        "1, 1, 0, 'failed', 'too_slow', 'pt', 'x', ?)",
        stamp(world.clock.now()),
    )
    (seen,) = await world.see("document_failed")
    assert seen.facts["name"] == "tabela.pdf"
    assert "demorou" in seen.facts["reason"]["pt"]


async def test_a_webhook_that_was_switched_off_says_why(world: World) -> None:
    now = stamp(world.clock.now())
    await world.run(
        "INSERT INTO webhooks (id, tenant_id, name, url, events, include_content, status, reason, "
        "sealed, since_seq, created_at, updated_at) "
        "VALUES ('w', 'local', 'ERP', 'https://erp.example', '[]', 0, 'disabled', 'gone', x'', 0, "
        "?, ?)",
        now,
        now,
    )
    (seen,) = await world.see("webhook_disabled")
    assert seen.facts["name"] == "ERP"
    assert "410" in seen.facts["reason"]["pt"]


@pytest.mark.parametrize(
    ("state", "days", "value", "severity"),
    [("active", 5, 5, "info"), ("grace", 20, None, "warning"), ("restricted", 0, None, "critical")],
)
async def test_a_licence_is_told_before_it_ends_and_when_it_has(
    world: World, state: State, days: int, value: int | None, severity: str
) -> None:
    until = world.clock.now() + timedelta(days=days)
    world.status = replace(world.status, licence=Licence(state, until))
    (seen,) = await world.see("licence")
    assert (seen.value, seen.severity) == (value, severity)


async def test_only_a_sync_that_a_person_must_mend_is_told(world: World) -> None:
    for state, number in (("ok", 0), ("offline", 0), ("frozen", 1), ("refused", 1), ("parked", 1)):
        world.status = replace(world.status, state=state, trouble="x")
        assert len(await world.see("sync_frozen")) == number


async def test_a_source_that_fails_is_unknown_and_blinds_no_other(world: World) -> None:
    world.parts = None  # type: ignore[assignment] # a fault on purpose
    found = await world.noticing.look()
    assert found["model_down"] is None
    assert found["disk_low"]


@pytest.mark.parametrize(("query", "values"), [(LATE, 1), (PARKED, 0), (OVERDUE, 1), (FAILED, 0)])
async def test_a_look_reads_no_growing_table_from_end_to_end(
    world: World, query: str, values: int
) -> None:
    def read(tx: Connection) -> list[str]:
        rows = tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", ["x"] * values)
        return [row["detail"] for row in rows]

    plan = await world.base.database.read(read)
    assert not any(line.startswith("SCAN") for line in plan), plan
    assert ("finance_invoices_status" in plan[0]) is (query == OVERDUE)


def test_an_amount_is_written_without_a_fraction_of_a_centavo() -> None:
    assert money(5, "BRL") == "R$ 0,05"
    assert money(123_456_789, "USD") == "USD 1.234.567,89"


@pytest.mark.parametrize(
    "event",
    [
        NotificationCreated("i", "r", "info", "t", "b", "f", again=False, channels=["webhook"]),
        NotificationResolved("i", "r", "info", "t", "b", channels=["webhook"]),
    ],
)
def test_webhooks_know_what_a_notification_carries_and_heed_its_channels(
    event: NotificationCreated | NotificationResolved,
) -> None:
    known = catalogue.BY_NAME[event.name]
    assert set(catalogue.public(event.data())) == set(known.example)
    endpoint = SimpleNamespace(agent_id=None, events=["notification.*"])
    assert hears(endpoint, event.name, event.data())  # type: ignore[arg-type] # what it looks at
    quiet = {**event.data(), "channels": ["page"]}
    assert not hears(endpoint, event.name, quiet)  # type: ignore[arg-type] # as above
