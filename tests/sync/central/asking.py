"""Short ways to ask a control plane, and to let a box say how it is."""

from typing import Any

from sync.central.office import Office
from sync.central.operations.alerts import Alerts
from tests.sync.central_fixtures import Plane, TestBox

Body = dict[str, Any]
SPAN = "start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z"


async def ok(plane: Plane, method: str, path: str, key: str, body: object = None) -> Body:
    status, answer = await plane.call(method, path, key, body)
    assert status < 300, (method, path, status, answer)
    return answer


async def watch(plane: Plane) -> None:
    office = Office(plane.store, plane.clock)
    await Alerts(plane.store, plane.clock, office).watch()


async def kinds(plane: Plane, key: str, state: str = "live") -> list[str]:
    items = (await ok(plane, "GET", f"/api/alerts?state={state}", key))["items"]
    return sorted(item["kind"] for item in items)


async def total(plane: Plane, key: str, tenant: str) -> dict[str, int]:
    rows = (await ok(plane, "GET", f"/api/tenants/{tenant}/usage?{SPAN}", key))["items"]
    return {row["meter"]: row["quantity"] for row in rows}


async def tell(box: TestBox, **report: Any) -> None:
    async def health() -> Body:
        return report

    box.client._health = health  # noqa: SLF001 - the daemon passes it at the start
    await box.client.cycle()
