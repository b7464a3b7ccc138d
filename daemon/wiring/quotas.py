"""Whose agent it is, and what that client's plans allow: between agents, chats and finance."""

from collections.abc import Sequence
from datetime import timedelta

from daemon.domains.conversations.domain import Conversation
from daemon.domains.conversations.owners import Happening
from daemon.domains.conversations.ports import Heard, Take
from daemon.domains.finance.domain.records import Client
from daemon.domains.finance.service.parts import Finance
from daemon.domains.finance.store import rows
from daemon.infra.database import Connection
from daemon.kernel.clock import stamp
from daemon.kernel.errors import BadInputError

from .allowance import Allowance
from .ground import Ground
from .messages import Usage
from .talk import Talk

SAME_CHAT = timedelta(hours=24)
"""A chat in which the bot spoke within a day is not broken off, whatever the plan says."""


class Quotas:
    """Clients' limits: on what is made, on what is said, and what is counted for them."""

    def __init__(self, base: Ground, finance: Finance, talking: Talk) -> None:
        self._base, self._finance, self._talking = base, finance, talking

    def check(self, tx: Connection, client_id: str, meters: Sequence[str]) -> None:
        """Refuse what a client's plans do not include."""
        found = rows.find(tx, Client, id=client_id)
        if not found or found[0].status != "active":
            raise BadInputError(
                field="clientId", problem="is no active client", problem_pt="não é cliente ativo"
            )
        self._finance.entitlements.check(tx, client_id, meters)

    def count(self, tx: Connection, agent_id: str, meter: str) -> None:
        """Count a message that the box sent."""
        if meter != "messages_out":
            return
        client_id = _client_of(tx, agent_id)
        if client_id is not None:
            self._finance.entitlements.count(tx, client_id, "messages", 1)

    async def take(self, heard: Heard) -> Take | None:
        """Give a new chat to a person, where no message is left and more of them has no price.

        Whatever comes in is still kept, and people still answer: only the bot is silent.
        """

        def spent(tx: Connection) -> bool:
            client_id = _client_of(tx, heard.conversation.agent_id)
            if client_id is None or self._speaking(tx, heard.conversation):
                return False
            return self._finance.entitlements.used_up(tx, client_id, "messages")

        return self._hand_over if await self._base.database.read(spent) else None

    def _hand_over(self, tx: Connection, conversation: Conversation) -> bool:
        self._talking.ownership.happened(tx, conversation, Happening.PERSON_ASKED_FOR)
        return True

    def _speaking(self, tx: Connection, conversation: Conversation) -> bool:
        since = stamp(self._base.clock.now() - SAME_CHAT)
        row = tx.conn.execute(
            "SELECT 1 FROM messages "
            "WHERE conversation_id = ? AND at >= ? AND author = 'bot' LIMIT 1",
            (conversation.id, since),
        ).fetchone()
        return row is not None


def _client_of(tx: Connection, agent_id: str) -> str | None:
    row = tx.conn.execute("SELECT client_id FROM agents WHERE id = ?", (agent_id,)).fetchone()
    return None if row is None else row[0]


def limit_clients(base: Ground, finance: Finance, talking: Talk, usage: Usage) -> Quotas:
    """Count for clients, and keep new chats from agents whose client has nothing left."""
    made = Quotas(base, finance, talking)
    usage.meters.append(made.count)
    talking.takers.extend([made, Allowance(base, talking)])
    return made
