from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.metrics.domain import hour_of
from daemon.domains.metrics.periods import Granularity, Period, offsets, parts, period
from daemon.kernel.errors import BadInputError

SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # no summer time since 2019
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)


def test_without_dates_it_is_thirty_local_days_up_to_the_end_of_today() -> None:
    found = period(None, None, SAO_PAULO, NOW)
    assert found.end == datetime(2026, 3, 16, 3, tzinfo=UTC)
    assert found.start == datetime(2026, 2, 14, 3, tzinfo=UTC)
    assert len(parts(found, "day", SAO_PAULO)) == 30


def test_an_end_date_includes_its_day_and_a_date_time_does_not_go_further() -> None:
    found = period("2026-01-01", "2026-01-01", SAO_PAULO, NOW)
    assert (found.start.hour, found.high - found.low) == (3, 24)
    exact = period("2026-01-01T09:00:00-03:00", "2026-01-01T13:00:00Z", SAO_PAULO, NOW)
    assert (exact.start.hour, exact.end.hour) == (12, 13)


def test_moments_within_an_hour_take_the_whole_hour_in() -> None:
    found = period("2026-01-01T10:30:00Z", "2026-01-01T11:01:00Z", SAO_PAULO, NOW)
    assert (found.start.hour, found.end.hour) == (10, 12)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("ontem", None, "start"),
        (None, "2026-02-30", "end"),
        ("", None, "start"),
        ("1999-01-01", None, "start"),
        (None, "9999-12-31", "end"),
        ("2026-02-02", "2026-02-01", "start"),
    ],
)
def test_a_bad_date_names_its_field(start: str | None, end: str | None, field: str) -> None:
    with pytest.raises(BadInputError) as caught:
        period(start, end, SAO_PAULO, NOW)
    assert caught.value.field == field


def test_the_days_on_which_clocks_change_have_23_and_25_hours() -> None:
    march = period("2026-03-07", "2026-03-09", NEW_YORK, NOW)
    assert [part.hours.high - part.hours.low for part in parts(march, "day", NEW_YORK)] == [
        24,
        23,
        24,
    ]
    november = period("2026-10-31", "2026-11-02", NEW_YORK, NOW)
    assert [part.hours.high - part.hours.low for part in parts(november, "day", NEW_YORK)] == [
        24,
        25,
        24,
    ]


def test_a_midnight_that_does_not_exist_begins_its_day_an_hour_later() -> None:
    # Summer time began in São Paulo at 2018-11-04 00:00, which became 01:00.
    found = period("2018-11-04", "2018-11-04", SAO_PAULO, NOW)
    assert found.start == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert found.high - found.low == 23


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    found = period("2026-01-28", "2026-03-03", SAO_PAULO, NOW)  # a Wednesday
    weeks = [part.start.date().isoformat() for part in parts(found, "week", SAO_PAULO)]
    months = [part.start.date().isoformat() for part in parts(found, "month", SAO_PAULO)]
    assert weeks[:3] == ["2026-01-28", "2026-02-02", "2026-02-09"]
    assert months == ["2026-01-28", "2026-02-01", "2026-03-01"]


def test_more_points_than_a_chart_holds_are_refused() -> None:
    found = period("2020-01-01", "2026-01-01", SAO_PAULO, NOW)
    with pytest.raises(BadInputError) as caught:
        parts(found, "hour", SAO_PAULO)
    assert caught.value.field == "granularity"


@given(
    start=st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    hours=st.integers(1, 800),
    granularity=st.sampled_from(["hour", "day", "week", "month"]),
    zone=st.sampled_from(["America/Sao_Paulo", "America/New_York", "Europe/Lisbon", "UTC"]),
)
def test_parts_and_offsets_cover_the_period_once(
    start: datetime, hours: int, granularity: Granularity, zone: str
) -> None:
    low = hour_of(start.replace(tzinfo=UTC))
    found, there = Period(low, low + hours), ZoneInfo(zone)
    cut = parts(found, granularity, there)
    assert [hour for part in cut for hour in range(part.hours.low, part.hours.high)] == [
        *range(low, low + hours)
    ]
    ahead = [off for first, last, off in offsets(found, there) for _ in range(first, last)]
    for hour, off in zip(range(low, low + hours), ahead, strict=True):
        local = datetime.fromtimestamp(hour * 3600, there)
        assert local.utcoffset() == timedelta(hours=off)
