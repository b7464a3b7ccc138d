from pathlib import Path

import numpy as np
import pytest

from models.retrieval.index import MARK, ChromaIndex, IndexBrokenError
from models.retrieval.ports import Vectors, unit


@pytest.fixture
def vectors() -> Vectors:
    return unit(np.random.default_rng(7).standard_normal((40, 16)).astype(np.float32))


def test_a_vector_finds_itself(tmp_path: Path, vectors: Vectors) -> None:
    index = ChromaIndex.embedded(tmp_path)
    index.upsert("agent", [str(n) for n in range(40)], vectors)

    hits = index.query("agent", vectors[11], 5, vectors[:0]).hits

    assert hits[0].id == "11"
    assert hits[0].score == pytest.approx(1.0, abs=1e-4)
    assert len(hits) == 5


def test_agents_do_not_see_one_another(tmp_path: Path, vectors: Vectors) -> None:
    index = ChromaIndex.embedded(tmp_path)
    index.upsert("one", ["a"], vectors[:1])
    index.upsert("two", ["b"], vectors[:1])

    assert [hit.id for hit in index.query("two", vectors[0], 5, vectors).hits] == ["b"]


def test_what_is_deleted_is_not_found(tmp_path: Path, vectors: Vectors) -> None:
    index = ChromaIndex.embedded(tmp_path)
    index.upsert("agent", ["a", "b"], vectors[:2])

    index.delete("agent", ["a", "never there"])

    assert index.ids("agent") == ["b"]


def test_an_unknown_agent_has_no_neighbours_and_can_be_dropped(
    tmp_path: Path, vectors: Vectors
) -> None:
    index = ChromaIndex.embedded(tmp_path)

    index.drop("nobody")

    assert index.query("nobody", vectors[0], 5, vectors).hits == []
    assert index.ids("nobody") == []


def test_a_dropped_agent_can_come_back(tmp_path: Path, vectors: Vectors) -> None:
    index = ChromaIndex.embedded(tmp_path)
    index.upsert("agent", ["a"], vectors[:1])
    index.drop("agent")

    index.upsert("agent", ["b"], vectors[1:2])

    assert index.ids("agent") == ["b"]


def test_texts_at_large_are_the_background_of_a_small_collection(
    tmp_path: Path, vectors: Vectors
) -> None:
    index = ChromaIndex.embedded(tmp_path)
    index.upsert("agent", ["a"], vectors[:1])

    found = index.query("agent", vectors[0], 1, vectors[1:])

    assert found.mean < 0.5
    assert found.spread > 0


def test_a_start_that_finds_its_predecessors_mark_begins_with_an_empty_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / MARK).touch()
    (tmp_path / "chroma.sqlite3").write_bytes(b"half a write")
    (tmp_path / "segment").mkdir()

    index = ChromaIndex.embedded(tmp_path)

    assert index.ids("agent") == []
    assert not (tmp_path / MARK).exists()
    assert not (tmp_path / "segment").exists()


def test_a_folder_that_cannot_be_opened_is_left_with_a_mark(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"this is not a database" * 100)

    with pytest.raises(IndexBrokenError):
        ChromaIndex.embedded(tmp_path)

    assert (tmp_path / MARK).exists()
