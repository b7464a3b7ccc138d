"""Questions of the API and of the playground: answered like a customer's, kept as a trace."""

from dataclasses import dataclass

from daemon.infra.database import Connection, Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import Clock
from daemon.kernel.ids import new_id

from .answering import Answers, Asked
from .domain import (
    AgentProfile,
    Author,
    Line,
    QuestionTooLongError,
    Trace,
    UnknownAgentError,
)
from .ports import ProfileOf, RecordLog, RecordUsage
from .store import messages, threads, traces
from .turns import HISTORY_LINES, record_answer
from .writing import Told

CHANNEL = "api"


@dataclass(frozen=True)
class Prepared:
    """A question that can be answered: whom it is for, and what was said before."""

    profile: AgentProfile
    asked: Asked
    conversation_id: str | None


class Asks:
    """Answers questions that come over HTTP."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        tenant_id: str,
        *,
        answers: Answers,
        profile_of: ProfileOf,
        record_usage: RecordUsage,
        record_log: RecordLog,
        max_chars: int,
    ) -> None:
        self._db, self._outbox, self._clock, self._tenant = database, outbox, clock, tenant_id
        self._answers, self._profile_of = answers, profile_of
        self._record_usage, self._record_log = record_usage, record_log
        self._max_chars = max_chars

    async def prepare(self, agent_id: str, question: str, conversation_id: str | None) -> Prepared:
        """Check a question and find its history. Raises before anything is streamed."""
        if len(question) > self._max_chars:
            raise QuestionTooLongError(field="question", what="question", limit=self._max_chars)

        def query(tx: Connection) -> Prepared:
            profile = self._profile_of(tx, agent_id)
            if profile is None:
                raise UnknownAgentError(field="agentId", id=agent_id)
            asked = self._asked(tx, agent_id, question, conversation_id)
            return Prepared(profile, asked, conversation_id)

        return await self._db.read(query)

    async def answer(self, prepared: Prepared, on_text: Told | None = None) -> Trace:
        """Answer and keep the trace; `on_text` hears the answer as it is written."""
        answer = await self._answers.answer(prepared.profile, prepared.asked, on_text)
        trace = Trace(
            new_id(),
            prepared.profile.id,
            prepared.conversation_id,
            CHANNEL,
            prepared.asked.text,
            answer,
            self._clock.now(),
        )

        def commit(tx: Connection) -> Trace:
            traces.add(tx, self._tenant, trace)
            record_answer(
                tx,
                trace,
                None,
                outbox=self._outbox,
                record_usage=self._record_usage,
                record_log=self._record_log,
            )
            return trace

        return await self._db.write(commit)

    def _asked(
        self, tx: Connection, agent_id: str, question: str, conversation_id: str | None
    ) -> Asked:
        if conversation_id is None:
            return Asked(question, priority="operator")
        conversation = threads.find(tx, conversation_id)
        if conversation is not None and conversation.agent_id == agent_id:
            said = messages.said_before(tx, conversation_id, HISTORY_LINES)
            lines = [Line(message.author, message.text) for message in said]
            return Asked(question, lines, offers=conversation.offers, priority="operator")
        before = traces.asked_before(tx, agent_id, conversation_id, HISTORY_LINES // 2)
        lines = [
            line
            for row in before
            for line in (Line(Author.CONTACT, row["question"]), Line(Author.BOT, row["answer"]))
        ]
        return Asked(
            question,
            lines,
            offered=bool(before and before[-1]["offered"]),
            offers=sum(row["offered"] for row in before),
            priority="operator",
        )
