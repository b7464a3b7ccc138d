"""Moves, key rotations, alerts, files and roll-outs, over HTTP and with the real box."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from sync.central.office import Office
from sync.central.operations.alerts import Alerts
from sync.central.operations.notices import Notices
from sync.protocol.invoice import compute, terms_of
from tests.sync.central_fixtures import Plane, TestBox, a_box, an_enrolled_box, cut, cut_after

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


async def test_a_moved_box_leaves_its_usage_behind_and_counts_for_the_new_tenant(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "sul")
    device = box.client.ledger.device_id
    await box.use(3)
    plane.clock.advance(hours=2)
    await box.use(2)  # the running hour, which no roll-up covers yet

    moved = await ok(plane, "POST", f"/api/devices/{device}/move", key, {"tenantId": "beta"})
    overview = await ok(plane, "GET", f"/api/devices/{device}/overview", key)
    assert overview["move"]["tenantId"] == "beta"
    assert overview["move"]["id"] == moved["id"]
    await box.client.cycle()

    status = await box.client.status()
    assert (status.tenant, status.state) == ("beta", "ok")
    await box.use(4)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    await box.client.cycle()
    assert await total(plane, key, "acme") == {"messages_in": 5}
    assert await total(plane, key, "beta") == {"messages_in": 4}
    assert await plane.store.quarantined("beta", device) == {}
    shown = await ok(plane, "GET", f"/api/devices/{device}/overview", key)
    assert (shown["box"]["tenantId"], shown["box"]["resellerId"]) == ("beta", "sul")
    assert shown["move"] is None
    norte, sul = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")
    assert (await plane.call("GET", f"/api/devices/{device}", norte))[0] == 404
    assert (await plane.call("GET", f"/api/devices/{device}", sul))[0] == 200
    timeline = await ok(plane, "GET", f"/api/devices/{device}/timeline", key)
    assert {"move", "sync", "epoch"} <= {row["kind"] for row in timeline["items"]}


async def test_an_invoice_after_a_move_is_proved_from_the_boxs_whole_ledger(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "norte")
    device = box.client.ledger.device_id
    await box.use(3)
    plane.clock.advance(hours=1)
    await box.client.cycle()
    await ok(plane, "POST", f"/api/devices/{device}/move", key, {"tenantId": "beta"})
    await box.client.cycle()
    await box.use(4)
    plane.clock.advance(days=31)
    await box.client.cycle()
    asked = {"period": "2026-03", "prices": {"messages_in": {"perThousandCentavos": 1000}}}
    made = await ok(plane, "POST", f"/api/devices/{device}/invoices", key, asked)

    invoice = made["document"]
    rows = await box.db.read(
        lambda tx: tx.conn.execute(
            "SELECT epoch, seq, body FROM ledger_events WHERE stream = 'sync' "
            "AND type = 'usage.rollup' ORDER BY epoch, seq"
        ).fetchall()
    )
    ours = compute(terms_of(invoice), [((row[0], row[1]), row[2]) for row in rows])

    assert [line["quantity"] for line in invoice["lines"]] == [4]
    signed = {name: value for name, value in invoice.items() if name not in {"key", "signature"}}
    assert orjson.dumps(ours) == orjson.dumps(signed)


@pytest.mark.parametrize("fault", [cut, cut_after])
async def test_a_move_whose_enrolment_was_lost_on_the_way_is_finished_later(
    plane: Plane, tmp_path: Path, fault: Any
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "norte")
    await box.use(3)
    path = f"/api/devices/{box.client.ledger.device_id}/move"
    await ok(plane, "POST", path, key, {"tenantId": "beta"})

    async def lose(where: str, go: Any) -> Any:
        return await (fault(where, go) if where == "/v1/enroll" else go())

    box.line.fault = lose
    await box.client.cycle()
    assert (await box.client.status()).tenant == "acme"
    again = await a_box(plane, tmp_path / "box.db")  # it was restarted meanwhile
    await again.use(2)
    plane.clock.advance(hours=1)
    for _ in range(2):
        await again.client.cycle()

    status = await again.client.status()
    assert (status.tenant, status.state, status.waiting) == ("beta", "ok", 0)
    assert await total(plane, key, "acme") == {"messages_in": 3}
    assert await total(plane, key, "beta") == {"messages_in": 2}


async def test_a_move_can_be_taken_back_and_resellers_do_not_move_to_others(
    plane: Plane, tmp_path: Path
) -> None:
    key, norte = await plane.key(), await plane.key("reseller", "norte")
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await plane.token("beta", "sul")
    path = f"/api/devices/{box.client.ledger.device_id}/move"

    assert (await plane.call("POST", path, norte, {"tenantId": "beta"}))[0] == 404
    assert (await plane.call("POST", path, norte, {"tenantId": "acme"}))[0] == 400
    await ok(plane, "POST", path, key, {"tenantId": "beta"})
    await ok(plane, "DELETE", path, key)
    assert (await plane.call("DELETE", path, key))[0] == 404
    await box.client.cycle()

    assert (await box.client.status()).tenant == "acme"


async def test_a_move_is_for_its_own_box_only(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "a.db")
    thief = await an_enrolled_box(plane, tmp_path / "b.db")
    await plane.token("beta", "norte")
    path = f"/api/devices/{box.client.ledger.device_id}/move"
    moved = await ok(plane, "POST", path, key, {"tenantId": "beta"})

    with pytest.raises(Exception, match="enrolment token"):
        await thief.client.enroll(moved["id"])

    assert (await thief.client.status()).tenant == "acme"


async def test_a_box_changes_its_key_when_it_is_told_to(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    device = box.client.ledger.device_id
    before = box.client._memory.key.id  # noqa: SLF001 - whether it changed is the point
    await ok(plane, "POST", f"/api/devices/{device}/rotate", key)

    await box.client.cycle()
    await box.client.cycle()

    assert box.client._memory.key.id != before  # noqa: SLF001 - the same
    shown = await ok(plane, "GET", f"/api/devices/{device}/overview", key)
    assert shown["rotationWantedAt"] is None
    assert sorted(bool(one["validUntil"]) for one in shown["keys"]) == [False, True]
    assert (await box.client.status()).state == "ok"


async def test_the_server_changes_its_key_and_boxes_learn_it_however_long_they_were_away(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    here = await an_enrolled_box(plane, tmp_path / "here.db")
    away = await an_enrolled_box(plane, tmp_path / "away.db")
    await here.use(1)
    plane.clock.advance(hours=1)
    await here.client.cycle()
    old = plane.central.key.id
    made = await ok(plane, "POST", "/api/server-keys/rotate", key, {"overlapDays": 30})
    assert (made["state"], plane.central.key.id) == ("announced", old)
    await here.client.cycle()
    assert made["id"] in here.client._memory.server.keys  # noqa: SLF001 - learned in the overlap

    plane.clock.advance(days=31)
    await ok(plane, "GET", "/api/server-keys", key)
    assert plane.central.key.id == made["id"]
    for box in (here, away):
        await box.use(1)
        plane.clock.advance(hours=1)
        await box.client.cycle()
        status = await box.client.status()
        assert (status.state, status.waiting) == ("ok", 0)
    again = await ok(plane, "POST", "/api/server-keys/rotate", key, {"overlapDays": 0})
    await away.client.cycle()
    assert (await away.client.status()).state == "ok"
    assert again["id"] == plane.central.key.id
    receipts = await here.db.read(
        lambda tx: [row[0] for row in tx.conn.execute("SELECT receipt FROM sync_receipts")]
    )
    server = here.client._memory.server  # noqa: SLF001 - what it verifies receipts by
    assert old in server.keys
    assert all(server.trusts(orjson.loads(receipt)) for receipt in receipts)
    states = [row["state"] for row in (await ok(plane, "GET", "/api/server-keys", key))["items"]]
    assert states == ["active", "retired", "retired"]
    norte = await plane.key("reseller", "norte")
    assert (await plane.call("POST", "/api/server-keys/rotate", norte, {}))[0] == 403


async def tell(box: TestBox, **report: Any) -> None:
    async def health() -> Body:
        return report

    box.client._health = health  # noqa: SLF001 - the daemon passes it at the start
    await box.client.cycle()


async def test_alerts_open_with_their_cause_and_end_with_it(plane: Plane, tmp_path: Path) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await tell(box, sessions={"LOGGED_OUT": 1}, disk={"free_percent": 3}, queue={"oldest_s": 900})
    await watch(plane)
    await watch(plane)
    assert await kinds(plane, key) == ["disk_low", "queue_old", "whatsapp_down"]
    counts = await ok(plane, "GET", "/api/alerts/counts", key)
    assert (counts["open"], counts["critical"]) == (3, 1)

    items = (await ok(plane, "GET", "/api/alerts?kind=disk_low", key))["items"]
    assert items[0]["facts"] == {"diskFreePercent": "3"}
    acked = await ok(plane, "POST", f"/api/alerts/{items[0]['id']}/ack", key)
    assert (acked["state"], acked["ackedBy"]) == ("acked", "t")
    await tell(box, sessions={"WORKING": 1}, disk={"free_percent": 40}, queue={"oldest_s": 0})
    await watch(plane)
    assert await kinds(plane, key) == []
    assert len(await kinds(plane, key, "resolved")) == 3
    plane.clock.advance(hours=25)
    await watch(plane)
    assert await kinds(plane, key) == ["silent"]
    silent = (await ok(plane, "GET", "/api/alerts", key))["items"][0]
    await ok(plane, "POST", f"/api/alerts/{silent['id']}/resolve", key)
    assert await kinds(plane, key) == []
    plane.clock.advance(minutes=1)
    await watch(plane)
    assert await kinds(plane, key) == ["silent"], "its cause lasts"
    norte, sul = await plane.key("reseller", "norte"), await plane.key("reseller", "sul")
    assert await kinds(plane, norte) == ["silent"]
    assert await kinds(plane, sul) == []
    assert (await plane.call("POST", f"/api/alerts/{silent['id']}/ack", sul))[0] == 404


async def test_a_licence_and_a_wanted_version_are_watched_from_the_documents(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    for kind, body in (
        ("entitlements", {"plan": "pro", "valid_until": "2026-03-10T00:00:00Z"}),
        ("channel", {"channel": "stable", "version": "2.0"}),
    ):
        await ok(plane, "POST", "/api/documents", key, {"kind": kind, "body": body})
    await box.client.cycle()
    await watch(plane)
    assert await kinds(plane, key) == ["licence_ending"]

    plane.clock.advance(hours=25)
    await box.client.cycle()
    await watch(plane)

    assert await kinds(plane, key) == ["licence_ending", "version_behind"]
    listed = (await ok(plane, "GET", "/api/fleet?licence=ending", key))["items"]
    assert [(one["wantedVersion"], one["alerts"]) for one in listed] == [("2.0", 2)]


async def test_a_webhook_hears_of_each_alert_once_and_its_signature_verifies(
    plane: Plane, tmp_path: Path
) -> None:
    from standardwebhooks import Webhook  # noqa: PLC0415 - only here

    heard: list[tuple[dict[str, str], str]] = []

    async def hook(request: web.Request) -> web.Response:
        heard.append((dict(request.headers), await request.text()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    norte = await plane.key("reseller", "norte")
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    changed = await ok(
        plane,
        "PUT",
        "/api/resellers/norte/settings",
        norte,
        {"webhookUrl": url, "notifyFrom": "critical"},
    )
    await tell(box, sessions={"FAILED": 1}, disk={"free_percent": 3})
    await watch(plane)

    await Notices(plane.central).send()
    assert heard == [], "a private address is not for webhooks"
    object.__setattr__(plane.central, "hooks_to", ("127.0.0.0/8",))
    for _ in range(2):
        await Notices(plane.central).send()
    await runner.cleanup()

    [(headers, body)] = heard
    kinds_heard = [one["kind"] for one in orjson.loads(body)["data"]["alerts"]]
    assert kinds_heard == ["whatsapp_down"], "warnings were not asked for"
    signed = Webhook(changed["webhookSecret"]).sign(headers["webhook-id"], plane.clock.now(), body)
    assert headers["webhook-signature"] == signed
    shown = await ok(plane, "GET", "/api/resellers/norte/settings", norte)
    assert "webhookSecret" not in shown
    sul = await plane.key("reseller", "sul")
    assert (await plane.call("GET", "/api/resellers/norte/settings", sul))[0] == 404


async def put(plane: Plane, key: str, name: str, data: bytes, **headers: str) -> tuple[int, Body]:
    url = f"{plane.base}/api/blobs/{name}"
    sent = {"Authorization": f"Bearer {key}", **headers}
    async with plane.session.put(url, data=data, headers=sent) as response:
        return response.status, await response.json(content_type=None)


async def test_a_file_is_seen_once_its_hash_is_right_and_goes_on_where_it_stopped(
    plane: Plane, tmp_path: Path
) -> None:
    key = await plane.key()
    content = bytes(range(256)) * 1_000
    name = hashlib.sha256(content).hexdigest()
    size = len(content)

    status, answer = await put(plane, key, name, b"x" + content[1:])
    assert (status, answer["code"]) == (422, "blob_differs")
    first = {"Content-Range": f"bytes 0-99999/{size}"}
    assert (await put(plane, key, name, content[:100_000], **first))[1]["complete"] is False
    assert not (tmp_path / name).exists()
    here = await ok(plane, "GET", f"/api/blobs/{name}", key)
    assert (here["received"], here["complete"]) == (100_000, False)
    wrong = {"Content-Range": f"bytes 5-{size - 1}/{size}"}
    assert (await put(plane, key, name, content[5:], **wrong))[1]["code"] == "blob_gap"
    rest = {"Content-Range": f"bytes 100000-{size - 1}/{size}"}
    status, answer = await put(plane, key, name, content[100_000:], **rest)

    assert (status, answer["complete"], answer["bytes"]) == (201, True, size)
    box = await an_enrolled_box(plane, tmp_path / "box.db")
    await box.client.fetch(name, tmp_path / "fetched")
    assert await asyncio.to_thread((tmp_path / "fetched").read_bytes) == content
    listed = (await ok(plane, "GET", "/api/blobs", key))["items"]
    assert [row["sha256"] for row in listed] == [name]
    reader = await plane.key("reader", "norte")
    assert (await put(plane, reader, name, content))[0] == 403


async def test_a_roll_out_is_seen_widened_held_and_never_narrowed(plane: Plane) -> None:
    key = await plane.key()
    made = await ok(
        plane, "POST", "/api/documents", key, {"kind": "config", "body": {"a": 1}, "percent": 10}
    )
    path = f"/api/documents/{made['id']}"

    shown = await ok(plane, "GET", path, key)
    assert (shown["percent"], shown["nextPercent"], shown["body"]) == (10, 50, {"a": 1})
    assert (await ok(plane, "PATCH", path, key, {"state": "paused"}))["nextPercent"] is None
    assert (await ok(plane, "PATCH", path, key, {"percent": 50, "state": "running"}))[
        "percent"
    ] == 50
    assert (await plane.call("PATCH", path, key, {"percent": 10}))[0] == 400
    await ok(plane, "POST", f"{path}/withdraw", key)
    assert (await plane.call("PATCH", path, key, {"percent": 100}))[0] == 400


async def test_a_login_by_cookie_works_for_links_and_ends_with_the_logout(plane: Plane) -> None:
    key = await plane.key()
    person = {"username": "ana", "name": "Ana", "password": "long enough", "role": "platform"}
    await ok(plane, "POST", "/api/users", key, person)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        login = {"username": "ana", "password": "long enough"}
        async with session.post(f"{plane.base}/api/login", json=login) as response:
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
        async with session.get(f"{plane.base}/api/me") as response:
            assert (await response.json())["name"] == "Ana"
        async with session.get(f"{plane.base}/api/exports/fleet") as response:
            assert (await response.text()).startswith("\ufeffid;label;")
        async with session.post(f"{plane.base}/api/logout") as response:
            assert response.status == 200
        async with session.get(f"{plane.base}/api/me") as response:
            assert response.status == 401
