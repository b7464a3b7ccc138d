"""Continuous batching: every step decodes one token of each chat and a piece of waiting prompts.

One thread owns the context. A request that no longer fits the cache is put back in line with what
it has written and goes on later; whoever waits for a customer goes before batch work.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from models.errors import EngineError, ModelCancelledError, ModelError, PromptTooLongError

from .context import Batch, Context, Decoded
from .generation import Finished, Generation, Piece
from .pace import LEAST_CHUNK
from .prefixes import WORTHWHILE, Prefixes
from .sampling import Sampler
from .slot import Slot
from .waiting import WaitingLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.ports import Finish

    from .pace import Pace
    from .weights import Weights

log = structlog.get_logger(__name__)

IDLE_WAIT_S = 5.0
HEADROOM = 16
"""Cells kept free for each chat's next tokens when another one asks to come in."""
FATAL_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """How much an engine does at once."""

    cells: int = 4096
    slots: int = 8
    prefixes: int = 4
    batch: int = 512
    waiting: int = 256


class Engine:
    """Serves many generations at the same time from one model."""

    def __init__(
        self,
        weights: Weights,
        shape: Shape,
        pace: Pace,
        *,
        on_broken: Callable[[], None] = lambda: None,
    ) -> None:
        self._weights, self._shape, self._pace = weights, shape, pace
        self._on_broken = on_broken
        prefixes = shape.prefixes if weights.shares_prefixes else 0
        self._context = Context(
            weights,
            cells=shape.cells,
            sequences=shape.slots + prefixes,
            batch=shape.batch,
            threads=pace.threads,
        )
        self._batch = Batch(shape.batch, shape.slots + prefixes)
        self._prefixes = Prefixes(self._context, range(shape.slots, shape.slots + prefixes))
        self._line = WaitingLine(shape.waiting)
        self._active: list[Slot] = []
        self._interruptible = self._closing = False
        self._failures = 0
        self.counters: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    # -- for any thread

    @property
    def context_tokens(self) -> int:
        """The size of the shared context."""
        return self._context.cells

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def submit(self, generation: Generation) -> None:
        """Take a request in. Raises PromptTooLongError or ModelOverloadedError."""
        wanted = len(generation.prompt) + generation.max_tokens
        if not generation.prompt or wanted > self.context_tokens:
            raise PromptTooLongError(
                prompt_tokens=len(generation.prompt),
                max_tokens=generation.max_tokens,
                context_tokens=self.context_tokens,
            )
        self._line.join(generation)

    def cancel(self, generation: Generation) -> None:
        """Give a request up; a long step is broken off for it."""
        generation.cancelled = True
        if self._interruptible:
            self._context.abort()
        self._line.ring()

    def close(self) -> None:
        """Stop at once; what was in work ends as cancelled."""
        self._closing = True
        self._context.abort()
        self._line.ring()
        self._thread.join()
        self._context.close()

    def gauges(self) -> dict[str, float]:
        """Report what it does now, for metrics."""
        return {
            "active": len(self._active),
            "waiting": len(self._line),
            "threads": self._pace.threads,
            "cells": self.context_tokens,
            "cells_used": self._used(),
            **self.counters,
        }

    # -- the engine's own thread

    def _run(self) -> None:
        while not self._closing:
            self._drop_cancelled()
            self._admit()
            if self._active:
                self._step_safely()
            else:
                self._line.wait(IDLE_WAIT_S)
                self._pace.look_around(time.monotonic())  # the next step knows recent load
        for slot in list(self._active):
            self._fail(slot, ModelCancelledError())
        for generation in self._line.drop(lambda _: True):
            _end(generation, Finished(error=ModelCancelledError()))

    def _drop_cancelled(self) -> None:
        for slot in [one for one in self._active if one.generation.cancelled]:
            self._fail(slot, ModelCancelledError())
        for generation in self._line.drop(lambda one: one.cancelled):
            _end(generation, Finished(error=ModelCancelledError()))

    # -- who gets a slot

    def _admit(self) -> None:
        while (generation := self._line.first(self._prefix_is_settled)) is not None:
            if not self._seat_for(generation):
                return
            self._line.leave(generation)
            self._begin(generation)

    def _prefix_is_settled(self, generation: Generation) -> bool:
        """Whoever shares a prefix that is just being computed waits for it instead of repeating."""
        if generation.prefix < WORTHWHILE or not self._weights.shares_prefixes:
            return True
        building = [slot.building for slot in self._active]
        return generation.prefix_key not in building

    def _seat_for(self, generation: Generation) -> bool:
        """Find a slot and cells, at the cost of cached prefixes and lower ranks."""
        while len(self._active) >= self._shape.slots or not self._fits(generation):
            crowded = len(self._active) >= self._shape.slots
            if not crowded and self._prefixes.evict():
                continue
            lowest = max(self._active, key=lambda one: one.generation.sort_key, default=None)
            if lowest is None:
                return True  # alone and within the context: whatever is left gives way
            if lowest.generation.rank <= generation.rank:
                return False
            self._preempt(lowest)
        return True

    def _fits(self, generation: Generation) -> bool:
        known = self._prefixes.match(generation.tokens)
        needed = len(generation.tokens) - known + HEADROOM * (len(self._active) + 1)
        return self._used() + needed <= self.context_tokens

    def _used(self) -> int:
        return self._prefixes.held + sum(slot.own_cells for slot in self._active)

    def _begin(self, generation: Generation) -> None:
        taken = {slot.sequence for slot in self._active}
        sequence = next(one for one in range(self._shape.slots) if one not in taken)
        try:
            generation.sampler = generation.sampler or Sampler(self._weights, generation.sampling)
        except ModelError as error:
            _end(generation, Finished(error=error))
            return
        reused = self._prefixes.attach(generation.tokens, sequence)
        if generation.started is None:
            generation.started, generation.cached = time.monotonic(), reused
        self._active.append(Slot(sequence, generation, reused))
        self._active.sort(key=lambda one: one.generation.sort_key)

    def _preempt(self, slot: Slot) -> None:
        self.counters["preempted"] += 1
        self._leave(slot)
        self._line.rejoin(slot.generation)

    def _leave(self, slot: Slot) -> None:
        self._active.remove(slot)
        self._context.forget(slot.sequence)

    # -- one step

    def _step_safely(self) -> None:
        try:
            self._step()
            self._failures = 0
        except Exception as error:
            log.exception("engine_step_failed")
            self._start_over(error)

    def _step(self) -> None:
        self._compose()
        began = time.monotonic()
        self._context.use_threads(self._pace.look_around(began))
        self._interruptible = self._batch.size > LEAST_CHUNK
        outcome = self._context.decode(self._batch)
        self._interruptible = False
        if outcome is Decoded.FULL:
            self._make_room()
        elif outcome is Decoded.ABORTED:
            for slot in self._active:
                self._context.forget(slot.sequence, slot.position)
        else:
            self._pace.learn(self._batch.size, time.monotonic() - began)
            self.counters["steps"] += 1
            self.counters["tokens"] += self._batch.size
            self._continue()

    def _compose(self) -> None:
        """Fill the batch: those who write first, for they are being watched; then prompts."""
        self._batch.clear()
        writing = [slot for slot in self._active if slot.left == 1]
        reading = [slot for slot in self._active if slot.left > 1]
        for slot in writing:
            slot.feed(self._batch, 1)
        budget = self._pace.prompt_budget(writing=bool(writing))
        for slot in reading:
            budget -= slot.feed(self._batch, budget)

    def _continue(self) -> None:
        """Draw the next token of everyone whose turn has come."""
        for slot in list(self._active):
            slot.advance()
            self._keep_prefix(slot)
            if slot.row >= 0:
                try:
                    self._draw(slot)
                except ModelError as error:
                    self._fail(slot, error)

    def _keep_prefix(self, slot: Slot) -> None:
        length = slot.generation.prefix
        fresh = self._weights.shares_prefixes and slot.reused < length <= slot.position
        if fresh and length <= self.context_tokens // 2:
            self._prefixes.keep(slot.sequence, slot.generation.prefix_key)
            slot.reused = length  # the cells are shared from now on

    def _draw(self, slot: Slot) -> None:
        generation, sampler = slot.generation, slot.generation.sampler
        if sampler is None:  # a slot is only ever given together with a sampler
            raise EngineError(reason="a slot without a sampler")
        token = sampler.choose(self._context, slot.row)
        generation.first = generation.first or time.monotonic()
        self.counters["written"] += 1
        generation.output.append(token)
        if self._weights.ends(token):
            self._finish(slot, "stop")
            return
        slot.tokens.append(token)
        if shown := generation.text.add(self._weights.piece(token)):
            generation.tell(Piece(shown))
        if generation.text.stopped:
            self._finish(slot, "stop")
        elif len(generation.output) >= generation.max_tokens:
            self._finish(slot, "length")

    # -- ends

    def _finish(self, slot: Slot, finish: Finish) -> None:
        self._leave(slot)
        generation = slot.generation
        if rest := generation.text.finish():
            generation.tell(Piece(rest))
        _end(generation, generation.succeeded(finish))

    def _fail(self, slot: Slot, error: ModelError) -> None:
        self._leave(slot)
        _end(slot.generation, Finished(error=error))

    def _make_room(self) -> None:
        """Give up a cached prefix, or the slot of the least urgent request."""
        if self._prefixes.evict():
            return
        lowest = self._active[-1]
        if len(self._active) > 1:
            self._preempt(lowest)
        else:
            self._fail(lowest, EngineError(reason="the context is full"))

    def _start_over(self, error: Exception) -> None:
        """Fail what was in work: after an error of decode the cache cannot be trusted."""
        reason = error if isinstance(error, ModelError) else EngineError(reason=repr(error))
        for slot in list(self._active):
            self._active.remove(slot)
            _end(slot.generation, Finished(error=reason))
        self._context.clear()
        self._prefixes.reset()
        self._failures += 1
        if self._failures >= FATAL_FAILURES:
            self._on_broken()


def _end(generation: Generation, outcome: Finished) -> None:
    if generation.sampler is not None:
        generation.sampler.close()
        generation.sampler = None
    generation.tell(outcome)
