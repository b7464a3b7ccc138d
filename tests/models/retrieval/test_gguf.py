from pathlib import Path

import numpy as np
import pytest

from models import embedded
from models.retrieval.gguf import GgufEmbedder, NotAnEmbedderError
from models.retrieval.spec import EmbedderSpec


@pytest.fixture(scope="module")
def embedder(made_once: Path) -> GgufEmbedder:
    """Any GGUF file makes vectors; the embedded chat model is the one that is here."""
    return GgufEmbedder(EmbedderSpec("gguf", str(made_once / embedded.TARGET), "", 1))


def test_equal_texts_have_equal_vectors_of_length_one(embedder: GgufEmbedder) -> None:
    rows = embedder.embed(["The cat sleeps.", "Taxes rise.", "The cat sleeps."], "passage")

    assert rows.shape == (3, embedder.info.dim)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0)
    assert float(rows[0] @ rows[2]) == pytest.approx(1.0, abs=1e-3)
    assert float(rows[0] @ rows[1]) < 0.999


def test_a_text_longer_than_the_window_is_cut(embedder: GgufEmbedder) -> None:
    assert np.isfinite(embedder.embed(["word " * 5000], "passage")).all()


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF but nothing else")

    with pytest.raises(NotAnEmbedderError, match=r"cannot load x\.gguf"):
        GgufEmbedder(EmbedderSpec("gguf", str(path), ""))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(NotAnEmbedderError, match="there is no file"):
        GgufEmbedder(EmbedderSpec("gguf", "/nowhere/x.gguf", ""))
