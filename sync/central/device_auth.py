"""Who sends a request: an enrolled box, by its signature."""

from aiohttp import web

from sync.central.clock import Clock
from sync.central.problems import request_number
from sync.central.store import Device, Store
from sync.protocol.messages import CREATED_WINDOW_S, malformed
from sync.protocol.problems import SyncError
from sync.signing import verify_request


async def admit(
    request: web.Request, body: bytes, store: Store, clock: Clock
) -> tuple[Device, int]:
    """Return the box and its request's number; the caller notes the number in its transaction."""
    device_id = request.headers.get("na-device", "")
    seq = request_number(request)
    if not device_id or seq < 1:
        raise malformed(
            field="na-device, na-seq", problem="must name the device and number the request"
        )
    device = await store.device(device_id, clock.now())
    if device is None:
        raise SyncError(code="device_unknown")
    _check(request, body, device, clock)
    if device.status != "active":
        raise SyncError(code="device_revoked")
    return device, seq


def _check(request: web.Request, body: bytes, device: Device, clock: Clock) -> None:
    created = verify_request(device.keys, request.method, request.path_qs, request.headers, body)
    skew = abs((clock.now() - created).total_seconds())
    if skew > CREATED_WINDOW_S and not device.clock_suspect:
        raise SyncError(code="clock_skew", skew_s=int(skew))


def replayed(seq: int, last: int) -> SyncError:
    """Return the refusal of a number that was used before."""
    return SyncError(code="replayed", seq=seq, last=last)
