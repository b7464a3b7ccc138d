"""A run of a flow: where it stands, and what one move of it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["working", "asking", "sleeping", "charging", "paused", "ended"]
Outcome = Literal["completed", "handover", "cancelled", "expired", "confused", "closed", "failed"]
Channel = Literal["whatsapp", "api", "simulator"]
ACTIVE: tuple[State, ...] = ("working", "asking", "sleeping", "charging", "paused")
UNFINISHED: tuple[Outcome, ...] = ("cancelled", "expired", "confused", "closed", "failed")


@dataclass(frozen=True)
class Run:
    """A run as it is stored. `step` counts its moves: what was meant for an earlier one is old.

    `trail` are the questions that were answered, oldest first. `effect` is what is being done
    outside while it works. `version` 0 is a draft, kept with the run.
    """

    id: str
    flow_id: str
    version: int
    agent_id: str
    channel: Channel
    state: State
    node_id: str
    started_at: datetime
    updated_at: datetime
    conversation_id: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    agent_name: str = ""
    outcome: Outcome | None = None
    reason: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    tries: int = 0
    step: int = 0
    said: int = 0
    effect: Mapping[str, Any] | None = None
    wake_at: datetime | None = None
    paused_by: Literal["person", "api"] | None = None
    paused_in: State | None = None
    payment_id: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Said:
    """Something to say: text, options to choose from, or a file."""

    text: str = ""
    options: tuple[str, ...] = ()
    media: str | None = None
    node: str = ""
    kind: Literal["text", "choice", "media", "code"] = "text"
    language: str = "pt"


@dataclass(frozen=True)
class Step:
    """A line of a run's history."""

    what: str
    node: str
    data: Mapping[str, Any] = field(default_factory=dict)
    at_flow: str = ""
    at_version: int = 0


@dataclass(frozen=True)
class Moved:
    """What one move did: the run after it, what is said, what is noted."""

    run: Run
    said: tuple[Said, ...] = ()
    steps: tuple[Step, ...] = ()
    hands_over: bool = False


@dataclass(frozen=True)
class Result:
    """What came of an effect: an answer, a reply, a charge, or a failure."""

    ok: bool
    text: str = ""
    known: bool = True
    asks_person: bool = False
    status: int = 0
    data: Any = None
    payment_id: str | None = None
    picture: str | None = None
    reason: str = ""
    sources: tuple[Mapping[str, Any], ...] = ()
