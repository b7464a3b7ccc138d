"""Every operation of the OpenAPI document, tried with another reseller's and tenant's ids.

What belongs to the others carries a mark that no request contains: an answer with it leaked a row.
Afterwards everything of the others is compared with what it was: nothing was written either.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from sync.central.office import Office
from sync.central.operations.alerts import Alerts
from tests.sync.central.asking import ok
from tests.sync.central_fixtures import Plane, an_enrolled_box

Body = dict[str, Any]

MARK = "zzmarkzz"
REQUESTS = 5_000  # on each of the two stores
SLOW = {"login", "add_user"}  # a password is hashed each time: these are tried less often
LEFT_OUT = {"logout"}  # ends the key that asks
WATCHED = (
    "/api/tenants/acme",
    "/api/tenants/acme/tokens",
    "/api/tenants/acme/subscription",
    "/api/tenants/acme/invoices/2026-03",
    "/api/devices/{device}/overview",
    "/api/devices/{device}/audits",
    "/api/devices/{device}/invoices",
    "/api/documents/{document}",
    "/api/plans/{plan}",
    "/api/alerts?resellerId=norte&state=live",
    "/api/resellers/norte/settings",
    "/api/subscriptions?resellerId=norte",
    "/api/fleet?resellerId=norte",
)


@dataclass
class Others:
    """What the other reseller has."""

    device: str
    document: str
    plan: str
    user: str
    key: str
    alert: str
    blob: str


async def furnish(plane: Plane, folder: Path) -> Others:
    """Give the reseller norte one of everything, all of it marked."""
    key, norte = await plane.key(), await plane.key("reseller", "norte")
    await ok(plane, "POST", "/api/resellers", key, {"id": "norte", "name": MARK})
    body = {"id": "acme", "name": MARK, "resellerId": "norte"}
    await ok(plane, "POST", "/api/tenants", key, body)
    box = await an_enrolled_box(plane, folder / "box.db")
    device = box.client.ledger.device_id

    async def health() -> Body:
        return {"sessions": {"FAILED": 1}, "model": MARK}

    box.client._health = health  # noqa: SLF001 - the daemon passes it at the start
    await box.use(3)
    plane.clock.advance(hours=1)
    document = await ok(
        plane, "POST", "/api/documents", norte, {"kind": "brand", "body": {"name": MARK}}
    )
    await box.client.cycle()
    await ok(plane, "PATCH", f"/api/devices/{device}", norte, {"label": MARK})
    version = {"effectiveFrom": "2026-01-01", "baseCentavos": 100}
    plan = await ok(plane, "POST", "/api/plans", norte, {"name": MARK, "version": version})
    await ok(plane, "POST", "/api/tenants/acme/subscription", norte, {"planId": plan["id"]})
    plane.clock.advance(days=31)
    await ok(plane, "POST", "/api/tenants/acme/invoices", norte, {"period": "2026-03"})
    await ok(
        plane, "POST", f"/api/devices/{device}/invoices", norte, {"period": "2026-03", "prices": {}}
    )
    await box.client.cycle()
    person = {"username": MARK, "name": MARK, "password": "long enough", "role": "reader"}
    user = await ok(plane, "POST", "/api/users", norte, person)
    made = await ok(plane, "POST", "/api/keys", norte, {"name": MARK, "role": "reader"})
    settings = {"alertEmails": [f"{MARK}@example.com"], "notifyFrom": "never"}
    await ok(plane, "PUT", "/api/resellers/norte/settings", norte, settings)
    await Alerts(plane.store, plane.clock, Office(plane.store, plane.clock)).watch()
    alerts = await ok(plane, "GET", "/api/alerts", norte)
    return Others(
        device,
        document["id"],
        plan["id"],
        user["id"],
        made["id"],
        alerts["items"][0]["id"],
        "ab" * 32,
    )


class Tries:
    """Requests made up from the document, with the others' ids wherever one fits."""

    def __init__(self, document: Body, others: Others) -> None:
        self._dice = random.Random(7)  # noqa: S311 - repeatable
        self._schemas, self._others = document["components"]["schemas"], others
        self._operations = [
            (path, method, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if path.startswith("/api/") and operation["operationId"] not in LEFT_OUT
        ]

    def __iter__(self) -> Any:
        round_ = 0
        while True:
            for path, method, operation in self._operations:
                if operation["operationId"] not in SLOW or round_ % 20 == 0:
                    yield operation["operationId"], method, *self._request(path, operation)
            round_ += 1

    def _request(self, path: str, operation: Body) -> tuple[str, Body, Any]:
        filled = re.sub(r"\{(\w+)\}", lambda found: self._id(path, found[1]), path)
        query = {
            one["name"]: self._value(one["name"], one["schema"])
            for one in operation["parameters"]
            if one["in"] == "query" and (one["required"] or self._dice.random() < 0.5)
        }
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
            return filled, query, self._object(self._schemas[name])
        return filled, query, b"bytes" if content else None

    def _object(self, schema: Body) -> Body:
        needed = schema.get("required", [])
        return {
            name: self._value(name, part)
            for name, part in schema["properties"].items()
            if name in needed or self._dice.random() < 0.5
        }

    def _id(self, path: str, name: str) -> str:
        others = self._others
        if name in {"period", "sha256", "what"}:
            exports = self._dice.choice(["fleet", "invoices", "usage", "mrr", "margin"])
            return {"period": "2026-03", "sha256": others.blob, "what": exports}[name]
        kinds = {
            "tenants": "acme",
            "devices": others.device,
            "documents": others.document,
            "plans": others.plan,
            "users": others.user,
            "keys": others.key,
            "alerts": others.alert,
            "resellers": "norte",
        }
        return kinds[path.split("/")[2]]

    def _value(self, name: str, schema: Body) -> Any:
        known = {
            "tenantId": "acme",
            "deviceId": self._others.device,
            "resellerId": "norte",
            "planId": self._others.plan,
            "wholesalePlanId": self._others.plan,
            "id": self._dice.choice(["acme", "norte", f"new{self._dice.randrange(99)}"]),
            "period": "2026-03",
            "start": self._time("2026-03-01", schema),
            "end": self._time("2026-03-30", schema),
            "username": f"person{self._dice.randrange(10**6)}",
            "password": "long enough",
            "name": "Name",
            "currency": "BRL",
            "before": "2026-03-01T00:00:00Z",
            "effectiveFrom": "2027-01-01",
            "on": "2026-04-20",
            "q": "acme",
            "cursor": "",
            "after": "",
        }
        if name in known:
            return known[name]
        schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
        if "$ref" in schema:
            return self._object(self._schemas[schema["$ref"].rsplit("/", 1)[1]])
        if "enum" in schema or "const" in schema:
            return self._dice.choice(schema.get("enum", [schema.get("const")]))
        kinds = {"integer": 1, "boolean": False, "object": {}, "array": []}
        return kinds.get(schema.get("type", ""), self._dice.choice(["", "text", "long enough"]))

    def _time(self, day: str, schema: Body) -> str:
        if schema.get("format") == "date-time":
            return f"{day}T00:00:00Z"
        return self._dice.choice([day, day[:7]])


async def send(plane: Plane, key: str, made: tuple[str, str, Body, Any]) -> tuple[int, str]:
    method, path, query, body = made
    data = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
    shown = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in query.items()
    }
    headers = {"Authorization": f"Bearer {key}"}
    async with plane.session.request(
        method, plane.base + path, params=shown, data=data, headers=headers
    ) as response:
        return response.status, await response.text(errors="replace")


