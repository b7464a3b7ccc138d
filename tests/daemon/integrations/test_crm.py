"""A CRM gets what changed, in its own words, once; and a person sees beforehand what it gets."""

import json
from typing import Any

import pytest

from daemon.domains.finance.domain.records import Client, Invoice
from daemon.domains.finance.store import rows as money
from daemon.infra.database import Connection
from tests.daemon.integrations.conftest import Elsewhere, Office

PERSON = {"full_name": "/name", "mobile": "/phone", "labels": "/tags", "note": "id {{/id}}"}
OBJECTS = {
    "contact": {
        "create": {"path": "/people", "body": PERSON},
        "update": {"method": "PUT", "path": "/people/{{/externalId}}", "body": PERSON},
        "idPointer": "/data/id",
    },
    "deal": {
        "create": {
            "path": "/deals",
            "body": {
                "title": "{{/title}} ({{/contact/name|sem contato}})",
                "cents": "/valueCentavos",
            },
        }
    },
    "invoice": {"create": {"path": "/bills", "body": {"n": "/label", "who": "/client/name"}}},
}


async def connect(office: Office, elsewhere: Elsewhere, **more: Any) -> Any:
    elsewhere.status, elsewhere.body = 201, b'{"id": 7, "data": {"id": "p/77"}}'
    body = {
        "name": "CRM",
        "baseUrl": f"{elsewhere.url}/api/",
        "objects": OBJECTS,
        "headers": {"Authorization": "Bearer canary"},
        **more,
    }
    return await office.post("/integrations/crm", 201, **body)


async def a_contact(office: Office, **more: Any) -> Any:
    body = {"phone": "11987654321", "name": "Marina", "tags": ["vip"], **more}
    return await office.post("/contacts", 201, **body)


async def log_of(office: Office, connector: Any) -> Any:
    return (await office.get(f"/integrations/crm/{connector['id']}/log"))["items"]


async def test_a_dry_run_shows_the_request_and_sends_nothing(
    office: Office, elsewhere: Elsewhere
) -> None:
    connector, contact = await connect(office, elsewhere), await a_contact(office)
    path = f"/integrations/crm/{connector['id']}/dry-run"

    draft = await office.post(path, kind="contact", objectId=contact["id"])
    assert draft.pop("thing")["id"] == contact["id"]
    assert draft == {
        "action": "create",
        "method": "POST",
        "url": f"{elsewhere.url}/api/people",
        "headerNames": ["Authorization"],
        "body": {
            "full_name": "Marina",
            "mobile": "+5511987654321",
            "labels": ["vip"],
            "note": f"id {contact['id']}",
        },
        "missing": [],
    }
    draft = await office.post(path, kind="deal", sample={"title": "Anual"})
    assert draft["body"] == {"title": "Anual (sem contato)", "cents": None}
    assert draft["missing"] == ["/valueCentavos"]
    await office.post(path, kind="invoice")
    await office.post(path, 404, kind="contact", objectId="nobody")
    assert elsewhere.heard == []


async def test_a_contact_is_made_once_then_changed_by_its_id_over_there(
    office: Office, elsewhere: Elsewhere
) -> None:
    connector, contact = await connect(office, elsewhere), await a_contact(office)
    sync = f"/integrations/crm/{connector['id']}/sync"

    await office.post(sync, 202, kind="contact")
    await office.work()
    [made] = elsewhere.heard
    assert (made.method, made.path, made.headers["authorization"]) == (
        "POST", "/api/people", "Bearer canary",
    )  # fmt: skip
    await office.post(sync, 202, kind="contact")
    await office.work()
    assert len(elsewhere.heard) == 1  # nothing changed

    await office.ask("PATCH", f"/contacts/{contact['id']}", json={"name": "Marina Souza"})
    await office.post(sync, 202, kind="contact", objectId=contact["id"])
    await office.work()
    assert (elsewhere.heard[1].method, elsewhere.heard[1].path) == ("PUT", "/api/people/p/77")
    [link] = (await office.get(f"/integrations/crm/{connector['id']}/links"))["items"]
    assert (link["objectId"], link["externalId"]) == (contact["id"], "p/77")
    assert [one["action"] for one in await log_of(office, connector)] == ["update", "create"]


async def test_what_changes_goes_by_itself(office: Office, elsewhere: Elsewhere) -> None:
    await connect(office, elsewhere, auto=True)
    contact = await a_contact(office)
    deal = await office.post("/deals", 201, title="Anual", contactId=contact["id"])
    await office.deliver()
    await office.work()
    assert sorted(one.path for one in elsewhere.heard) == ["/api/deals", "/api/people"]

    await office.ask("PATCH", f"/deals/{deal['id']}", json={"valueCentavos": 1500})
    await office.deliver()
    await office.work()
    assert json.loads(elsewhere.heard[-1].body) == {"title": "Anual (Marina)", "cents": 1500}
    await office.ask("DELETE", f"/deals/{deal['id']}", 204)
    await office.deliver()
    await office.work()
    assert len(elsewhere.heard) == 3


