"""What the control plane is made of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from sync.central.clock import Clock
from sync.central.keyring import Keyring
from sync.central.pressure import Capacity
from sync.central.store import Store
from sync.protocol.messages import Parameters
from sync.signing import PrivateKey

Mail = Callable[[Sequence[str], str, str], Awaitable[None]]


@dataclass(frozen=True)
class Limits:
    """How much the control plane keeps for others."""

    blob_bytes: int = 16 * 1024**3


@dataclass(frozen=True)
class Central:
    """The parts; `blobs` is the folder of the files that boxes may fetch."""

    store: Store
    clock: Clock
    key: PrivateKey
    blobs: Path
    capacity: Capacity = field(default_factory=Capacity)
    parameters: Parameters = field(default_factory=lambda: Parameters.model_validate({}))
    https: bool = False  # cookies are for encrypted connections only
    version: str = ""
    limits: Limits = field(default_factory=Limits)
    hooks_to: tuple[str, ...] = ()  # networks of our own that webhooks may go to
    mail: Mail | None = None

    def __post_init__(self) -> None:
        """Let a single key be a ring of one, that it may get a successor."""
        if not isinstance(self.key, Keyring):
            object.__setattr__(self, "key", Keyring(self.key))

    @property
    def keyring(self) -> Keyring:
        """The keys, to be rotated and listed."""
        return cast("Keyring", self.key)
