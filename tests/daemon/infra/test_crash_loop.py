"""When a crashed child is started again."""

from daemon.infra.crash_loop import CrashLoop, RestartPolicy
from daemon.kernel.clock import FakeClock

POLICY = RestartPolicy(
    first_delay_s=1, max_delay_s=3, stable_after_s=10, crashes=5, window_s=600, cool_down_s=60
)


def loop_at(clock: FakeClock) -> CrashLoop:
    return CrashLoop(POLICY, clock.monotonic, jitter=lambda _, most: most)


def test_the_delay_doubles_up_to_its_limit() -> None:
    loop = loop_at(FakeClock())

    assert [loop.crashed(0).delay_s for _ in range(4)] == [1, 2, 3, 3]


def test_the_delay_is_jittered_between_half_and_whole() -> None:
    delays = {CrashLoop(POLICY, FakeClock().monotonic).crashed(0).delay_s for _ in range(50)}

    assert 0.5 <= min(delays) < max(delays) <= 1


def test_a_long_healthy_run_starts_the_back_off_anew() -> None:
    loop = loop_at(FakeClock())
    loop.crashed(0)
    loop.crashed(0)

    assert loop.crashed(11).delay_s == 1


def test_the_fifth_crash_in_ten_minutes_trips() -> None:
    clock = FakeClock()
    loop = loop_at(clock)
    for _ in range(4):
        assert not loop.crashed(20).tripped
        clock.advance(140)

    assert loop.crashed(20).tripped


def test_crashes_spread_over_more_than_the_window_do_not_trip() -> None:
    clock = FakeClock()
    loop = loop_at(clock)
    for _ in range(50):
        assert not loop.crashed(20).tripped
        clock.advance(151)


def test_each_failed_try_doubles_the_cool_down_and_a_good_one_clears_the_record() -> None:
    loop = loop_at(FakeClock())
    for _ in range(4):
        loop.crashed(0)

    assert [loop.crashed(0).delay_s for _ in range(6)] == [60, 120, 240, 480, 900, 900]
    assert not loop.crashed(11).tripped
