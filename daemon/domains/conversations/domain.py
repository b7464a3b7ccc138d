"""Contacts, conversations, messages, answers: the data and the rules that need nothing else."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol

from daemon.kernel.errors import BadInputError, NotFoundError, TooLargeError

from .owners import Owner

AnswerMode = Literal["auto", "generative", "extractive"]
How = Literal["generative", "extractive", "refusal", "smalltalk", "handover", "notice"]

MAX_TEXT = 4096  # characters of one message an operator or an integrator sends
MAX_STORED_TEXT = 65_536  # characters kept of one incoming message (WhatsApp's own limit)


class Author(StrEnum):
    """Who said it."""

    CONTACT = "contact"
    BOT = "bot"
    HUMAN = "human"  # typed on the phone
    OPERATOR = "operator"  # typed on the page, or sent through the API
    SYSTEM = "system"


class State(StrEnum):
    """How far a message has come. `cancelled`: dropped before it was sent."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"


PROGRESS = (State.QUEUED, State.SENDING, State.SENT, State.DELIVERED, State.READ)


def advances(now: State, new: State) -> bool:
    """Return whether a report moves the message on; late and repeated reports never move it back.

    A failed or dropped message may still turn out to have been sent: what WhatsApp acknowledges
    wins.
    """
    if new is State.FAILED:
        return now in {State.QUEUED, State.SENDING}
    if now in {State.FAILED, State.CANCELLED}:
        return new in {State.SENT, State.DELIVERED, State.READ}
    if now not in PROGRESS or new not in PROGRESS:
        return False
    return PROGRESS.index(new) > PROGRESS.index(now)


# What a customer says with; everything else (reactions, stickers) is stored but not answered.
ANSWERABLE = frozenset(
    {"text", "vote", "image", "audio", "video", "document", "location", "contact"}
)
# Their text is only how they read on the page: nothing is asked with it.
DESCRIBED = frozenset({"location", "contact"})
AMENDING = frozenset({"reaction", "edit", "revoke"})


@dataclass(frozen=True)
class Media:
    """A file of a message, on disk under the state directory."""

    path: str
    mime: str
    bytes: int
    sha256: str
    name: str | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class Incoming:
    """A message as the bridge hands it over, whoever wrote it.

    `chat` and `chat_alt` are the JIDs of the other side (LID and phone number, in any order).
    `target_id` is the message that a reaction, edit or revoke is about. `history` marks what came
    by history sync and never gets an answer.
    """

    session_id: str
    agent_id: str
    wa_id: str
    chat: str
    at: datetime
    kind: str = "text"
    text: str = ""
    from_me: bool = False
    chat_alt: str | None = None
    participant: str = ""
    name: str | None = None
    media: Media | None = None
    quoted_id: str | None = None
    target_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    history: bool = False


@dataclass(frozen=True)
class Contact:
    """The person on the other side: one, whatever WhatsApp calls them."""

    id: str
    name: str | None
    phone: str | None
    lid: str | None


@dataclass(frozen=True)
class Conversation:
    """One chat of one WhatsApp session with one contact."""

    id: str
    agent_id: str
    session_id: str
    contact: Contact
    chat: str
    owner: Owner
    owner_since: datetime
    unread: int
    updated_at: datetime
    offered_at: datetime | None = None  # a person was offered and the customer has not answered
    offers: int = 0
    human_at: datetime | None = None  # last word of a person of the house
    human_ended_at: datetime | None = None
    typing_at: datetime | None = None
    noticed_at: datetime | None = None
    last_text: str | None = None
    last_at: datetime | None = None
    last_from_me: bool = False
    last_author: str | None = None
    last_kind: str | None = None


@dataclass(frozen=True)
class Message:
    """One line of a conversation."""

    id: str
    conversation_id: str
    session_id: str
    agent_id: str
    wa_id: str
    chat: str
    at: datetime
    received_at: datetime
    from_me: bool
    author: Author
    kind: str
    text: str
    state: State
    media: Media | None = None
    error: str | None = None
    late: bool = False
    edited: bool = False
    revoked: bool = False
    pending: bool = False
    quoted_id: str | None = None
    target_id: str | None = None
    trace_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Passage:
    """A piece of the agent's knowledge that a search brought up, traceable to document and page.

    `coverage`, `dense` and `margin` are the search's own evidence (share of rare stems found,
    cosine, cosine in deviations above the collection's background); None: that side did not vote.
    """

    chunk_id: str
    document_id: str
    document: str
    text: str
    title: str = ""
    page: int | None = None
    heading: str = ""
    score: float = 0.0
    is_faq: bool = False
    answer: str | None = None
    language: str = "pt"
    coverage: float = 0.0
    dense: float | None = None
    margin: float | None = None


class Search(Protocol):
    """How the turn finds passages; `app.py` gives it the knowledge context."""

    async def search(self, agent_id: str, query: str, limit: int) -> Sequence[Passage]:
        """Return the best passages first; none when the agent knows nothing."""
        ...


