from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daemon.domains.logs import store
from daemon.domains.logs.domain import Entry, LogKeptError
from daemon.domains.logs.service import Keeping, Logs
from daemon.infra.database import Database
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import BadInputError
from daemon.kernel.events import Recorded
from daemon.kernel.moments import moment

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
async def logs(db: Database, clock: FakeClock) -> Logs:
    await db.write(store.migrations.apply)
    return Logs(db, clock, "local", "America/Sao_Paulo")


async def write(logs: Logs, db: Database, event: str, **values: Any) -> None:
    facts = {"agent_id": "a1", "level": "info", "kind": "event", "facts": {}, **values}
    await db.write(lambda tx: logs.record(tx, event=event, **facts))


async def listed(logs: Logs, **filters: Any) -> list[Entry]:
    everything = dict.fromkeys(("agent_id", "level", "kind", "start", "end", "cursor"))
    return list((await logs.page(**{**everything, "limit": 50, **filters})).items)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("2026-01-31", False, datetime(2026, 1, 31, 3, tzinfo=UTC)),
        ("2026-01-31", True, datetime(2026, 2, 1, 3, tzinfo=UTC)),
        ("2026-01-31T10:00:00", False, datetime(2026, 1, 31, 13, tzinfo=UTC)),
        ("2026-01-31T10:00:00Z", True, datetime(2026, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_bare_date_is_a_day_of_the_tenant(text: str, *, end: bool, expected: datetime) -> None:
    assert moment(text, "start", ZONE, end=end) == expected


@pytest.mark.parametrize("text", ["", "ontem", "2026-02-30", "9999-12-31", "1e9"])
def test_a_bad_date_names_its_field(text: str) -> None:
    with pytest.raises(BadInputError, match="end"):
        moment(text, "end", ZONE, end=True)


async def test_lines_are_found_by_agent_level_kind_and_time(
    logs: Logs, db: Database, clock: FakeClock
) -> None:
    await write(logs, db, "one")
    await write(logs, db, "two", agent_id="a2", level="error", kind="error")
    clock.advance(timedelta(days=2).total_seconds())
    await write(logs, db, "three", kind="message")

    assert [entry.event for entry in await listed(logs)] == ["three", "two", "one"]
    assert [entry.event for entry in await listed(logs, agent_id="a2")] == ["two"]
    assert [entry.event for entry in await listed(logs, level="error")] == ["two"]
    assert [entry.event for entry in await listed(logs, kind="message")] == ["three"]
    assert [entry.event for entry in await listed(logs, start="2026-01-06")] == ["three"]
    assert [entry.event for entry in await listed(logs, end="2026-01-05")] == ["two", "one"]


async def test_pages_follow_one_another_without_gap_or_repeat(logs: Logs, db: Database) -> None:
    for number in range(5):
        await write(logs, db, str(number))
    first = await logs.page(
        agent_id=None, level=None, kind=None, start=None, end=None, cursor=None, limit=3
    )
    rest = await listed(logs, cursor=first.next_cursor)

    assert [entry.event for entry in [*first.items, *rest]] == ["4", "3", "2", "1", "0"]


async def test_events_of_others_are_kept_without_their_secrets(logs: Logs) -> None:
    data = {"agent_id": "a1", "state": "SCAN_QR_CODE", "qr": {"text": "2@secret"}}
    await logs.heard(Recorded(1, "session.updated", "2026-01-05T12:00:00+00:00", data))

    (entry,) = await listed(logs)
    assert entry.event == "session_updated"
    assert entry.facts == {"agentId": "a1", "state": "SCAN_QR_CODE"}


async def test_facts_are_spelt_one_way_even_in_lines_of_older_versions(
    logs: Logs, db: Database
) -> None:
    await write(logs, db, "new", facts={"conversation_id": "c1", "reason_code": "connected"})
    await db.write(
        lambda tx: (
            tx.conn.execute(
                "INSERT INTO logs (id, tenant_id, level, kind, event, facts, at) VALUES "
                "('0', 'local', 'info', 'event', 'old', "
                "?, '2020-01-01T00:00:00+00:00')",
                ('{"agent_id": "a1", "jobId": "j", "reasonCode": "connected"}',),
            )
            and None
        )
    )

    new, old = await listed(logs)
    assert new.facts == {"conversationId": "c1", "reason_code": "connected"}
    assert new.conversation_id == "c1"
    assert old.facts == {"agentId": "a1", "jobId": "j", "reason_code": "connected"}


async def test_old_lines_go(logs: Logs, db: Database, clock: FakeClock) -> None:
    await write(logs, db, "old")
    clock.advance(timedelta(days=91).total_seconds())
    await write(logs, db, "new")

    assert await logs.prune(timedelta(days=90)) == 1
    assert [entry.event for entry in await listed(logs)] == ["new"]


async def test_lines_are_found_by_conversation(logs: Logs, db: Database) -> None:
    await write(logs, db, "one", facts={"conversationId": "c1"})
    await write(logs, db, "two", facts={"conversationId": "c2"})

    assert [entry.event for entry in await listed(logs, conversation_id="c1")] == ["one"]


@pytest.mark.parametrize(
    "equal",
    [
        {},
        {"agent_id": "a1"},
        {"conversation_id": "c1", "level": "error"},
        {"agent_id": "a1", "level": "error"},
        {"kind": "security"},
        {"kind": "message", "level": "info"},
    ],
)
async def test_every_list_reads_an_index_in_order(
    logs: Logs, db: Database, equal: dict[str, str | None]
) -> None:
    assert logs is not None
    query, values = store.listing(
        equal=equal,
        start=datetime(2026, 1, 1, tzinfo=UTC),
        end=None,
        after=("2026-02-01", "x"),
        limit=51,
    )
    plan = await db.read(
        lambda tx: [row[3] for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    )
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH logs USING INDEX")


async def test_a_line_goes_only_once_it_may_and_its_witness_hears_of_it(
    db: Database, clock: FakeClock
) -> None:
    await db.write(store.migrations.apply)
    logs = Logs(db, clock, "local", "UTC", Keeping(ordinary=timedelta(days=1)))
    told = list[Any]()
    logs.witnessed_by(lambda act: lambda _, facts: told.append((act, facts["kind"])))
    await write(logs, db, "message_received", kind="message")
    await write(logs, db, "auth_login", kind="security")
    lines = await listed(logs)

    for line in lines:
        with pytest.raises(LogKeptError, match="must be kept until 2026"):
            await logs.delete(line.id)
    assert told == []
    clock.advance(timedelta(days=2).total_seconds())
    await logs.delete(next(line.id for line in lines if line.kind == "message"))
    with pytest.raises(LogKeptError, match="security_days"):
        await logs.delete(next(line.id for line in lines if line.kind == "security"))
    assert told == [("logs.delete", "message")]


async def test_lines_of_security_outlive_the_others(
    logs: Logs, db: Database, clock: FakeClock
) -> None:
    await write(logs, db, "auth_login", kind="security")
    clock.advance(timedelta(days=100).total_seconds())
    assert await logs.prune(timedelta(days=90)) == 0
    clock.advance(timedelta(days=100).total_seconds())
    assert await logs.prune(timedelta(days=90)) == 1


async def test_a_made_up_cursor_is_refused(logs: Logs) -> None:
    with pytest.raises(BadInputError, match="cursor"):
        await listed(logs, cursor="nonsense")


async def test_of_a_flow_run_only_its_end_is_a_line(logs: Logs) -> None:
    data = {"agent_id": "a1", "conversation_id": "c1", "state": "asking", "outcome": None}
    await logs.heard(Recorded(1, "flow.run.updated", "2026-01-05T12:00:00+00:00", data))
    ended = {**data, "state": "ended", "outcome": "completed"}
    await logs.heard(Recorded(2, "flow.run.updated", "2026-01-05T12:00:00+00:00", ended))

    (entry,) = await listed(logs, conversation_id="c1")
    assert entry.facts["outcome"] == "completed"
