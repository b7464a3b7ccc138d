"""Write an ONNX model by hand: the few protobuf messages that a graph of ours needs."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 9
OPSET = 18
MICROSOFT = "com.microsoft"  # onnxruntime's own fused operators
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
_FLOAT, _INT = 1, 2  # AttributeProto.AttributeType


class GraphWriter:
    """Collects constants and nodes; every value is known by its name."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._named = 0

    def constant(self, value: NDArray[Any]) -> str:
        """Add an array and return its name."""
        name = self._name("c")
        shape = b"".join(_number(1, size) for size in value.shape)
        kind = _number(2, _TYPES[value.dtype.name])
        raw = np.ascontiguousarray(value).tobytes()
        self._constants.append(shape + kind + _text(8, name) + _block(9, raw))
        return name

    def node(
        self, kind: str, inputs: list[str], *, domain: str = "", outputs: int = 1, **options: Any
    ) -> list[str]:
        """Add an operator and return the names of its outputs."""
        names = [self._name("v") for _ in range(outputs)]
        parts = [_text(1, name) for name in inputs]
        parts += [_text(2, name) for name in names]
        parts.append(_text(4, kind))
        parts += [_block(5, _attribute(key, value)) for key, value in options.items()]
        if domain:
            parts.append(_text(7, domain))
        self._nodes.append(b"".join(parts))
        return names

    def model(
        self, name: str, given: tuple[str, list[int | str]], result: tuple[str, list[int | str]]
    ) -> bytes:
        """Return the whole file, with one float input and one float output."""
        graph = b"".join(_block(1, node) for node in self._nodes)
        graph += _text(2, name)
        graph += b"".join(_block(5, constant) for constant in self._constants)
        graph += _block(11, _value(*given)) + _block(12, _value(*result))
        sets = [_text(1, "") + _number(2, OPSET), _text(1, MICROSOFT) + _number(2, 1)]
        return (
            _number(1, IR_VERSION) + b"".join(_block(8, item) for item in sets) + _block(7, graph)
        )

    def _name(self, prefix: str) -> str:
        self._named += 1
        return f"{prefix}{self._named}"


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte is what a varint is
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _block(field, value.encode())


def _attribute(key: str, value: float) -> bytes:
    if isinstance(value, float):
        number = _varint(2 << 3 | 5) + struct.pack("<f", value)
        return _text(1, key) + number + _number(20, _FLOAT)
    return _text(1, key) + _number(3, value) + _number(20, _INT)


def _value(name: str, shape: list[int | str]) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _text(2, size) for size in shape)
    dims = b"".join(_block(1, size) for size in sizes)
    return _text(1, name) + _block(2, _block(1, _number(1, _TYPES["float32"]) + _block(2, dims)))