class AgentProfile(Protocol):
    """What a conversation must know of its agent; the agents context has it."""

    @property
    def id(self) -> str: ...  # noqa: D102 - the names say it
    @property
    def name(self) -> str: ...  # noqa: D102 - as above
    @property
    def niche(self) -> str: ...  # noqa: D102 - as above
    @property
    def instructions(self) -> str: ...  # noqa: D102 - as above
    @property
    def language(self) -> str: ...  # noqa: D102 - as above
    @property
    def active(self) -> bool: ...  # noqa: D102 - as above
    @property
    def answer_mode(self) -> AnswerMode: ...  # noqa: D102 - as above
    @property
    def threshold(self) -> float: ...  # noqa: D102 - as above
    @property
    def fallback_message(self) -> str | None: ...  # noqa: D102 - as above
    @property
    def offer_human(self) -> bool: ...  # noqa: D102 - as above
    @property
    def hands_over(self) -> bool: ...  # noqa: D102 - as above
    @property
    def searches(self) -> bool: ...  # noqa: D102 - as above
    @property
    def show_source(self) -> bool: ...  # noqa: D102 - as above
    @property
    def debounce_min_s(self) -> float: ...  # noqa: D102 - as above
    @property
    def debounce_max_s(self) -> float: ...  # noqa: D102 - as above
    @property
    def return_after(self) -> timedelta | None: ...  # noqa: D102 - as above
    @property
    def handover_keywords(self) -> Sequence[str]: ...  # noqa: D102 - as above
    @property
    def take_command(self) -> str: ...  # noqa: D102 - as above
    @property
    def return_command(self) -> str: ...  # noqa: D102 - as above
    @property
    def auto_reply_max_age(self) -> timedelta: ...  # noqa: D102 - as above
    @property
    def answer_timeout_s(self) -> float: ...  # noqa: D102 - as above


@dataclass(frozen=True)
class Line:
    """One line of the history that the model sees."""

    author: Author
    text: str


@dataclass(frozen=True)
class Tokens:
    """Tokens an answer cost."""

    prompt: int = 0
    completion: int = 0


@dataclass(frozen=True)
class Step:
    """One step of making an answer, and what it took."""

    name: str
    ms: float


@dataclass(frozen=True)
class Answer:
    """What the agent says, and everything that explains it.

    `text` is without the source line; `said` is what a customer gets. `asks_person`: the chat goes
    to a person. `offers`: a person was offered.
    """

    text: str
    how: How
    language: str = "pt"
    sources: tuple[Passage, ...] = ()
    passages: tuple[Passage, ...] = ()
    confidence: float = 0.0
    source_line: str = ""
    asks_person: bool = False
    offers: bool = False
    model: str | None = None
    prompt_version: str | None = None
    prompt: tuple[tuple[str, str], ...] = ()
    tokens: Tokens = Tokens()
    steps: tuple[Step, ...] = ()
    note: str | None = None  # why it was not answered otherwise (model down, numbers made up, ...)

    @property
    def said(self) -> str:
        """What is sent on WhatsApp."""
        return f"{self.text}\n\n{self.source_line}" if self.source_line else self.text


@dataclass(frozen=True)
class Trace:
    """Why this answer: kept for each one."""

    id: str
    agent_id: str
    conversation_id: str | None
    channel: str
    question: str
    answer: Answer
    at: datetime


def wa_message_id() -> str:
    """Return a WhatsApp message id of our own, in the form Baileys gives its messages."""
    return f"3EB0{secrets.token_hex(9).upper()}"


# -- errors


class ConversationNotFoundError(NotFoundError):
    """No such conversation."""

    code = "conversation_not_found"
    template = "There is no conversation {id}."
    template_pt = "Não existe a conversa {id}."


class MessageNotFoundError(NotFoundError):
    """No such message, or it has no file."""

    code = "message_not_found"
    template = "There is no message {id}, or it has no file."
    template_pt = "Não existe a mensagem {id}, ou ela não tem arquivo."


class TraceNotFoundError(NotFoundError):
    """No such trace."""

    code = "trace_not_found"
    template = "There is no trace {id}."
    template_pt = "Não existe o rastro {id}."


class NothingAnsweredError(NotFoundError):
    """The agent has no trace yet."""

    code = "nothing_answered"
    template = "Agent {id} has not answered anything yet."
    template_pt = "O agente {id} ainda não respondeu nada."


class UnknownAgentError(NotFoundError):
    """The question is for an agent that is not here."""

    code = "agent_not_found"
    template = "There is no agent {id}."
    template_pt = "Não existe o agente {id}."


class QuestionTooLongError(TooLargeError):
    """The question is over the limit."""

    code = "question_too_long"
    template = "question is over the limit of {limit} characters (setting limits.question_chars)."
    template_pt = "question passa do limite de {limit} caracteres (limits.question_chars)."


class BadMessageError(BadInputError):
    """A message cannot be sent as it is."""
