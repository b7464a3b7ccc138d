"""The raw rows, as wiring hands them over: figures never look into another context's tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from daemon.infra.database import Connection

from .domain import AnswerFact, Refusal, Said


class Place(NamedTuple):
    """Where a message counts."""

    id: str
    conversation_id: str
    agent_id: str
    at: datetime


class Count(NamedTuple):
    """Messages of an hour by author; `failed` ones never reached their reader."""

    hour: int
    author: str
    failed: bool
    number: int


class Raw(Protocol):
    """What figures read of conversations; every function takes the transaction first."""

    def place(self, tx: Connection, message_id: str) -> Place | None:
        """Return where a message counts; None for what is not a message of its own."""

    def said(self, tx: Connection, conversation_id: str, since: str) -> Iterable[Said]:
        """Return what counts of a conversation in its order; `since`: a stored time, included."""

    def counts(
        self, tx: Connection, agent_id: str, low: datetime, high: datetime
    ) -> Iterable[Count]:
        """Return the messages of an agent by hour and author."""

    def answer(self, tx: Connection, trace_id: str) -> AnswerFact | None:
        """Return an answer that was given."""

    def answers(
        self, tx: Connection, since: datetime, after: str, limit: int
    ) -> Sequence[AnswerFact]:
        """Return the answers since a moment whose id is beyond `after`, by id."""

    def conversations(
        self, tx: Connection, since: datetime, after: str, limit: int
    ) -> Sequence[str]:
        """Return ids of conversations that moved since then, beyond `after`, by id."""

    def agents(self, tx: Connection) -> Sequence[str]:
        """Return every agent that a message was for."""

    def oldest(self, tx: Connection, agent_id: str) -> datetime | None:
        """Return the time of the first message of an agent."""

    def refusals(
        self, tx: Connection, agent_id: str | None, low: datetime, high: datetime, limit: int
    ) -> Sequence[Refusal]:
        """Return the newest questions of a period that were refused."""
