from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.finance.domain.money import Ratio, half_up
from daemon.domains.finance.domain.months import Month, moment, months_later
from daemon.domains.finance.domain.movements import (
    KINDS,
    Step,
    Waterfall,
    monthly,
    opening_of,
    retention,
    waterfalls,
)
from daemon.kernel.errors import BadInputError

ZONE = ZoneInfo("America/Sao_Paulo")
FIRST = Month(2024, 1)
EDGES = [FIRST.plus(count).begins(ZONE) for count in range(13)]
BEGINNING, LAST = int(EDGES[0].timestamp()) - 40 * 86400, int(EDGES[-1].timestamp()) + 86400


def at(text: str) -> datetime:
    found = moment(text, "start", ZONE)
    assert found is not None
    return found


def step(client: str, when: str, mrr: int, *, forced: bool = False, number: str = "s") -> Step:
    return Step(client, f"{client}-{number}", at(when), mrr, forced)


histories = st.lists(
    st.builds(
        lambda client, number, second, mrr, forced: Step(
            f"c{client}", f"c{client}-s{number}", datetime.fromtimestamp(second, UTC), mrr, forced
        ),
        st.integers(0, 4),
        st.integers(0, 2),
        # Edges themselves come often: that is where months are told apart wrongly.
        st.integers(BEGINNING, LAST) | st.sampled_from([int(edge.timestamp()) for edge in EDGES]),
        st.just(0) | st.integers(1, 500_000),
        st.booleans(),
    ),
    max_size=60,
)


def worth(steps: list[Step], edge: datetime) -> dict[str, int]:
    """MRR per client just before an edge, found the slow way."""
    last: dict[str, tuple[str, int]] = {}
    for one in sorted(steps, key=lambda item: item.at):
        if one.at < edge:
            last[one.subscription_id] = (one.client_id, one.mrr)
    found: dict[str, int] = {}
    for client, mrr in last.values():
        found[client] = found.get(client, 0) + mrr
    return {client: mrr for client, mrr in found.items() if mrr}


@given(histories)
def test_every_month_closes_to_the_centavo_whatever_happened(steps: list[Step]) -> None:
    falls = waterfalls(steps, EDGES)

    assert len(falls) == 12
    for before, fall in zip([None, *falls], falls, strict=False):
        assert fall.closes
        assert fall.opening == worth(steps, fall.begins)
        assert fall.closing == worth(steps, fall.ends)
        assert fall.start == sum(fall.opening.values())
        assert fall.end == sum(fall.closing.values())
        assert before is None or before.end == fall.start
        assert all(one.amount > 0 for one in fall.movements)


@given(histories)
def test_a_client_moves_once_a_month_and_by_its_own_edges(steps: list[Step]) -> None:
    for fall in waterfalls(steps, EDGES):
        moved = {one.client_id: one for one in fall.movements}
        assert len(moved) == len(fall.movements)
        for client in {one.client_id for one in steps}:
            start, end = fall.opening.get(client, 0), fall.closing.get(client, 0)
            assert (client in moved) == (start != end)
            if start == end:
                continue
            had = any(
                one.client_id == client and one.mrr > 0 and one.at < fall.begins for one in steps
            )
            expected = (
                ("reactivation" if had else "new")
                if start == 0
                else ("churn" if end == 0 else "expansion" if end > start else "contraction")
            )
            assert moved[client].kind == expected


@given(histories)
def test_a_client_is_new_once_and_rates_agree_with_the_waterfall(steps: list[Step]) -> None:
    falls = waterfalls(steps, EDGES)
    new = [one.client_id for fall in falls for one in fall.movements if one.kind == "new"]
    assert len(new) == len(set(new))
    everyone = {one.client_id: EDGES[0] for one in steps}
    for fall in falls:
        rates = retention(fall, everyone)
        lost = fall.total("churn") + fall.total("contraction")
        assert rates.gross_revenue_churn == Ratio(lost, fall.start)
        assert rates.voluntary.numerator + rates.involuntary.numerator == lost
        assert rates.grr == Ratio(fall.start - lost, fall.start)
        assert rates.nrr == Ratio(fall.start - lost + fall.total("expansion"), fall.start)
        assert 0 <= rates.logo_churn.numerator <= rates.logo_churn.denominator
        assert retention(fall, {}).gross_revenue_churn == Ratio(0, 0)


@given(histories)
def test_a_quarter_begins_and_ends_where_its_months_do(steps: list[Step]) -> None:
    months, quarters = waterfalls(steps, EDGES), waterfalls(steps, EDGES[::3])
    for position, quarter in enumerate(quarters):
        assert quarter.closes
        assert quarter.start == months[3 * position].start
        assert quarter.end == months[3 * position + 2].end


