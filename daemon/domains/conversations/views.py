"""What conversations look like over HTTP."""

from typing import Any

from pydantic import Field

from daemon.web.schema import ApiModel, ListQuery, Moment, Text

from .domain import Conversation, Media, Message, Passage, Trace
from .owners import Owner


class ConversationQuery(ListQuery):
    """Which conversations."""

    agent_id: str | None = Field(None, max_length=64)
    owner: Owner | None = None
    q: str | None = Field(
        None, max_length=100, description="Part of a name, a phone number or the last message"
    )


class SayInput(ApiModel):
    """What an operator says."""

    text: Text


class OwnerInput(ApiModel):
    """Who is to own the chat."""

    owner: Owner


class AskInput(ApiModel):
    """A question to an agent."""

    agent_id: str = Field(min_length=1, max_length=64)
    question: str = Field(min_length=1, pattern=r"\S", description="limits.question_chars at most")
    conversation_id: str | None = Field(
        None, min_length=1, max_length=100, description="Same id, same talk: earlier turns count"
    )


class ContactView(ApiModel):
    """The person on the other side."""

    id: str
    name: str | None
    phone: str | None


class LastMessageView(ApiModel):
    """What the list shows of a conversation."""

    text: str
    at: Moment
    from_me: bool
    author: str
    kind: str


class ConversationView(ApiModel):
    """A conversation."""

    id: str
    agent_id: str
    session_id: str
    contact: ContactView
    owner: Owner
    owner_since: Moment
    last_message: LastMessageView | None
    unread: int
    updated_at: Moment

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationView":
        """Show a conversation."""
        last = None
        if conversation.last_at is not None:
            last = LastMessageView(
                text=conversation.last_text or "",
                at=conversation.last_at,
                from_me=conversation.last_from_me,
                author=conversation.last_author or "",
                kind=conversation.last_kind or "",
            )
        contact = conversation.contact
        return cls(
            id=conversation.id,
            agent_id=conversation.agent_id,
            session_id=conversation.session_id,
            contact=ContactView(id=contact.id, name=contact.name, phone=contact.phone),
            owner=conversation.owner,
            owner_since=conversation.owner_since,
            last_message=last,
            unread=conversation.unread,
            updated_at=conversation.updated_at,
        )


class MediaView(ApiModel):
    """A file of a message."""

    mime: str
    bytes: int
    sha256: str
    name: str | None
    seconds: int | None
    url: str


class MessageView(ApiModel):
    """A message. `state` is `cancelled` when it was dropped before it was sent."""

    id: str
    message_id: str
    conversation_id: str
    at: Moment
    from_me: bool
    author: str
    kind: str
    text: str
    media: MediaView | None
    state: str
    error: str | None
    late: bool
    edited: bool
    revoked: bool
    quoted_id: str | None
    target_id: str | None
    trace_id: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, message: Message) -> "MessageView":
        """Show a message; what was revoked keeps its place and not its words."""
        return cls(
            id=message.id,
            message_id=message.wa_id,
            conversation_id=message.conversation_id,
            at=message.at,
            from_me=message.from_me,
            author=message.author.value,
            kind=message.kind,
            text="" if message.revoked else message.text,
            media=None if message.revoked else _media(message.id, message.media),
            state=message.state.value,
            error=message.error,
            late=message.late,
            edited=message.edited,
            revoked=message.revoked,
            quoted_id=message.quoted_id,
            target_id=message.target_id,
            trace_id=message.trace_id,
            details={} if message.revoked else message.extra,
        )


class SourceView(ApiModel):
    """Where an answer comes from."""

    document: str
    title: str
    page: int | None
    text: str
    score: float
    chunk_id: str
    document_id: str


class UsageView(ApiModel):
    """Tokens, as bills count them; an extractive answer costs none."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AnswerView(ApiModel):
    """An answer. `mode`: generative, extractive, refusal, smalltalk or handover."""

    answer: str
    mode: str
    sources: list[SourceView]
    trace_id: str
    usage: UsageView
    confidence: float
    language: str
    offers_human: bool

    @classmethod
    def of(cls, trace: Trace) -> "AnswerView":
        """Show an answer."""
        answer = trace.answer
        tokens = answer.tokens
        return cls(
            answer=answer.text,
            mode=answer.how,
            sources=[_source(passage) for passage in answer.sources],
            trace_id=trace.id,
            usage=UsageView(
                prompt_tokens=tokens.prompt,
                completion_tokens=tokens.completion,
                total_tokens=tokens.prompt + tokens.completion,
            ),
            confidence=answer.confidence,
            language=answer.language,
            offers_human=answer.offers,
        )


class StepView(ApiModel):
    """A step of an answer, in milliseconds."""

    name: str
    ms: float


class TracePassageView(SourceView):
    """A passage with the evidence it was ranked by."""

    heading: str
    is_faq: bool
    language: str
    coverage: float
    dense: float | None
    margin: float | None


class PromptLineView(ApiModel):
    """A message of the prompt."""

    role: str
    content: str


class TraceView(ApiModel):
    """Why this answer: prompt, passages, model, tokens, milliseconds."""

    id: str
    agent_id: str
    conversation_id: str | None
    channel: str
    at: Moment
    question: str
    answer: str
    mode: str
    confidence: float
    language: str
    model: str | None
    prompt_version: str | None
    prompt: list[PromptLineView]
    passages: list[TracePassageView]
    sources: list[TracePassageView]
    tool_calls: list[dict[str, Any]]
    steps: list[StepView]
    usage: UsageView
    note: str | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> "TraceView":
        """Show a stored trace."""
        plain = {
            name: row[name]
            for name in cls.model_fields
            if name in row and name not in {"passages", "sources"}
        }
        return cls(
            **plain,
            passages=[_trace_passage(one) for one in row["passages"]],
            sources=[_trace_passage(one) for one in row["sources"]],
            tool_calls=[],
            usage=UsageView(
                prompt_tokens=row["prompt_tokens"],
                completion_tokens=row["completion_tokens"],
                total_tokens=row["prompt_tokens"] + row["completion_tokens"],
            ),
        )


def _media(message_id: str, media: Media | None) -> MediaView | None:
    if media is None:
        return None
    return MediaView(
        mime=media.mime,
        bytes=media.bytes,
        sha256=media.sha256,
        name=media.name,
        seconds=media.seconds,
        url=f"/messages/{message_id}/media",
    )


def _source(passage: Passage) -> SourceView:
    return SourceView(
        document=passage.document,
        title=passage.title,
        page=passage.page,
        text=passage.text,
        score=passage.score,
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
    )


def _trace_passage(values: dict[str, Any]) -> TracePassageView:
    return TracePassageView(**{name: values[name] for name in TracePassageView.model_fields})
