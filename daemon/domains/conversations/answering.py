"""Makes an answer: small talk, search, then the model or the documents' own words, or a refusal.

It decides nothing about chats and writes nothing: what it returns explains itself (steps, passages,
prompt, tokens) and the caller commits it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from daemon.kernel.clock import Clock
from daemon.kernel.licence import OPEN, Gate
from models.ports import LanguageModel, Priority

from .domain import AgentProfile, Answer, Author, Line, Passage, Search
from .text import prompt as prompts
from .text.compose import Extract, extract
from .text.question import Question, follow_up, parts, read
from .text.replies import reply, source_line
from .text.signals import Signal, agrees, signal_of, without_greeting
from .text.words import language_of
from .writing import Told, Watch, Writer

SEARCH_LIMIT = 8
MAX_PARTS = 3
HEARD = 1_000  # characters of a question that are looked up; more of it is shown to the model only


@dataclass(frozen=True)
class Asked:
    """What is to be answered, and what was said before it."""

    text: str
    history: Sequence[Line] = ()
    offered: bool = False  # the last thing said was the offer of a person
    offers: int = 0  # how often it was offered since the bot has the chat
    priority: Priority = "live"
    chat: str = ""  # where a written answer came a moment ago, the licence lets it go on


class Answers:
    """Answers questions to an agent."""

    def __init__(
        self, search: Search, model: LanguageModel | None, clock: Clock, gate: Gate = OPEN
    ) -> None:
        self._search, self._writer, self._clock = search, Writer(model, gate), clock

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
        answer = replace(
            answer,
            language=language,
            steps=(*watch.steps, watch.total()),
            # The agent's words have a version even where no model had to read them.
            prompt_version=answer.prompt_version or prompts.version_for(profile, language),
        )
        if on_text is not None and answer.how != "generative":
            await on_text(answer.text)
        return answer

    # -- the documents

    async def _look_up(
        self,
        profile: AgentProfile,
        asked: Asked,
        language: str,
        watch: Watch,
        on_text: Told | None,
    ) -> Answer:
        text = without_greeting(asked.text)[:HEARD]
        before = _last_question(asked.history)
        questions = _questions(text, language, before)
        found = [await self._passages(profile, question) for question in questions]
        watch.step("search")
        note: str | None = None
        if self._writer.can_write(profile, asked.chat):
            written = await self._writer.write(
                profile,
                text,
                language,
                history=asked.history,
                priority=asked.priority,
                passages=_merged(found),
                watch=watch,
                on_text=on_text,
            )
            if written.text:
                return replace(written, source_line=_source(profile, written.sources, language))
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
        watch: Watch,
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
            model="extractive",
            sources=sources,
            passages=passages,
            confidence=min(one.confidence for one in got),
            source_line=_source(profile, sources, language),
        )


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
