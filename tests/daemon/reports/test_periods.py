from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from daemon.domains.reports.domain import Every, Filters, Report, Wish, check, file_name
from daemon.domains.reports.periods import last_period, next_run, period
from daemon.kernel.errors import BadInputError

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)  # a Tuesday, noon in São Paulo


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def test_without_dates_a_report_tells_of_thirty_days_with_today() -> None:
    start, end = period(None, None, ZONE, NOW)
    assert (local(start), local(end)) == ("2026-02-09T00:00", "2026-03-11T00:00")


def test_an_end_that_is_a_day_includes_it_and_a_time_does_not() -> None:
    _, day = period("2026-01-01", "2026-01-31", ZONE, NOW)
    _, moment = period("2026-01-01", "2026-01-31T10:00", ZONE, NOW)
    assert (local(day), local(moment)) == ("2026-02-01T00:00", "2026-01-31T10:00")


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-02-30", None, "start"),
        ("ontem", None, "start"),
        ("2026-01-01", "9999-12-31", "end"),
        ("1999-12-31", None, "start"),
        ("2026-03-02", "2026-03-01", "start"),
        ("2001-01-01", "2026-01-01", "start"),
        ("2026-01-01T00:00:00+99:00", None, "start"),
    ],
)
def test_a_bad_date_is_named(start: str, end: str | None, field: str) -> None:
    with pytest.raises(BadInputError) as refused:
        period(start, end, ZONE, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("every", "start", "end"),
    [
        ("daily", "2026-03-09T00:00", "2026-03-10T00:00"),
        ("weekly", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("monthly", "2026-02-01T00:00", "2026-03-01T00:00"),
    ],
)
def test_a_schedule_tells_of_the_last_whole_one(every: Every, start: str, end: str) -> None:
    found = last_period(every, ZONE, NOW)
    assert tuple(map(local, found)) == (start, end)


@pytest.mark.parametrize(
    ("every", "hour", "weekday", "day", "due"),
    [
        ("daily", 13, 0, 1, "2026-03-10T13:00"),
        ("daily", 12, 0, 1, "2026-03-11T12:00"),  # now is not past now
        ("weekly", 8, 0, 1, "2026-03-16T08:00"),
        ("weekly", 13, 1, 1, "2026-03-10T13:00"),
        ("monthly", 8, 0, 1, "2026-04-01T08:00"),
        ("monthly", 8, 0, 31, "2026-03-31T08:00"),
    ],
)
def test_a_schedule_is_due_by_the_clock_of_the_tenant(
    every: Every, hour: int, weekday: int, day: int, due: str
) -> None:
    assert local(next_run(every, hour, weekday, day, zone=ZONE, after=NOW)) == due


def test_the_31st_of_a_short_month_is_its_last_day() -> None:
    after = datetime(2026, 4, 2, tzinfo=UTC)
    assert local(next_run("monthly", 8, 0, 31, zone=ZONE, after=after)) == "2026-04-30T08:00"


def test_an_hour_keeps_its_place_when_clocks_change() -> None:
    zone = ZoneInfo("America/New_York")
    before = datetime(2026, 3, 7, 12, tzinfo=UTC)
    first = next_run("daily", 8, 0, 1, zone=zone, after=before)
    second = next_run("daily", 8, 0, 1, zone=zone, after=first)
    assert [first.astimezone(zone).hour, second.astimezone(zone).hour] == [8, 8]
    assert (second - first).total_seconds() == 23 * 3600


def test_a_filter_or_table_of_another_kind_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"filters\.owner"):
        check(Wish("finance", "pdf", filters=Filters(owner="bot")))
    with pytest.raises(BadInputError, match="table: must be one of invoices, months, payments"):
        check(Wish("finance", "pdf", table="messages"))
    check(Wish("conversations", "pdf", filters=Filters("a", "human", "s"), table="messages"))


def test_a_file_is_named_by_what_it_tells_in_its_language() -> None:
    start, end = period("2026-01-01", "2026-01-31", ZONE, NOW)
    wish = Wish("conversations", "csv", "pt-BR", table="messages")
    report = Report("r", wish, start, end, "ready", NOW)
    assert file_name(report, ZONE) == "conversas-messages-2026-01-01-2026-01-31.csv"
    english = Report("r", Wish("usage", "pdf", "en"), start, end, "ready", NOW)
    assert file_name(english, ZONE) == "usage-2026-01-01-2026-01-31.pdf"
