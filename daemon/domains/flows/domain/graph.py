"""A whole graph: its nodes with edges between them, and what starts it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from .base import (
    DEFAULT_REPAIR,
    MAX_CONTACTS,
    MAX_EDGES,
    MAX_NODES,
    Id,
    Part,
    Repair,
    Short,
    Variable,
    Words,
)
from .nodes import (
    AnyNode,
    Ask,
    AskAgent,
    Condition,
    End,
    Handover,
    Http,
    Jump,
    Say,
    SetNode,
)

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{8,15}$")]


class Edge(Part):
    """A way from a node's handle to another node."""

    id: Id
    source: Id
    target: Id
    handle: Id = "next"


class Known(Part):
    """A variable of the flow, with the value it begins with."""

    name: Variable
    value: Words | None = None


class KeywordTrigger(Part):
    """The customer writes one of these words while no flow runs in the chat."""

    kind: Literal["keyword"]
    words: tuple[Keyword, ...] = Field(min_length=1, max_length=30)
    match: Literal["exact", "starts", "contains"] = "exact"


class FirstTrigger(Part):
    """A customer writes for the first time."""

    kind: Literal["first_message"]


class ScheduleTrigger(Part):
    """By the clock of the tenant, to contacts who agreed to be written to."""

    kind: Literal["schedule"]
    cron: Short
    contacts: tuple[Phone, ...] = Field(min_length=1, max_length=MAX_CONTACTS)
    opt_in: Literal[True] = Field(description="the contacts agreed to get these messages")


class HookTrigger(Part):
    """An incoming webhook of this box may start it."""

    kind: Literal["webhook"]


class AgentTrigger(Part):
    """The agent starts it when a message means the same as one of the phrases."""

    kind: Literal["agent"]
    phrases: tuple[Phrase, ...] = Field(min_length=1, max_length=30)


Trigger = Annotated[
    KeywordTrigger | FirstTrigger | ScheduleTrigger | HookTrigger | AgentTrigger,
    Field(discriminator="kind"),
]


class Graph(Part):
    """A flow that can be run."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        ignored_types=(cached_property,),
    )

    start: Id
    nodes: tuple[AnyNode, ...] = Field(min_length=1, max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MAX_EDGES)
    variables: tuple[Known, ...] = Field((), max_length=200)
    triggers: tuple[Trigger, ...] = Field((), max_length=20)
    repair: Repair = Repair()
    after_person: Literal["resume", "close"] = "resume"
    language: Literal["pt", "en"] = "pt"

    @cached_property
    def by_id(self) -> Mapping[str, Any]:
        """The nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def ways(self) -> Mapping[tuple[str, str], str]:
        """Where each handle of each node leads."""
        return {(edge.source, edge.handle): edge.target for edge in self.edges}

    @cached_property
    def types(self) -> Mapping[str, str]:
        """What the customer was asked for, by variable."""
        return {node.variable: node.check.type for node in self.nodes if isinstance(node, Ask)}

    def repair_of(self, node: Ask) -> Repair:
        """Return how the troubles of a question are met."""
        return node.repair.over(self.repair.over(DEFAULT_REPAIR))


def handles(node: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the handles that a node must have an edge for, and those that it may have."""
    must: tuple[str, ...] = ("next",)
    may: tuple[str, ...] = ()
    if isinstance(node, Say) and node.pix and node.pix.wait:
        must = ("paid", "timeout")
    elif isinstance(node, Ask):
        may = ("timeout", "confused")
        if node.check.type == "choice":
            must, may = tuple(option.id for option in node.check.options), ("next", *may)
    elif isinstance(node, Condition):
        must = (*(rule.id for rule in node.rules), "else")
    elif isinstance(node, Http):
        must = ("next", "error")
    elif isinstance(node, AskAgent):
        may = ("unknown",)
    elif isinstance(node, Handover | Jump | End):
        must = ()
    return must, may


def sets(node: Any) -> tuple[str, ...]:
    """Return the variables that a node gives a value."""
    if isinstance(node, SetNode):
        return tuple(one.variable for one in node.assign if one.op != "clear")
    if isinstance(node, Http):
        return tuple(one.variable for one in node.map)
    if isinstance(node, Ask | AskAgent) and node.variable:
        return (node.variable,)
    return ()
