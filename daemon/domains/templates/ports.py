"""What templates need of agents, knowledge, flows and the asker; the wiring gives it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daemon.infra.database import Connection


@dataclass(frozen=True)
class Source:
    """An agent, as a template is made of it."""

    name: str
    niche: str
    instructions: str
    language: str
    settings: Mapping[str, Any]
    faqs: Sequence[tuple[str, str]]
    flow: tuple[str, Mapping[str, Any]] | None


@dataclass(frozen=True)
class Heard:
    """What an agent answered."""

    mode: str
    answer: str
    sources: Sequence[str]
    trace_id: str


@dataclass(frozen=True)
class Ports:
    """Each takes the transaction, so that an agent is made whole or not at all."""

    create_agent: Callable[[Connection, str, str, str, Mapping[str, Any]], str]
    add_pair: Callable[[Connection, str, str, str], object]
    draft_flow: Callable[[Connection, str, str, Mapping[str, Any]], str | None]
    read_agent: Callable[[Connection, str], Source]
    require_agent: Callable[[Connection, str], None]
    is_ready: Callable[[Connection, str], bool]
    """Says whether all that an agent knows can be found already."""
    check_settings: Callable[[Mapping[str, Any]], None]
    """Raises BadInputError naming the field of the settings."""
    check_flow: Callable[[Mapping[str, Any]], None]
    """Raises what is wrong with a graph, naming the node."""
    ask: Callable[[str, str], Awaitable[Heard]]
