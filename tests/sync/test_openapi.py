"""The OpenAPI document is valid, complete, and no input of its kind gets a 5xx."""

import json
import random
from pathlib import Path
from typing import Any

from openapi_spec_validator import validate

from sync.central.device_api import DeviceApi
from sync.central.office_api import OfficeApi
from sync.central.sqlite_store import SqliteStore
from sync.protocol.problems import PROBLEMS
from tests.sync.central_fixtures import Plane, a_plane
from tests.sync.doubles import StillClock

STRANGE: list[Any] = [
    None,
    "",
    "\x00",
    "'; DROP TABLE devices; --",
    "a" * 70_000,
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    ["x"],
    {"id": {"id": {}}},
    "2026-13-45",
    "9999-12-31T23:59:59-14:00",
    "ação",
]
TRIES = 12


async def test_the_document_is_valid_and_names_every_route_and_code(plane: Plane) -> None:
    async with plane.session.get(f"{plane.base}/openapi.json") as response:
        document = await response.json()

    validate(document)
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    office = OfficeApi(plane.central, None)  # type: ignore[arg-type]  # only its table is read
    boxes = DeviceApi(plane.central, None, None)  # type: ignore[arg-type]  # only its routes are read
    served = {(route.method, route.path) for route in office.table}
    served |= {(route.method, route.path.replace(":[0-9a-f]{64}", "")) for route in boxes.routes()}
    assert described == served
    codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert set(codes) == set(PROBLEMS)


async def test_no_input_gets_a_server_error(plane: Plane) -> None:
    key = await plane.key()
    await plane.token()
    dice = random.Random(4)  # noqa: S311 - repeatable nonsense
    async with plane.session.get(f"{plane.base}/openapi.json") as response:
        document = await response.json()
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for _ in range(TRIES):
                status = await _nonsense(plane, key, path, method, operation, schemas, dice)
                assert status < 500, f"{method} {path}"


async def _nonsense(  # noqa: PLR0917 - all of it is the request
    plane: Plane,
    key: str,
    path: str,
    method: str,
    operation: dict[str, Any],
    schemas: dict[str, Any],
    dice: random.Random,
) -> int:
    for name in ("id", "period", "sha256"):
        path = path.replace(f"{{{name}}}", dice.choice(["acme", "x", "%00", "2026-03", "ab" * 32]))
    query = {
        parameter["name"]: str(dice.choice(STRANGE))[:200]
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and dice.random() < 0.7
    }
    body = None
    if "application/json" in (content := operation.get("requestBody", {}).get("content", {})):
        reference = content["application/json"]["schema"]["$ref"]
        schema = schemas[reference.rsplit("/", 1)[1]]
        body = {name: dice.choice(STRANGE) for name in schema["properties"]}
        body |= {"name": "N", "id": f"r{dice.randrange(99)}"} if dice.random() < 0.3 else {}
    raw = b"{" if dice.random() < 0.1 else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "na-device": "x", "na-seq": "1"}
    async with plane.session.request(
        method, plane.base + path, params=query, data=raw, headers=headers
    ) as response:
        return response.status


async def test_a_control_plane_without_its_store_is_alive_but_not_ready(
    clock: StillClock, tmp_path: Path
) -> None:
    store = await SqliteStore.open(tmp_path / "central")
    async with a_plane(store, clock, tmp_path) as plane:
        async with plane.session.get(f"{plane.base}/health/ready") as response:
            assert response.status == 200
        await store.close()
        async with plane.session.get(f"{plane.base}/health/ready") as response:
            assert (response.status, (await response.json(content_type=None))["code"]) == (
                503,
                "busy",
            )
        async with plane.session.get(f"{plane.base}/health/live") as response:
            assert response.status == 200
