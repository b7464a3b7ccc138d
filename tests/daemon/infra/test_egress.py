"""What left the box is counted by day, host and purpose, and survives a start."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.infra import egress
from daemon.infra.database import Connection, Database
from daemon.infra.egress import LIST, Egress
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import BadInputError


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "box.db", [egress.migrations])
    yield database
    await database.close()


async def test_exchanges_add_up_by_day_host_and_purpose_also_over_a_start(db: Database) -> None:
    clock = FakeClock()
    async with Egress(db, clock, "local") as account:
        account.note("ERP.local", "integrations", sent=100, received=7)
        account.note("erp.local", "integrations", sent=20)
        account.note("mail.example", "mail", sent=5)
    clock.advance(86_400)
    async with Egress(db, clock, "local") as account:
        account.note("erp.local", "integrations", sent=1)
        page = await account.page(None, 10)

    found = [(row.day, row.host, row.times, row.sent, row.received) for row in page.items]
    assert found[0] == ("2026-01-06", "erp.local", 1, 1, 0)
    assert sorted(found[1:]) == [
        ("2026-01-05", "erp.local", 2, 120, 7),
        ("2026-01-05", "mail.example", 1, 5, 0),
    ]


async def test_pages_follow_one_another_and_a_wrong_cursor_is_refused(db: Database) -> None:
    clock = FakeClock()
    account = Egress(db, clock, "local")
    for day in range(5):
        for host in ("a", "b"):
            account.note(host, "sync", sent=day)
        clock.advance(86_400)
    seen, cursor = [], None
    while True:
        page = await account.page(cursor, 3)
        seen += [(row.day, row.host) for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 10
    assert [day for day, _ in seen] == sorted((day for day, _ in seen), reverse=True)
    with pytest.raises(BadInputError):
        await account.page("nonsense", 3)


async def test_what_is_older_than_thirteen_months_goes(db: Database) -> None:
    clock = FakeClock()
    account = Egress(db, clock, "local")
    account.note("old", "sync", sent=1)
    await account.flush()
    clock.advance(400 * 86_400)
    account.note("new", "sync", sent=1)

    assert [row.host for row in (await account.page(None, 10)).items] == ["new"]


async def test_the_list_reads_its_index_in_order(db: Database) -> None:
    def plan(tx: Connection) -> list[str]:
        rows = tx.conn.execute(f"EXPLAIN QUERY PLAN {LIST}", ("9999", 0, 10))
        return [str(row["detail"]) for row in rows]

    steps = await db.read(plan)
    assert len(steps) == 1
    assert "egress_day" in steps[0]
