import threading

import pytest

from models.errors import ModelOverloadedError
from models.language.generation import Generation
from models.language.sampling import Sampling
from models.language.waiting import WaitingLine


def a_generation(rank: int = 0) -> Generation:
    return Generation([1, 2, 3], 8, Sampling(), lambda _: None, rank=rank)


def test_rank_comes_before_arrival_and_arrival_before_nothing() -> None:
    line = WaitingLine(10)
    batch, live, later = a_generation(2), a_generation(0), a_generation(0)
    for one in (batch, live, later):
        line.join(one)

    order = []
    while (first := line.first(lambda _: True)) is not None:
        line.leave(first)
        order.append(first)

    assert order == [live, later, batch]


def test_who_lost_a_slot_gets_the_old_place_back() -> None:
    line = WaitingLine(10)
    early, late = a_generation(), a_generation()
    line.join(early)
    line.join(late)
    line.leave(early)

    line.rejoin(early)

    assert line.first(lambda _: True) is early


def test_a_full_line_refuses_but_takes_back_its_own() -> None:
    line = WaitingLine(1)
    one = a_generation()
    line.join(one)

    with pytest.raises(ModelOverloadedError, match="1 requests waiting"):
        line.join(a_generation())
    line.rejoin(a_generation())

    assert len(line) == 2


def test_an_arrival_before_the_wait_is_not_slept_through() -> None:
    line = WaitingLine(10)
    line.join(a_generation())
    waiter = threading.Thread(target=line.wait, args=(60,), daemon=True)

    waiter.start()
    waiter.join(5)

    assert not waiter.is_alive()
