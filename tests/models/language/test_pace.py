from models.language.pace import LEAST_CHUNK, Pace
from models.language.threads import Load, ThreadGovernor


def a_pace() -> Pace:
    return Pace(ThreadGovernor(2, 2), Load())


def test_a_step_shrinks_until_it_takes_the_time_it_may() -> None:
    pace = a_pace()
    before = pace.prompt_budget(writing=False)

    for _ in range(30):
        pace.learn(100, 2.0)

    assert pace.prompt_budget(writing=False) < before
    assert pace.prompt_budget(writing=False) == LEAST_CHUNK


def test_somebody_who_is_being_answered_makes_steps_shorter() -> None:
    pace = a_pace()
    for _ in range(30):
        pace.learn(500, 1.0)

    assert abs(pace.prompt_budget(writing=False) - 250) <= 1
    assert abs(pace.prompt_budget(writing=True) - 125) <= 1


def test_single_tokens_say_nothing_about_reading() -> None:
    pace = a_pace()
    before = pace.prompt_budget(writing=True)

    pace.learn(1, 10.0)

    assert pace.prompt_budget(writing=True) == before
