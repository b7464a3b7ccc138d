"""The hand-worked ledger: three years, forty clients, known answers (make_ledger.py tells how)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.movements import KINDS, Step, Waterfall, retention, waterfalls
from tests.daemon.finance.examples import ZONE, a_course, a_plan, at

LEDGER = json.loads(Path(__file__).with_name("ledger.json").read_text())
EDGES = [Month(2023, 1).plus(count).begins(ZONE) for count in range(37)]


def lived(client: dict[str, Any]) -> list[Step]:
    """Let a client's subscription live through its story, renewals included."""
    first, *rest = client["events"]
    number = f"s{client['number']}"
    course = a_course(
        first["at"],
        price=first["price"],
        period=first["period"],
        id=number,
        client_id=f"c{client['number']}",
        plan_id=first["plan"],
    )
    course.begin()
    for event in rest:
        when = at(event["at"])
        course.advance(when)
        match event["action"]:
            case "change":
                plan = a_plan(event["plan"])
                course.change_plan(plan, event["period"], event["price"], when)
            case "pause":
                course.pause(when)
            case "resume":
                course.resume(when)
            case "cancel":
                course.cancel(when, event["reason"])
            case _:
                course.reactivate(when)
    course.advance(EDGES[-1])
    return [
        Step(
            change.client_id,
            change.subscription_id,
            change.at,
            change.mrr,
            change.reason == "payment_failure",
        )
        for change in course.changes
    ]


def figures(fall: Waterfall, first_paid: dict[str, datetime]) -> dict[str, Any]:
    rates = retention(fall, first_paid)
    return {
        "month": str(Month.of(fall.begins, ZONE)),
        "start": fall.start,
        **{kind: fall.total(kind) for kind in KINDS},
        "end": fall.end,
        "clients": len(fall.closing),
        "grossRevenueChurn": rates.gross_revenue_churn.percent,
        "involuntary": rates.involuntary.percent,
        "nrr": rates.nrr.percent,
        "grr": rates.grr.percent,
        "logoChurn": rates.logo_churn.percent,
    }


FIRST_PAID = {
    f"c{client['number']}": at(client["events"][0]["at"])
    for client in LEDGER["clients"]
    if client["pays"]
}
FALLS = waterfalls([step for client in LEDGER["clients"] for step in lived(client)], EDGES)


@pytest.mark.parametrize("month", range(36), ids=[row["month"] for row in LEDGER["months"]])
def test_the_month_is_as_it_was_worked_out_by_hand(month: int) -> None:
    assert figures(FALLS[month], FIRST_PAID) == LEDGER["months"][month]
    assert FALLS[month].closes


def test_the_ledger_has_every_kind_of_movement_and_of_loss() -> None:
    assert len(LEDGER["clients"]) == 40
    for kind in KINDS:
        assert any(row[kind] for row in LEDGER["months"]), kind
    assert any(row["involuntary"] not in {None, "0.00"} for row in LEDGER["months"])
    assert any(row["nrr"] is not None and row["nrr"] != row["grr"] for row in LEDGER["months"])
