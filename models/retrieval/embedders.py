"""The child's embedders, loaded when first asked for."""

from pathlib import Path
from typing import Any

from config.ipc import RemoteError

from .background import SENTENCES
from .ports import Embedder, Vectors
from .spec import EmbedderSpec

FOUND_ITSELF = 0.99


class Embedders:
    """By name: the current model first, then those whose vectors still serve."""

    def __init__(self, specs: list[dict[str, Any]], folder: Path) -> None:
        """Take specs as the daemon sent them and the folder of built models."""
        self._specs = {spec.name: spec for spec in map(EmbedderSpec.read, specs)}
        self._current = next(iter(self._specs))
        self._folder = folder
        self._loaded: dict[str, Embedder] = {}
        self._backgrounds: dict[str, Vectors] = {}

    def current(self) -> Embedder:
        """Return the model that new vectors are made with."""
        return self.named(self._current)

    def named(self, name: str) -> Embedder:
        """Return a model, loading it if need be. Raises RemoteError when it cannot be had."""
        if (found := self._loaded.get(name)) is not None:
            return found
        if (spec := self._specs.get(name)) is None:
            raise RemoteError(code="unknown_embedder", message=f"no embedding model {name}")
        try:
            found = _load(spec, self._folder)
        except Exception as error:
            raise RemoteError(code="embedder_failed", message=str(error)) from error
        self._loaded[name] = found
        return found

    def background(self, name: str) -> Vectors:
        """Return the vectors of everyday sentences, made when first asked for."""
        if name not in self._backgrounds:
            self._backgrounds[name] = self.named(name).embed(SENTENCES, "passage")
        return self._backgrounds[name]


def _load(spec: EmbedderSpec, folder: Path) -> Embedder:
    # Imported here: each brings a library of its own, and a box uses one of them.
    if spec.kind == "e5":
        from .e5 import E5Embedder  # noqa: PLC0415 - onnxruntime

        return E5Embedder(spec, folder)
    if spec.kind == "gguf":
        from .gguf import GgufEmbedder  # noqa: PLC0415 - llama.cpp

        return GgufEmbedder(spec)
    from .remote import RemoteEmbedder  # noqa: PLC0415 - only where a server is used

    return RemoteEmbedder(spec)


def collection_name(data: dict[str, Any]) -> str:
    """Return the index's name for an agent's vectors of one model."""
    return f"{data['model']}/{data['collection']}"
