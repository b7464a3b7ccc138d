"""The real embedder, built once for all tests of retrieval."""

from pathlib import Path

import pytest

from models.retrieval.e5 import E5Embedder
from models.retrieval.spec import EmbedderSpec


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedder")


@pytest.fixture(scope="session")
def embedder(built: Path) -> E5Embedder:
    return E5Embedder(EmbedderSpec("e5"), built)
