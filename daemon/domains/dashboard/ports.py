"""What the dashboard asks the other contexts, as callables that the wiring passes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .domain import Live, Money, Satisfaction, Span, Topic, Traffic


@dataclass(frozen=True)
class Sources:
    """Where everything comes from."""

    traffic: Callable[[Span], Awaitable[Traffic]]
    topics: Callable[[Span], Awaitable[Sequence[Topic]]]
    csat: Callable[[Span], Awaitable[Satisfaction | None]]
    money: Callable[[], Awaitable[Money]]
    live: Callable[[], Awaitable[Live]]
