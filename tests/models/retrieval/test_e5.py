import ctypes
from pathlib import Path

import numpy as np
import pytest

from models.retrieval.e5 import E5Embedder
from models.retrieval.e5_file import E5File, packaged
from models.retrieval.spec import EmbedderSpec
from models.retrieval.tokenizer import Unigram, normalised

TEXTS = [
    "Entregamos de terça a domingo, das 8h às 18h.",
    "The bakery opens at eight o'clock.",
    "Pão de queijo recheado: R$ 7,50 (unidade) — promoção!",
]


@pytest.fixture(scope="module")
def tokens() -> Unigram:
    return Unigram(E5File(packaged("enpt")[0]).vocabulary())


def test_a_question_lands_near_its_answer_in_either_language(embedder: E5Embedder) -> None:
    passages = embedder.embed(TEXTS, "passage")
    questions = embedder.embed(["Quando vocês entregam?", "When does the bakery open?"], "query")

    assert (questions @ passages.T).argmax(axis=1).tolist() == [0, 1]


def test_vectors_have_length_one(embedder: E5Embedder) -> None:
    assert np.linalg.norm(embedder.embed([*TEXTS, ""], "passage"), axis=1) == pytest.approx(1.0)


def test_the_built_graph_says_what_the_packages_own_engine_says(embedder: E5Embedder) -> None:
    path, _ = packaged("enpt")
    library = ctypes.CDLL(str(next(path.parent.glob("_engine*.so"))))
    library.e5_load.restype = ctypes.c_void_p
    library.e5_embed.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_float),
    ]
    model = library.e5_load(str(path).encode())
    ours = embedder.embed(TEXTS, "passage")
    for text, vector in zip(TEXTS, ours, strict=True):
        room = (ctypes.c_float * 384)()
        assert library.e5_embed(model, text.encode(), 0, room) == 0
        assert float(np.array(room[:], np.float32) @ vector) > 0.99


def test_a_damaged_graph_is_built_anew(tmp_path: Path) -> None:
    E5Embedder(EmbedderSpec("e5"), tmp_path)
    graph = next(tmp_path.glob("*.onnx"))
    whole = graph.read_bytes()
    graph.write_bytes(whole[: len(whole) // 2])
    steps: list[str] = []

    E5Embedder(EmbedderSpec("e5"), tmp_path, steps.append)

    assert graph.read_bytes() == whole
    assert "building the embedding model" in steps


def test_a_graph_that_is_whole_is_not_built_again(embedder: E5Embedder, built: Path) -> None:
    steps: list[str] = []

    again = E5Embedder(EmbedderSpec("e5"), built, steps.append)

    assert again.info == embedder.info
    assert not steps


def test_words_are_cut_into_the_most_likely_pieces(tokens: Unigram) -> None:
    # What the package's own tokenizer gives for this text.
    expected = [0, 39, 905, 12, 9855, 327, 34, 23019, 50, 12062, 8563, 31, 26749, 35587, 2]

    assert tokens.encode("query: Qual é o preço do açaí? Quanto custa", 512) == expected


def test_a_text_longer_than_the_model_reads_is_cut_and_still_ends(tokens: Unigram) -> None:
    ids = tokens.encode("pão " * 2000, 512)

    assert len(ids) == 512
    assert ids[-1] == tokens.encode("", 512)[-1]


def test_one_word_of_a_megabyte_is_no_trap(tokens: Unigram) -> None:
    assert len(tokens.encode("x" * 1_000_000, 512)) <= 512


def test_odd_spaces_and_control_signs_are_as_the_model_learnt() -> None:
    assert normalised("a\tb\x07c\u200bd\ufb01") == "a bc dfi"
