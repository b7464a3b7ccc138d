"""Reports by HTTP: made by a process of their own, kept, sent, repeated."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from config.settings import Reports as Limits
from daemon.domains.reports import store
from daemon.domains.reports.domain import Wish
from daemon.domains.reports.service import reconcile, tidy
from daemon.domains.whatsapp.domain import NoSessionError
from daemon.infra.database import Connection
from daemon.infra.mail import MailFailedError, MailNotConfiguredError
from daemon.kernel.clock import FakeClock
from tests.daemon.reports.conftest import NOW, Office, Rows


async def test_a_report_is_made_told_and_downloaded(office: Office, rows: Rows) -> None:
    await rows.say("oi")
    made = await office.wish(kind="conversations", start="2026-03-01", end="2026-03-31")
    assert (made["state"], made["progress"], made["url"]) == ("queued", 0, None)
    response = await office.client.get(f"/reports/{made['id']}/file")  # waits for it
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "conversas-2026-03-01-2026-03-31.csv" in response.headers["Content-Disposition"]
    data = await response.read()
    assert "oi" in data.decode("utf-8-sig")
    done = await office.done(made["id"])
    assert (done["state"], done["progress"], done["rows"]) == ("ready", 1, 1)
    assert done["bytes"] == len(data)
    assert done["expiresAt"].startswith("2026-04-09")
    part = await office.client.get(f"/reports/{made['id']}/file", headers={"Range": "bytes=0-2"})
    assert (part.status, await part.read()) == (206, b"\xef\xbb\xbf")
    states = [event["state"] for event in await office.events("report.progress")]
    assert states == ["queued", "running"]
    (ready,) = await office.events("report.ready")
    assert (ready["id"], ready["rows"]) == (made["id"], 1)


async def test_reports_are_listed_newest_first_by_kind_and_state(office: Office) -> None:
    first = await office.wish(kind="usage")
    second = await office.wish(kind="finance")
    await office.done(second["id"])
    page = await office.ask("GET", "/reports?limit=1")
    assert [one["id"] for one in page["items"]] == [second["id"]]
    rest = await office.ask("GET", f"/reports?limit=1&cursor={page['nextCursor']}")
    assert [one["id"] for one in rest["items"]] == [first["id"]]
    found = await office.ask("GET", "/reports?kind=finance&state=ready")
    assert [one["id"] for one in found["items"]] == [second["id"]]


async def test_what_cannot_be_told_is_refused_with_its_field(office: Office) -> None:
    for wish, field in (
        ({"kind": "weather"}, "kind"),
        ({"start": "ontem"}, "start"),
        ({"kind": "finance", "filters": {"owner": "bot"}}, "filters.owner"),
        ({"table": "messages"}, "table"),
        ({"deliver": {"email": {"to": ["a,b@c"]}}}, "deliver.email.to.0"),
        ({"deliver": {"whatsapp": {"agentId": "a", "to": ["call me"]}}}, "deliver.whatsapp.to.0"),
    ):
        refused = await office.wish(400, **wish)
        assert refused["field"] == field
    missing = await office.ask("GET", "/reports/nope", 404)
    assert missing["code"] == "report_not_found"
    await office.ask("GET", "/reports/nope/file", 404)
    await office.ask("DELETE", "/reports/nope", 404)


async def test_a_deleted_report_is_gone_with_its_file(office: Office) -> None:
    made = await office.wish()
    await office.done(made["id"])
    path = office.desk.shelf.path(made["id"])
    assert await asyncio.to_thread(path.is_file)
    await office.ask("DELETE", f"/reports/{made['id']}", 204)
    assert not await asyncio.to_thread(path.exists)
    await office.ask("GET", f"/reports/{made['id']}", 404)


async def test_a_report_deleted_while_it_is_made_leaves_nothing(office: Office) -> None:
    made = await office.wish(kind="conversations", format="pdf")
    await asyncio.sleep(0.15)
    await office.ask("DELETE", f"/reports/{made['id']}", 204)
    other = await office.wish()
    await office.done(other["id"])
    left = await asyncio.to_thread(lambda: [one.name for one in office.desk.shelf.folder.iterdir()])
    assert sorted(left) == sorted([other["id"], "making"])


@pytest.mark.parametrize("limits", [Limits(timeout_s=10).model_copy(update={"timeout_s": 0.05})])
async def test_a_maker_that_takes_too_long_is_ended(office: Office) -> None:
    made = await office.wish()
    failed = await office.done(made["id"])
    assert (failed["state"], failed["error"]) == ("failed", "too_slow")
    refused = await office.ask("GET", f"/reports/{made['id']}/file", 409)
    assert refused["code"] == "report_not_ready"
    assert [event["error"] for event in await office.events("report.failed")] == ["too_slow"]


@pytest.mark.parametrize("limits", [Limits().model_copy(update={"memory_mb": 6})])
async def test_a_maker_that_wants_too_much_memory_fails_alone(office: Office) -> None:
    made = await office.wish(format="pdf")
    failed = await office.done(made["id"])
    assert failed["state"] == "failed"
    assert failed["error"] in {"out_of_memory", "crashed", "disk_failed"}


@pytest.mark.parametrize("limits", [Limits().model_copy(update={"total_mb": 0})])
async def test_a_file_past_the_limit_says_so(office: Office) -> None:
    made = await office.wish()
    failed = await office.done(made["id"])
    assert failed["error"] == "too_large"


async def test_a_failure_is_told_in_the_readers_language(office: Office) -> None:
    made = await office.wish(format="pdf")
    await office.done(made["id"])

    def commit(tx: Connection) -> None:
        report = store.get(tx, made["id"])
        store.save(tx, "local", replace(report, state="failed", error="disk_full"))

    await office.desk.database.write(commit)
    path = f"/reports/{made['id']}"
    assert "disco está cheio" in (await office.ask("GET", path))["detail"]
    english = await office.ask("GET", path, headers={"Accept-Language": "en"})
    assert "disk is full" in english["detail"]


async def test_a_report_that_was_being_made_when_the_box_stopped_is_made_again(
    office: Office,
) -> None:
    desk = office.desk
    wish = Wish("usage", "csv")

    def commit(tx: Connection) -> str:
        report = desk.add(tx, wish, (NOW - timedelta(days=1), NOW))
        store.save(tx, "local", replace(report, state="running", progress=0.4, started_at=NOW))
        return report.id

    number = await desk.database.write(commit)
    assert (await office.done(number))["state"] == "ready"


async def test_files_and_rows_without_one_another_are_forgotten_at_the_start(
    office: Office,
) -> None:
    kept, lost = [(await office.wish())["id"] for _ in range(2)]
    for number in (kept, lost):
        await office.done(number)
    shelf = office.desk.shelf
    await asyncio.to_thread(shelf.path(lost).unlink)
    await asyncio.to_thread(shelf.path("stray").write_bytes, b"x")
    await reconcile(office.desk)
    await office.ask("GET", f"/reports/{lost}", 404)
    await office.ask("GET", f"/reports/{kept}")
    assert not await asyncio.to_thread(shelf.path("stray").exists)


async def test_a_viewer_may_look_but_not_send(office: Office) -> None:
    viewer = {"role": "viewer"}
    wish = {"kind": "usage", "format": "csv"}
    await office.ask("POST", "/reports", 202, json=wish, headers=viewer)
    sending = {**wish, "deliver": {"email": {"to": ["a@b.example"]}}}
    refused = await office.ask("POST", "/reports", 403, json=sending, headers=viewer)
    assert refused["field"] == "deliver"


async def test_more_than_so_many_do_not_wait(office: Office) -> None:
    for _ in range(3):
        await office.wish(format="pdf")
    refused = await office.wish(409)
    assert refused["code"] == "too_many_reports"


async def test_a_report_goes_to_every_receiver_once(office: Office) -> None:
    deliver = {
        "email": {"to": ["a@b.example", "a@b.example", "c@d.example"]},
        "whatsapp": {"agentId": "a1", "to": ["+5511987654321", "5521912345678"]},
    }
    made = await office.wish(deliver=deliver)
    done = await office.done(made["id"])
    assert [one["state"] for one in done["deliveries"]] == ["sent"] * 3
    ((parcel, to),) = office.outside.letters
    assert to == ("a@b.example", "c@d.example")
    assert (parcel.mime, parcel.path.name) == ("text/csv", made["id"])
    sent = [phone for _, phone in office.outside.messages]
    assert sorted(sent) == ["5511987654321", "5521912345678"]


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (MailNotConfiguredError(), "mail_not_configured"),
        (NoSessionError(), "no_session"),
        (MailFailedError(final=True), "mail_failed"),
    ],
)
async def test_a_sending_that_cannot_be_says_why(
    office: Office, refusal: NoSessionError, code: str
) -> None:
    office.outside.refuse = refusal
    made = await office.wish(deliver={"email": {"to": ["a@b.example"]}})
    (sent,) = (await office.done(made["id"]))["deliveries"]
    assert (sent["state"], sent["error"]) == ("failed", code)
    assert sent["detail"]


async def test_a_server_that_is_away_is_tried_again(office: Office, clock: FakeClock) -> None:
    office.outside.refuse = MailFailedError(final=False)
    made = await office.wish(deliver={"email": {"to": ["a@b.example"]}})
    await office.client.get(f"/reports/{made['id']}/file")  # waits for it
    await asyncio.sleep(0.3)
    office.outside.refuse = None
    clock.advance(10)
    (sent,) = (await office.done(made["id"]))["deliveries"]
    assert sent["state"] == "sent"
    assert len(office.outside.letters) == 1


async def test_a_schedule_tells_of_the_last_month_once(office: Office, clock: FakeClock) -> None:
    made = await office.ask(
        "POST",
        "/reports/schedules",
        201,
        json={"name": "Mês", "kind": "usage", "format": "csv", "every": "monthly", "hour": 8},
    )
    assert made["nextAt"].startswith("2026-04-01T11:00:00")
    assert await office.schedules.run_due() == 0
    clock.advance(timedelta(days=70).total_seconds())  # off for two months: once is enough
    assert await office.schedules.run_due() == 1
    assert await office.schedules.run_due() == 0
    found = await office.ask("GET", f"/reports/schedules/{made['id']}")
    assert found["nextAt"].startswith("2026-06-01T11:00:00")
    report = await office.done(found["lastReportId"])
    assert (report["start"][:13], report["end"][:13]) == ("2026-04-01T03", "2026-05-01T03")
    listed = await office.ask("GET", f"/reports?scheduleId={made['id']}")
    assert [one["id"] for one in listed["items"]] == [report["id"]]


async def test_a_schedule_is_changed_switched_off_and_deleted(office: Office) -> None:
    wish = {"name": "Semana", "kind": "finance", "format": "pdf", "every": "weekly"}
    made = await office.ask(
        "POST", "/reports/schedules", 201, json={**wish, "table": "payments", "weekday": 4}
    )
    path = f"/reports/schedules/{made['id']}"
    changed = await office.ask("PATCH", path, json={"hour": 20, "format": "xlsx"})
    assert (changed["hour"], changed["format"], changed["table"]) == (20, "xlsx", "payments")
    refused = await office.ask("PATCH", path, 400, json={"table": "messages"})
    assert refused["field"] == "table"
    other = await office.ask("PATCH", path, json={"kind": "usage"})
    assert (other["kind"], other["table"]) == ("usage", None)
    off = await office.ask("PATCH", path, json={"enabled": False})
    assert off["nextAt"] is None
    page = await office.ask("GET", "/reports/schedules")
    assert [one["id"] for one in page["items"]] == [made["id"]]
    await office.ask("DELETE", path, 204)
    await office.ask("GET", path, 404)


@pytest.mark.parametrize("limits", [Limits(files=2, keep_days=5)])
async def test_old_and_surplus_reports_are_forgotten(office: Office, clock: FakeClock) -> None:
    made = []
    for _ in range(3):
        made.append((await office.wish())["id"])
        await office.done(made[-1])
    await tidy(office.desk)
    await office.ask("GET", f"/reports/{made[0]}", 404)
    await office.ask("GET", f"/reports/{made[2]}")
    clock.advance(timedelta(days=6).total_seconds())
    assert clock.now() > NOW
    assert await tidy(office.desk) == 2
    left = await asyncio.to_thread(lambda: [one.name for one in office.desk.shelf.folder.iterdir()])
    assert left == ["making"]
