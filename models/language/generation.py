"""One answer on its way through the engine, and what it tells its owner."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .text import TextBuffer

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.errors import ModelError
    from models.ports import Finish

    from .sampling import Sampler, Sampling


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more text."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer: its text, or why there is none."""

    text: str = ""
    finish: Finish = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)
    error: ModelError | None = None


@dataclass(eq=False)
class Generation:
    """A request of the engine. Fields below the line belong to the engine's thread."""

    prompt: list[int]
    max_tokens: int
    sampling: Sampling
    tell: Callable[[Piece | Finished], None]
    """Called from the engine's thread; must return at once."""
    prefix: int = 0
    """So many leading tokens are shared with other requests and worth keeping."""
    stop: tuple[str, ...] = ()
    rank: int = 0
    """0 is served first."""
    cancelled: bool = False
    # ---
    arrived: float = field(default_factory=time.monotonic)
    order: int = 0
    output: list[int] = field(default_factory=list)
    sampler: Sampler | None = None
    cached: int = 0
    started: float | None = None
    first: float | None = None

    def __post_init__(self) -> None:
        self.text = TextBuffer(self.stop)

    @property
    def tokens(self) -> list[int]:
        """What must be in the cache before the next token: more than the prompt once preempted."""
        return self.prompt + self.output if self.output else self.prompt

    @property
    def prefix_key(self) -> tuple[int, ...]:
        """The shared beginning, for comparing."""
        return tuple(self.prompt[: self.prefix])

    @property
    def sort_key(self) -> tuple[int, int]:
        """Who goes first: by rank, then in the order of arrival, preempted or not."""
        return self.rank, self.order

    def succeeded(self, finish: Finish) -> Finished:
        """Describe a good end."""
        return Finished(
            text=self.text.text,
            finish=finish,
            prompt_tokens=len(self.prompt),
            completion_tokens=len(self.output),
            cached_tokens=self.cached,
            timings_ms=self._timings(),
        )

    def _timings(self) -> dict[str, float]:
        now = time.monotonic()
        moments = {"queue": self.started, "first_token": self.first, "total": now}
        return {
            name: round((moment - self.arrived) * 1000, 1)
            for name, moment in moments.items()
            if moment is not None
        }
