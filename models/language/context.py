"""One llama.cpp context: the KV cache and decoding. Only one thread may touch it."""

from __future__ import annotations

import ctypes
from enum import Enum
from typing import TYPE_CHECKING, Any

import llama_cpp as lc
import numpy as np

from models.errors import EngineError

from .weights import last_complaint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .weights import Weights

MICRO_BATCH = 256
"""Tokens computed at once; larger buffers cost memory and win nothing on a few cores."""


class Decoded(Enum):
    """What came of a step."""

    OK = 0
    FULL = 1
    ABORTED = 2


class Batch:
    """The tokens of one step, in memory that C reads directly."""

    def __init__(self, capacity: int, sequences: int) -> None:
        self.capacity, self.size = capacity, 0
        self._tokens = np.zeros(capacity, np.int32)
        self._positions = np.zeros(capacity, np.int32)
        self._counts = np.ones(capacity, np.int32)
        self._logits = np.zeros(capacity, np.int8)
        self._ids = np.arange(sequences, dtype=np.int32)
        # Row i points at the id of its sequence: an address inside the array above.
        self._sequences = np.full(capacity, self._ids.ctypes.data, np.uint64)
        self._raw = lc.llama_batch(
            0,
            self._tokens.ctypes.data_as(ctypes.POINTER(lc.llama_token)),
            None,
            self._positions.ctypes.data_as(ctypes.POINTER(lc.llama_pos)),
            self._counts.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)),
            self._sequences.ctypes.data_as(ctypes.POINTER(ctypes.POINTER(lc.llama_seq_id))),
            self._logits.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def clear(self) -> None:
        """Begin a new step."""
        self.size = 0

    def add(self, sequence: int, tokens: Sequence[int], position: int, *, logits: bool) -> int:
        """Append tokens; return the row whose logits can be read, or -1 without any."""
        start, end = self.size, self.size + len(tokens)
        self._tokens[start:end] = tokens
        self._positions[start:end] = np.arange(position, position + len(tokens), dtype=np.int32)
        self._sequences[start:end] = self._ids.ctypes.data + 4 * sequence
        self._logits[start:end] = 0
        self._logits[end - 1] = logits
        self.size = end
        return end - 1 if logits else -1

    def raw(self) -> Any:
        """Return the C structure."""
        self._raw.n_tokens = self.size
        return self._raw


class Context:
    """Cells shared by all sequences (unified KV), decoded in batches."""

    def __init__(
        self, weights: Weights, *, cells: int, sequences: int, batch: int, threads: int
    ) -> None:
        params = lc.llama_context_default_params()
        params.n_ctx, params.n_batch = cells, batch
        params.n_ubatch, params.n_seq_max = min(MICRO_BATCH, batch), sequences
        params.n_threads = params.n_threads_batch = threads
        # Unified, because a partial copy between streams of a split cache asserts and kills us;
        # swa_full, because a sliding window forgets the prefix we want to share.
        params.kv_unified, params.swa_full, params.no_perf = True, True, True
        self._handle = lc.llama_init_from_model(weights.handle, params)
        if not self._handle:
            raise EngineError(reason=f"no context of {cells} tokens: {last_complaint()}")
        self._memory = lc.llama_get_memory(self._handle)
        self.cells = int(lc.llama_n_ctx(self._handle))
        self._vocab_size = weights.vocab_size
        self._threads = threads
        self._abort_flag = ctypes.create_string_buffer(2)
        self._watch_abort()

    @property
    def handle(self) -> Any:
        """The C pointer, for samplers."""
        return self._handle

    def _watch_abort(self) -> None:
        # llama.cpp asks between the nodes of its graph. strlen of one flag byte answers 0 or 1
        # without waiting for the interpreter lock, which a Python callback would do each time.
        libc = ctypes.CDLL(None)
        ask = ctypes.cast(libc.strlen, lc.ggml_abort_callback)
        flag = ctypes.cast(self._abort_flag, ctypes.c_void_p)
        lc.llama_set_abort_callback(self._handle, ask, flag)
        self._kept = (libc, ask, flag)

    def abort(self) -> None:
        """End the step that is being decoded; the one call any thread may make."""
        self._abort_flag[0] = b"\x01"

    def decode(self, batch: Batch) -> Decoded:
        """Compute one step. Raises EngineError when the context can no longer be trusted."""
        code = int(lc.llama_decode(self._handle, batch.raw()))
        self._abort_flag[0] = b"\x00"
        if code < 0:
            raise EngineError(reason=f"decode returned {code}: {last_complaint()}")
        return Decoded(code)

    def logits(self, row: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return a copy of the scores of the next token after a row of the last batch."""
        found = lc.llama_get_logits_ith(self._handle, row)
        return np.ctypeslib.as_array(found, (self._vocab_size,)).copy()

    def use_threads(self, threads: int) -> None:
        """Decode with this many threads from the next step on."""
        if threads != self._threads:
            self._threads = threads
            lc.llama_set_n_threads(self._handle, threads, threads)

    def share(self, source: int, target: int, end: int) -> None:
        """Let ``target`` begin with the first ``end`` cells of ``source``; nothing is copied."""
        lc.llama_memory_seq_cp(self._memory, source, target, 0, end)

    def forget(self, sequence: int, start: int = 0) -> None:
        """Drop a sequence from a position on."""
        lc.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def clear(self) -> None:
        """Forget everything."""
        lc.llama_memory_clear(self._memory, False)

    def close(self) -> None:
        """Free the memory."""
        lc.llama_free(self._handle)
