"""The audit log: what is kept of a request, and that nobody can change it unseen."""

import sqlite3
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from daemon.domains.audit import store
from daemon.domains.audit.routes import AUDIT, routes
from daemon.domains.audit.service import Audit
from daemon.infra.database import Connection, Database
from daemon.kernel.clock import FakeClock
from daemon.kernel.errors import ConflictError
from daemon.web.auth import Identity
from daemon.web.problems import problems
from daemon.web.routing import Call, Routes, mount
from daemon.web.schema import ApiModel
from daemon.wiring.routes import ROUTES

acts = Routes(tag="things")


class Inner(ApiModel):
    min_seconds: int = 0
    token: SecretStr = SecretStr("")


class Thing(ApiModel):
    name: str
    state: Literal["on", "off"] = "on"
    size: int = 1
    pin: int = 0
    inner: Inner | None = None


class Made(ApiModel):
    id: str


@acts.post("/things", body=Thing, returns=Made, status=201)
async def create(call: Call[Thing, None]) -> Made:
    """Make a thing."""
    (await call.app[AUDIT].page(**EVERYTHING)).items[0]  # its own entry stands already
    return Made(id="t1")


@acts.delete("/things/{id}", role="owner")
async def remove(call: Call[None, None]) -> None:
    """Remove a thing."""
    if call.path["id"] == "kept":
        raise ConflictError
    note = call.app[AUDIT].witness("things.remove")
    await call.app[DB].write(lambda tx: note(tx, {"kind": "message"}))


RAN = list[str]()


@acts.post("/things/run")
async def run(_: Call[None, None]) -> None:
    """Run it."""
    RAN.append("ran")


@acts.post("/talk", unaudited="daily work")
async def talk(_: Call[None, None]) -> None:
    """Say something."""


DB: web.AppKey[Database] = web.AppKey("db", Database)
EVERYTHING: dict[str, Any] = {
    **dict.fromkeys(("who", "act", "object_id", "start", "end", "cursor")),
    "limit": 50,
}
HEADERS = {"x-tenant-id": "local", "X-Request-Id": "r1"}


async def who(request: web.Request) -> Identity:
    role = request.headers.get("X-Role", "owner")
    return Identity("local", "u1", role, "Ana")  # type: ignore[arg-type]  # one of the roles


@pytest.fixture
async def audit(db: Database, clock: FakeClock) -> Audit:
    await db.write(store.migrations.apply)
    return Audit(db, clock, "local", "America/Sao_Paulo")


@pytest.fixture
async def client(db: Database, audit: Audit) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application(middlewares=[problems])
    app[AUDIT], app[DB] = audit, db
    mount(app, [*acts.items, *routes.items], who, "local", audit)
    async with TestClient(TestServer(app), headers=HEADERS) as client:
        yield client


async def entries(client: TestClient[Any, Any], **query: str) -> list[dict[str, Any]]:
    async with client.get("/audit", params=query) as response:
        assert response.status == 200, await response.text()
        items: list[dict[str, Any]] = (await response.json())["items"]
        return [item for item in items if item["act"] != "audit.export"]


async def test_an_act_is_kept_with_who_what_and_how_it_went(client: TestClient[Any, Any]) -> None:
    body = {"name": "Segredo da Ana", "state": "off", "size": 3, "pin": 4321}
    inner = {"minSeconds": 2, "token": "s3cr3t"}
    await client.post("/things", json={**body, "inner": inner})

    (entry,) = await entries(client)
    assert (entry["act"], entry["object"], entry["outcome"]) == ("things.create", "t1", "done")
    assert (entry["whoKind"], entry["whoId"], entry["role"]) == ("user", "u1", "owner")
    assert entry["fields"] == ["name", "state", "size", "pin", "inner.minSeconds", "inner.token"]
    assert entry["values"] == {"state": "off", "size": 3, "inner.minSeconds": 2}
    assert entry["address"] == "127.0.0.1"


async def test_no_secret_and_no_words_reach_the_table(
    client: TestClient[Any, Any], db: Database
) -> None:
    body = {"name": "canary-name", "pin": 987654, "inner": {"token": "canary-token"}}
    await client.post("/things", json=body)

    rows = await db.read(lambda tx: str([tuple(r) for r in tx.conn.execute("SELECT * FROM audit")]))
    assert "canary" not in rows
    assert "987654" not in rows


async def test_what_was_refused_is_kept_too(client: TestClient[Any, Any]) -> None:
    await client.delete("/things/kept")
    await client.delete("/things/t1", headers={"X-Role": "viewer"})

    denied, refused = await entries(client)
    assert (refused["outcome"], refused["status"], refused["facts"]["code"]) == (
        "refused",
        409,
        "conflict",
    )
    assert (denied["status"], denied["role"]) == (403, "viewer")


async def test_facts_of_the_acts_own_transaction_belong_to_its_entry(
    client: TestClient[Any, Any],
) -> None:
    await client.delete("/things/t1")

    (entry,) = await entries(client, object="t1")
    assert entry["facts"] == {"kind": "message"}


async def test_daily_work_leaves_no_entry(client: TestClient[Any, Any]) -> None:
    assert (await client.post("/talk")).status == 200
    assert await entries(client) == []


