"""What a publication may say is told by field, before any box hears it."""

from typing import Any

import pytest

from config.settings import Settings
from daemon.infra.desired import BadDocumentError, read
from sync.central.operations.contents import described, problems
from tests.sync.central_fixtures import Plane

SHA = "a" * 64
MODEL = {"id": "mini", "name": "Mini", "sha256": SHA, "size_mb": 4}
GOOD: list[tuple[str, dict[str, Any]]] = [
    ("brand", {"name": "Atende Já", "accent": "#0a7f96", "logo": SHA}),
    ("models", {"models": [MODEL]}),
    ("entitlements", {"plan": "pro", "limits": {"agents": 3}, "valid_until": "2027-01-01T00:00Z"}),
    ("config", {"limits": {"agents": 3}, "log": {"level": "debug"}}),
    ("channel", {"channel": "stable", "version": "1.4.2"}),
]
BAD: list[tuple[str, dict[str, Any], set[str]]] = [
    ("brand", {"name": "", "accent": "red", "slogan": "x"}, {"name", "accent", "slogan"}),
    ("models", {"models": [MODEL, {**MODEL, "sha256": "x"}]}, {"models.1.sha256"}),
    ("models", {}, {"models"}),
    ("entitlements", {"valid_until": "2027", "limits": {"agents": -1}},
     {"valid_until", "limits.agents"}),
    ("config", {"limits": {"agents": 0, "users": 9}, "http": {}, "log": 1},
     {"limits.agents", "limits.users", "http", "log"}),
    ("channel", {"version": "latest"}, {"version"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), GOOD)
def test_what_a_box_takes_has_no_problem(kind: str, body: dict[str, Any]) -> None:
    read(kind, body, Settings())
    assert problems(kind, body) == []


@pytest.mark.parametrize(("kind", "body", "fields"), BAD)
def test_what_a_box_refuses_is_told_by_field_in_both_languages(
    kind: str, body: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(BadDocumentError):
        read(kind, body, Settings())

    found = problems(kind, body)

    assert {one["field"] for one in found} == fields
    assert all(one["problem"] != one["problemPt"] for one in found)


def test_every_setting_that_forms_offer_is_one_that_a_box_takes() -> None:
    body: dict[str, Any] = {}
    for one in described()["settings"]:
        value = one["choices"][-1] if one["choices"] else one["most"]
        body.setdefault(one["part"], {})[one["key"]] = value

    taken = read("config", body, Settings())

    for part, values in body.items():
        assert {key: getattr(getattr(taken, part), key) for key in values} == values


async def test_a_reader_learns_over_http_what_is_wrong_and_what_may_be_said(plane: Plane) -> None:
    key = await plane.key()
    asked = {"kind": "brand", "body": {"accent": "red"}}
    status, answer = await plane.call("POST", "/api/contents/check", key, asked)
    assert (status, [one["field"] for one in answer["problems"]]) == (200, ["accent"])
    status, told = await plane.call("GET", "/api/contents", key)
    assert (status, told["stages"][-1]) == (200, 100)
    assert (await plane.call("GET", "/api/documents", key))[1]["items"] == []


async def test_what_boxes_would_refuse_is_refused_by_field_unless_it_is_for_others(
    plane: Plane,
) -> None:
    key = await plane.key()
    asked = {"kind": "brand", "body": {"accent": "red", "slogan": "x"}}

    status, answer = await plane.call("POST", "/api/documents", key, asked)

    assert (status, answer["code"]) == (422, "content_unfit")
    assert {one["field"] for one in answer["facts"]["problems"]} == {"accent", "slogan"}
    assert (await plane.call("GET", "/api/documents", key))[1]["items"] == []
    status, _ = await plane.call("POST", "/api/documents", key, {**asked, "unchecked": True})
    assert status == 201
