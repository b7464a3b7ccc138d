"""The encoder of multilingual-e5 as an ONNX graph with small integer matrices.

The packed file holds 4-bit blocks. Most matrices become 8-bit rows with one scale each, which
onnxruntime multiplies fastest; the last one of each layer, whose input has outliers that a single
scale would drown, stays in its 4-bit blocks. Measured against the package's own engine: several
times the speed, the same ranking. The graph begins after the embedding lookup and ends with the
mean, not yet of unit length.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .e5_file import BLOCK, E5File
from .onnx_writer import MICROSOFT, GraphWriter

INPUT = "embedded"
INTEGERS = 4  # MatMulNBits: inputs become 8-bit integers too, a scale per block
CPU_FLAGS = Path("/proc/cpuinfo")


def weight_limit() -> int:
    """Return the largest 8-bit weight this processor multiplies without overflow.

    Older x86 adds two products in 16 bits, which saturates: there weights get 7 bits.
    """
    try:
        text = CPU_FLAGS.read_text()
    except OSError:
        return 63
    x86 = "avx" in text or "sse" in text
    return 127 if not x86 or "vnni" in text else 63


def encoder(source: E5File, limit: int) -> bytes:
    """Return the ONNX model: token embeddings (1, tokens, hidden) in, their mean out."""
    writer = _Encoder(source, limit)
    hidden = writer.norm(INPUT, "emb.ln")
    for layer in range(source.sizes.layers):
        hidden = writer.layer(hidden, f"l{layer}")
    return writer.finish(hidden)


class _Encoder:
    """Adds the parts of BERT to a graph, with weights from the packed file."""

    def __init__(self, source: E5File, limit: int) -> None:
        self._file, self._limit = source, limit
        self._graph = GraphWriter()

    def norm(self, hidden: str, name: str) -> str:
        (result,) = self._graph.node(
            "LayerNormalization",
            [hidden, self._vector(f"{name}.w"), self._vector(f"{name}.b")],
            axis=-1,
            epsilon=float(self._file.sizes.epsilon),
        )
        return result

    def layer(self, hidden: str, name: str) -> str:
        sizes = self._file.sizes
        keys = [f"{name}.q", f"{name}.k", f"{name}.v"]
        joined = self._product(hidden, keys, sizes.hidden, self._biases(keys))
        parts = self._graph.node("Split", [joined], outputs=3, axis=-1, num_outputs=3)
        (mixed,) = self._graph.node(
            "MultiHeadAttention", parts, domain=MICROSOFT, num_heads=sizes.heads
        )
        mixed = self._product(mixed, [f"{name}.ao"], sizes.hidden)
        hidden = self._add_and_norm(mixed, hidden, f"{name}.ao.b", f"{name}.aln")
        wide = self._product(hidden, [f"{name}.fi"], sizes.hidden)
        (wide,) = self._graph.node(
            "BiasGelu", [wide, self._vector(f"{name}.fi.b")], domain=MICROSOFT
        )
        narrow = self._blocks(wide, f"{name}.fo", sizes.feed_forward)
        return self._add_and_norm(narrow, hidden, f"{name}.fo.b", f"{name}.oln")

    def finish(self, hidden: str) -> bytes:
        axis = self._graph.constant(np.array([1], np.int64))
        (pooled,) = self._graph.node("ReduceMean", [hidden, axis], keepdims=0)
        width = self._file.sizes.hidden
        return self._graph.model("e5", (INPUT, [1, "tokens", width]), (pooled, [1, width]))

    def _product(self, value: str, names: list[str], columns: int, bias: str = "") -> str:
        weights = np.concatenate([self._file.matrix(f"{name}.w", columns) for name in names])
        scales = np.abs(weights).max(axis=1) / self._limit
        rounded = np.rint(weights / scales[:, None]).astype(np.int8)
        inputs = [value, self._graph.constant(rounded.T), self._graph.constant(scales)]
        if bias:
            inputs += ["", bias]  # the missing input is a zero point: weights are symmetric
        (result,) = self._graph.node("DynamicQuantizeMatMul", inputs, domain=MICROSOFT)
        return result

    def _blocks(self, value: str, name: str, columns: int) -> str:
        raw = self._file.blocks(f"{name}.w", columns)
        scales = np.ascontiguousarray(raw[..., :2]).view(np.float16).astype(np.float32)
        # The file pairs weight j with j + 16 in a byte, onnxruntime pairs neighbours.
        nibbles = np.concatenate([raw[..., 2:] & 15, raw[..., 2:] >> 4], axis=-1)
        packed = (nibbles[..., 0::2] | nibbles[..., 1::2] << 4).astype(np.uint8)
        (result,) = self._graph.node(
            "MatMulNBits",
            [value, self._graph.constant(packed), self._graph.constant(scales.reshape(-1))],
            domain=MICROSOFT,
            K=columns,
            N=raw.shape[0],
            bits=4,
            block_size=BLOCK,
            accuracy_level=INTEGERS,
        )
        return result

    def _add_and_norm(self, value: str, skip: str, bias: str, name: str) -> str:
        weight, shift = self._vector(f"{name}.w"), self._vector(f"{name}.b")
        (result,) = self._graph.node(
            "SkipLayerNormalization",
            [value, skip, weight, shift, self._vector(bias)],
            domain=MICROSOFT,
            epsilon=float(self._file.sizes.epsilon),
        )
        return result

    def _vector(self, name: str) -> str:
        return self._graph.constant(self._file.floats(name))

    def _biases(self, names: list[str]) -> str:
        return self._graph.constant(self._joined([f"{name}.b" for name in names]))

    def _joined(self, names: list[str]) -> NDArray[np.float32]:
        return np.concatenate([self._file.floats(name) for name in names])
