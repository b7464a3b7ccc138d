import pytest

from models.retrieval.fuse import fuse, margins
from models.retrieval.ports import Neighbours, VectorHit


def test_a_passage_that_both_sides_like_comes_first() -> None:
    ranked = fuse({"a": 3.0, "b": 3.0}, {"b": 9.0, "c": 9.0}, {})

    assert max(ranked, key=lambda number: ranked[number]) == "b"


def test_keywords_alone_rank_when_meaning_is_away() -> None:
    assert fuse(None, {"a": 2.0, "b": 4.0}, {}) == {"a": 0.5, "b": 1.0}


def test_a_keyword_hit_that_is_not_trusted_does_not_overturn_meaning() -> None:
    meaning, words = {"right": 3.2, "wrong": 2.4}, {"wrong": 8.0}

    blind = fuse(meaning, words, {"wrong": 0.05})
    trusted = fuse(meaning, words, {})

    assert blind["right"] > blind["wrong"]
    assert trusted["wrong"] > trusted["right"]


def test_scores_stay_between_zero_and_one() -> None:
    scores = fuse({"a": 9.0, "b": -3.0}, {"a": 50.0}, {})

    assert all(0.0 <= score <= 1.0 for score in scores.values())


def test_a_margin_is_told_in_deviations_above_the_background() -> None:
    found = Neighbours([VectorHit("a", 0.88)], mean=0.80, spread=0.02)

    assert margins(found)["a"] == pytest.approx(4.0)


def test_a_background_without_spread_does_not_make_everything_certain() -> None:
    found = Neighbours([VectorHit("a", 0.801)], mean=0.80, spread=0.0)

    assert margins(found)["a"] < 1.0
