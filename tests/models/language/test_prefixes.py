from models.language.prefixes import Prefixes


class FakeCells:
    """Records the moves; a real context is used in test_engine."""

    def __init__(self) -> None:
        self.moves: list[tuple[str, int, int, int]] = []

    def share(self, source: int, target: int, end: int) -> None:
        self.moves.append(("share", source, target, end))

    def forget(self, sequence: int, start: int = 0) -> None:
        self.moves.append(("forget", sequence, start, 0))


PROMPT = tuple(range(100))


def test_a_kept_prefix_is_attached_up_to_where_prompts_differ() -> None:
    cells = FakeCells()
    prefixes = Prefixes(cells, [8, 9])
    prefixes.keep(0, PROMPT[:50])

    reused = prefixes.attach([*PROMPT[:40], 777, 778], target=1)

    assert reused == 40
    assert cells.moves[-1] == ("share", 8, 1, 40)


def test_the_last_token_of_a_known_prompt_is_computed_again() -> None:
    prefixes = Prefixes(FakeCells(), [8])
    prefixes.keep(0, PROMPT[:50])

    assert prefixes.attach(PROMPT[:50], target=1) == 49


def test_short_prefixes_are_not_worth_the_bookkeeping() -> None:
    prefixes = Prefixes(FakeCells(), [8])

    prefixes.keep(0, PROMPT[:8])

    assert prefixes.held == 0
    assert prefixes.attach(PROMPT, target=1) == 0


def test_the_least_recently_used_prefix_makes_room() -> None:
    prefixes = Prefixes(FakeCells(), [8, 9])
    first, second, third = PROMPT[:20], PROMPT[20:40], PROMPT[40:60]
    prefixes.keep(0, first)
    prefixes.keep(0, second)
    prefixes.attach([*first, 1], target=1)

    prefixes.keep(0, third)

    assert prefixes.holds(first)
    assert prefixes.holds(third)
    assert not prefixes.holds(second)
    assert prefixes.held == 40


def test_eviction_says_when_nothing_is_left() -> None:
    prefixes = Prefixes(FakeCells(), [8])
    prefixes.keep(0, PROMPT[:20])

    assert prefixes.evict()
    assert not prefixes.evict()
