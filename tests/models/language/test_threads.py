from models.language.threads import Load, ThreadGovernor


def test_a_busy_neighbour_takes_a_thread_away_at_once() -> None:
    governor = ThreadGovernor(most=2, cores=2)

    assert governor.decide(0.1) == 2
    assert governor.decide(0.7) == 1


def test_the_thread_comes_back_after_two_quiet_windows() -> None:
    governor = ThreadGovernor(most=2, cores=2)
    governor.decide(1.0)

    assert governor.decide(0.05) == 1
    assert governor.decide(0.05) == 2


def test_a_load_between_the_thresholds_changes_nothing() -> None:
    governor = ThreadGovernor(most=2, cores=2)
    governor.decide(1.0)

    assert [governor.decide(0.25) for _ in range(5)] == [1] * 5


def test_one_thread_is_always_left() -> None:
    assert ThreadGovernor(most=4, cores=4).decide(9.0) == 1


def test_spare_cores_of_a_large_machine_absorb_the_neighbours() -> None:
    assert ThreadGovernor(most=4, cores=16).decide(8.0) == 4


def test_load_is_measured_over_whole_windows() -> None:
    load = Load()

    assert load.others(load._at + 0.01) is None  # noqa: SLF001 - the moment it was made
    measured = load.others(load._at + 1.0)  # noqa: SLF001 - the moment it was made
    assert measured is not None
    assert measured >= 0
