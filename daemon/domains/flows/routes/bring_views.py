"""What the API takes and gives where flows come in and go out as files."""

from collections import Counter
from typing import Any, Literal

from pydantic import Field

from daemon.domains.flows.domain.converted import Converted
from daemon.domains.flows.store.flows import Flow
from daemon.web.schema import ApiModel, Name

from .views import FlowDetail, examples

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


class FileView(ApiModel):
    """A file that flows may send."""

    id: str
    kind: str
    mime: str
    name: str | None
    bytes: int


class FlowFile(ApiModel):
    """A flow as a file."""

    format: str
    version: int
    name: str
    description: str
    graph: dict[str, Any]
    secrets: list[str]


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