@pytest.mark.timeout(900)
async def test_no_operation_shows_or_changes_a_row_of_another_reseller(
    plane: Plane, tmp_path: Path
) -> None:
    others = await furnish(plane, tmp_path)
    platform = await plane.key()
    await plane.token("other", "sul")
    keys = [await plane.key("reseller", "sul"), await plane.key("reader", "sul")]
    watched = [
        path.format(device=others.device, document=others.document, plan=others.plan)
        for path in WATCHED
    ]
    before = [await ok(plane, "GET", path, platform) for path in watched]
    assert sum(MARK in orjson.dumps(one).decode() for one in before) > len(WATCHED) // 2
    async with plane.session.get(f"{plane.base}/openapi.json") as response:
        tries = Tries(await response.json(), others)
    seen: dict[str, set[int]] = {}
    for number, (name, method, path, query, body) in enumerate(tries):
        if number == REQUESTS:
            break
        status, text = await send(plane, keys[number % 2], (method, path, query, body))
        seen.setdefault(name, set()).add(status)
        assert status < 500, (method, path, query, body)
        assert MARK not in text, (method, path, query, body, status)
        if re.search(r"acme|norte|\b[0-9a-f]{8}-[0-9a-f]{4}-", path):
            assert status in {400, 403, 404}, (method, path, query, body, status, text)

    after = [await ok(plane, "GET", path, platform) for path in watched]
    assert after == before
    reached = {name for name, statuses in seen.items() if statuses - {400}}
    assert set(seen) - reached == set(), "each was tried past the check of its input"
