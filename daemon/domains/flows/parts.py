"""The context, put together."""

from dataclasses import dataclass
from pathlib import Path

from .ports import KeepFile
from .service.drawing import Flows
from .service.running import Runs
from .service.secrets import Secrets
from .service.simulating import Simulator
from .service.taking import FlowTurns


@dataclass(frozen=True)
class FlowParts:
    """Every part that routes and other contexts work with."""

    flows: Flows
    runs: Runs
    simulator: Simulator
    turns: FlowTurns
    keep_file: KeepFile
    secrets: Secrets
    media: Path
