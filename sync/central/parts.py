"""What the control plane is made of."""

from dataclasses import dataclass, field
from pathlib import Path

from sync.central.clock import Clock
from sync.central.pressure import Capacity
from sync.central.store import Store
from sync.protocol.messages import Parameters
from sync.signing import PrivateKey


@dataclass(frozen=True)
class Central:
    """The parts; `blobs` is the folder of the files that boxes may fetch."""

    store: Store
    clock: Clock
    key: PrivateKey
    blobs: Path
    capacity: Capacity = field(default_factory=Capacity)
    parameters: Parameters = field(default_factory=lambda: Parameters.model_validate({}))
