"""Figures over conversations: their raw rows, as the metrics context reads them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from daemon.domains.conversations.text import words
from daemon.domains.metrics.domain import AnswerFact, Prices, Refusal, Said, hour_of
from daemon.domains.metrics.keeping import HEARD, REFRESH, Keeper
from daemon.domains.metrics.meaning import LEARN, Embed, Meanings
from daemon.domains.metrics.ports import Count, Place
from daemon.domains.metrics.service import Figures
from daemon.domains.metrics.tasks import handlers
from daemon.infra.child import Child
from daemon.infra.database import Connection
from daemon.infra.worker import Handler
from daemon.kernel.clock import stamp
from daemon.kernel.jobs import NewJob
from models.retrieval.client import RetrievalClient
from models.retrieval.ports import RetrievalDownError
from models.retrieval.spec import EmbedderSpec

from .ground import Ground

# Not messages of their own, and not of anybody.
_COUNTED = "kind NOT IN ('reaction', 'edit', 'revoke') AND author <> 'system'"
# The last step of an answer is the whole of it.
_TRACE = (
    "SELECT id, agent_id, conversation_id, at, channel, mode, prompt_tokens, completion_tokens, "
    "CAST(coalesce(json_extract(steps, '$[#-1].ms'), 0) AS INTEGER) AS work_ms"
)


class ConversationRows:
    """Reads messages and traces; never their words, but for the questions that were refused."""

    def place(self, tx: Connection, message_id: str) -> Place | None:
        """Return where a message counts."""
        row = tx.conn.execute(
            f"SELECT id, conversation_id, agent_id, at FROM messages WHERE id = ? AND {_COUNTED}",
            (message_id,),
        ).fetchone()
        if row is None:
            return None
        at = datetime.fromisoformat(row["at"])
        return Place(row["id"], row["conversation_id"], row["agent_id"], at)

    def said(self, tx: Connection, conversation_id: str, since: str) -> Iterable[Said]:
        """Return what counts of a conversation; a group is heard, never a case."""
        rows = tx.conn.execute(
            "SELECT id, agent_id, at, author, state, trace_id, "
            "coalesce(json_extract(extra, '$.closing'), 0) AS closing FROM messages "
            f"WHERE conversation_id = ? AND at >= ? AND {_COUNTED} AND chat NOT LIKE '%@g.us' "
            "ORDER BY at, id",
            (conversation_id, since),
        )
        for row in rows:
            yield Said(
                id=row["id"],
                agent_id=row["agent_id"],
                at=datetime.fromisoformat(row["at"]),
                author=row["author"],
                reached=row["state"] not in {"failed", "cancelled"},
                closing=bool(row["closing"]),
                trace_id=row["trace_id"],
            )

    def counts(
        self, tx: Connection, agent_id: str, low: datetime, high: datetime
    ) -> Iterable[Count]:
        """Return the messages of an agent by hour and author; what was dropped never was."""
        rows = tx.conn.execute(
            "SELECT substr(at, 1, 13) AS hour, author, state = 'failed' AS failed, "
            "count(*) AS number FROM messages WHERE agent_id = ? AND at >= ? AND at < ? "
            f"AND state <> 'cancelled' AND {_COUNTED} GROUP BY 1, 2, 3",
            (agent_id, stamp(low), stamp(high)),
        )
        for row in rows:
            hour = hour_of(datetime.fromisoformat(f"{row['hour']}:00:00+00:00"))
            yield Count(hour, row["author"], bool(row["failed"]), row["number"])

    def answer(self, tx: Connection, trace_id: str) -> AnswerFact | None:
        """Return an answer that was given."""
        row = tx.conn.execute(f"{_TRACE} FROM traces WHERE id = ?", (trace_id,)).fetchone()
        return None if row is None else _fact(row)

    def answers(
        self, tx: Connection, since: datetime, after: str, limit: int
    ) -> Sequence[AnswerFact]:
        """Return answers by id."""
        rows = tx.conn.execute(
            f"{_TRACE} FROM traces WHERE id > ? AND at >= ? ORDER BY id LIMIT ?",
            (after, stamp(since), limit),
        )
        return [_fact(row) for row in rows]

    def conversations(
        self, tx: Connection, since: datetime, after: str, limit: int
    ) -> Sequence[str]:
        """Return conversations that moved since then, by id."""
        rows = tx.conn.execute(
            "SELECT id FROM conversations WHERE id > ? AND updated_at >= ? ORDER BY id LIMIT ?",
            (after, stamp(since), limit),
        )
        return [row["id"] for row in rows]

    def agents(self, tx: Connection) -> Sequence[str]:
        """Return every agent that a message was for."""
        return [
            row["agent_id"] for row in tx.conn.execute("SELECT DISTINCT agent_id FROM messages")
        ]

    def oldest(self, tx: Connection, agent_id: str) -> datetime | None:
        """Return the time of an agent's first message."""
        row = tx.conn.execute(
            "SELECT min(at) FROM messages WHERE agent_id = ?", (agent_id,)
        ).fetchone()
        return None if row[0] is None else datetime.fromisoformat(row[0])

    def refusals(
        self, tx: Connection, agent_id: str | None, low: datetime, high: datetime, limit: int
    ) -> Sequence[Refusal]:
        """Return the newest questions that were refused."""
        rows = tx.conn.execute(
            "SELECT id, conversation_id, agent_id, question, at FROM traces "
            "WHERE mode = 'refusal' AND at >= ?1 AND at < ?2 AND (?3 IS NULL OR agent_id = ?3) "
            "ORDER BY at DESC LIMIT ?4",
            (stamp(low), stamp(high), agent_id, limit),
        )
        return [
            Refusal(
                trace_id=row["id"],
                conversation_id=row["conversation_id"],
                agent_id=row["agent_id"],
                question=row["question"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows
        ]


def _fact(row: Any) -> AnswerFact:
    return AnswerFact(
        trace_id=row["id"],
        agent_id=row["agent_id"],
        conversation_id=row["conversation_id"],
        at=datetime.fromisoformat(row["at"]),
        channel=row["channel"],
        mode=row["mode"],
        tokens_in=row["prompt_tokens"],
        tokens_out=row["completion_tokens"],
        work_ms=row["work_ms"],
    )


def topic_stems(text: str) -> frozenset[str]:
    """Return what a question is about: the stems of its words that carry a topic."""
    language = words.language_of(text)
    return frozenset(words.stems(text, language))


@dataclass(frozen=True)
class Measuring:
    """What routes and the worker need of it."""

    figures: Figures
    handlers: dict[str, Handler]


async def nobody_embeds(_: Sequence[str]) -> list[bytes] | None:
    """Know nothing of meanings: topics are grouped by their stems."""
    return None


def embedder(base: Ground, child: Child) -> Embed:
    """Return what the retrieval child knows of meanings; nothing while it is down."""
    client = RetrievalClient(child)
    model = EmbedderSpec.of(base.settings.models.retrieval).name

    async def embed(texts: Sequence[str]) -> list[bytes] | None:
        try:
            return await client.embed(model, texts)
        except RetrievalDownError:
            return None

    return embed


def _prices(base: Ground) -> Prices:
    """Return what answers cost; tokens cost only where somebody else counts them."""
    costs, remote = base.settings.costs, base.settings.models.language.engine == "openai"
    return Prices(
        watts=costs.watts,
        centavos_kwh=costs.energy_centavos_kwh,
        millionths_per_1k_tokens=costs.cloud_millionths_per_1k_tokens if remote else 0,
    )


@contextlib.asynccontextmanager
async def measuring(base: Ground, embed: Embed = nobody_embeds) -> AsyncIterator[Measuring]:
    """Keep the roll-ups while the block runs; `embed` knows what questions mean."""
    zone = await asyncio.to_thread(ZoneInfo, base.settings.tenant.timezone)
    rows = ConversationRows()
    keeper = Keeper(base.database, base.clock, base.tenant_id, rows)
    for name in HEARD:
        base.bus.subscribe(name, keeper.heard)
    base.scheduler.cron("47 3 * * *", NewJob(REFRESH, lock="metrics"))
    base.scheduler.cron("17 4 * * *", NewJob(LEARN, lock="topics", key="topics"))
    meanings = Meanings(base.database, base.clock, base.tenant_id, raw=rows, stems=topic_stems)
    figures = Figures(
        base.database,
        base.queue,
        base.clock,
        base.tenant_id,
        zone,
        raw=rows,
        keeper=keeper,
        stems=topic_stems,
        prices=_prices(base),
    )
    async with keeper:
        yield Measuring(figures, handlers(keeper, meanings, embed))
