"""What is counted, and by which definitions; the rules need nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final
from zlib import crc32

DEFINITION_VERSION: Final = "2026-11.1"
"""Changes whenever a figure begins to mean something else."""

QUIET = timedelta(hours=12)
"""After that much silence, the customer's next message opens a new case."""

HOUR_S: Final = 3600
WEEK_HOURS: Final = 168
BLOCK_WEEKS: Final = 13
BLOCK_HOURS: Final = BLOCK_WEEKS * WEEK_HOURS
LOTS: Final = 64
"""Cases fall evenly into so many lots, by their identity: some lots are a fair sample."""
ANSWERED: Final = frozenset({"generative", "extractive"})
PEOPLE: Final = frozenset({"human", "operator"})


@dataclass(frozen=True)
class Said:
    """A message, as far as it counts. `reached`: not dropped and not failed on its way."""

    id: str
    agent_id: str
    at: datetime
    author: str
    reached: bool
    closing: bool  # the words with which the agent hands over
    trace_id: str | None = None  # the agent's answer behind it


@dataclass(frozen=True)
class AnswerFact:
    """An answer without its words: kept for as long as the figures are."""

    trace_id: str
    agent_id: str
    conversation_id: str | None
    at: datetime
    channel: str
    mode: str
    tokens_in: int
    tokens_out: int
    work_ms: int = 0


@dataclass(frozen=True)
class Prices:
    """What an answer costs: whole numbers, money in millionths of the currency."""

    watts: int = 0
    centavos_kwh: int = 0
    millionths_per_1k_tokens: int = 0

    def of(self, work_ms: int, tokens: int) -> int:
        """Return the cost of so much work and so many tokens, rounded half up."""
        energy = self.watts * self.centavos_kwh * work_ms  # 360,000 of these are a millionth
        cloud = self.millionths_per_1k_tokens * tokens  # and 1,000 of these
        return (energy + cloud * 360 + 180_000) // 360_000


@dataclass(frozen=True)
class Refusal:
    """A question that the agent could not answer."""

    trace_id: str
    conversation_id: str | None
    agent_id: str
    question: str
    at: datetime


@dataclass
class Case:
    """One matter of one customer: from a message after silence to the last word about it."""

    agent_id: str
    started_at: datetime
    ended_at: datetime
    handed_over: bool = False
    answers: int = 0
    refusals: int = 0
    bot_spoke: bool = False
    first_reply_at: datetime | None = None
    last_reply_at: datetime | None = None

    @property
    def contained(self) -> bool:
        """The agent replied and no person took part or was asked for."""
        return self.bot_spoke and not self.handed_over

    @property
    def deflected(self) -> bool:
        """Contained, with an answer from what the agent knows, and without any refusal."""
        return self.contained and self.answers > 0 and self.refusals == 0

    @property
    def first_response_s(self) -> float | None:
        """Seconds from the first word to the first reply by anyone."""
        return _seconds(self.started_at, self.first_reply_at)

    @property
    def resolution_s(self) -> float | None:
        """Seconds from the first word to the last reply."""
        return _seconds(self.started_at, self.last_reply_at)

    def add(self, said: Said, mode: str | None) -> None:
        """Count a message of the case; `mode`: how the agent came to it."""
        self.ended_at = max(self.ended_at, said.at)
        if said.closing or said.author in PEOPLE:
            self.handed_over = True
        if not said.reached:
            return
        self.answers += mode in ANSWERED
        self.refusals += mode == "refusal"
        self.bot_spoke = self.bot_spoke or said.author == "bot"
        if said.author != "contact":
            self.first_reply_at = self.first_reply_at or said.at
            self.last_reply_at = said.at


def cases(messages: Iterable[Said], modes: Mapping[str, str]) -> list[Case]:
    """Cut a conversation, in its order, into cases; `modes`: how each answer came to be.

    Only a customer opens one: what the house writes belongs to the case before it, however late,
    and to none if there is none (a campaign is not a case).
    """
    found: list[Case] = []
    last: datetime | None = None
    for said in messages:
        quiet = last is None or said.at - last >= QUIET
        if said.author == "contact" and (not found or quiet):
            found.append(Case(said.agent_id, said.at, said.at))
        if found:
            found[-1].add(said, modes.get(said.trace_id or ""))
        last = said.at
    return found


def lot_of(conversation_id: str, started: str) -> int:
    """Return the lot of a case."""
    return crc32(f"{conversation_id}{started}".encode()) % LOTS


def hour_of(moment: datetime) -> int:
    """Return the hour (UTC) as its number since 1970: sums by local time are then arithmetic."""
    return int(moment.timestamp()) // HOUR_S


def start_of(hour: int) -> datetime:
    """Return when an hour begins."""
    return datetime.fromtimestamp(hour * HOUR_S, UTC)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` of the sorted values do not exceed (nearest rank)."""
    if not values:
        return None
    return values[max(0, ceil(len(values) * share) - 1)]


def ratio(part: float, whole: float, digits: int = 4) -> float | None:
    """Return a share; None when there is nothing to share."""
    return round(part / whole, digits) if whole else None


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round((end - start).total_seconds(), 3)
