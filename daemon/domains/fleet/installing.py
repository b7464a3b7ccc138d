"""Model files of the fleet's catalogue: brought, checked by hash, and added to the library."""

import asyncio
from dataclasses import dataclass

import structlog

from daemon.infra.licence_gate import LicenceGate
from daemon.infra.steering import Steering
from daemon.kernel.clock import Clock, stamp
from models.library import Library
from sync.client import Client
from sync.errors import NotEnrolledError, UntrustedError
from sync.ports import TransportError
from sync.protocol.contents import FleetModel

from .domain import Availability, UnknownModelError

log = structlog.get_logger(__name__)

SOURCE = "fleet"


@dataclass(frozen=True)
class Offered:
    """A model of the catalogue, and how it stands here."""

    model: FleetModel
    state: Availability
    error: str = ""


class Installing:
    """Brings models one at a time; a download that was cut goes on where it stopped."""

    def __init__(
        self,
        client: Client,
        library: Library,
        clock: Clock,
        *,
        steering: Steering,
        gate: LicenceGate,
    ) -> None:
        self._client, self._library, self._clock = client, library, clock
        self._steering, self._gate = steering, gate
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._errors: dict[str, str] = {}
        self._one = asyncio.Lock()

    async def offered(self) -> list[Offered]:
        """Return the catalogue as this box sees it."""
        installed = await asyncio.to_thread(self._library.installed)
        found = []
        for model in self._steering.models:
            here = installed.get(model.id)
            if here is not None and here.sha256 == model.sha256:
                found.append(Offered(model, "installed"))
            elif model.id in self._tasks:
                found.append(Offered(model, "downloading"))
            elif model.id in self._errors:
                found.append(Offered(model, "failed", self._errors[model.id]))
            else:
                found.append(Offered(model, "available"))
        return found

    async def begin(self, model_id: str) -> Offered:
        """Bring a model. Raises UnknownModelError, LicenceRestrictedError."""
        for one in await self.offered():
            if one.model.id == model_id:
                break
        else:
            raise UnknownModelError(id=model_id)
        if one.state in {"installed", "downloading"}:
            return one
        self._gate.require("models")
        self._errors.pop(model_id, None)
        task = asyncio.create_task(self._bring(one.model), name=f"model-{model_id}")
        self._tasks[model_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(model_id, None))
        return Offered(one.model, "downloading")

    async def wanted(self) -> None:
        """Bring what the catalogue says every box shall have."""
        for one in await self.offered():
            if one.model.install and one.state == "available" and self._gate.allows("models"):
                await self.begin(one.model.id)

    async def close(self) -> None:
        """Stop; what came so far is kept."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _bring(self, model: FleetModel) -> None:
        folder = self._library.folder
        path = folder / f"{model.id}-{model.sha256[:12]}.gguf"
        try:
            async with self._one:
                await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
                await self._client.fetch(model.sha256, path)
                at = stamp(self._clock.now())
                await asyncio.to_thread(
                    self._library.pin, model.id, path, model.sha256, source=SOURCE, at=at
                )
            log.info("model_installed", model=model.id)
        except (TransportError, UntrustedError, NotEnrolledError, OSError) as error:
            self._errors[model.id] = str(error) or type(error).__name__
            log.warning("model_not_installed", model=model.id, reason=type(error).__name__)
