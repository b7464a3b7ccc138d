"""Figures that are kept for a moment."""

import asyncio

import pytest

from daemon.domains.dashboard.recent import Age, Recent
from daemon.kernel.clock import FakeClock

AGE = Age(fresh_s=10, stale_s=60)


class Counter:
    """Answers with how often it was asked; `gate` holds answers back."""

    def __init__(self) -> None:
        self.asked, self.gate, self.broken = 0, asyncio.Event(), False
        self.gate.set()

    async def __call__(self) -> int:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.broken:
            raise OSError(5, "broken")
        return number


async def test_a_fresh_answer_is_not_asked_for_again(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    assert [(await recent.get("a", count)).value for _ in range(3)] == [1, 1, 1]
    clock.advance(9)
    assert (await recent.get("a", count)).value == 1
    assert (await recent.get("b", count)).value == 2


async def test_an_older_one_is_shown_while_a_newer_one_is_made(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    await recent.get("a", count)
    clock.advance(59)
    count.gate.clear()
    assert (await recent.get("a", count)).value == 1
    assert (await recent.get("a", count)).value == 1
    count.gate.set()
    await recent.settle()
    assert (await recent.get("a", count)).value == 2
    assert count.asked == 2


async def test_nothing_too_old_is_shown(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    await recent.get("a", count)
    clock.advance(60)
    assert (await recent.get("a", count)).value == 2


async def test_many_who_ask_at_once_are_answered_by_one_reading(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    found = await asyncio.gather(*(recent.get("a", count) for _ in range(50)))
    assert {kept.value for kept in found} == {1}


async def test_what_was_begun_before_things_moved_is_not_kept(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    count.gate.clear()
    early = asyncio.create_task(recent.get("a", count))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    recent.forget()
    count.gate.set()
    assert (await early).value == 1
    assert (await recent.get("a", count)).value == 2


async def test_a_reading_that_fails_is_an_error_once_and_read_again(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    count.broken = True
    with pytest.raises(OSError, match="broken"):
        await recent.get("a", count)
    count.broken = False
    assert (await recent.get("a", count)).value == 2
    clock.advance(20)
    count.broken = True
    assert (await recent.get("a", count)).value == 2  # the newer one fails behind its back
    await recent.settle()
    assert (await recent.get("a", count)).value == 2
    await recent.settle()


async def test_only_so_much_is_kept(clock: FakeClock) -> None:
    recent, count = Recent[int](clock, AGE), Counter()
    for number in range(200):
        await recent.get(number, count)
    assert len(recent._kept) == 64  # noqa: SLF001 - what it must not do is grow
