"""What customers say when they are asked how they were served: one to five, and a comment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from daemon.infra.database import Connection
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id

from .store import ratings

AGAIN: Final = timedelta(hours=24)
"""Nobody is asked twice within this, and an answer after it is no answer."""

COMMENT: Final = timedelta(minutes=10)
SATISFIED: Final = 4
MAX_COMMENT: Final = 1000


@dataclass(frozen=True)
class Scores:
    """What was said in a period; `counts` from 1 to 5."""

    asked: int
    counts: tuple[int, int, int, int, int]

    @property
    def answers(self) -> int:
        """How many answered."""
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        """The mean score."""
        total = sum(place * number for place, number in enumerate(self.counts, start=1))
        return round(total / self.answers, 2) if self.answers else None

    @property
    def satisfied(self) -> int:
        """How many gave four or five."""
        return sum(self.counts[SATISFIED - 1 :])


def added(scores: Iterable[Scores]) -> Scores:
    """Return what was said, of everybody together."""
    asked, counts = 0, [0] * 5
    for one in scores:
        asked += one.asked
        counts = [before + more for before, more in zip(counts, one.counts, strict=True)]
    return Scores(asked, (counts[0], counts[1], counts[2], counts[3], counts[4]))


class Survey:
    """Writes down who was asked, and what was answered; each in its caller's transaction."""

    def __init__(self, clock: Clock, tenant_id: str) -> None:
        self._clock, self._tenant = clock, tenant_id

    def ask(self, tx: Connection, agent_id: str, conversation_id: str, language: str) -> bool:
        """Note that a customer is asked; False when it was asked not long ago."""
        now = self._clock.now()
        last = ratings.last(tx, conversation_id)
        if last is not None and now - last.asked_at < AGAIN:
            return False
        ratings.add(tx, self._tenant, new_id(), agent_id, conversation_id, language, now)
        return True

    def waiting(self, tx: Connection, conversation_id: str) -> ratings.Rating | None:
        """Return the question that waits for a score, or for a comment to it."""
        last, now = ratings.last(tx, conversation_id), self._clock.now()
        if last is None or last.comment is not None:
            return None
        if last.answered_at is None:
            return last if now - last.asked_at < AGAIN else None
        return last if now - last.answered_at < COMMENT else None

    def score(self, tx: Connection, number: str, score: int) -> None:
        """Keep a score."""
        ratings.answer(tx, number, score, self._clock.now())

    def comment(self, tx: Connection, number: str, text: str) -> None:
        """Keep a comment; the empty one ends the wait for it."""
        ratings.comment(tx, number, text[:MAX_COMMENT])
