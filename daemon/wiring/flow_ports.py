"""What flows need of the other contexts, each in their own words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import structlog

from config.settings import Retrieval
from daemon.domains.agents.service import Agents
from daemon.domains.conversations.asking import Asks
from daemon.domains.conversations.domain import Author, Conversation, Media
from daemon.domains.conversations.owners import Happening, answers_itself
from daemon.domains.conversations.store import threads
from daemon.domains.conversations.text.signals import asks_for_person
from daemon.domains.flows.domain.run import Result, Said
from daemon.domains.flows.ports import Chat
from daemon.domains.flows.store import flows as store
from daemon.domains.whatsapp.domain import NoSessionError, SessionState
from daemon.domains.whatsapp.store import sessions
from daemon.infra.database import Connection
from daemon.infra.outbound import Outbound
from daemon.kernel.choices import numbered, show
from daemon.kernel.errors import BadInputError
from models.retrieval.client import RetrievalClient
from models.retrieval.ports import RetrievalDownError
from models.retrieval.spec import EmbedderSpec

from .knowing import Knowing
from .talk import Talk

log = structlog.get_logger(__name__)

MAX_REPLY = 1 << 20
MAX_PHRASES = 500


class FlowChats:
    """Conversations on WhatsApp, for flows."""

    def __init__(self, talking: Talk, agents: Agents) -> None:
        self._talking, self._agents = talking, agents

    def find(self, tx: Connection, conversation_id: str) -> Chat | None:
        """Return a conversation."""
        found = threads.find(tx, conversation_id)
        return None if found is None else _chat(found)

    def open(self, tx: Connection, agent_id: str, phone: str) -> Chat:
        """Return the conversation with a phone, over a number of the agent that works."""
        known = sessions.of_agent(tx, agent_id)
        working = [one for one in known if one.state is SessionState.WORKING]
        session = next(iter([*working, *known]), None)
        if session is None:
            raise NoSessionError
        to = f"+{phone.removeprefix('+')}"
        return _chat(self._talking.outgoing.conversation_with(tx, agent_id, session.id, to))

    def say(self, tx: Connection, conversation_id: str, said: Said, *, closing: bool) -> None:
        """Queue a message: a choice as a poll where the session can, else as numbered text."""
        conversation = threads.get(tx, conversation_id)
        extra: dict[str, Any] = {"closing": True} if closing else {}
        kind, text, media = "text", said.text, None
        if said.kind == "choice":
            kind, text, more = self._choice(conversation, said)
            extra |= more
        elif said.media is not None and (file := store.file(tx, said.media)) is not None:
            kind = file.kind
            media = Media(file.path, file.mime, file.bytes, file.id, file.name)
        self._talking.outgoing.compose(
            tx,
            conversation,
            author=Author.BOT,
            text=text,
            kind=kind,
            media=media,
            extra=extra or None,
        )

    def hand_over(self, tx: Connection, conversation_id: str) -> None:
        """Let the chat wait for a person."""
        conversation = threads.find(tx, conversation_id)
        if conversation is not None:
            self._talking.ownership.happened(tx, conversation, Happening.PERSON_ASKED_FOR)

    def wants_person(self, tx: Connection, agent_id: str, text: str) -> bool:
        """Say whether a message asks for a person, where the agent hands over at all."""
        profile = self._agents.profile(tx, agent_id)
        if profile is None or not profile.hands_over:
            return False
        return asks_for_person(text, profile.handover_keywords)

    def _choice(self, conversation: Conversation, said: Said) -> tuple[str, str, dict[str, Any]]:
        polls = self._talking.numbers.can_poll(conversation.session_id)
        try:
            shown = show(said.text, said.options, polls=polls, language=said.language)
        except BadInputError:  # a variable made two options the same: words still work
            return "text", numbered(said.text, said.options, said.language), {}
        return shown.kind, shown.text, shown.extra


class Questions:
    """Questions of a flow to its agent, answered like a customer's and kept as a trace."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks

    async def ask(self, agent_id: str, question: str, conversation_id: str | None) -> Result:
        """Answer, without an offer of a person: the flow goes on with a question of its own."""
        prepared = await self._asks.prepare(agent_id, question, None)
        asked = replace(prepared.asked, offers=1, priority="live")
        trace = await self._asks.answer(
            replace(prepared, asked=asked, conversation_id=conversation_id)
        )
        answer = trace.answer
        return Result(
            ok=True,
            text=answer.said,
            known=answer.how != "refusal",
            asks_person=answer.asks_person,
            sources=tuple(
                {"document": one.document, "page": one.page, "score": one.score}
                for one in answer.sources
            ),
        )


class Fetcher:
    """Calls other systems for http nodes."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def fetch(self, effect: Mapping[str, Any]) -> Result:
        """Send a request. A repeated one carries the same Idempotency-Key."""
        headers = dict(effect["headers"])
        given = {name.lower() for name in headers}
        if effect["method"] != "GET" and "idempotency-key" not in given:
            headers["Idempotency-Key"] = str(effect["key"])
        if effect["json"] and "content-type" not in given:
            headers["Content-Type"] = "application/json"
        body = str(effect["body"]).encode() if effect["body"] else None
        reply = await self._outbound.request(
            str(effect["method"]),
            str(effect["url"]),
            headers=headers,
            body=body,
            timeout_s=float(effect["timeout"]),
            max_bytes=MAX_REPLY,
        )
        ok = 200 <= reply.status < 300  # noqa: PLR2004 - what HTTP calls success
        return Result(
            ok=ok,
            status=reply.status,
            data=_json(reply.body),
            reason="" if ok else f"http {reply.status}",
        )


class Nearness:
    """How near a message is to the phrases of a flow, by the box's own embedder."""

    # Cosine of e5 between passages. Measured on 11 paraphrases of two flows' phrases and 11 other
    # messages of customers: 7 of the paraphrases are above it and none of the others. A flow that
    # starts out of place is worse than one that has to be asked for; more phrases find more.
    threshold = 0.92

    def __init__(self, known: Knowing, settings: Retrieval) -> None:
        self._client = RetrievalClient(known.child)
        self._model = EmbedderSpec.of(settings).name
        self._vectors: dict[str, Any] = {}

    async def of(self, text: str, phrases: Sequence[str]) -> float:
        """Return the cosine to the nearest phrase; 0 while the embedder is down."""
        new = [one for one in phrases if one not in self._vectors]
        try:
            rows_ = await self._client.embed(self._model, [text, *new])
        except RetrievalDownError:
            return 0.0
        vectors = [np.frombuffer(one, "<f4") for one in rows_]
        if len(self._vectors) + len(new) > MAX_PHRASES:
            self._vectors.clear()
            return await self.of(text, phrases)
        self._vectors.update(zip(new, vectors[1:], strict=True))
        return max(float(vectors[0] @ self._vectors[one]) for one in phrases)


def _chat(conversation: Conversation) -> Chat:
    contact = conversation.contact
    return Chat(
        conversation.id,
        conversation.agent_id,
        contact.name,
        contact.phone,
        answers_itself(conversation.owner),
    )


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
