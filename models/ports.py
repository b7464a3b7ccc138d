"""What the rest of the box may ask of a language model, whatever engine answers.

Implementations: :class:`models.client.LanguageClient` (the supervised llama.cpp child),
:class:`models.remote.RemoteLanguageModel` (any OpenAI-compatible server) and
:class:`models.doubles.ScriptedLanguageModel` (deterministic, for tests and benchmarks).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

Role = Literal["system", "user", "assistant"]
Priority = Literal["live", "operator", "batch"]
Finish = Literal["stop", "length"]
Capability = Literal["weak", "chat", "tools"]

PRIORITIES: tuple[Priority, ...] = ("live", "operator", "batch")
"""Who is served first: a waiting customer, then the operator's playground, then everything else."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of the conversation as the chat template sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One answer to be written."""

    messages: tuple[ChatMessage, ...]
    max_tokens: int = 256
    temperature: float = 0.2
    """0 is greedy; equal requests may still differ in batches, so never promise exact text."""
    top_p: float = 0.95
    seed: int | None = None
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these; the stop text itself is never returned."""
    json_schema: Mapping[str, Any] | None = None
    """When given, ``ChatResult.text`` is JSON that matches it, or InvalidOutputError is raised."""
    prefix_messages: int = 0
    """How many leading messages an agent shares between chats (system prompt): kept in the cache,
    so that only what follows costs time to first token."""
    priority: Priority = "live"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the model counted them; cached ones are part of the prompt's."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together, as bills count them."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class ChatResult:
    """A finished answer, with what it cost."""

    text: str
    finish: Finish
    usage: Usage
    model: str
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    """``queue``, ``first_token`` (since the request arrived) and ``total``, where known."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that answers now."""

    id: str
    name: str
    languages: tuple[str, ...]
    """BCP 47 primary tags it writes well; empty means unknown."""
    capability: Capability
    """``weak`` cannot be trusted with an answer: agents in mode auto stay extractive."""
    context_tokens: int
    sha256: str | None = None
    size_bytes: int | None = None
    engine: str = "llama.cpp"
    license: str | None = None


class LanguageModel(Protocol):
    """A model that continues a conversation."""

    @property
    def ready(self) -> bool:
        """Whether a request sent now would be served at once rather than refused."""

    def info(self) -> ModelInfo | None:
        """Describe the loaded model; None while there is none."""

    async def chat(self, request: ChatRequest, *, timeout_s: float) -> ChatResult:
        """Answer in one piece.

        Raises ModelUnavailableError or another :class:`models.errors.ModelError`; cancelling the
        awaiting task stops the generation.
        """

    def stream(self, request: ChatRequest, *, timeout_s: float) -> AsyncIterator[str | ChatResult]:
        """Yield pieces of text as they are written and, last, the whole ChatResult."""

    async def count_tokens(self, text: str) -> int:
        """Count the tokens of plain text, to keep a prompt within its budget."""
