"""What the API of flows takes and gives."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from daemon.domains.flows.domain.base import (
    MAX_BYTES,
    MAX_EDGES,
    MAX_HTTP_S,
    MAX_NODES,
    MAX_OPTIONS,
    MAX_TEXT,
    MAX_WAIT_S,
)
from daemon.domains.flows.domain.graph import Graph
from daemon.domains.flows.parts import FlowParts
from daemon.domains.flows.service.drawing import Figures
from daemon.domains.flows.store.flows import Flow, Version
from daemon.web.schema import ApiModel, ListQuery, Moment, Name

FLOWS: web.AppKey[FlowParts] = web.AppKey("flows", FlowParts)

Description = Annotated[str, StringConstraints(max_length=500)]
FlowId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
State = Literal["working", "asking", "sleeping", "charging", "paused", "ended"]

DRAFT = (
    "A graph as the schema `Graph` says, which may still be unfinished: saving takes any object of "
    f"at most {MAX_BYTES // 1024} KiB, publishing checks all of it. Limits: {MAX_NODES} nodes, "
    f"{MAX_EDGES} edges, {MAX_OPTIONS} options a choice, {MAX_TEXT} characters a text, "
    f"{MAX_HTTP_S} s a call, {MAX_WAIT_S // 86_400} days a wait."
)
EXAMPLE: dict[str, Any] = {
    "start": "oi",
    "nodes": [
        {"id": "oi", "kind": "say", "text": "Olá! Vamos marcar seu horário."},
        {"id": "nome", "kind": "ask", "text": "Qual é o seu nome?", "variable": "nome"},
        {
            "id": "turno",
            "kind": "ask",
            "text": "{{nome}}, qual turno prefere?",
            "variable": "turno",
            "check": {
                "type": "choice",
                "options": [{"id": "manha", "label": "Manhã"}, {"id": "tarde", "label": "Tarde"}],
            },
        },
        {"id": "fim", "kind": "end", "text": "Anotado: {{turno}}. Até logo, {{nome}}!"},
    ],
    "edges": [
        {"id": "e1", "source": "oi", "target": "nome"},
        {"id": "e2", "source": "nome", "target": "turno"},
        {"id": "e3", "source": "turno", "target": "fim"},
    ],
    "triggers": [{"kind": "keyword", "words": ["agendar", "marcar"]}],
}


def examples(*found: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a body with its examples."""
    return ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        from_attributes=True,
        json_schema_extra={"examples": list(found)},
    )


class NewFlow(ApiModel):
    """A new flow with its first draft."""

    agent_id: str = Field(max_length=64)
    name: Name
    description: Description = ""
    draft: dict[str, Any] = Field(
        default_factory=lambda: {"nodes": [], "edges": []}, description=DRAFT
    )


class FlowChange(ApiModel):
    """What to change; what is not given stays. `active`: triggers start it."""

    name: Name | None = None
    description: Description | None = None
    draft: dict[str, Any] | None = Field(None, description=DRAFT)
    active: bool | None = None


class CopyFlow(ApiModel):
    """Where the copy goes."""

    name: Name | None = None
    agent_id: str | None = Field(None, max_length=64)


class Publish(ApiModel):
    """A word about what changed."""

    note: Description = ""


class RollBack(ApiModel):
    """The version that is to run again."""

    version: int = Field(ge=1, le=1_000_000)


class FlowsQuery(ListQuery):
    """Which flows."""

    agent_id: str | None = Field(None, max_length=64)


class FigureQuery(ApiModel):
    """Of which version; of all without one."""

    version: int | None = Field(None, ge=1, le=1_000_000)


class FlowView(ApiModel):
    """A flow, without its graph."""

    id: str
    agent_id: str
    name: str
    description: str
    status: Literal["draft", "published"]
    active: bool
    version: int | None
    latest: int
    triggers: list[dict[str, Any]]
    nodes: int
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, flow: Flow) -> "FlowView":
        """Show it in a list."""
        return cls.model_validate(_facts(flow))


class FlowDetail(FlowView):
    """A flow with its draft."""

    draft: dict[str, Any]

    @classmethod
    def of(cls, flow: Flow) -> "FlowDetail":
        """Show all of it."""
        return cls.model_validate({**_facts(flow), "draft": flow.draft})


def _facts(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "agent_id": flow.agent_id,
        "name": flow.name,
        "description": flow.description,
        "status": "draft" if flow.version is None else "published",
        "active": flow.active,
        "version": flow.version,
        "latest": flow.latest,
        "triggers": list(flow.triggers),
        "nodes": flow.nodes,
        "created_at": flow.created_at,
        "updated_at": flow.updated_at,
    }


class VersionView(ApiModel):
    """A published version."""

    version: int
    note: str
    published_at: Moment
    published_by: str

    @classmethod
    def of(cls, version: Version) -> "VersionView":
        """Show it."""
        return cls.model_validate(version)


class VersionGraph(ApiModel):
    """The graph of a version; its schema is that of every draft that can be published."""

    version: int
    graph: Graph


class ProblemView(ApiModel):
    """What keeps a draft from being published, and where."""

    node: str | None
    field: str
    code: str
    detail: str
    detail_pt: str
    detail_en: str


class CheckView(ApiModel):
    """Whether a draft can be published."""

    ok: bool
    problems: list[ProblemView]


class NodeFigures(ApiModel):
    """How runs fared at a node."""

    node: str
    title: str
    kind: str
    entered: int
    left: int
    abandoned: int


class FiguresView(ApiModel):
    """How runs fared. Runs of the simulator are not counted."""

    flow_id: str
    version: int | None
    started: int
    outcomes: dict[str, int]
    nodes: list[NodeFigures]

    @classmethod
    def of(cls, figures: Figures, flow: Flow) -> "FiguresView":
        """Show them in the order of the drawing."""
        drawn = {
            str(node.get("id")): node
            for node in flow.draft.get("nodes") or []
            if isinstance(node, Mapping)
        }
        ordered = [*(one for one in drawn if one in figures.nodes)]
        ordered += [one for one in figures.nodes if one not in drawn]
        nodes = [
            NodeFigures(
                node=one,
                title=str(drawn.get(one, {}).get("title") or ""),
                kind=str(drawn.get(one, {}).get("kind") or ""),
                entered=figures.nodes[one]["entered"],
                left=figures.nodes[one]["passed"],
                abandoned=figures.nodes[one]["abandoned"],
            )
            for one in ordered
        ]
        return cls(
            flow_id=figures.flow_id,
            version=figures.version,
            started=figures.started,
            outcomes=dict(figures.outcomes),
            nodes=nodes,
        )
