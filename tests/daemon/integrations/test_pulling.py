"""What changes in a CRM comes back: paged, once, the last change wins, and who lost is written."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from daemon.domains.integrations.domain import pulling
from daemon.domains.integrations.service.pulling import DUE
from daemon.kernel.jobs import NewJob
from tests.daemon.integrations.conftest import Office
from tests.daemon.integrations.test_crm import a_contact, log_of

FIELDS = {"person.name": "/name", "person.phone": "/phone", "mail": "/email", "labels": "/tags"}
PULL = {
    "path": "/people?since={{/since}}&page={{/page}}",
    "items": "/data",
    "changed": "/updated_at",
    "everyMinutes": 15,
}
CONTACT = {
    "create": {"path": "/people", "fields": FIELDS},
    "update": {"method": "PUT", "path": "/people/{{/externalId}}"},
    "pull": PULL,
}
DEAL = {
    "create": {"path": "/deals", "fields": {"title": "/title", "amount": "/value"}},
    "pull": {
        "path": "/deals?after={{/cursor}}",
        "items": "/list",
        "next": "/next",
        "fields": {"title": "/title", "value": "/amount", "stage": "/step", "phone": "/who/tel"},
    },
}


@dataclass
class Books:
    """A CRM that keeps people and deals, two a page, and says what it was asked."""

    url: str = ""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    deals: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    next: str | None = None
    status: int = 200

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path_qs))
        if self.status != 200:
            return web.Response(status=self.status, text="busy")
        if request.method != "GET":
            body, number = await request.json(), request.match_info.get("id") or "p-new"
            self.people[number] = {"id": number, "updated_at": "2026-01-01T00:00:00Z", **body}
            return web.json_response({"id": number}, status=201)
        if request.path.endswith("/deals"):
            start = int(request.query.get("after") or 0)
            more = self.next or (str(start + 2) if len(self.deals) > start + 2 else None)
            return web.json_response({"list": self.deals[start : start + 2], "next": more})
        since, page = request.query["since"], int(request.query["page"])
        found = sorted(
            (one for one in self.people.values() if one["updated_at"] >= since),
            key=lambda one: str(one["updated_at"]),
        )
        return web.json_response({"data": found[2 * page - 2 : 2 * page]})

    def person(self, number: str, at: str, **said: Any) -> None:
        self.people[number] = {"id": number, "updated_at": at, **said}


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    kept = Books()
    app = web.Application()
    app.router.add_route("*", "/people", kept.answer)
    app.router.add_route("*", "/people/{id}", kept.answer)
    app.router.add_route("*", "/deals", kept.answer)
    async with TestServer(app) as server:
        kept.url = f"http://127.0.0.1:{server.port}"
        yield kept


async def connect(office: Office, books: Books, **more: Any) -> str:
    body = {"name": "CRM", "baseUrl": books.url, "objects": {"contact": CONTACT, "deal": DEAL}}
    made = await office.post("/integrations/crm", 201, **{**body, **more})
    return f"/integrations/crm/{made['id']}"


async def bring(office: Office, path: str, kind: str = "contact") -> Any:
    await office.post(f"{path}/pull", 202, kind=kind)
    await office.work()
    return next(one for one in (await office.get(f"{path}/pulls"))["items"] if one["kind"] == kind)


async def contacts(office: Office) -> dict[str, Any]:
    return {one["phone"]: one for one in (await office.get("/contacts", limit="100"))["items"]}


def ana(name: str = "Ana", **more: Any) -> dict[str, Any]:
    return {"person": {"name": name, "phone": "(11) 98765-4321"}, **more}


async def test_people_come_over_page_by_page_and_only_once(office: Office, books: Books) -> None:
    path = await connect(office, books)
    for number in range(5):
        phone = {"name": f"P{number}", "phone": f"1198765000{number}"}
        books.person(f"p{number}", f"2026-02-0{number + 1}T00:00:00Z", person=phone, labels=["x"])

    state = await bring(office, path)

    assert (state["created"], state["seen"], state["error"]) == (5, 5, None)
    assert state["since"] == "2026-02-05T00:00:00Z"
    assert set(await contacts(office)) == {f"551198765000{number}" for number in range(5)}
    pages = [asked for _, asked in books.asked]
    assert pages[:2] == ["/people?since=&page=1", "/people?since=&page=2"]
    books.asked.clear()
    again = await bring(office, path)
    assert (again["created"], again["updated"], again["seen"]) == (0, 0, 1)
    assert books.asked[0][1] == "/people?since=2026-02-05T00:00:00Z&page=1"
    assert len(await log_of(office, {"id": path.rpartition("/")[2]})) == 5
    await office.deliver()
    await office.work()
    assert {method for method, _ in books.asked} == {"GET"}


async def test_what_came_back_is_not_sent_there_again(office: Office, books: Books) -> None:
    path = await connect(office, books, auto=True)
    books.person("p1", "2026-02-01T00:00:00Z", **ana())
    await bring(office, path)
    await office.deliver()
    await office.work()
    books.person("p1", "2999-01-01T00:00:00Z", **ana("Ana Maria"))
    await bring(office, path)
    await office.deliver()
    await office.work()

    assert (await contacts(office))["5511987654321"]["name"] == "Ana Maria"
    assert {method for method, _ in books.asked} == {"GET"}


async def test_a_known_phone_is_linked_and_later_changes_go_by_the_id_there(
    office: Office, books: Books
) -> None:
    contact = await a_contact(office, name="Marina", email="m@x.com")
    path = await connect(office, books)
    books.person("p1", "2000-01-01T00:00:00Z", **ana("Outra", labels=["vip", "novo"]))
    await bring(office, path)

    [shown] = (await contacts(office)).values()
    assert (shown["id"], shown["name"], shown["email"]) == (contact["id"], "Marina", "m@x.com")
    assert (await log_of(office, {"id": path.rpartition("/")[2]}))[0]["lost"] == [
        {"field": "name", "kept": "Marina", "lost": "Outra", "winner": "here"},
        {"field": "tags", "kept": ["vip"], "lost": ["novo", "vip"], "winner": "here"},
    ]
    await office.post(f"{path}/sync", 202, kind="contact", objectId=contact["id"])
    await office.work()
    assert books.asked[-1] == ("PUT", "/people/p1")


async def test_the_last_change_of_a_field_wins_and_the_loser_is_written_down(
    office: Office, books: Books
) -> None:
    path = await connect(office, books)
    books.person("p1", "2026-02-01T00:00:00Z", **ana("Ana", mail="a@x.com"))
    await bring(office, path)
    [contact] = (await contacts(office)).values()
    await office.ask("PATCH", f"/contacts/{contact['id']}", json={"name": "Ana de casa"})
    later = (office.clock.now() + timedelta(hours=1)).isoformat()
    books.person("p1", later, **ana("Ana do CRM", mail="nova@x.com"))
    await bring(office, path)

    [shown] = (await contacts(office)).values()
    assert (shown["name"], shown["email"]) == ("Ana do CRM", "nova@x.com")
    entry = (await log_of(office, {"id": path.rpartition("/")[2]}))[0]
    assert (entry["direction"], entry["externalId"]) == ("in", "p1")
    assert entry["lost"] == [
        {"field": "name", "kept": "Ana do CRM", "lost": "Ana de casa", "winner": "there"}
    ]
    # A change here alone stays, however often the same row comes again.
    await office.ask("PATCH", f"/contacts/{contact['id']}", json={"name": "Nina"})
    for _ in range(2):
        state = await bring(office, path)
    assert state["updated"] == 0
    assert (await contacts(office))["5511987654321"]["name"] == "Nina"


async def test_what_is_empty_or_makes_no_sense_there_harms_nothing_here(
    office: Office, books: Books
) -> None:
    path = await connect(office, books)
    books.person("p1", "2026-02-01T00:00:00Z", **ana("Ana", mail="a@x.com"))
    books.person("p2", "2026-02-02T00:00:00Z", person={"name": "Sem fone"})
    books.person("p3", "2026-02-03T00:00:00Z", person={"name": "Ruim", "phone": "abc"})
    state = await bring(office, path)
    assert (state["created"], state["skipped"]) == (1, 2)
    assert "phone" in state["error"]

    books.person("p1", "2999-01-01T00:00:00Z", person={"name": "", "phone": "1"}, mail="nada")
    await bring(office, path)
    [shown] = (await contacts(office)).values()
    assert (shown["name"], shown["email"]) == ("Ana", "a@x.com")


async def test_deals_come_over_by_the_mark_of_the_next_page(office: Office, books: Books) -> None:
    path = await connect(office, books)
    books.deals = [
        {"id": number, "title": f"D{number}", "amount": amount, "step": "won", "who": {"tel": tel}}
        for number, amount, tel in ((1, "1.500,50", "11987654321"), (2, 20, None), (3, 10.5, None))
    ]
    state = await bring(office, path, "deal")
    assert (state["created"], state["error"]) == (3, None)
    found = {one["externalId"]: one for one in (await office.get("/deals"))["items"]}
    assert [found[one]["valueCentavos"] for one in "123"] == [150_050, 2_000, 1_050]
    assert found["1"]["contactId"] == next(iter((await contacts(office)).values()))["id"]
    again = await bring(office, path, "deal")
    assert (again["created"], again["updated"]) == (0, 0)


async def test_a_rehearsal_shows_what_would_come_and_writes_nothing(
    office: Office, books: Books
) -> None:
    path = await connect(office, books)
    books.person("p1", "2026-02-01T00:00:00Z", **ana("Ana", mail="ruim"))
    seen = await office.post(f"{path}/pull/dry-run", kind="contact")

    assert (seen["status"], seen["error"]) == (200, None)
    [one] = seen["items"]
    assert (one["action"], one["problems"]) == ("create", ["email"])
    assert one["changes"]["name"] == [None, "Ana"]
    mapping = {**CONTACT, "pull": {**PULL, "fields": {"fields.apelido": "/person/name"}}}
    seen = await office.post(f"{path}/pull/dry-run", kind="contact", mapping=mapping)
    assert (seen["items"][0]["action"], seen["items"][0]["problems"]) == ("skip", ["phone"])
    assert await contacts(office) == {}
    assert (await office.get(f"{path}/pulls"))["items"] == []


async def test_the_schedule_brings_over_what_is_due(office: Office, books: Books) -> None:
    path = await connect(office, books)
    books.person("p1", "2026-02-01T00:00:00Z", **ana())

    async def tick() -> int:
        before = len(books.asked)
        await office.desk.database.write(lambda tx: office.desk.queue.add(tx, NewJob(DUE)))
        await office.work()
        return len(books.asked) - before

    assert await tick() > 0
    assert await tick() == 0
    office.clock.advance(16 * 60)
    assert await tick() > 0
    await office.ask("PATCH", path, json={"status": "paused"})
    office.clock.advance(16 * 60)
    assert await tick() == 0


async def test_what_goes_wrong_over_there_is_said_and_tried_from_the_same_place(
    office: Office, books: Books
) -> None:
    path = await connect(office, books)
    books.person("p1", "2026-02-01T00:00:00Z", **ana())
    await bring(office, path)
    books.status = 503
    state = await bring(office, path)
    assert (state["error"], state["since"]) == ("HTTP 503: busy", "2026-02-01T00:00:00Z")
    books.status, books.next = 200, "http://10.0.0.1/deals"
    state = await bring(office, path, "deal")
    assert state["error"] == "the next page is at another address"
    books.next, books.deals = "same", [{"id": 1, "title": "D"}]
    state = await bring(office, path, "deal")
    assert state["error"] is not None


@pytest.mark.parametrize(
    ("objects", "field"),
    [
        ({"invoice": {"create": {"path": "/x"}, "pull": {"path": "/x"}}}, "objects.invoice.pull"),
        (
            {"deal": {"create": {"path": "/x"}, "pull": {"path": "/x", "fields": {"no": "/a"}}}},
            "objects.deal.pull.fields",
        ),
    ],
)
async def test_what_cannot_come_back_is_refused_by_its_field(
    office: Office, books: Books, objects: Any, field: str
) -> None:
    body = {"name": "x", "baseUrl": books.url, "objects": objects}
    problem = await office.ask("POST", "/integrations/crm", 400, json=body)
    assert problem["field"] == field


async def test_a_kind_without_a_way_back_is_refused(office: Office, books: Books) -> None:
    objects = {"contact": {"create": {"path": "/x"}}}
    path = await connect(office, books, objects=objects)
    for kind in ("contact", "deal"):
        problem = await office.post(f"{path}/pull", 400, kind=kind)
        assert problem["field"] == "kind"


def test_fields_are_reversed_from_what_is_sent() -> None:
    assert pulling.fields("contact", {"create": {"fields": FIELDS}}) == {
        "name": "/person/name",
        "phone": "/person/phone",
        "email": "/mail",
        "tags": "/labels",
    }
    body = {"a/b": {"c": ["/title", "x {{/stage}}"]}, "cents": "/valueCentavos"}
    assert pulling.fields("deal", {"create": {"body": body}}) == {
        "title": "/a~1b/c/0",
        "valueCentavos": "/cents",
    }


def test_moments_are_read_as_systems_write_them() -> None:
    at = pulling.moment("2026-02-01T10:00:00-03:00")
    assert at is not None
    assert at == pulling.moment("2026-02-01T13:00:00") == pulling.moment("1769950800")
    assert pulling.moment("1769950800000") == at
    assert pulling.moment("ontem") is None
    assert json.dumps(pulling.later("2026-02-01", "2026-01-31T23:00:00Z")) == '"2026-02-01"'
