"""Alerts: opened by their cause, ended with it, and told to a webhook."""

from pathlib import Path

import orjson
from aiohttp import web

from sync.central.operations.notices import Notices
from tests.sync.central.asking import kinds, ok, tell, watch
from tests.sync.central_fixtures import Plane, an_enrolled_box


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
