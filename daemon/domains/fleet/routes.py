"""Routes of the fleet."""

from aiohttp import web
from pydantic import Field

from daemon.web.routing import Call, Routes
from daemon.web.schema import ApiModel, Moment
from sync.status import Status

from .service import Fleet, NoControlPlaneError

FLEET: web.AppKey[Fleet] = web.AppKey("fleet", Fleet)

routes = Routes(tag="sync")


class EnrollInput(ApiModel):
    """The one-time token that the reseller's office gave."""

    token: str = Field(min_length=8, max_length=200)


class SyncView(ApiModel):
    """How the sync stands, in facts and in words."""

    state: str
    text: str
    device_id: str
    tenant: str | None
    epoch: int
    acked: int
    waiting: int
    failures: int
    trouble: str
    last_receipt_at: Moment | None
    licence: str

    @classmethod
    def of(cls, status: Status, language: str) -> "SyncView":
        """Describe a state in the reader's language."""
        return cls(
            state=status.state,
            text=status.text(language),
            device_id=status.device_id,
            tenant=status.tenant,
            epoch=status.epoch,
            acked=status.acked,
            waiting=status.waiting,
            failures=status.failures,
            trouble=status.trouble,
            last_receipt_at=status.last_receipt_at,
            licence=str(status.licence.state),
        )


@routes.get("/sync", returns=SyncView)
async def state(call: Call[None, None]) -> SyncView:
    """Show how the sync with the control plane stands."""
    return SyncView.of(await call.app[FLEET].status(), call.language)


@routes.post(
    "/sync/enroll",
    role="owner",
    body=EnrollInput,
    returns=SyncView,
    errors=[NoControlPlaneError],
    also=[503],
)
async def enroll(call: Call[EnrollInput, None]) -> SyncView:
    """Join the tenant of a one-time token."""
    return SyncView.of(await call.app[FLEET].enroll(call.body.token), call.language)
