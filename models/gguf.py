"""Reads the header of a GGUF file: what a model is, without loading it.

The layout is the one of the GGUF specification, version 2 and 3, little-endian. Every length is
checked before it is believed: a header comes from a download or a USB stick.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from .errors import ModelMissingError, NotAModelError

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_KEYS = 4096
MAX_STRING = 16 * 1024 * 1024
MAX_ITEMS = 4 * 1024 * 1024
KEPT_ITEMS = 64
"""Longer arrays (vocabularies) are skipped: nobody here reads them."""

_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, with the keys of the architecture under their short names."""

    size_bytes: int
    values: dict[str, Any]

    @property
    def architecture(self) -> str:
        """The family llama.cpp knows it by: ``llama``, ``qwen2``, ``bert``..."""
        return str(self.values.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """The name its makers gave it."""
        return str(self.values.get("general.name", ""))

    @property
    def chat_template(self) -> str | None:
        """The Jinja template of a conversation; a base model has none."""
        found = self.values.get("tokenizer.chat_template")
        return found if isinstance(found, str) and found.strip() else None

    @property
    def languages(self) -> tuple[str, ...]:
        """Language tags, where the file names any."""
        found = self.values.get("general.languages")
        return tuple(str(tag) for tag in found) if isinstance(found, list) else ()

    def number(self, key: str, default: int = 0) -> int:
        """Return a number of this architecture; a list (one per layer) gives its largest."""
        found = self.values.get(f"{self.architecture}.{key}", default)
        if isinstance(found, list):
            found = max((item for item in found if isinstance(item, int)), default=default)
        return int(found) if isinstance(found, (int, float)) else default

    def kv_bytes_per_token(self) -> int:
        """Memory of one token of context, keys and values as 16-bit floats."""
        heads = self.number("attention.head_count", 1) or 1
        kv_heads = self.number("attention.head_count_kv", heads) or heads
        width = self.number("embedding_length") // heads
        key = self.number("attention.key_length", width)
        value = self.number("attention.value_length", width)
        return self.number("block_count") * kv_heads * (key + value) * 2


def read_header(path: Path) -> Header:
    """Read a file's header. Raises ModelMissingError or NotAModelError."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            return Header(size, _Reader(file, size).metadata())
    except FileNotFoundError:
        raise ModelMissingError(path=str(path)) from None
    except OSError as error:
        raise NotAModelError(path=str(path), reason=error.strerror or "unreadable") from None
    except (_MalformedError, struct.error, UnicodeDecodeError) as error:
        raise NotAModelError(path=str(path), reason=str(error)) from None


class _MalformedError(ValueError):
    """The bytes are not a GGUF header."""


class _Reader:
    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._size = file, size

    def metadata(self) -> dict[str, Any]:
        if self._file.read(4) != MAGIC:
            msg = "it does not begin with GGUF"
            raise _MalformedError(msg)
        if (version := self._number("<I")) not in VERSIONS:
            msg = f"GGUF version {version} is not supported"
            raise _MalformedError(msg)
        self._number("<Q")  # how many tensors: their table comes after what we want
        keys = self._number("<Q")
        if keys > MAX_KEYS:
            msg = f"{keys} metadata keys are too many"
            raise _MalformedError(msg)
        return {self._string(): self._value(self._number("<I")) for _ in range(keys)}

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._array()
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        msg = f"unknown metadata type {kind}"
        raise _MalformedError(msg)

    def _array(self) -> list[Any] | None:
        kind, items = self._number("<I"), self._number("<Q")
        if items > MAX_ITEMS or kind == _ARRAY:
            msg = "an array is too long or nested"
            raise _MalformedError(msg)
        if items <= KEPT_ITEMS:
            return [self._value(kind) for _ in range(items)]
        if kind == _STRING:
            for _ in range(items):
                self._skip(self._number("<Q"))
        elif kind in _SCALARS:
            self._skip(items * struct.calcsize(_SCALARS[kind]))
        else:
            self._value(kind)
        return None

    def _string(self) -> str:
        length = self._number("<Q")
        if length > MAX_STRING:
            msg = f"a text of {length} bytes is too long"
            raise _MalformedError(msg)
        return self._exactly(length).decode("utf-8", "replace")

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._exactly(struct.calcsize(form)))[0]

    def _skip(self, length: int) -> None:
        if self._file.tell() + length > self._size:
            msg = "the file ends inside its header"
            raise _MalformedError(msg)
        self._file.seek(length, 1)

    def _exactly(self, length: int) -> bytes:
        data = self._file.read(length)
        if len(data) != length:
            msg = "the file ends inside its header"
            raise _MalformedError(msg)
        return data
