"""A seat in the context: one sequence, and the request that holds it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .context import Batch
    from .generation import Generation


class Slot:
    """Feeds a request's tokens to batches and remembers how far it came."""

    def __init__(self, sequence: int, generation: Generation, reused: int) -> None:
        self.sequence, self.generation = sequence, generation
        self.tokens = list(generation.tokens)
        self.position = self.reused = reused
        """So many of ``tokens`` are in the cache; the first ``reused`` were there before."""
        self.row = -1
        """Where the last batch has the logits of the next token; -1 for nowhere."""
        self._fed = 0

    @property
    def left(self) -> int:
        """Tokens still to be computed before the next one can be drawn; 1 while it writes."""
        return len(self.tokens) - self.position

    @property
    def own_cells(self) -> int:
        """Cells it takes or will soon take for itself alone."""
        return len(self.tokens) - self.reused

    @property
    def building(self) -> tuple[int, ...] | None:
        """The shared prefix that it is just computing."""
        return self.generation.prefix_key if self.position < self.generation.prefix else None

    def feed(self, batch: Batch, most: int) -> int:
        """Put the next tokens, at most so many, into the batch; return how many."""
        self._fed = max(min(self.left, most, batch.capacity - batch.size), 0)
        self.row = -1
        if self._fed:
            part = self.tokens[self.position : self.position + self._fed]
            whole = self._fed == self.left
            self.row = batch.add(self.sequence, part, self.position, logits=whole)
        return self._fed

    def advance(self) -> None:
        """Note that the batch was computed."""
        self.position += self._fed
        self._fed = 0
