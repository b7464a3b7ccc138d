"""Notifications over HTTP."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from daemon.domains.notifications import store
from daemon.domains.notifications.domain import Reading
from daemon.infra.database import Connection

from .conftest import Desk

Client = TestClient[Any, Any]


async def call(api: Client, method: str, path: str, status: int = 200, **options: Any) -> Any:
    async with api.request(method, path, **options) as answer:
        found = await answer.json()
        assert answer.status == status, found
        return found


@pytest.fixture
async def three(desk: Desk) -> Desk:
    await desk.look(job_parked=[Reading(f"kind{n}", 1, {"kind": f"k{n}"}) for n in range(3)])
    return desk


async def test_the_history_is_paged_newest_first_in_the_readers_language(
    api: Client, three: Desk
) -> None:
    first = await call(api, "GET", "/notifications?limit=2", headers={"Accept-Language": "en"})
    rest = await call(api, "GET", f"/notifications?cursor={first['nextCursor']}")
    assert [one["facts"]["kind"] for one in first["items"]] == ["k2", "k1"]
    assert [one["facts"]["kind"] for one in rest["items"]] == ["k0"]
    assert rest["nextCursor"] is None
    assert first["items"][0]["title"] == "Jobs wait for a person"
    assert rest["items"][0]["fix"].startswith("Corrija a causa")
    assert len(await three.all()) == 3


async def test_one_and_all_can_be_marked_as_read(api: Client, three: Desk) -> None:
    (newest, *_) = await three.all()
    await call(api, "POST", f"/notifications/{newest.id}/read")
    counts = await call(api, "GET", "/notifications/unread")
    assert counts == {"unread": 2, "open": 3, "critical": 0}
    unread = await call(api, "GET", "/notifications?unread=true")
    assert len(unread["items"]) == 2
    assert await call(api, "POST", "/notifications/read") == {"marked": 2}
    assert await call(api, "POST", "/notifications/read") == {"marked": 0}
    assert len(await three.events("notification.read")) == 2


async def test_only_what_still_goes_on_or_one_rule_can_be_asked_for(
    api: Client, three: Desk
) -> None:
    await three.look(disk_low=[Reading("disk", 1, {"free_mb": 1})])
    three.clock.advance(61)
    await three.look(disk_low=[Reading("disk", 1, {"free_mb": 1})])
    still = await call(api, "GET", "/notifications?open=true")
    assert [one["rule"] for one in still["items"]] == ["disk_low"]
    jobs = await call(api, "GET", "/notifications?rule=job_parked")
    assert {one["rule"] for one in jobs["items"]} == {"job_parked"}
    assert all(one["resolvedAt"] for one in jobs["items"])


async def test_an_unknown_id_is_404(api: Client) -> None:
    for method, path in (("GET", "/notifications/x"), ("POST", "/notifications/x/read")):
        problem = await call(api, method, path, 404)
        assert problem["code"] == "notification_not_found"


async def test_rules_change_together_or_not_at_all(api: Client) -> None:
    changes = [{"rule": "session_down", "threshold": 60, "channels": ["page"]}]
    changed = await call(api, "PATCH", "/notifications/rules", json={"items": changes})
    first = changed["items"][0]
    assert (first["rule"], first["threshold"], first["channels"]) == ("session_down", 60, ["page"])
    bad = [{"rule": "queue_late", "threshold": 60}, {"rule": "queue_late", "threshold": 1}]
    problem = await call(api, "PATCH", "/notifications/rules", 400, json={"items": bad})
    assert problem["field"] == "items.1.threshold"
    assert "10" in problem["detail"]
    wrong = [{"rule": "sync_frozen", "threshold": 5}]
    problem = await call(api, "PATCH", "/notifications/rules", 400, json={"items": wrong})
    assert problem["field"] == "items.0.threshold"
    after = await call(api, "GET", "/notifications/rules")
    assert after == changed


async def test_whom_to_reach_is_checked_and_kept(api: Client) -> None:
    body = {"phone": "+5511987654321", "emails": ["dona@exemplo.com.br"], "quietStart": "23:30"}
    kept = await call(api, "PATCH", "/notifications/settings", json=body)
    assert kept["phone"] == "5511987654321"
    assert kept["channels"] == {"page": True, "whatsapp": True, "email": True, "webhook": True}
    again = await call(api, "PATCH", "/notifications/settings", json={"phone": None})
    assert again["phone"] is None
    assert again["quietStart"] == "23:30"
    for bad, field in (
        ({"phone": "abc"}, "phone"),
        ({"emails": ["a@b\r\nBcc: c@d"]}, "emails.0"),
        ({"quietEnd": "24:00"}, "quietEnd"),
        ({"hourlyLimit": 0}, "hourlyLimit"),
        ({"quietHours": None}, "quietHours"),
    ):
        problem = await call(api, "PATCH", "/notifications/settings", 400, json=bad)
        assert problem["field"] == field


async def test_a_test_says_how_each_channel_went(api: Client, desk: Desk) -> None:
    await desk.service.prefer({"phone": "5511987654321", "emails": ("dona@example.com",)})
    found = await call(api, "POST", "/notifications/test")
    outcome = {one["channel"]: one["outcome"] for one in found["items"]}
    assert outcome == {"page": "sent", "whatsapp": "queued", "email": "sent", "webhook": "queued"}
    assert len(await desk.said()) == 1
    assert len(desk.smtp.letters) == 1
    desk.number_works, desk.smtp.answer = False, "554 no"
    found = await call(api, "POST", "/notifications/test", headers={"Accept-Language": "en"})
    said = {one["channel"]: (one["outcome"], one["detail"]) for one in found["items"]}
    assert said["whatsapp"][0] == said["email"][0] == "failed"
    assert "554" in said["email"][1]


async def test_a_matter_shows_whom_it_was_sent_to(api: Client, reached: Desk) -> None:
    await reached.look(session_down=[Reading("s1", 500, {"name": "R"})])
    await reached.work_all()
    (one,) = await reached.all()
    detail = await call(api, "GET", f"/notifications/{one.id}")
    assert {(d["channel"], d["state"]) for d in detail["deliveries"]} == {
        ("whatsapp", "sent"),
        ("email", "sent"),
    }


@pytest.mark.parametrize("unread", [False, True])
@pytest.mark.parametrize("standing", [False, True])
@pytest.mark.parametrize("rule", [None, "job_parked"])
async def test_every_list_is_read_by_an_index_in_its_order(
    desk: Desk, *, unread: bool, standing: bool, rule: str | None
) -> None:
    query = store.list_query(unread=unread, standing=standing, rule=rule)
    values = {"tenant": "local", "cursor": "~", "rule": rule, "limit": 50}
    plan = await _plan(desk, query, values)
    assert plan.startswith("SEARCH notifications USING INDEX")
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM notifications WHERE tenant_id = 'x' AND read_at IS NULL",
        "SELECT * FROM notification_deliveries WHERE channel = 'x' AND state = 'held' ORDER BY id",
        "SELECT min(sent_at) FROM notification_deliveries WHERE channel = 'x' AND sent_at > ''",
        "SELECT * FROM notification_deliveries WHERE notification_id = 'x' ORDER BY id DESC",
        "DELETE FROM notifications WHERE tenant_id = 'x' AND resolved_at < ''",
    ],
)
async def test_nothing_reads_years_of_history_to_know_a_little(desk: Desk, query: str) -> None:
    plan = await _plan(desk, query, {})
    assert "SCAN" not in plan
    assert "ORDER BY" not in plan


async def _plan(desk: Desk, query: str, values: dict[str, Any]) -> str:
    def read(tx: Connection) -> str:
        rows = tx.conn.execute(f"EXPLAIN QUERY PLAN {query}", values)
        return "\n".join(row["detail"] for row in rows)

    return await desk.db.read(read)
