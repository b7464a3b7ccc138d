"""The control plane's application, from its parts."""

from dataclasses import dataclass, field

from aiohttp import web

from sync.central.device_api import DeviceApi
from sync.central.pressure import Capacity, Pressure
from sync.central.problems import answers, json
from sync.central.store import Store
from sync.ports import Clock
from sync.protocol import MAX_PACKED, Parameters
from sync.signing import PrivateKey


@dataclass(frozen=True)
class Central:
    """What the control plane is made of."""

    store: Store
    clock: Clock
    key: PrivateKey
    capacity: Capacity = field(default_factory=Capacity)
    parameters: Parameters = field(default_factory=lambda: Parameters.model_validate({}))


def build(central: Central) -> web.Application:
    """Return the application; the store is the caller's to close."""
    app = web.Application(
        middlewares=[answers(central.key, central.clock)], client_max_size=8 * MAX_PACKED
    )
    pressure = Pressure(central.capacity, central.parameters.interval_s)
    devices = DeviceApi(central.store, central.clock, central.key, pressure, central.parameters)
    app.add_routes(devices.routes())

    async def live(_: web.Request) -> web.Response:
        return json({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        await central.store.ready()
        return json({"status": "ok"})

    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready)])
    return app
