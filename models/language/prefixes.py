"""Prompt beginnings kept in the cache: an agent's instructions are computed once, not per chat."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

WORTHWHILE = 16
"""Shorter beginnings cost less than the bookkeeping."""


class Cells(Protocol):
    """The part of a context that moves sequences about."""

    def share(self, source: int, target: int, end: int) -> None:
        """Let ``target`` begin with the first ``end`` cells of ``source``."""

    def forget(self, sequence: int, start: int = 0) -> None:
        """Drop a sequence from a position on."""


@dataclass
class _Entry:
    tokens: tuple[int, ...] = ()
    used: int = 0


class Prefixes:
    """Sequences of their own that hold prefixes; the least recently used one makes room."""

    def __init__(self, cells: Cells, sequences: Sequence[int]) -> None:
        self._cells = cells
        self._entries = {sequence: _Entry() for sequence in sequences}
        self._clock = count(1)

    @property
    def held(self) -> int:
        """How many cells they occupy together."""
        return sum(len(entry.tokens) for entry in self._entries.values())

    def match(self, tokens: Sequence[int]) -> int:
        """Count the leading tokens that :meth:`attach` would not compute again."""
        return self._best(tokens)[1]

    def attach(self, tokens: Sequence[int], target: int) -> int:
        """Give ``target`` the longest known beginning of ``tokens``; return its length."""
        sequence, length = self._best(tokens)
        if sequence is None:
            return 0
        self._cells.share(sequence, target, length)
        self._entries[sequence].used = next(self._clock)
        return length

    def keep(self, source: int, tokens: tuple[int, ...]) -> None:
        """Remember the first tokens of ``source``, in place of the least recently used entry."""
        if len(tokens) < WORTHWHILE or not self._entries or self.holds(tokens):
            return
        sequence = min(self._entries, key=lambda one: self._entries[one].used)
        self._drop(sequence)
        self._cells.share(source, sequence, len(tokens))
        self._entries[sequence] = _Entry(tokens, next(self._clock))

    def holds(self, tokens: tuple[int, ...]) -> bool:
        """Tell whether exactly this beginning is known, or a longer one."""
        return any(entry.tokens[: len(tokens)] == tokens for entry in self._entries.values())

    def evict(self) -> bool:
        """Drop the least recently used entry; False when there is none."""
        known = [one for one, entry in self._entries.items() if entry.tokens]
        if not known:
            return False
        self._drop(min(known, key=lambda one: self._entries[one].used))
        return True

    def reset(self) -> None:
        """Forget all entries, after the context was cleared."""
        self._entries = {sequence: _Entry() for sequence in self._entries}

    def _drop(self, sequence: int) -> None:
        self._cells.forget(sequence)
        self._entries[sequence] = _Entry()

    def _best(self, tokens: Sequence[int]) -> tuple[int | None, int]:
        best, longest = None, 0
        for sequence, entry in self._entries.items():
            if (length := _common(entry.tokens, tokens)) > longest:
                best, longest = sequence, length
        # One token at least is computed again: its logits are where the answer begins.
        longest = min(longest, len(tokens) - 1)
        return (best, longest) if longest >= WORTHWHILE else (None, 0)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
