"""Rules, damping and quiet hours, without anything around them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from daemon.domains.notifications.domain import (
    RULES,
    Change,
    Notification,
    Preferences,
    Reading,
    Rule,
    RuleId,
    quiet_until,
    reconcile,
)
from daemon.domains.notifications.words import words

ZONE = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 1, 5, 15, tzinfo=UTC)


class World:
    """Steps through time and remembers what people were told."""

    def __init__(self) -> None:
        self.now, self.known = NOON, dict[str, Notification]()
        self.told: list[Change] = []
        self.rules = {name: Rule.default(name) for name in RULES}
        self._ids = count(1)

    def look(
        self, rule: RuleId, *readings: Reading, after: float = 20, blind: bool = False
    ) -> None:
        self.now += timedelta(seconds=after)
        seen = None if blind else readings
        for step in reconcile(
            self.known.values(),
            {**dict.fromkeys(RULES, ()), rule: seen},
            self.rules,
            self.now,
            lambda: f"{next(self._ids):04}",
        ):
            self.known[step.after.id] = step.after
            if step.told is not None:
                self.told.append(step.told)


def down(seconds: float) -> Reading:
    return Reading("s1", seconds)


def test_a_matter_is_told_once_however_often_it_is_seen() -> None:
    world = World()
    world.look("session_down", down(60))
    assert world.told == []
    for seconds in range(120, 1000, 20):
        world.look("session_down", down(seconds))
    assert world.told == ["opened"]


def test_it_is_over_only_after_it_has_been_gone_for_a_minute() -> None:
    world = World()
    world.look("session_down", down(200))
    world.look("session_down")
    world.look("session_down", down(200))  # back after twenty seconds: never away
    world.look("session_down")
    world.look("session_down", after=59)
    assert world.told == ["opened"]
    world.look("session_down", after=1)
    assert world.told == ["opened", "resolved"]


def test_what_comes_and_goes_is_one_matter_that_takes_longer_to_be_over_each_time() -> None:
    world = World()
    for _ in range(360):  # twelve hours: 80 s down, 80 s up, without end
        world.look("model_down", Reading("language"), after=10)
        world.look("model_down", Reading("language"), after=70)
        for _ in range(4):
            world.look("model_down", after=20)
    assert len(world.known) == 1
    assert len(world.told) <= 3
    assert world.told[:2] == ["opened", "resolved"]


def test_what_comes_back_after_hours_is_a_new_matter() -> None:
    world = World()
    for _ in range(2):
        world.look("disk_low", Reading("disk", 100))
        world.look("disk_low", Reading("disk", 9000))
        world.look("disk_low", Reading("disk", 9000), after=61)
        world.look("disk_low", Reading("disk", 9000), after=7200)
    assert world.told == ["opened", "resolved"] * 2
    assert len(world.known) == 2


def test_a_disk_right_at_its_limit_does_not_flap() -> None:
    world = World()
    for free in (2048, 2050, 2040, 2200, 2100, 2252):
        world.look("disk_low", Reading("disk", free), after=300)
    assert world.told == ["opened"]
    world.look("disk_low", Reading("disk", 2253), after=300)
    world.look("disk_low", Reading("disk", 2253), after=300)
    assert world.told == ["opened", "resolved"]


def test_nothing_is_over_because_it_could_not_be_seen() -> None:
    world = World()
    world.look("sync_frozen", Reading("sync"))
    for _ in range(10):
        world.look("sync_frozen", blind=True, after=600)
    assert world.told == ["opened"]


def test_a_matter_that_grows_worse_is_told_again() -> None:
    world = World()
    world.look("licence", Reading("licence", 3, severity="info"))
    world.look("licence", Reading("licence", severity="critical"))
    world.look("licence", Reading("licence", severity="critical"))
    assert world.told == ["opened", "again"]
    assert [one.severity for one in world.known.values()] == ["critical"]


def test_switching_a_rule_off_ends_its_matters_without_a_word() -> None:
    world = World()
    world.look("job_parked", Reading("x", 1))
    world.rules["job_parked"] = Rule("job_parked", enabled=False, threshold=1)
    world.look("job_parked", Reading("x", 1))
    assert world.told == ["opened"]
    assert [one.resolved_at for one in world.known.values()] == [world.now]


@pytest.mark.parametrize(
    ("local", "start", "end", "until"),
    [
        ("2026-01-05T23:10", "22:00", "07:00", "2026-01-06T07:00"),
        ("2026-01-06T06:59", "22:00", "07:00", "2026-01-06T07:00"),
        ("2026-01-06T07:00", "22:00", "07:00", None),
        ("2026-01-06T12:30", "12:00", "13:00", "2026-01-06T13:00"),
        ("2026-01-06T13:00", "12:00", "13:00", None),
        ("2026-01-06T12:00", "12:00", "12:00", None),
    ],
)
def test_quiet_hours_are_local_and_may_span_midnight(
    local: str, start: str, end: str, until: str | None
) -> None:
    wanted = Preferences(quiet_start=start, quiet_end=end)
    found = quiet_until(wanted, datetime.fromisoformat(local).replace(tzinfo=ZONE))
    expected = None if until is None else datetime.fromisoformat(until).replace(tzinfo=ZONE)
    assert found == expected


@pytest.mark.parametrize("rule", [*RULES, "test"])
@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_every_rule_says_what_happened_and_what_to_do(rule: RuleId, language: str) -> None:
    facts = {"name": "{name} {0} %s", "reason": {"pt": "motivo", "en": "reason"}}
    said = words(Notification("1", rule, "s", "info", facts, NOON), language, ZONE)
    assert all(said)
    assert "{0} %s" not in said.fix
    assert ("reason" in said.text) <= (language == "en")
