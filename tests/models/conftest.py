"""Fixtures of the model tests: the embedded model, made once, and a library that has it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import embedded
from models.language.weights import Weights
from models.library import Library


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with the embedded model, as the child makes it at its first start."""
    folder = tmp_path_factory.mktemp("models")
    embedded.ensure(Library(folder))
    return folder


@pytest.fixture(scope="session")
def weights(made_once: Path) -> Iterator[Weights]:
    weights = Weights.load(str(made_once / embedded.TARGET), lambda _: None)
    yield weights
    weights.close()


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """A models folder of one's own; the big file is linked, not copied."""
    own = tmp_path / "models"
    shutil.copytree(made_once, own, copy_function=link_or_copy)
    return own


def link_or_copy(source: str, target: str) -> None:
    if source.endswith(".gguf"):
        Path(target).hardlink_to(source)
    else:
        shutil.copy2(source, target)


@pytest.fixture
def library(folder: Path) -> Library:
    return Library(folder)


@pytest.fixture
def model_file(folder: Path) -> Path:
    return folder / embedded.TARGET
