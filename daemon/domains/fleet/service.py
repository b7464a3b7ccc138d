"""Enrolment, the state of the sync, and what the fleet wants of this box."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from daemon.infra.licence_gate import LicenceGate
from daemon.infra.steering import Steering
from daemon.kernel.errors import ConflictError
from daemon.kernel.licence import Extra
from sync.client import Client
from sync.evidence import Evidence
from sync.status import Status

from .domain import NotEnrolledError
from .installing import Installing, Offered

RECEIPTS = 20


class NoControlPlaneError(ConflictError):
    """The settings name no control plane."""

    code = "no_control_plane"
    template = "Set sync.url to the address of the control plane first."
    template_pt = "Antes, defina sync.url com o endereço do plano de controle."


@dataclass(frozen=True)
class Release:
    """The version that runs, and the one that the fleet wants."""

    channel: str
    wanted: str | None
    running: str

    @property
    def up_to_date(self) -> bool:
        """Say whether nobody has to install anything."""
        return self.wanted in {None, self.running}


@dataclass(frozen=True)
class State:
    """Everything that the page shows of the sync."""

    sync: Status
    off: tuple[Extra, ...]
    release: Release
    zone: ZoneInfo


@dataclass(frozen=True)
class Terms:
    """What this box is to its fleet."""

    url: str
    version: str
    zone: ZoneInfo


class Fleet:
    """The box's side of the control plane; without one, everything works all the same."""

    def __init__(
        self,
        client: Client,
        terms: Terms,
        *,
        steering: Steering,
        gate: LicenceGate,
        installing: Installing,
    ) -> None:
        self._client, self._terms = client, terms
        self._steering, self._gate, self._installing = steering, gate, installing

    async def status(self) -> Status:
        """Return how the sync stands."""
        return await self._client.status()

    async def state(self) -> State:
        """Return how the sync stands, what the licence turned off, and which release runs."""
        wanted = self._steering.channel
        release = Release(
            "" if wanted is None else wanted.channel,
            None if wanted is None else wanted.version,
            self._terms.version,
        )
        status = await self._client.status()
        return State(status, tuple(self._gate.off()), release, self._terms.zone)

    async def evidence(self) -> Evidence:
        """Return the ends of the chains and the last receipts."""
        return await self._client.evidence(RECEIPTS)

    async def enroll(self, token: str) -> State:
        """Join the tenant of a one-time token.

        Raises NoControlPlaneError, SyncError when it is refused, TransportError when unheard.
        """
        if not self._terms.url:
            raise NoControlPlaneError(field="sync.url")
        await self._client.enroll(token)
        return await self.state()

    async def now(self) -> State:
        """Sync without waiting for the next round. Raises NotEnrolledError."""
        self._require()
        self._client.wake(at_once=True)
        return await self.state()

    async def rotate_key(self) -> State:
        """Change the device key. Raises NotEnrolledError, SyncError, TransportError."""
        self._require()
        await self._client.rotate()
        return await self.state()

    async def models(self) -> list[Offered]:
        """Return the fleet's catalogue of models."""
        return await self._installing.offered()

    async def install(self, model_id: str) -> Offered:
        """Bring a model of the catalogue. Raises UnknownModelError, LicenceRestrictedError."""
        return await self._installing.begin(model_id)

    def _require(self) -> None:
        if not self._terms.url:
            raise NoControlPlaneError(field="sync.url")
        if not self._client.enrolled:
            raise NotEnrolledError
