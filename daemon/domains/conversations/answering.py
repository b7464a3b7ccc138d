"""Makes an answer: small talk, search, then the model or the documents' own words, or a refusal.

It decides nothing about chats and writes nothing: what it returns explains itself (steps, passages,
prompt, tokens) and the caller commits it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from daemon.kernel.clock import Clock
from models.errors import ModelError
from models.ports import ChatMessage, ChatRequest, ChatResult, LanguageModel, Priority

from .domain import AgentProfile, Answer, Author, Line, Passage, Search, Step, Tokens
from .text import prompt as prompts
from .text.compose import Extract, extract
from .text.question import Question, follow_up, parts, read
from .text.replies import reply, source_line
from .text.signals import Signal, agrees, signal_of, without_greeting
from .text.words import language_of

log = structlog.get_logger(__name__)

SEARCH_LIMIT = 8
PROMPT_PASSAGES = 5
MAX_PARTS = 3
MAX_ANSWER_TOKENS = 300
DEFAULT_CONTEXT = 4096
RELEVANT_COVERAGE = 0.3  # below this share of rare words, and without meaning either: no model call
RELEVANT_MARGIN = 2.0
HEARD = 1_000  # characters of a question that are looked up; more of it is shown to the model only

Told = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """What is to be answered, and what was said before it."""

    text: str
    history: Sequence[Line] = ()
    offered: bool = False  # the last thing said was the offer of a person
    offers: int = 0  # how often it was offered since the bot has the chat
    priority: Priority = "live"


class Answers:
    """Answers questions to an agent."""

    def __init__(self, search: Search, model: LanguageModel | None, clock: Clock) -> None:
        self._search, self._model, self._clock = search, model, clock

    async def answer(
        self, profile: AgentProfile, asked: Asked, on_text: Told | None = None
    ) -> Answer:
        """Answer; `on_text` hears the text as it comes to be."""
        watch = Watch(self._clock)
        # The last words decide the language; "?" or a number alone has that of the talk before.
        fallback = language_of(_last_said(asked.history), profile.language)
        language = language_of(asked.text[:HEARD], fallback)
        answer = _small_talk(profile, asked, language)
        if answer is None:
            answer = await self._look_up(profile, asked, language, watch, on_text)
        answer = replace(answer, language=language, steps=(*watch.steps, watch.total()))
        if on_text is not None and answer.how != "generative":
            await on_text(answer.text)
        return answer

    # -- the documents

    async def _look_up(
        self,
        profile: AgentProfile,
        asked: Asked,
        language: str,
        watch: "Watch",
        on_text: Told | None,
    ) -> Answer:
        text = without_greeting(asked.text)[:HEARD]
        before = _last_question(asked.history)
        questions = _questions(text, language, before)
        found = [await self._passages(profile, question) for question in questions]
        watch.step("search")
        note: str | None = None
        if self._generates(profile):
            written = await self._generate(
                profile,
                asked,
                text,
                language,
                passages=_merged(found),
                watch=watch,
                on_text=on_text,
            )
            if written.text:
                return written
            note = written.note
        answer = await self._extracted(profile, asked, questions, found, watch)
        return replace(answer, note=answer.note or note)

    async def _passages(self, profile: AgentProfile, question: Question) -> list[Passage]:
        if not profile.searches:
            return []
        return list(await self._search.search(profile.id, question.text, SEARCH_LIMIT))

    async def _extracted(
        self,
        profile: AgentProfile,
        asked: Asked,
        questions: Sequence[Question],
        found: Sequence[list[Passage]],
        watch: "Watch",
    ) -> Answer:
        extracts = await asyncio.to_thread(_extract_all, questions, found, profile.threshold)
        watch.step("extract")
        passages = tuple(_merged(found))
        got = [one for one in extracts if one is not None]
        language = questions[0].language
        if not got:
            return replace(_refusal(profile, asked, questions, language), passages=passages)
        lines = []
        for question, one in zip(questions, extracts, strict=True):
            if one is not None:
                lines.append(one.text)
            elif not question.empty:
                lines.append(reply("unknown_part", language, question=_short(question.text)))
        sources = tuple({p.chunk_id: p for one in got for p in one.passages}.values())
        return Answer(
            "\n\n".join(dict.fromkeys(lines)),
            "extractive",
            sources=sources,
            passages=passages,
            confidence=min(one.confidence for one in got),
            source_line=_source(profile, sources, language),
        )

    # -- the model

    def _generates(self, profile: AgentProfile) -> bool:
        if profile.answer_mode == "extractive" or self._model is None:
            return False
        info = self._model.info()
        if not self._model.ready or info is None:
            return False
        return profile.answer_mode == "generative" or info.capability != "weak"

    async def _generate(
        self,
        profile: AgentProfile,
        asked: Asked,
        question: str,
        language: str,
        *,
        passages: list[Passage],
        watch: "Watch",
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
            history=asked.history,
            budget_tokens=(info.context_tokens or DEFAULT_CONTEXT) - MAX_ANSWER_TOKENS,
        )
        request = ChatRequest(
            messages=tuple(ChatMessage(role, text) for role, text in built.messages),  # type: ignore[arg-type]  # the roles are ours
            max_tokens=MAX_ANSWER_TOKENS,
            temperature=0.1,
            stop=("</trecho", "<mensagem", "</mensagem"),
            prefix_messages=built.prefix,
            priority=asked.priority,
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
        sources = tuple(used[:2])
        return Answer(
            text,
            "generative",
            sources=sources,
            passages=tuple(passages),
            confidence=max((passage.coverage for passage in used), default=0.0),
            source_line=_source(profile, sources[:1], language),
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


# -- small parts


def _small_talk(profile: AgentProfile, asked: Asked, language: str) -> Answer | None:
    signal = signal_of(asked.text, profile.handover_keywords)
    if signal is None:
        return None
    if signal is Signal.PERSON or (asked.offered and agrees(asked.text)):
        return handover(language) if profile.hands_over else None
    if signal is Signal.NO and not asked.offered:
        signal = Signal.OK
    return Answer(
        reply(signal.value, language, name=profile.name),
        "smalltalk",
        confidence=1.0,
        # "ok" and "entendi" end a talk: answering them would only make noise in the chat.
        note="no_reply_needed" if signal is Signal.OK else None,
    )


def handover(language: str) -> Answer:
    """Return the one message that is said when a person takes over."""
    return Answer(reply("handover", language), "handover", language, asks_person=True)


def _refusal(
    profile: AgentProfile, asked: Asked, questions: Sequence[Question], language: str
) -> Answer:
    unclear = all(question.empty for question in questions)
    words = reply("unclear" if unclear else "unknown", language)
    if profile.fallback_message and not unclear:
        words = profile.fallback_message
    offers = profile.offer_human and asked.offers == 0 and not unclear
    if offers:
        words = f"{words} {reply('offer', language)}"
    return Answer(words, "refusal", language, offers=offers)


def _questions(text: str, language: str, before: Question | None) -> list[Question]:
    """Read the parts of a message, each completed by the one before it."""
    questions: list[Question] = []
    for part in parts(text)[:MAX_PARTS]:
        question = follow_up(read(part, language), questions[-1] if questions else before)
        if question.topics != read(part, language).topics and before is not None:
            question = replace(question, text=f"{before.text} {part}")
        questions.append(question)
    useful = [question for question in questions if not question.empty]
    return useful or questions[:1]


def _extract_all(
    questions: Sequence[Question], found: Sequence[list[Passage]], threshold: float
) -> list[Extract | None]:
    return [
        extract(question, passages, threshold)
        for question, passages in zip(questions, found, strict=True)
    ]


def _relevant(passages: Sequence[Passage], language: str) -> bool:
    """Return whether the model should see them; words of another language prove nothing."""
    return any(
        passage.coverage >= RELEVANT_COVERAGE
        or (passage.margin or 0.0) >= RELEVANT_MARGIN
        or passage.language != language
        for passage in passages
    )


def _merged(found: Sequence[list[Passage]]) -> list[Passage]:
    merged = {passage.chunk_id: passage for passages in found for passage in passages}
    return sorted(merged.values(), key=lambda passage: passage.score, reverse=True)


def _source(profile: AgentProfile, sources: Sequence[Passage], language: str) -> str:
    if not profile.show_source or not sources or sources[0].is_faq:
        return ""
    return source_line(sources[0].document, sources[0].page, language)


def _last_question(history: Sequence[Line]) -> Question | None:
    said = [line.text for line in history if line.author is Author.CONTACT]
    for text in reversed(said[-3:]):
        question = read(without_greeting(text)[:HEARD])
        if not question.empty and signal_of(text) is None:
            return question
    return None


def _last_said(history: Sequence[Line]) -> str:
    said = [line.text for line in history if line.author is Author.CONTACT]
    return said[-1] if said else ""


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + "…"
