from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.finance.domain.errors import SubscriptionStateError
from daemon.domains.finance.domain.months import Month
from daemon.domains.finance.domain.movements import Step, waterfalls
from daemon.domains.finance.domain.subscriptions import Course
from tests.daemon.finance.examples import ZONE, a_course, a_plan, at

ACTIONS = (
    "change_plan",
    "change_period",
    "pause",
    "resume",
    "cancel",
    "cancel_back",
    "cancel_later",
    "reactivate",
    "wait",
)


def act(course: Course, action: str, when: datetime) -> None:
    match action:
        case "change_plan":
            course.change_plan(a_plan("white"), course.now.period, course.now.price + 7_001, when)
        case "change_period":
            period = "yearly" if course.now.period == "monthly" else "monthly"
            course.change_plan(a_plan("pro"), period, 54_321, when)  # type: ignore[arg-type]  # one of both
        case "pause":
            course.pause(when)
        case "resume":
            course.resume(when)
        case "cancel" | "cancel_back":
            course.cancel(when, "payment_failure", give_back=action == "cancel_back")
        case "cancel_later":
            course.cancel_later(when, "voluntary")
        case "reactivate":
            course.reactivate(when)


@given(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 70 * 86_400)), max_size=25),
)
def test_any_life_closes_every_month_and_charges_no_period_twice(
    trial: bool,  # noqa: FBT001 - hypothesis passes it
    life: list[tuple[str, int]],
) -> None:
    when = at("2024-01-31T22:30")
    ends = when + timedelta(days=14) if trial else None
    course = a_course(
        "2024-01-31T22:30", trial_ends_at=ends, status="trialing" if trial else "active"
    )
    course.begin()
    for action, seconds in life:
        when += timedelta(seconds=seconds)
        course.advance(when)
        try:
            act(course, action, when)
        except SubscriptionStateError:
            continue
        assert course.now.next_at is None or course.now.next_at > when
        assert (course.now.mrr > 0) == (course.now.status == "active")
    keys = [line.key for line in course.lines]
    assert len(keys) == len(set(keys))
    assert [change.at for change in course.changes] == sorted(one.at for one in course.changes)
    assert course.changes[-1].status == course.now.status
    assert course.changes[-1].mrr == course.now.mrr
    edges = [Month(2024, 1).plus(count).begins(ZONE) for count in range(62)]
    steps = [
        Step(one.client_id, one.subscription_id, one.at, one.mrr, one.reason == "payment_failure")
        for one in course.changes
    ]
    assert all(fall.closes for fall in waterfalls(steps, edges))
    # What was given back never passes what was charged.
    assert sum(line.total for line in course.lines) >= 0


def told(course: Course) -> list[tuple[str, str, int]]:
    return [
        (line.kind, f"{line.at.astimezone(ZONE):%Y-%m-%d}", line.total) for line in course.lines
    ]


def test_a_subscription_is_charged_at_the_beginning_of_each_period() -> None:
    course = a_course("2024-01-31T10:00")
    course.begin()
    course.advance(at("2024-04-30T09:59"))
    assert told(course) == [
        ("recurring", "2024-01-31", 10_000),
        ("recurring", "2024-02-29", 10_000),
        ("recurring", "2024-03-31", 10_000),
    ]


def test_a_trial_is_worth_nothing_until_it_ends() -> None:
    course = a_course("2024-01-10", status="trialing", trial_ends_at=at("2024-01-24"))
    course.begin()
    assert (course.now.mrr, course.lines) == (0, [])
    course.advance(at("2024-01-24"))
    assert (course.now.mrr, told(course)) == (10_000, [("recurring", "2024-01-24", 10_000)])
    assert [change.kind for change in course.changes] == ["started", "activated"]


def test_an_upgrade_gives_back_the_rest_of_the_old_and_charges_the_rest_of_the_new() -> None:
    course = a_course("2024-04-01")
    course.begin()
    course.change_plan(a_plan("white"), "monthly", 25_000, at("2024-04-11"))  # 20 of 30 days left
    assert told(course)[1:] == [
        ("proration", "2024-04-11", -6_667),
        ("proration", "2024-04-11", 16_667),
    ]
    course.advance(at("2024-05-01"))
    assert told(course)[3:] == [("recurring", "2024-05-01", 25_000)]
    assert course.now.mrr == 25_000


def test_a_new_billing_period_begins_at_once() -> None:
    course = a_course("2024-04-01")
    course.begin()
    course.change_plan(a_plan(), "yearly", 100_000, at("2024-04-16"))
    assert told(course)[1:] == [
        ("proration", "2024-04-16", -5_000),
        ("recurring", "2024-04-16", 100_000),
    ]
    assert course.now.mrr == 8_333
    assert course.now.period_end == at("2025-04-16")


def test_a_pause_gives_back_the_rest_and_a_resume_begins_anew() -> None:
    course = a_course("2024-04-01")
    course.begin()
    course.pause(at("2024-04-16"))
    assert (course.now.mrr, course.now.next_at) == (0, None)
    course.advance(at("2024-08-01"))
    course.resume(at("2024-08-10"))
    assert told(course)[1:] == [
        ("proration", "2024-04-16", -5_000),
        ("recurring", "2024-08-10", 10_000),
    ]


def test_a_cancellation_waits_for_the_end_of_the_period_or_is_taken_back() -> None:
    course = a_course("2024-04-01")
    course.begin()
    course.cancel_later(at("2024-04-10"), "voluntary")
    assert (course.now.status, course.now.mrr) == ("active", 10_000)
    course.reactivate(at("2024-04-12"))
    course.advance(at("2024-05-01"))
    assert course.now.status == "active"
    course.cancel_later(at("2024-05-10"), "voluntary")
    course.advance(at("2024-07-01"))
    assert (course.now.status, course.now.mrr) == ("cancelled", 0)
    assert course.changes[-1].at == at("2024-06-01")
    assert len(course.lines) == 2


def test_one_that_ended_begins_again() -> None:
    course = a_course("2024-04-01")
    course.begin()
    course.cancel(at("2024-04-20"), "payment_failure")
    course.reactivate(at("2024-06-05"))
    assert (course.now.status, course.now.cancel_reason) == ("active", None)
    assert course.now.period_end == at("2024-07-05")


@pytest.mark.parametrize(
    ("before", "action"),
    [("cancel", "pause"), ("cancel", "cancel"), ("cancel", "change_plan"), ("wait", "resume")],
)
def test_an_action_that_does_not_fit_the_state_says_so(before: str, action: str) -> None:
    course = a_course("2024-04-01")
    course.begin()
    act(course, before, at("2024-04-02"))
    with pytest.raises(SubscriptionStateError):
        act(course, action, at("2024-04-03"))
