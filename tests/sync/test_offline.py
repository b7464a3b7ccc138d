"""Sixty virtual days without a link are paid in five minutes and twenty megabytes."""

import random

from tests.bench.ledger import cheat, false_alarms
from tests.bench.offline import Work, run


async def test_sixty_days_offline_drain_within_five_minutes_and_twenty_megabytes() -> None:
    assert await run(60, Work(messages=24, payments=24, audited=130))


def test_every_kind_of_mutation_is_named_for_what_it_is_and_clean_ledgers_raise_no_alarm() -> None:
    dice = random.Random(11)  # noqa: S311 - a repeatable game of chance

    seen, named, tried = cheat(400, dice)

    assert seen == named == tried
    assert false_alarms(300, dice) == 0
