"""An agent and its settings: what may be set, within which bounds, and what it is by default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from daemon.kernel.errors import BadInputError, ConflictError, NotFoundError
from daemon.kernel.events import Event

Status = Literal["active", "paused"]
AnswerMode = Literal["auto", "generative", "extractive"]
# What people write for the same language: "pt", "PT-br", "en_US" are taken too.
SPELT = {"pt": "pt-BR", "pt-br": "pt-BR", "en-us": "en", "en-gb": "en"}
Language = Annotated[
    Literal["pt-BR", "en", "es"],
    BeforeValidator(
        lambda text: (
            SPELT.get(text.lower().replace("_", "-"), text) if isinstance(text, str) else text
        )
    ),
]
ToolName = Literal["knowledge_search", "human_handover"]

MAX_INSTRUCTIONS = 8_000
MAX_KEYWORDS = 100

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
Command = Annotated[str, StringConstraints(pattern=r"^/[\w-]{1,30}$")]


class Part(BaseModel):
    """Base of each branch of the settings: camelCase outside, unknown fields refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Fallback(Part):
    """What is said when the documents do not answer."""

    message: str | None = Field(
        None, max_length=1000, description="Instead of our own words; null: our own words"
    )
    offer_human: bool = Field(True, description="Offer a person, once")


class Debounce(Part):
    """How long to wait for the rest of a burst of messages; 0 and 0 answer at once."""

    min_seconds: float = Field(1.0, ge=0, le=30, description="Wait after a finished message")
    max_seconds: float = Field(8.0, ge=0, le=60, description="Longest wait of a burst")


class Pacing(Part):
    """How human the sending looks."""

    enabled: bool = Field(True, description="Seen, typing and a pause by length before a reply")
    seen: bool = Field(True, description="Blue ticks before the reply")
    typing: bool = Field(True, description="Show typing")
    chars_per_second: float = Field(25.0, ge=5, le=500, description="Typing speed shown")
    min_seconds: float = Field(0.8, ge=0, le=30, description="Shortest typing shown")
    max_seconds: float = Field(6.0, ge=0, le=30, description="Longest typing shown")


class Handover(Part):
    """How a chat goes to a person and comes back."""

    return_after_minutes: int | None = Field(
        30, ge=1, le=10_080, description="Silence of the person; null: only by command"
    )
    keywords: tuple[Keyword, ...] = Field(
        (),
        max_length=MAX_KEYWORDS,
        description="More phrases by which a customer asks for a person",
    )
    take_command: Command = Field("/assumir", description="Typed on the phone: a person takes over")
    return_command: Command = Field("/devolver", description="Typed on the phone: the bot is back")


class Tool(Part):
    """One thing the agent may do."""

    name: ToolName
    enabled: bool = True


class Voice(Part):
    """Spoken replies."""

    reply: Literal["never", "mirror", "always"] = Field(
        "never", description="mirror: speak to those who spoke"
    )
    voice: str = Field("pf_dora", pattern=r"^[a-z]{2}_[a-z]{2,20}$", description="Voice id")
    speed: float = Field(1.0, ge=0.5, le=2.0, description="1 is natural")


class Csat(Part):
    """Asking customers how they were served, once a person is done with them."""

    enabled: bool = Field(False, description="Ask from 1 to 5 when a chat is closed or given back")
    question: str | None = Field(
        None, min_length=1, max_length=255, description="Instead of our own words"
    )
    comment: bool = Field(True, description="Ask for the reason afterwards, in one message")


class AgentSettings(Part):
    """Everything that can be set for one agent."""

    language: Language = Field("pt-BR", description="Language where the customer's is not clear")
    answer_mode: AnswerMode = Field(
        "auto", description="auto: extractive when the model is weak or away"
    )
    threshold: float = Field(
        0.55, ge=0.1, le=1.0, description="Share of a question's topic that a passage must cover"
    )
    show_source: bool = Field(True, description="Add document and page for the customer")
    answer_timeout_seconds: float = Field(45.0, ge=1, le=600, description="Longest model answer")
    fallback: Fallback = Fallback()
    debounce: Debounce = Debounce()
    pacing: Pacing = Pacing()
    handover: Handover = Handover()
    auto_reply_max_age_minutes: int = Field(
        10, ge=1, le=1440, description="Older messages are stored and never answered by the bot"
    )
    tools: tuple[Tool, ...] = Field(
        (Tool(name="knowledge_search"), Tool(name="human_handover")),
        max_length=20,
        description="What the agent may do",
    )
    voice: Voice = Voice()
    csat: Csat = Csat()

    def allows(self, tool: ToolName) -> bool:
        """Return whether the agent may use a tool; what is not listed is not allowed."""
        return any(one.name == tool and one.enabled for one in self.tools)


