"""Any GGUF embedding model, run by llama.cpp."""

import ctypes
import threading
from collections.abc import Sequence
from pathlib import Path

import llama_cpp
import numpy as np

from .ports import ModelInfo, Role, Vectors, unit
from .spec import EmbedderSpec, prefix

WINDOW = 512  # a passage has about 250 tokens; longer ones are cut here
UNPOOLED = 0  # llama.cpp: the file names no way to make one vector of many
MEAN = 1


class NotAnEmbedderError(Exception):
    """The file is no GGUF model, or not one that makes vectors."""


class GgufEmbedder:
    """One text at a time in a small context; the model's own tokenizer and pooling."""

    def __init__(self, spec: EmbedderSpec) -> None:
        path = Path(spec.source)
        if not path.is_file():
            msg = f"there is no file {path}"
            raise NotAnEmbedderError(msg)
        llama_cpp.llama_backend_init()
        options = llama_cpp.llama_model_default_params()
        options.n_gpu_layers = 0
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), options)
        if not self._model:
            msg = f"llama.cpp cannot load {path.name}"
            raise NotAnEmbedderError(msg)
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self._context = self._open(spec.threads, pooling=None)
        if llama_cpp.llama_pooling_type(self._context) == UNPOOLED:
            llama_cpp.llama_free(self._context)
            self._context = self._open(spec.threads, pooling=MEAN)
        self._batch = llama_cpp.llama_batch_init(WINDOW, 0, 1)
        self._lock = threading.Lock()  # live queries and background texts share one context
        self._name = spec.name
        self.info = ModelInfo(spec.name, llama_cpp.llama_model_n_embd(self._model))

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """Return one unit vector a text."""
        before = prefix(self._name, role)
        out = np.empty((len(texts), self.info.dim), np.float32)
        for row, text in enumerate(texts):
            with self._lock:
                out[row] = self._one(self._tokens(before + text))
        return unit(out)

    def _open(self, threads: int, pooling: int | None) -> ctypes.c_void_p:
        options = llama_cpp.llama_context_default_params()
        options.n_ctx = options.n_batch = options.n_ubatch = WINDOW
        options.n_threads = options.n_threads_batch = threads
        options.embeddings = True
        if pooling is not None:
            options.pooling_type = pooling
        context = llama_cpp.llama_init_from_model(self._model, options)
        if not context:
            msg = "llama.cpp cannot open a context for embeddings"
            raise NotAnEmbedderError(msg)
        return ctypes.c_void_p(context)

    def _tokens(self, text: str) -> list[int]:
        data = text.encode()
        room = (llama_cpp.llama_token * (len(data) + 16))()
        count = llama_cpp.llama_tokenize(
            self._vocabulary,
            data,
            len(data),
            room,
            len(room),
            True,
            False,
        )
        return list(room[: min(count, WINDOW)])

    def _one(self, tokens: list[int]) -> Vectors:
        batch = self._batch
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place] = token, place
            batch.n_seq_id[place], batch.logits[place] = 1, 1
            batch.seq_id[place][0] = 0
        batch.n_tokens = len(tokens)
        if memory := llama_cpp.llama_get_memory(self._context):
            llama_cpp.llama_memory_clear(memory, True)
        if llama_cpp.llama_decode(self._context, batch) != 0:
            msg = "llama.cpp failed on a text"
            raise NotAnEmbedderError(msg)
        found = llama_cpp.llama_get_embeddings_seq(self._context, 0)
        vector: Vectors = np.ctypeslib.as_array(found, (self.info.dim,)).copy()
        return vector
