"""Joins topics that mean the same in other words; done by a job and kept, never in a request."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from daemon.infra.database import Connection, Database
from daemon.kernel.clock import Clock

from .ports import Raw
from .store import meanings
from .topics import Stems, Topic, topics

log = structlog.get_logger(__name__)

Embed = Callable[[Sequence[str]], Awaitable[list[bytes] | None]]
"""Returns a normed float32 vector a text, or None while nobody can."""

LEARN: Final = "metrics.topics"
DAYS: Final = timedelta(days=90)
MOST: Final = 500
BATCH: Final = 32
NEAR: Final = 0.92
"""Cosine of two questions from which on they are about one thing."""

ENOUGH: Final = 12
CENTRED: Final = 0.2
"""The same, once so many topics are known that what all questions share can be taken off.

Measured with e5-small on 19 questions of 6 subjects, in other words each: as they are, 0.92 finds
9 of 21 pairs and joins 4 of 150 that are strangers; taken off what they share, 0.2 finds 8 and
joins 2.
"""


class Meanings:
    """Gives each topic of refused questions a name that topics of the same meaning share."""

    def __init__(
        self, database: Database, clock: Clock, tenant_id: str, *, raw: Raw, stems: Stems
    ) -> None:
        self._db, self._clock, self._tenant = database, clock, tenant_id
        self._raw, self._stems = raw, stems

    async def learn(self, embed: Embed) -> int:
        """Name what has no name yet; return how many questions got one."""
        fresh, known = await self._db.read(self._waiting)
        firsts = [topic.questions[0] for topic in fresh]
        vectors = list[bytes]()
        for start in range(0, len(firsts), BATCH):
            found = await embed([one.question for one in firsts[start : start + BATCH]])
            if found is None:
                log.info("topics_wait", reason="the embedder is not there")
                return 0  # stems alone do until it is back
            vectors += found
        count, centre = 0, _centre([*(one.vector for one in known), *vectors])
        for topic, vector in zip(fresh, vectors, strict=True):
            first = topic.questions[0]
            mine = [one for one in known if one.agent_id == first.agent_id]
            name = _nearest(vector, mine, centre)
            if name is None:
                name = first.trace_id
                known.append(meanings.Leader(name, first.agent_id, vector))
            numbers = [one.trace_id for one in topic.questions]
            leader = meanings.Leader(name, first.agent_id, vector)
            await self._db.write(
                lambda tx, one=leader, some=numbers: meanings.keep(tx, self._tenant, one, some)  # type: ignore[misc]  # mypy cannot infer a lambda's default
            )
            count += len(numbers)
        return count

    def _waiting(self, tx: Connection) -> tuple[list[Topic], list[meanings.Leader]]:
        """Return topics without a name, oldest first, and those that have one."""
        now = self._clock.now()
        refusals = self._raw.refusals(tx, None, now - DAYS, now, MOST)
        names = meanings.names(tx, [one.trace_id for one in refusals])
        found = list[Topic]()
        for agent_id in sorted({one.agent_id for one in refusals}):
            bare = [
                one for one in refusals if one.agent_id == agent_id and one.trace_id not in names
            ]
            found += topics(bare, self._stems)
        found.sort(key=lambda topic: topic.questions[0].at)
        return found, meanings.leaders(tx, self._tenant)


Row = NDArray[np.float32]


def _centre(vectors: Sequence[bytes]) -> Row | None:
    """Return what all questions share; None while there are too few to tell."""
    if len(vectors) < ENOUGH or len({len(one) for one in vectors}) > 1:
        return None
    centre: Row = _rows(vectors).mean(axis=0)
    return centre


def _nearest(vector: bytes, known: Sequence[meanings.Leader], centre: Row | None) -> str | None:
    """Return the name of the topic that is nearest in meaning, if one is near."""
    same = [one for one in known if len(one.vector) == len(vector)]  # of the same embedder
    if not same:
        return None
    rows = _rows([*(one.vector for one in same), vector])
    if centre is not None:
        rows -= centre
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    nearness = rows[:-1] @ rows[-1]
    best = int(nearness.argmax())
    return same[best].name if nearness[best] >= (NEAR if centre is None else CENTRED) else None


def _rows(vectors: Sequence[bytes]) -> Row:
    return np.frombuffer(b"".join(vectors), "<f4").reshape(len(vectors), -1).astype(np.float32)