@dataclass(frozen=True)
class Agent:
    """An agent as it is stored."""

    id: str
    name: str
    niche: str
    instructions: str
    status: Status
    created_at: datetime
    updated_at: datetime
    settings: AgentSettings
    client_id: str | None = None

    @property
    def language(self) -> str:
        """The agent's language; it lives in the settings."""
        return self.settings.language


@dataclass(frozen=True)
class Profile:
    """An agent as a conversation sees it: flat, with everything decided."""

    agent: Agent

    @property
    def id(self) -> str:
        """Its id."""
        return self.agent.id

    @property
    def name(self) -> str:
        """What it calls itself."""
        return self.agent.name

    @property
    def niche(self) -> str:
        """Its trade."""
        return self.agent.niche

    @property
    def instructions(self) -> str:
        """What the owner tells it."""
        return self.agent.instructions

    @property
    def language(self) -> str:
        """Its own language."""
        return self.agent.settings.language

    @property
    def active(self) -> bool:
        """Whether it answers."""
        return self.agent.status == "active"

    @property
    def answer_mode(self) -> AnswerMode:
        """How it answers."""
        return self.agent.settings.answer_mode

    @property
    def threshold(self) -> float:
        """Share of a question's topic that must be covered."""
        return self.agent.settings.threshold

    @property
    def fallback_message(self) -> str | None:
        """Its own "I don't know"."""
        return self.agent.settings.fallback.message

    @property
    def offer_human(self) -> bool:
        """Whether it offers a person."""
        return self.hands_over and self.agent.settings.fallback.offer_human

    @property
    def hands_over(self) -> bool:
        """Whether it may call a person."""
        return self.agent.settings.allows("human_handover")

    @property
    def searches(self) -> bool:
        """Whether it may look into its documents."""
        return self.agent.settings.allows("knowledge_search")

    @property
    def show_source(self) -> bool:
        """Whether customers see the source."""
        return self.agent.settings.show_source

    @property
    def debounce_min_s(self) -> float:
        """Shortest wait for more messages."""
        return self.agent.settings.debounce.min_seconds

    @property
    def debounce_max_s(self) -> float:
        """Longest wait for more messages."""
        return self.agent.settings.debounce.max_seconds

    @property
    def return_after(self) -> timedelta | None:
        """Silence after which a chat is the bot's again."""
        minutes = self.agent.settings.handover.return_after_minutes
        return None if minutes is None else timedelta(minutes=minutes)

    @property
    def handover_keywords(self) -> Sequence[str]:
        """More ways to ask for a person."""
        return self.agent.settings.handover.keywords

    @property
    def take_command(self) -> str:
        """Command that takes a chat."""
        return self.agent.settings.handover.take_command

    @property
    def return_command(self) -> str:
        """Command that gives it back."""
        return self.agent.settings.handover.return_command

    @property
    def auto_reply_max_age(self) -> timedelta:
        """Age from which a message is late."""
        return timedelta(minutes=self.agent.settings.auto_reply_max_age_minutes)

    @property
    def answer_timeout_s(self) -> float:
        """Longest wait for the model."""
        return self.agent.settings.answer_timeout_seconds


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `change` on top, branch by branch; lists are replaced whole."""
    result = dict(base)
    for key, value in change.items():
        before = result.get(key)
        both = isinstance(value, Mapping) and isinstance(before, Mapping)
        result[key] = merged(before, value) if both else value  # type: ignore[arg-type]  # both are mappings
    return result


def effective(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> AgentSettings:
    """Return the settings that apply; raises BadInputError where two of them do not fit."""
    settings = AgentSettings.model_validate(merged(defaults, own))
    if settings.debounce.min_seconds > settings.debounce.max_seconds:
        raise BadInputError(
            field="debounce.minSeconds",
            problem="must not be over debounce.maxSeconds",
            problem_pt="não pode passar de debounce.maxSeconds",
        )
    if settings.handover.take_command == settings.handover.return_command:
        raise BadInputError(
            field="handover.returnCommand",
            problem="must differ from handover.takeCommand",
            problem_pt="deve ser diferente de handover.takeCommand",
        )
    names = [tool.name for tool in settings.tools]
    if len(set(names)) != len(names):
        raise BadInputError(
            field="tools", problem="names a tool twice", problem_pt="repete uma ferramenta"
        )
    return settings


@dataclass(frozen=True)
class AgentUpdated(Event):
    """An agent was made, changed or deleted (`status` is then `deleted`)."""

    name: ClassVar[str] = "agent.updated"
    id: str
    status: str


class AgentNotFoundError(NotFoundError):
    """No such agent."""

    code = "agent_not_found"
    template = "There is no agent {id}."
    template_pt = "Não existe o agente {id}."


class AgentLimitError(ConflictError):
    """The box has as many agents as it may have."""

    code = "agent_limit"
    template = "This box may have {limit} agents (setting limits.agents). Delete one first."
    template_pt = "Esta caixa pode ter {limit} agentes (limits.agents). Apague um antes."
