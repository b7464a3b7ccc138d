"""What the API of flows takes and gives."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from daemon.domains.flows.domain.converted import Converted
from daemon.domains.flows.parts import FlowParts
from daemon.domains.flows.service.drawing import Figures
from daemon.domains.flows.store.flows import Flow, Version
from daemon.web.schema import ApiModel, ListQuery, Moment, Name

FLOWS: web.AppKey[FlowParts] = web.AppKey("flows", FlowParts)

Description = Annotated[str, StringConstraints(max_length=500)]
FlowId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
State = Literal["working", "asking", "sleeping", "charging", "paused", "ended"]

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


TYPEBOT: dict[str, Any] = {
    "version": "6",
    "id": "bot1",
    "name": "Contato",
    "events": [{"id": "ev1", "type": "start", "outgoingEdgeId": "e1"}],
    "groups": [
        {
            "id": "g1",
            "title": "Nome",
            "blocks": [
                {
                    "id": "b1",
                    "type": "text",
                    "content": {
                        "richText": [{"type": "p", "children": [{"text": "Qual é o seu nome?"}]}]
                    },
                },
                {"id": "b2", "type": "text input", "options": {"variableId": "v1"}},
            ],
        }
    ],
    "edges": [{"id": "e1", "from": {"eventId": "ev1"}, "to": {"groupId": "g1"}}],
    "variables": [{"id": "v1", "name": "Nome"}],
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
    draft: dict[str, Any] = Field(default_factory=lambda: {"nodes": [], "edges": []})


class FlowChange(ApiModel):
    """What to change; what is not given stays. `active`: triggers start it."""

    name: Name | None = None
    description: Description | None = None
    draft: dict[str, Any] | None = None
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
    """The graph of a version."""

    version: int
    graph: dict[str, Any]


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


class FlowFile(ApiModel):
    """A flow as a file."""

    format: str
    version: int
    name: str
    description: str
    graph: dict[str, Any]


class ImportFlow(ApiModel):
    """A file that was exported here."""

    agent_id: str = Field(max_length=64)
    name: Name | None = None
    file: dict[str, Any]


class ImportTypebot(ApiModel):
    """A Typebot v6 file."""

    model_config = examples({"agentId": "", "dryRun": True, "file": TYPEBOT})

    agent_id: str = Field(max_length=64)
    name: Name | None = None
    file: dict[str, Any]
    dry_run: bool = False


class BlockReport(ApiModel):
    """What became of a block of the file."""

    block: str
    group: str
    type: str
    outcome: Literal["mapped", "approximated", "not_mapped"]
    nodes: list[str]
    note_pt: str
    note_en: str


class ImportReport(ApiModel):
    """What was made of a file."""

    flow: FlowDetail | None
    name: str
    mapped: int
    approximated: int
    not_mapped: int
    blocks: list[BlockReport]
    draft: dict[str, Any]

    @classmethod
    def of(cls, converted: Converted, flow: Flow | None) -> "ImportReport":
        """Show it."""
        blocks = [BlockReport.model_validate(one) for one in converted.blocks]
        counted = Counter(one.outcome for one in blocks)
        return cls(
            flow=None if flow is None else FlowDetail.of(flow),
            name=converted.name,
            mapped=counted["mapped"],
            approximated=counted["approximated"],
            not_mapped=counted["not_mapped"],
            blocks=blocks,
            draft=converted.draft,
        )
