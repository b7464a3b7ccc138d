"""Fields over there by dotted path: nested as they say, and refused where they clash."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.integrations.domain import targets
from daemon.domains.integrations.domain.targets import TargetError
from tests.daemon.integrations.conftest import Elsewhere, Office
from tests.daemon.integrations.test_crm import a_contact, connect, log_of

NESTED = {
    "person.name": "/name",
    "person.phones[0].value": "/phone",
    "person.phones[0].kind": "mobile",
    "person.phones.1.value": "/phoneDigits",
    "site\\.origin": "whatsapp {{/id}}",
}
CONTACT = {
    "create": {"path": "/people", "fields": NESTED},
    "update": {"method": "PUT", "path": "/people/{{/externalId}}"},
}


def test_dots_nest_and_places_make_lists() -> None:
    assert targets.body(NESTED) == {
        "person": {
            "name": "/name",
            "phones": [{"value": "/phone", "kind": "mobile"}, {"value": "/phoneDigits"}],
        },
        "site.origin": "whatsapp {{/id}}",
    }
    assert targets.body({"grid[1][0]": "c", "grid[0][0]": "a", "grid[0][1]": "b"}) == {
        "grid": [["a", "b"], ["c"]]
    }


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (["person", "person.name"], ["'person'", "'person.name'"]),
        (["person.name", "person"], ["'person'", "'person.name'"]),
        (["a.b.c", "a.b"], ["'a.b'", "'a.b.c'"]),
        (["tags[0]", "tags.first"], ["'tags.first'", "'tags[0]'"]),
        (["tags[0]", "tags.0"], ["'tags[0]'", "'tags.0'"]),
        (["tags[1]"], ["'tags[1]'", "0"]),
        (["a..b"], ["'a..b'"]),
        (["a."], ["'a.'"]),
        ([".a"], ["'.a'"]),
        (["[0]"], ["'[0]'"]),
        (["a[x]"], ["'a[x]'"]),
        (["a[0]b"], ["'a[0]b'"]),
        (["a[1000]"], ["'a[1000]'"]),
        ([" "], ["' '"]),
        ([".".join("a" * 20)], ["is no path"]),
    ],
)
def test_paths_that_clash_or_are_none_are_named(fields: list[str], named: list[str]) -> None:
    with pytest.raises(TargetError) as refused:
        targets.body(dict.fromkeys(fields, "/x"))
    words = refused.value.text("en")
    assert all(one in words for one in named), words
    assert refused.value.text("pt-BR") != words


NAMES = st.text(alphabet="ab.", min_size=1, max_size=3)
TREES = st.recursive(
    st.sampled_from(["/x", "/y"]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1)
    ),
    max_leaves=8,
).filter(lambda tree: isinstance(tree, dict) and targets_deep(tree) < targets.MAX_STEPS)


def targets_deep(tree: Any) -> int:
    return max(len(steps) for steps, _ in targets.flat(tree))


def spelt(steps: tuple[str | int, ...]) -> str:
    words = ""
    for step in steps:
        name = step if isinstance(step, int) else step.replace(".", "\\.")
        words += f"[{name}]" if isinstance(step, int) else f".{name}" if words else f"{name}"
    return words


@given(TREES)
def test_any_body_can_be_spelt_by_paths(tree: Any) -> None:
    assert targets.body({spelt(steps): value for steps, value in targets.flat(tree)}) == tree


async def test_a_contact_goes_out_nested_and_is_changed_with_the_same_fields(
    office: Office, elsewhere: Elsewhere
) -> None:
    connector = await connect(
        office, elsewhere, objects={"contact": {**CONTACT, "idPointer": "/id"}}
    )
    contact = await a_contact(office)
    sync = f"/integrations/crm/{connector['id']}/sync"
    await office.post(sync, 202, kind="contact")
    await office.work()
    await office.ask("PATCH", f"/contacts/{contact['id']}", json={"name": "Nina"})
    await office.post(sync, 202, kind="contact")
    await office.work()

    made, changed = (json.loads(one.body) for one in elsewhere.heard)
    assert made["person"]["name"] == "Marina"
    assert changed["person"] == {
        "name": "Nina",
        "phones": [{"value": "+5511987654321", "kind": "mobile"}, {"value": "5511987654321"}],
    }
    assert [one.method for one in elsewhere.heard] == ["POST", "PUT"]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"fields": {"person": "/name", "person.name": "/name"}}, "fields"),
        ({"fields": {"a": "/name"}, "body": {"b": "/name"}}, "body"),
    ],
)
@pytest.mark.parametrize("way", ["create", "update"])
async def test_clashing_fields_are_refused_by_the_name_of_the_request(
    office: Office, elsewhere: Elsewhere, request_: dict[str, Any], field: str, way: str
) -> None:
    connector = await connect(office, elsewhere)
    bad = {"path": "/x", **request_}
    mapping = {"create": {"path": "/x"}, way: bad}
    body = {"name": "x", "baseUrl": elsewhere.url, "objects": {"deal": mapping}}
    path = f"/integrations/crm/{connector['id']}"

    for method, where, said in (
        ("POST", "/integrations/crm", body),
        ("PATCH", path, {"objects": {"deal": mapping}}),
    ):
        problem = await office.ask(method, where, 400, json=said)
        assert problem["field"] == f"objects.deal.{way}.{field}"
    tried = {"kind": "deal", "mapping": mapping}
    problem = await office.ask("POST", f"{path}/dry-run", 400, json=tried)
    assert problem["field"] == f"mapping.{way}.{field}"
    assert (await office.get(path))["objects"] == connector["objects"]


async def test_a_mapping_is_tried_before_it_is_saved(office: Office, elsewhere: Elsewhere) -> None:
    connector = await connect(office, elsewhere)
    path = f"/integrations/crm/{connector['id']}/dry-run"
    draft = await office.post(path, kind="contact", mapping=CONTACT)
    assert draft["body"]["person"]["name"] == draft["thing"]["name"] == "Marina Lopes"
    changed = {**draft["thing"], "name": "Davi"}
    draft = await office.post(path, kind="contact", mapping=CONTACT, sample=changed)
    assert draft["body"]["person"]["name"] == "Davi"
    assert elsewhere.heard == []


async def test_a_failed_thing_goes_again_at_once_when_somebody_asks(
    office: Office, elsewhere: Elsewhere
) -> None:
    connector, contact = await connect(office, elsewhere), await a_contact(office)
    sync = f"/integrations/crm/{connector['id']}/sync"
    elsewhere.status, elsewhere.body = 503, b"busy"
    await office.post(sync, 202, kind="contact")
    await office.work()
    [waiting] = await log_of(office, connector)
    assert (waiting["outcome"], waiting["response"]) == ("retry", "busy")

    elsewhere.status, elsewhere.body = 201, b'{"data": {"id": 5}}'
    await office.post(sync, 202, kind="contact", objectId=contact["id"], force=True)
    await office.work()
    last = (await log_of(office, connector))[0]
    assert (last["outcome"], last["response"]) == ("done", '{"data": {"id": 5}}')
    assert len({one.headers["idempotency-key"] for one in elsewhere.heard}) == 1

    await office.post(sync, 202, kind="contact", objectId=contact["id"])
    await office.work()
    assert len(elsewhere.heard) == 2  # it is over there as it is
    await office.post(sync, 202, kind="contact", objectId=contact["id"], force=True)
    await office.work()
    assert len(elsewhere.heard) == 3
    office.clock.advance(100_000)
    await office.work()
    assert len(elsewhere.heard) == 3