@given(histories, st.integers(0, 12))
def test_what_was_settled_need_not_be_read_again(steps: list[Step], months: int) -> None:
    edge = EDGES[months]
    base = opening_of(step for step in steps if step.at < edge)
    later = [step for step in steps if step.at >= edge]
    assert waterfalls(later, EDGES[months:], base) == waterfalls(steps, EDGES)[months:]


def totals(fall: Waterfall) -> dict[str, int]:
    return {kind: fall.total(kind) for kind in KINDS if fall.total(kind)}


def test_the_five_movements_by_example() -> None:
    steps = [
        step("ana", "2024-01-10", 10_000),
        step("bia", "2024-01-31T23:59:59", 20_000),  # the last second of January in Sao Paulo
        step("caio", "2024-02-01", 5_000),  # and the first of February
        step("ana", "2024-02-15", 15_000),
        step("bia", "2024-03-05", 8_000),
        step("caio", "2024-03-20", 0),
        step("caio", "2024-05-02", 5_000),
        step("bia", "2024-05-03", 0, forced=True),
    ]
    falls = waterfalls(steps, EDGES)

    assert [totals(fall) for fall in falls[:5]] == [
        {"new": 30_000},
        {"new": 5_000, "expansion": 5_000},
        {"contraction": 12_000, "churn": 5_000},
        {},
        {"churn": 8_000, "reactivation": 5_000},
    ]
    assert [fall.end for fall in falls[:5]] == [30_000, 40_000, 23_000, 23_000, 20_000]
    may = retention(falls[4], {"ana": at("2024-01-11"), "bia": at("2024-02-01")})
    assert may.gross_revenue_churn == Ratio(8_000, 23_000)
    assert may.involuntary == Ratio(8_000, 23_000)
    assert may.voluntary == Ratio(0, 23_000)
    assert may.logo_churn == Ratio(1, 2)
    assert may.gross_revenue_churn.percent == "34.78"


def test_revenue_churn_looks_only_at_clients_that_have_ever_paid() -> None:
    steps = [
        step("ana", "2024-01-10", 10_000),
        step("bia", "2024-01-10", 30_000),
        step("bia", "2024-02-10", 0),
    ]
    february = waterfalls(steps, EDGES)[1]

    assert retention(february, {"ana": at("2024-01-12")}).gross_revenue_churn == Ratio(0, 10_000)
    both = {"ana": at("2024-01-12"), "bia": at("2024-02-05")}
    assert retention(february, both).gross_revenue_churn == Ratio(30_000, 40_000)
    assert retention(february, {}).nrr == Ratio(10_000, 40_000)


def test_what_came_and_went_within_a_month_is_no_movement_but_is_remembered() -> None:
    steps = [
        step("ana", "2024-01-10", 10_000),
        step("ana", "2024-01-20", 0),
        step("ana", "2024-02-10", 10_000),
    ]
    january, february = waterfalls(steps, EDGES)[:2]

    assert january.movements == ()
    assert [one.kind for one in february.movements] == ["reactivation"]


@pytest.mark.parametrize(
    ("price", "months", "expected"),
    [
        (9_990, 1, 9_990),
        (10_000, 3, 3_333),
        (10_001, 3, 3_334),
        (6, 12, 1),
        (5, 12, 0),
        (900, 0, 0),
    ],
)
def test_mrr_divides_by_the_months_of_the_period_half_up(
    price: int, months: int, expected: int
) -> None:
    assert monthly(price, months) == expected


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_half_up_is_nearest_and_symmetric(numerator: int, denominator: int) -> None:
    rounded = half_up(numerator, denominator)
    assert abs(2 * (rounded * denominator - numerator)) <= denominator
    assert half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize(("n", "d", "text"), [(1, 8, "12.50"), (0, 0, None), (-1, 3, "-33.33")])
def test_a_percentage_is_text_and_nothing_of_nothing_has_none(
    n: int, d: int, text: str | None
) -> None:
    assert Ratio(n, d).percent == text


def test_the_31st_becomes_the_last_day_and_comes_back() -> None:
    anchor = at("2024-01-31T10:00")
    days = [months_later(anchor, count, ZONE).astimezone(ZONE) for count in range(4)]
    assert [f"{day:%m-%d %H}" for day in days] == ["01-31 10", "02-29 10", "03-31 10", "04-30 10"]


@pytest.mark.parametrize("text", ["", "ontem", "2026-02-30", "9999-12-31", "1e9", "0001-01-01"])
def test_a_bad_date_names_its_field(text: str) -> None:
    with pytest.raises(BadInputError, match="end"):
        moment(text, "end", ZONE, end=True)