async def test_acts_are_found_by_who_act_object_and_period(
    client: TestClient[Any, Any], clock: FakeClock
) -> None:
    await client.post("/things", json={"name": "a"})
    clock.advance(86_400)
    await client.delete("/things/t1")

    assert len(await entries(client, who="u1")) == 2
    assert await entries(client, who="u2") == []
    assert [entry["act"] for entry in await entries(client, act="things.create")] == [
        "things.create"
    ]
    found = await entries(client, object="t1")
    assert [entry["act"] for entry in found] == ["things.remove", "things.create"]
    assert [entry["act"] for entry in await entries(client, end="2026-01-05")] == ["things.create"]
    assert [entry["act"] for entry in await entries(client, start="2026-01-06")] == [
        "things.remove"
    ]


async def test_pages_of_acts_follow_one_another(client: TestClient[Any, Any]) -> None:
    for _ in range(5):
        await client.delete("/things/t1")
    seen, cursor = list[int](), None
    while cursor is not None or not seen:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        async with client.get("/audit", params=query) as response:
            page = await response.json()
        seen += [entry["seq"] for entry in page["items"]]
        cursor = page["nextCursor"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


@pytest.mark.parametrize("query", [{"cursor": "nonsense"}, {"start": "ontem"}, {"who": "x" * 65}])
async def test_a_bad_query_is_refused(client: TestClient[Any, Any], query: dict[str, str]) -> None:
    for path in ("/audit", "/audit/export"):
        async with client.get(path, params=query) as response:
            assert response.status == 400


async def test_only_owners_read_it(client: TestClient[Any, Any]) -> None:
    for path in ("/audit", "/audit/x", "/audit/export"):
        async with client.get(path, headers={"X-Role": "operator"}) as response:
            assert response.status == 403


async def test_it_exports_as_csv_and_as_lines_of_json(client: TestClient[Any, Any]) -> None:
    await client.delete("/things/t1")
    async with client.get("/audit/export") as response:
        text = (await response.read()).decode()
    assert text.startswith("\ufeffid;seq;at;act")
    assert "things.remove" in text
    async with client.get("/audit/export", params={"format": "ndjson"}) as response:
        lines = (await response.read()).decode().splitlines()
    assert len(lines) == 3  # the deletion, and both exports: they are acts themselves


async def test_the_table_refuses_to_change_or_forget(
    client: TestClient[Any, Any], db: Database
) -> None:
    await client.delete("/things/t1")
    for statement in ("UPDATE audit SET who_name = 'x'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            await db.write(lambda tx, run=statement: tx.conn.execute(run) and None)  # type: ignore[misc]


def _tamper(statement: str) -> Any:
    def commit(tx: Connection) -> None:
        for trigger in store.TRIGGERS:
            tx.conn.execute(f"DROP TRIGGER {trigger}")
        tx.conn.execute(statement)
        for trigger, verb in zip(store.TRIGGERS, ("DELETE", "UPDATE"), strict=True):
            tx.conn.execute(
                f"CREATE TRIGGER {trigger} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT,'x');END"
            )

    return commit


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit SET who_name = 'Eva' WHERE seq = 2", "was changed"),
        ("DELETE FROM audit WHERE seq = 2", "rows after 1 are gone"),
        ("DELETE FROM audit WHERE seq > 3", "the last rows are gone"),
    ],
)
async def test_tampering_is_found(
    client: TestClient[Any, Any], audit: Audit, db: Database, statement: str, problem: str
) -> None:
    for _ in range(3):
        await client.delete("/things/t1")
    await audit.settled()
    assert await db.read(lambda tx: list(store.faults(tx))) == []

    await db.write(_tamper(statement))

    found = await db.read(lambda tx: [fault.problem for fault in store.faults(tx)])
    assert problem in found


async def test_without_a_trigger_it_says_so(audit: Audit, db: Database) -> None:
    assert audit is not None
    await db.write(lambda tx: tx.conn.execute(f"DROP TRIGGER {store.TRIGGERS[0]}") and None)
    (fault,) = await db.read(lambda tx: list(store.faults(tx)))
    assert "gone" in fault.problem


async def test_an_act_does_not_happen_when_its_entry_cannot_be_written(
    client: TestClient[Any, Any], db: Database
) -> None:
    await db.write(lambda tx: tx.conn.execute("ALTER TABLE audit RENAME TO gone") and None)

    async with client.post("/things/run") as response:
        assert response.status == 500
    assert RAN == []


@pytest.mark.parametrize("given", ["object", "who_id", "act", None])
async def test_every_list_reads_an_index_in_order(
    audit: Audit, db: Database, given: str | None
) -> None:
    assert audit is not None
    query, values = store.listing(
        equal={given: "x"} if given else {}, start=None, end=None, after=("2026", 5), limit=51
    )
    plan = await db.read(
        lambda tx: [row[3] for row in tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    )
    assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")], plan


def test_every_write_is_an_act_or_says_why_not() -> None:
    for route in ROUTES:
        if route.method != "GET":
            assert (route.audited == "no") == bool(route.unaudited), route.path
        if route.public:  # anybody could fill the disk with entries
            assert route.audited != "before", route.path
    names = [route.act for route in ROUTES if route.audited != "no"]
    assert len(names) == len(set(names))
