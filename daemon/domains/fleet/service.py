"""Enrolment and the state of the sync."""

from daemon.kernel.errors import ConflictError
from sync.client import Client
from sync.status import Status


class NoControlPlaneError(ConflictError):
    """The settings name no control plane."""

    code = "no_control_plane"
    template = "Set sync.url to the address of the control plane first."
    template_pt = "Antes, defina sync.url com o endereço do plano de controle."


class Fleet:
    """The box's side of the control plane; without one, everything works all the same."""

    def __init__(self, client: Client, *, url: str) -> None:
        self._client, self._url = client, url

    async def status(self) -> Status:
        """Return how the sync stands."""
        return await self._client.status()

    async def enroll(self, token: str) -> Status:
        """Join the tenant of a one-time token.

        Raises NoControlPlaneError, SyncError when it is refused, TransportError when unheard.
        """
        if not self._url:
            raise NoControlPlaneError(field="sync.url")
        await self._client.enroll(token)
        return await self._client.status()
