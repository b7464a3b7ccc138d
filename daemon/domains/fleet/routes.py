"""Routes of the fleet."""

from aiohttp import web

from daemon.kernel.licence import LicenceRestrictedError
from daemon.web.routing import Call, Routes

from .domain import NotEnrolledError, UnknownModelError
from .service import Fleet, NoControlPlaneError
from .views import EnrollInput, EvidenceView, FleetModelsView, FleetModelView, SyncView

FLEET: web.AppKey[Fleet] = web.AppKey("fleet", Fleet)

routes = Routes(tag="sync")


@routes.get("/sync", returns=SyncView)
async def state(call: Call[None, None]) -> SyncView:
    """Show how the sync stands, what the licence covers, and what the fleet wants of this box."""
    return SyncView.of(await call.app[FLEET].state(), call.language)


@routes.post(
    "/sync/enroll",
    role="owner",
    body=EnrollInput,
    examples={"body": {"token": "NA7K-2QFX-9TLM-4WVC"}},
    returns=SyncView,
    errors=[NoControlPlaneError],
    also=[503],
)
async def enroll(call: Call[EnrollInput, None]) -> SyncView:
    """Join the tenant of a one-time token."""
    return SyncView.of(await call.app[FLEET].enroll(call.body.token), call.language)


@routes.post(
    "/sync/now", role="owner", returns=SyncView, errors=[NoControlPlaneError, NotEnrolledError]
)
async def now(call: Call[None, None]) -> SyncView:
    """Sync at once instead of at the next round."""
    return SyncView.of(await call.app[FLEET].now(), call.language)


@routes.post(
    "/sync/rotate-key",
    role="owner",
    returns=SyncView,
    errors=[NoControlPlaneError, NotEnrolledError],
    also=[503],
)
async def rotate_key(call: Call[None, None]) -> SyncView:
    """Change the key that this box signs with; the old one stays valid for thirty days."""
    return SyncView.of(await call.app[FLEET].rotate_key(), call.language)


@routes.get("/sync/models", returns=FleetModelsView)
async def models(call: Call[None, None]) -> FleetModelsView:
    """List the fleet's catalogue of language models."""
    found = await call.app[FLEET].models()
    return FleetModelsView(items=[FleetModelView.of(one) for one in found])


@routes.post(
    "/sync/models/{id}",
    role="owner",
    returns=FleetModelView,
    status=202,
    errors=[UnknownModelError, LicenceRestrictedError],
)
async def install(call: Call[None, None]) -> FleetModelView:
    """Bring a model of the catalogue; it is believed by its hash only."""
    return FleetModelView.of(await call.app[FLEET].install(call.path["id"]))


@routes.get("/debug/sync", role="operator", returns=EvidenceView)
async def evidence(call: Call[None, None]) -> EvidenceView:
    """Show the ends of the chains, the last receipts, and why nothing moves."""
    fleet = call.app[FLEET]
    return EvidenceView.of(await fleet.evidence(), await fleet.state(), call.language)
