"""What flows tell the rest of the box."""

from dataclasses import dataclass
from typing import ClassVar

from daemon.kernel.events import Event


@dataclass(frozen=True)
class FlowRunUpdated(Event):
    """A run began, moved or ended."""

    name: ClassVar[str] = "flow.run.updated"
    id: str
    flow_id: str
    agent_id: str
    conversation_id: str | None
    channel: str
    state: str
    outcome: str | None
    node_id: str
    step: int


@dataclass(frozen=True)
class FlowUpdated(Event):
    """A flow was made, changed, published or deleted (`status`)."""

    name: ClassVar[str] = "flow.updated"
    id: str
    agent_id: str
    status: str
    version: int | None