async def test_an_invoice_is_a_sync_object(office: Office, elsewhere: Elsewhere) -> None:
    connector, now = await connect(office, elsewhere), office.clock.now()

    def commit(tx: Connection) -> None:
        client = Client("c1", "Bela", None, None, None, None, "active", None, now, now)
        money.add(tx, "local", client)
        invoice = Invoice(
            "i1", "invoice", 12, "c1", "2026-01", "BRL", now, "2026-02-10", 9900, 0, 0, "open",
            None, None,
        )  # fmt: skip
        money.add(tx, "local", invoice)

    await office.desk.database.write(commit)
    await office.post(f"/integrations/crm/{connector['id']}/sync", 202, kind="invoice")
    await office.work()
    assert json.loads(elsewhere.heard[0].body) == {"n": "F-000012", "who": "Bela"}


async def test_a_busy_crm_is_tried_again_and_a_refusal_is_not(
    office: Office, elsewhere: Elsewhere
) -> None:
    connector, contact = await connect(office, elsewhere), await a_contact(office)
    sync = f"/integrations/crm/{connector['id']}/sync"
    elsewhere.status, elsewhere.body = 503, b"busy"
    await office.post(sync, 202, kind="contact")
    await office.work()
    assert [one["outcome"] for one in await log_of(office, connector)] == ["retry"]
    elsewhere.status, elsewhere.body = 201, b'{"data": {"id": 5}}'
    office.clock.advance(6)
    await office.work()
    last = (await log_of(office, connector))[0]
    assert (last["outcome"], last["externalId"]) == ("done", "5")
    keys = {one.headers["idempotency-key"] for one in elsewhere.heard}
    assert len(keys) == 1

    elsewhere.status, elsewhere.body = 422, b'{"error": "name"}'
    await office.ask("PATCH", f"/contacts/{contact['id']}", json={"name": "M"})
    await office.post(sync, 202, kind="contact")
    await office.work()
    office.clock.advance(100_000)
    await office.work()
    last = (await log_of(office, connector))[0]
    assert (last["outcome"], last["status"], last["error"]) == ("failed", 422, None)
    assert last["response"] == '{"error": "name"}'
    assert len(elsewhere.heard) == 3


async def test_a_crm_that_stays_away_is_left_alone_after_a_while(
    office: Office, elsewhere: Elsewhere
) -> None:
    connector = await connect(office, elsewhere)
    await a_contact(office)
    elsewhere.status = 500
    await office.post(f"/integrations/crm/{connector['id']}/sync", 202, kind="contact")
    for _ in range(12):
        await office.work()
        office.clock.advance(30_000)
    outcomes = [one["outcome"] for one in await log_of(office, connector)]
    assert outcomes == ["failed", *["retry"] * 6]


async def test_values_never_leave_their_place_in_a_path(
    office: Office, elsewhere: Elsewhere
) -> None:
    objects = {"deal": {"create": {"path": "/x/{{/title}}"}}}
    connector = await connect(office, elsewhere, objects=objects)
    path = f"/integrations/crm/{connector['id']}/dry-run"
    draft = await office.post(path, kind="deal", sample={"title": "../a?b=c#d/é"})
    assert draft["url"].endswith("/api/x/..%2Fa%3Fb%3Dc%23d%2F%C3%A9")


async def test_header_values_are_sealed(office: Office, elsewhere: Elsewhere) -> None:
    await connect(office, elsewhere)
    raw = office.desk.database.path.read_bytes()
    raw += office.desk.database.path.with_suffix(".db-wal").read_bytes()
    assert b"canary" not in raw


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"baseUrl": "http://10.1.1.1/"}, "baseUrl"),
        ({"objects": {}}, "objects"),
        ({"objects": {"lead": {"create": {"path": "/x"}}}}, "objects.lead.[key]"),
        ({"headers": {"Host": "x"}}, "headers"),
    ],
)
async def test_a_bad_connector_is_refused_by_its_field(
    office: Office, elsewhere: Elsewhere, change: dict[str, Any], field: str
) -> None:
    body = {"name": "x", "baseUrl": elsewhere.url, "objects": OBJECTS, **change}
    problem = await office.ask("POST", "/integrations/crm", 400, json=body)
    assert problem["field"] == field


async def test_deals_are_kept_listed_and_checked(office: Office) -> None:
    contact = await a_contact(office)
    for number in range(3):
        await office.post(
            "/deals", 201, title=f"D{number}", contactId=contact["id"], externalId=f"x{number}"
        )
    won = await office.post("/deals", 201, title="W", stage="won", valueCentavos=5)

    first = await office.get("/deals", contactId=contact["id"], limit="2")
    rest = await office.get("/deals", contactId=contact["id"], cursor=first["nextCursor"])
    assert [one["title"] for one in first["items"] + rest["items"]] == ["D2", "D1", "D0"]
    assert (await office.get("/deals", stage="won"))["items"] == [won]
    problem = await office.post("/deals", 409, title="x", externalId="x1")
    assert problem["code"] == "external_id_taken"
    problem = await office.post("/deals", 400, title="x", contactId="nobody")
    assert problem["field"] == "contactId"
    await office.ask("PATCH", f"/deals/{won['id']}", json={"externalId": "y", "stage": "lost"})
    changed = await office.ask("PATCH", f"/deals/{won['id']}", json={"externalId": None})
    assert (changed["externalId"], changed["stage"]) == (None, "lost")
    await office.ask("DELETE", f"/deals/{won['id']}", 204)
    await office.ask("GET", f"/deals/{won['id']}", 404)
