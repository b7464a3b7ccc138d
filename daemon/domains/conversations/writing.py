"""Lets the language model write from the passages, and keeps to itself what it made up."""

import re
from collections.abc import Awaitable, Callable, Sequence

import structlog

from daemon.kernel.clock import Clock
from daemon.kernel.licence import OPEN, Gate
from models.errors import ModelError
from models.ports import ChatMessage, ChatRequest, ChatResult, LanguageModel, Priority

from .domain import AgentProfile, Answer, Line, Passage, Step, Tokens
from .text import prompt as prompts
from .text.extract import matcher
from .text.words import stems

log = structlog.get_logger(__name__)

PROMPT_PASSAGES = 5
MAX_ANSWER_TOKENS = 300
DEFAULT_CONTEXT = 4096
RELEVANT_COVERAGE = 0.3  # below this share of rare words, and without meaning either: no model call
RELEVANT_MARGIN = 2.0
MAX_SOURCES = 2

Told = Callable[[str], Awaitable[None]]


class Watch:
    """Milliseconds per step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = self._last = clock.monotonic()
        self.steps: list[Step] = []

    def step(self, name: str) -> None:
        """End a step."""
        now = self._clock.monotonic()
        self.steps.append(Step(name, round((now - self._last) * 1000, 1)))
        self._last = now

    def total(self) -> Step:
        """Return the time since the beginning."""
        return Step("total", round((self._clock.monotonic() - self._began) * 1000, 1))


class Writer:
    """The model's side of answering."""

    def __init__(self, model: LanguageModel | None, gate: Gate = OPEN) -> None:
        self._model, self._gate = model, gate

    def can_write(self, profile: AgentProfile, chat: str = "") -> bool:
        """Return whether mode, model and licence allow a written answer."""
        if profile.answer_mode == "extractive" or self._model is None:
            return False
        info = self._model.info()
        if not self._model.ready or info is None:
            return False
        able = profile.answer_mode == "generative" or info.capability != "weak"
        return able and self._gate.allows("generative", chat)

    async def write(
        self,
        profile: AgentProfile,
        question: str,
        language: str,
        *,
        history: Sequence[Line],
        priority: Priority,
        passages: list[Passage],
        watch: Watch,
        on_text: Told | None,
    ) -> Answer:
        """Let the model write from the passages; an empty text says why it may not be used."""
        if not _relevant(passages, language):
            return Answer("", "refusal", note="no_relevant_passage")
        model = self._model
        info = None if model is None else model.info()
        if model is None or info is None:
            return Answer("", "refusal", note="model_unavailable")
        used = passages[:PROMPT_PASSAGES]
        built = prompts.build(
            profile,
            language,
            question,
            passages=used,
            history=history,
            budget_tokens=(info.context_tokens or DEFAULT_CONTEXT) - MAX_ANSWER_TOKENS,
        )
        request = ChatRequest(
            messages=tuple(ChatMessage(role, text) for role, text in built.messages),  # type: ignore[arg-type]  # the roles are ours
            max_tokens=MAX_ANSWER_TOKENS,
            temperature=0.1,
            stop=("</trecho", "<mensagem", "</mensagem"),
            prefix_messages=built.prefix,
            priority=priority,
        )
        try:
            result = await self._written(
                model,
                request,
                profile.answer_timeout_s,
                passages=used,
                question=question,
                on_text=on_text,
            )
        except ModelError as error:
            log.warning("model_failed", code=error.code, agent=profile.id)
            watch.step("generate")
            return Answer("", "refusal", note=error.code)
        watch.step("generate")
        text = prompts.checked(result.text, used, question)
        if text is None or result.finish in {"timeout", "cancelled"}:
            return Answer("", "refusal", note="answer_not_grounded")
        sources = cited(text, used, language)
        return Answer(
            text,
            "generative",
            sources=sources,
            passages=tuple(passages),
            confidence=max((passage.coverage for passage in used), default=0.0),
            model=result.model,
            prompt_version=built.version,
            prompt=built.messages,
            tokens=Tokens(result.usage.prompt_tokens, result.usage.completion_tokens),
        )

    async def _written(
        self,
        model: LanguageModel,
        request: ChatRequest,
        timeout_s: float,
        *,
        passages: list[Passage],
        question: str,
        on_text: Told | None,
    ) -> ChatResult:
        """Return the model's answer, telling each sentence only once its figures are proven."""
        if on_text is None:
            return await model.chat(request, timeout_s=timeout_s)
        waiting, silent = "", False
        result: ChatResult | None = None
        async for piece in model.stream(request, timeout_s=timeout_s):
            if isinstance(piece, ChatResult):
                result = piece
                break
            waiting += piece
            ends = [found.end() for found in re.finditer(r"[.!?\n](?=\s)", waiting)]
            if not ends or silent:
                continue
            sentence, waiting = waiting[: ends[-1]], waiting[ends[-1] :]
            silent = prompts.checked(sentence, passages, question) is None
            if not silent:
                await on_text(sentence)
        if result is None:
            raise ModelError(reason="the stream ended early")
        if not silent and prompts.checked(waiting, passages, question) is not None:
            await on_text(waiting)
        return result


def cited(text: str, passages: Sequence[Passage], language: str) -> tuple[Passage, ...]:
    """Return the passages whose words the answer uses, the most used first."""
    words = set(stems(text, language))

    def used(passage: Passage) -> int:
        said = matcher(f"{passage.document} {passage.text} {passage.answer or ''}", language)
        return sum(said.worth(word) == 1.0 for word in words)

    best = sorted(passages, key=used, reverse=True)[:MAX_SOURCES]
    most = used(best[0]) if best else 0
    return tuple(passage for passage in best if used(passage) * 2 > most)


def _relevant(passages: Sequence[Passage], language: str) -> bool:
    """Return whether the model should see them; words of another language prove nothing."""
    return any(
        passage.coverage >= RELEVANT_COVERAGE
        or (passage.margin or 0.0) >= RELEVANT_MARGIN
        or passage.language != language
        for passage in passages
    )
