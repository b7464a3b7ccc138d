"""What is kept to answer fast is what the raw rows say, over books of more than a year."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from daemon.domains.finance.routes import answers
from daemon.domains.finance.service.figures import Figures, Period
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import FakeClock
from daemon.wiring.ground import MIGRATIONS
from tests.bench.accounts import fill
from tests.bench.history import END
from tests.daemon.finance.conftest import Office

STEPS: tuple[Any, ...] = ("mensal", "trimestral", "anual")
START = "2025-01-01"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(END + timedelta(days=10))


@pytest.fixture
async def db(db: Database) -> Database:
    for steps in MIGRATIONS:
        await db.write(steps.apply)
    await fill(db, clients=60, months=16)
    return db


async def told(figures: Figures) -> dict[str, list[Any]]:
    """Everything that there is to say, by any period."""
    found: dict[str, list[Any]] = {}
    for step in STEPS:
        periods = await figures.periods(figures.span(START, None, step))
        found[step] = [(str(one.month), one.figures, one.movements) for one in periods]
        for one in periods:
            standing = await figures.standing(one.ends)
            assert sum(row["mrr"] for row in standing) == one.figures["mrr"]
            found[f"{step}:{one.month}"] = standing
    return found


async def forget(db: Database) -> None:
    """Take every closed month away."""

    def drop(tx: Connection) -> None:
        tx.conn.execute("DROP TRIGGER finance_kpis_delete")
        assert tx.conn.execute("DELETE FROM finance_kpis").rowcount == 16

    await db.write(drop)


async def test_closed_months_say_what_the_history_says(office: Office, db: Database) -> None:
    kept = await told(office.finance.figures)
    again = await told(office.finance.figures)  # the second time from memory
    await forget(db)
    assert kept == again == await told(Figures(office.finance.desk))
    assert len(kept["mensal"]) == 18


async def test_every_waterfall_closes_and_the_next_one_begins_there(office: Office) -> None:
    for step in STEPS:
        figures = office.finance.figures
        periods = await figures.periods(figures.span(START, None, step))
        for one in periods:
            assert one.figures["mrr"] == closed(one)
        for before, after in itertools.pairwise(periods):
            assert before.figures["mrr"] == after.figures["mrr_start"]
    assert any(one.figures["churn"] for one in periods)


def closed(period: Period) -> int:
    moved = period.figures
    gained = moved["new"] + moved["expansion"] + moved["reactivation"]
    return int(moved["mrr_start"] + gained - moved["contraction"] - moved["churn"])


async def test_the_sums_of_what_was_used_can_be_made_again(office: Office, db: Database) -> None:
    def sums(tx: Connection) -> tuple[list[Any], list[Any]]:
        kept = tx.conn.execute(
            "SELECT period, subscription_id, meter, quantity FROM finance_used ORDER BY 1, 2, 3"
        )
        raw = tx.conn.execute(
            "SELECT period, subscription_id, meter, sum(quantity) FROM finance_usage "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
        return [tuple(row) for row in kept], [tuple(row) for row in raw]

    page = await office.finance.subscriptions.page({"status": "active"}, None, 5)
    for one in page.items:
        await office.finance.subscriptions.use(one.id, "documents", 3, None)
        await office.finance.subscriptions.use(one.id, "documents", 4, None)
    kept, raw = await db.read(sums)
    assert kept == raw
    assert kept[-1][-1] == 7


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("mrr", answers.Mrr),
        ("retencao-churn", answers.RetentionPage),
        ("kpis", answers.Kpis),
        ("upsell", answers.Upsell),
        ("historico", answers.History),
        ("faturas", answers.InvoicesView),
    ],
)
async def test_what_is_spelt_once_is_what_the_document_promises(
    office: Office, path: str, model: Any
) -> None:
    schema = model.model_json_schema(mode="serialization", by_alias=True)
    answer = await office.get(f"/financeiro/{path}", start=START)
    assert answer.keys() == schema["properties"].keys()
    for name, value in answer.items():
        kinds = schema["properties"][name].get("items")
        if kinds and "$ref" in kinds and value:
            wanted = schema["$defs"][kinds["$ref"].rpartition("/")[2]]["properties"]
            assert all(row.keys() == wanted.keys() for row in value)


async def test_a_dated_list_pages_through_everything_once(office: Office) -> None:
    whole = await office.get("/financeiro/faturas", start="2025-06-01", limit="200")
    assert len(whole["items"]) > 100
    found, cursor = [], ""
    while cursor is not None:
        more = {"cursor": cursor} if cursor else {}
        page = await office.get("/financeiro/faturas", start="2025-06-01", limit="37", **more)
        found += page["items"]
        cursor = page["nextCursor"]
    issued = [one["issuedAt"] for one in found]
    assert issued == sorted(issued, reverse=True)
    assert [one["id"] for one in found[: len(whole["items"])]] == [
        one["id"] for one in whole["items"]
    ]
    assert len({one["id"] for one in found}) == len(found)
