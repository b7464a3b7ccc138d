"""Every documented example is taken, and every answer is what the document says it is."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.sync.central.asking import ok
from tests.sync.central.test_everything_of_others import MARK, furnish
from tests.sync.central_fixtures import Plane, TestBox, a_box
from tests.sync.wire import a_wire

Body = dict[str, Any]
JSON = "application/json"
# What ends what others are about: sent when those were.
LAST = ("/revoke", "/withdraw", "/login", "/key", "DELETE", "/logout")
QUERY = {
    "start": {"date-time": "2026-03-01T00:00:00Z", "": "2026-03"},
    "end": {"date-time": "2026-03-31T00:00:00Z", "": "2026-03"},
    "period": {"": "2026-03"},
}


@dataclass
class Walk:
    """The way through the document; `known` are the ids of what there is."""

    plane: Plane
    key: str
    document: Body
    known: dict[str, str]
    wrong: list[str] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)

    def operations(self) -> list[tuple[str, str, Body]]:
        """Return the office's operations; what ends things comes last."""
        found = [
            (method.upper(), path, one)
            for path, item in self.document["paths"].items()
            for method, one in item.items()
            if path.startswith("/api/")
        ]
        return sorted(found, key=lambda one: _late(one[0], one[1]))

    async def send(self, method: str, path: str, one: Body) -> None:
        """Send each example of an operation, or the request alone."""
        content = one.get("requestBody", {}).get("content", {})
        if JSON in content and "examples" not in content[JSON]:
            self.wrong.append(f"{method} {path} has no example")
        stated = content.get(JSON, {}).get("examples", {"": {"value": None}})
        for example in stated.values():
            await self._ask(method, path, one, example["value"])

    async def _ask(self, method: str, path: str, one: Body, body: Any) -> None:
        filled = re.sub(r"\{(\w+)\}", lambda mark: self._id(path, mark[1]), path)
        params = {
            asked["name"]: _value(path, asked) for asked in one["parameters"]
            if asked["in"] == "query" and (asked["required"] or path.startswith("/api/exports"))
            and asked["name"] in QUERY
        }  # fmt: skip
        data = b"bytes" if method == "PUT" and "blobs" in path else None
        headers = {"Authorization": f"Bearer {self.key}"}
        async with self.plane.session.request(
            method, self.plane.base + filled, params=params, headers=headers,
            **({"data": data} if data else {"json": self._known(body)}),
        ) as response:  # fmt: skip
            text, status = await response.read(), str(response.status)
        said = one["responses"].get(status)
        if said is None:
            self.wrong.append(f"{method} {path}: {status} {text.decode()[:300]}")
            return
        self.sent.add(f"{method} {path}")
        media = next(iter(said["content"].items()))
        if media[0] != JSON:
            return
        answer = orjson.loads(text)
        self._check(f"{method} {path}", media[1]["schema"], answer)
        made = path.rsplit("/", 1)[1]
        if method == "POST" and status == "201" and made not in {"resellers", "tenants"}:
            self.known[made] = str(answer.get("id"))

    def _check(self, name: str, schema: Body, answer: Any) -> None:
        whole = {**schema, "components": self.document["components"]}
        for error in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(
            answer
        ):
            place = ".".join(map(str, error.absolute_path))
            self.wrong.append(f"{name}: {place}: {error.message[:300]}")

    def _id(self, path: str, name: str) -> str:
        fixed = {"period": "2026-03", "sha256": self.known["sha256"], "what": "usage"}
        return fixed.get(name) or self.known[path.split("/")[2]]

    def _known(self, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        swapped = {name: self.known["plans"] for name in ("planId",) if name in body}
        return {**body, **swapped, **({"key": self.key} if "key" in body else {})}


def _late(method: str, path: str) -> int:
    order = [mark for mark, word in enumerate(LAST) if method == word or path.endswith(word)]
    return 1 + order[-1] if order else 0


def _value(path: str, asked: Body) -> str:
    if path.startswith("/api/exports") and asked["name"] != "period":
        return "2026-03-02"
    return QUERY[asked["name"]].get(asked["schema"].get("format", ""), "2026-03-02")


async def walked(plane: Plane, folder: Path) -> Walk:
    """Send every example to a control plane that has one of everything."""
    import hashlib  # noqa: PLC0415 - only here

    others = await furnish(plane, folder)
    key = await plane.key()
    async with plane.session.get(f"{plane.base}/openapi.json") as response:
        document = await response.json()
    known = {
        "resellers": "norte",
        "tenants": "acme",
        "devices": others.device,
        "documents": others.document,
        "plans": others.plan,
        "alerts": others.alert,
        "sha256": hashlib.sha256(b"bytes").hexdigest(),
    }
    walk = Walk(plane, key, document, known)
    for method, path, one in walk.operations():
        await walk.send(method, path, one)
    return walk


async def test_every_example_is_taken_and_every_answer_fits_its_schema(
    plane: Plane, tmp_path: Path
) -> None:
    walk = await walked(plane, tmp_path)

    assert not walk.wrong, "\n".join(walk.wrong)
    assert len(walk.sent) == len(walk.operations())
    assert MARK  # what it is about is marked, in the lists that were checked


def test_every_documented_answer_has_an_example_that_fits_it(described: Body) -> None:
    for path, item in described["paths"].items():
        for method, one in item.items():
            for status, said in one["responses"].items():
                content = said.get("content", {}).get(JSON)
                if content is None:
                    continue
                assert content["schema"] != {"type": "object"}, (method, path)
                whole = {**content["schema"], "components": described["components"]}
                errors = list(Draft202012Validator(whole).iter_errors(content["example"]))
                assert errors == [], (method, path, status)


async def test_what_boxes_are_answered_is_what_the_document_says(
    plane: Plane, tmp_path: Path, described: Body
) -> None:
    wire = await a_wire(plane, tmp_path)
    box: TestBox = wire.box
    key = await plane.key()
    await ok(plane, "POST", "/api/documents", key, {"kind": "brand", "body": {"name": "N"}})
    await box.client.cycle()
    device = wire.device
    asked = {"rawEpoch": 1, "first": 1, "last": 3}
    await ok(plane, "POST", f"/api/devices/{device}/audits", key, asked)
    await ok(plane, "POST", f"/api/devices/{device}/rotate", key)
    for _ in range(3):
        await box.use(1)
        plane.clock.advance(hours=1)
        await box.client.cycle()
    again = await a_box(plane, tmp_path / "again.db")
    await again.client.enroll(await plane.token())

    checked = set()
    for line in (box.line, again.line):
        for (method, path, _, _), reply in zip(line.sent, line.replies, strict=True):
            place = path.partition("?")[0]
            said = described["paths"][place][method.lower()]["responses"]
            if reply.status != 200:
                assert str(reply.status) in said
                continue
            schema = said["200"]["content"][JSON]["schema"]
            whole = {**schema, "components": described["components"]}
            errors = Draft202012Validator(whole).iter_errors(orjson.loads(reply.body))
            assert [error.message for error in errors] == [], place
            checked.add(place)
    assert checked == {
        *("/v1/enroll", "/v1/sync", "/v1/desired", "/v1/audit/answer", "/v1/keys/rotate"),
    }


@pytest.fixture
async def described(plane: Plane) -> Body:
    async with plane.session.get(f"{plane.base}/openapi.json") as response:
        document: Body = await response.json()
    return document
