"""How many messages a month the fleet's plan lets the bot say; the ledger itself is the count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from daemon.domains.conversations.domain import Conversation
from daemon.domains.conversations.owners import Happening
from daemon.domains.conversations.ports import Heard, Take
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from sync.protocol.catalogue import ROLLUP
from sync.protocol.chain import RAW, SYNCED

from .ground import Ground
from .talk import Talk

LIMIT = "messages"
METER = "messages_out"
FRESH = timedelta(minutes=1)
SAME_CHAT = timedelta(hours=24)


class Allowance:
    """Gives new chats to a person once the month's messages are used up; no chat is broken off."""

    def __init__(self, base: Ground, talking: Talk) -> None:
        self._base, self._talking = base, talking
        self._read_at: datetime | None = None
        self._said = 0

    async def take(self, heard: Heard) -> Take | None:
        """Return what becomes of a turn; None leaves it to whoever comes next."""
        limit = self._base.licence.licence().limits.get(LIMIT)
        if limit is None:
            return None
        chat = heard.conversation.id
        spent = await self._base.database.read(
            lambda tx: self.said(tx) >= limit and not self._speaking(tx, chat)
        )
        return self._hand_over if spent else None

    def said(self, tx: Connection) -> int:
        """Return the messages that went out in this month (UTC), as the ledger has them."""
        now = self._base.clock.now()
        if self._read_at is None or not timedelta() <= now - self._read_at < FRESH:
            self._said, self._read_at = said_since(self._base.ledger.ledger, tx, _month(now)), now
        return self._said

    def _hand_over(self, tx: Connection, conversation: Conversation) -> bool:
        self._talking.ownership.happened(tx, conversation, Happening.PERSON_ASKED_FOR)
        return True

    def _speaking(self, tx: Connection, conversation_id: str) -> bool:
        since = stamp(self._base.clock.now() - SAME_CHAT)
        row = tx.conn.execute(
            "SELECT 1 FROM messages "
            "WHERE conversation_id = ? AND at >= ? AND author = 'bot' LIMIT 1",
            (conversation_id, since),
        ).fetchone()
        return row is not None


def said_since(ledger: Any, tx: Connection, start: datetime) -> int:
    """Sum roll-ups from the newest back to the start, and what no roll-up covers yet."""
    total = 0
    for row in tx.conn.execute(
        "SELECT type, at, body FROM ledger_events WHERE stream = ? "
        "ORDER BY stream DESC, epoch DESC, seq DESC",
        (SYNCED,),
    ):
        if datetime.fromisoformat(row["at"]) < start:
            break
        if row["type"] != ROLLUP:
            continue
        data = orjson.loads(row["body"])["data"]
        if datetime.fromisoformat(data["hour"]) >= start:
            total += data["meters"].get(METER, 0)
    for epoch in ledger.epochs(tx, RAW):
        for row in tx.conn.execute(
            "SELECT at, body FROM ledger_events WHERE stream = ? AND epoch = ? AND seq > ?",
            (RAW, epoch, ledger.rolled(tx, epoch)),
        ):
            if datetime.fromisoformat(row["at"]) >= start:
                total += orjson.loads(row["body"])["data"].get("meters", {}).get(METER, 0)
    return total


def _month(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
