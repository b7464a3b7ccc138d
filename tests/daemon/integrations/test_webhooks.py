"""Events reach other programs: signed, at least once, each endpoint at its own speed."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from daemon.domains.conversations.domain import Author, Message, State, wa_message_id
from daemon.domains.conversations.events import MessageReceived
from daemon.domains.conversations.store import contacts, messages, threads
from daemon.domains.finance.domain.records import InvoiceIssued
from daemon.domains.integrations.domain.webhooks import SCHEDULE_S, wait_s
from daemon.domains.integrations.tasks import TIDY
from daemon.domains.notifications.events import NotificationResolved
from daemon.domains.whatsapp.domain import SessionUpdated
from daemon.infra.database import Connection
from daemon.kernel.ids import new_id
from daemon.kernel.jobs import NewJob
from tests.daemon.integrations.conftest import Elsewhere, Heard, Office

DAY = 86_400


def received(number: str = "m-1", agent: str = "a1") -> MessageReceived:
    return MessageReceived(number, "c1", agent, "s1", "WA1", "contact", "text", False, False)


async def subscribe(office: Office, url: str, *events: str, **more: Any) -> Any:
    body = {"name": "ERP", "url": url, "events": list(events) or ["*"], **more}
    return await office.post("/integrations/webhooks", 201, **body)


def verified(secret: str, heard: Heard) -> Any:
    return Webhook(secret).verify(heard.body, heard.headers)


async def deliveries(office: Office, **query: str) -> Any:
    return (await office.get("/integrations/deliveries", **query))["items"]


async def test_a_delivery_verifies_with_the_standards_own_library(
    office: Office, elsewhere: Elsewhere
) -> None:
    made = await subscribe(office, f"{elsewhere.url}/in", "message.received")

    await office.happen(received())
    await office.deliver()

    [heard] = elsewhere.heard
    body = verified(made["secret"], heard)
    assert (body["type"], body["tenantId"]) == ("message.received", "local")
    assert body["data"]["conversationId"] == "c1"
    assert "content" not in body["data"]
    [sent] = await deliveries(office)
    assert (sent["id"], sent["state"], sent["status"]) == (
        heard.headers["webhook-id"],
        "delivered",
        204,
    )
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"x" * 32).decode()).verify(heard.body, heard.headers)


async def test_only_what_was_asked_for_is_sent_and_codes_never(
    office: Office, elsewhere: Elsewhere
) -> None:
    await subscribe(office, f"{elsewhere.url}/money", "invoice.*", "payment.updated")
    await subscribe(office, f"{elsewhere.url}/agent", "message.*", agentId="a2")
    await subscribe(office, f"{elsewhere.url}/all", "*")
    state = SessionUpdated(
        "s1", "a1", "Loja", "SCAN_QR_CODE", "now", "qr", "5511987654321", {"text": "2@x"}, "ABCD"
    )

    await office.happen(received(), received("m-2", "a2"), InvoiceIssued("i1", "c9", 900), state)
    await office.deliver()

    types = {
        path: [json.loads(one.body)["type"] for one in elsewhere.at(path)]
        for path in ("/money", "/agent", "/all")
    }
    assert types["/money"] == ["invoice.issued"]
    assert types["/agent"] == ["message.received"]
    assert sorted(types["/all"]) == [
        "invoice.issued", "message.received", "message.received", "session.updated",
    ]  # fmt: skip
    everything = b"".join(one.body for one in elsewhere.heard)
    assert not any(word in everything for word in (b"2@x", b"ABCD", b"5511987654321"))


async def test_words_are_sent_only_to_those_who_asked_and_never_once_erased(
    office: Office, elsewhere: Elsewhere
) -> None:
    number = await a_message(office, "Quanto custa?")
    await subscribe(office, f"{elsewhere.url}/plain", "message.*")
    await subscribe(office, f"{elsewhere.url}/words", "message.*", includeContent=True)

    await office.happen(received(number))
    await office.deliver()

    [plain], [words] = elsewhere.at("/plain"), elsewhere.at("/words")
    assert b"Quanto custa" not in plain.body
    content = json.loads(words.body)["data"]["content"]
    assert (content["text"], content["contact"]["name"]) == ("Quanto custa?", "Ana")
    await office.desk.database.write(
        lambda tx: tx.conn.execute("DELETE FROM messages WHERE id = ?", (number,)) and None
    )
    number = (await deliveries(office))[0]["id"]
    await office.post(f"/integrations/deliveries/{number}/replay", 202)
    await office.deliver()
    assert json.loads(elsewhere.at("/words")[-1].body)["data"]["content"] is None


async def test_what_fails_is_tried_for_days_under_one_id(
    office: Office, elsewhere: Elsewhere
) -> None:
    elsewhere.status = 503
    made = await subscribe(office, elsewhere.url)
    await office.happen(received())
    await office.deliver()
    for wait in SCHEDULE_S[1:]:
        await office.deliver(wait * 1.11)

    [sent] = await deliveries(office, webhookId=made["id"])
    assert (sent["state"], sent["attempts"], sent["status"]) == ("failed", 10, 503)
    assert len({one.headers["webhook-id"] for one in elsewhere.heard}) == 1
    assert sum(SCHEDULE_S) > 3 * DAY
    whole = await office.get(f"/integrations/deliveries/{sent['id']}")
    assert [one["status"] for one in whole["tries"]] == [503] * 10
    elsewhere.status = 200
    await office.post(f"/integrations/deliveries/{sent['id']}/replay", 202)
    await office.deliver()
    [sent] = await deliveries(office, state="delivered")
    assert elsewhere.heard[-1].headers["webhook-id"] == sent["id"]


def test_the_waits_are_spread_and_honour_what_the_other_side_asks() -> None:
    assert wait_s(2, 0.0) == 270
    assert wait_s(2, 1.0) == 330
    assert wait_s(1, 0.5, "120") == 120
    assert wait_s(1, 0.5, "9999999") == DAY
    assert wait_s(1, 0.5, "Wed, 21 Oct 2026") == 5
    assert wait_s(10, 0.5) is None


async def test_a_killed_daemon_goes_on_where_it_was(office: Office, elsewhere: Elsewhere) -> None:
    """Killed before it looked, and killed between the answer and its note: once more, same id."""
    await subscribe(office, elsewhere.url)
    await office.happen(received("m-1"))
    await office.restart()
    await office.happen(received("m-2"))
    await office.couriers.follow()
    await office.restart()
    await office.deliver()
    assert len(elsewhere.heard) == 2

    await office.desk.database.write(
        lambda tx: tx.conn.execute("UPDATE webhook_deliveries SET state = 'pending'") and None
    )
    await office.restart()
    await office.deliver()

    numbers = [one.headers["webhook-id"] for one in elsewhere.heard]
    assert len(numbers) == 4
    assert len(set(numbers)) == 2
    await office.restart()
    await office.deliver()
    assert len(elsewhere.heard) == 4


async def test_events_that_nobody_hears_are_not_written_about(office: Office) -> None:
    async def changed() -> int:
        """Return how many rows the writer has changed so far."""
        return await office.desk.database.write(lambda tx: int(tx.conn.total_changes))

    await office.happen(*(received(f"m-{number}") for number in range(20)))
    before = await changed()
    await office.deliver()
    assert await changed() == before
    await office.happen(*(received(f"m-{number}") for number in range(500)))
    before = await changed()
    await office.deliver()
    assert await changed() == before + 1  # now and then the cursor


async def test_a_slow_endpoint_holds_up_nobody(office: Office, elsewhere: Elsewhere) -> None:
    elsewhere.held["/slow"] = asyncio.Event()
    await subscribe(office, f"{elsewhere.url}/slow")
    await subscribe(office, f"{elsewhere.url}/quick")
    await office.happen(*(received(f"m-{number}") for number in range(20)))
    await office.couriers.follow()

    async with asyncio.timeout(60):
        while len(elsewhere.at("/quick")) < 20:
            await office.couriers.send_due()
            await asyncio.sleep(0.005)

    assert 1 <= len(elsewhere.at("/slow")) <= 3
    elsewhere.held["/slow"].set()
    await office.desk.database.write(lambda tx: tx.conn.execute("DELETE FROM webhooks") and None)


async def test_gone_switches_an_endpoint_off_and_tells(
    office: Office, elsewhere: Elsewhere
) -> None:
    elsewhere.status = 410
    made = await subscribe(office, elsewhere.url, "message.received")
    await office.happen(received("m-1"))
    await office.deliver()

    shown = await office.get(f"/integrations/webhooks/{made['id']}")
    assert (shown["status"], shown["reason"]) == ("disabled", "gone")
    told = await office.desk.outbox.since(0)
    assert told[-1].name == "webhook.disabled"
    assert told[-1].data["id"] == made["id"]
    await office.happen(received("m-2"))
    await office.deliver(DAY)
    assert len(elsewhere.heard) == 1
    await office.post(f"/integrations/webhooks/{made['id']}/ping", 409)

    elsewhere.status = 200
    await office.ask("PATCH", f"/integrations/webhooks/{made['id']}", json={"status": "active"})
    await office.deliver()
    since = (office.clock.now() - timedelta(days=3)).isoformat()
    replayed = await office.post(
        f"/integrations/webhooks/{made['id']}/replay", 202, since=since, only="missed"
    )
    await office.deliver()
    assert replayed == {"queued": 1}
    assert [json.loads(one.body)["data"]["id"] for one in elsewhere.heard] == ["m-1", "m-1", "m-2"]


async def test_five_days_without_success_switch_an_endpoint_off(
    office: Office, elsewhere: Elsewhere
) -> None:
    elsewhere.status = 500
    made = await subscribe(office, elsewhere.url, "message.received")
    for number in range(6):
        await office.happen(received(f"m-{number}"))
        await office.deliver(DAY)

    shown = await office.get(f"/integrations/webhooks/{made['id']}")
    assert (shown["status"], shown["reason"]) == ("disabled", "failing")


async def test_both_secrets_sign_until_the_overlap_is_over(
    office: Office, elsewhere: Elsewhere
) -> None:
    made = await subscribe(office, elsewhere.url)
    path = f"/integrations/webhooks/{made['id']}"
    renewed = await office.post(f"{path}/rotate", overlapHours=24)

    await office.happen(received("m-1"))
    await office.deliver()
    verified(made["secret"], elsewhere.heard[0])
    verified(renewed["secret"], elsewhere.heard[0])
    assert len(elsewhere.heard[0].headers["webhook-signature"].split(" ")) == 2

    last = await office.post(f"{path}/rotate", overlapHours=0)
    await office.happen(received("m-2"))
    await office.deliver()
    verified(last["secret"], elsewhere.heard[1])
    for old in (made, renewed):
        with pytest.raises(WebhookVerificationError):
            verified(old["secret"], elsewhere.heard[1])


async def test_secrets_and_headers_are_sealed_and_never_shown(
    office: Office, elsewhere: Elsewhere
) -> None:
    made = await subscribe(office, elsewhere.url, headers={"Authorization": "Bearer canary"})
    await office.happen(received())
    await office.deliver()

    assert elsewhere.heard[0].headers["authorization"] == "Bearer canary"
    shown = await office.get("/integrations/webhooks")
    assert shown["items"][0]["headerNames"] == ["Authorization"]
    assert "secret" not in shown["items"][0]
    raw = office.desk.database.path.read_bytes()
    raw += office.desk.database.path.with_suffix(".db-wal").read_bytes()
    assert b"canary" not in raw
    assert made["secret"].removeprefix("whsec_").encode() not in raw


async def test_a_ping_goes_the_way_of_every_event(office: Office, elsewhere: Elsewhere) -> None:
    elsewhere.status, elsewhere.body = 200, b"thanks"
    made = await subscribe(office, elsewhere.url)
    sent = await office.post(f"/integrations/webhooks/{made['id']}/ping", 202, type="deal.updated")
    await office.deliver()

    body = verified(made["secret"], elsewhere.heard[0])
    assert (body["type"], body["data"]["test"]) == ("deal.updated", True)
    shown = await office.get(f"/integrations/deliveries/{sent['id']}")
    assert (shown["state"], shown["excerpt"]) == ("delivered", "thanks")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://192.168.0.10/x"}, "url"),
        ({"url": "ftp://example.com/x"}, "url"),
        ({"url": "http://a:b@example.com/x"}, "url"),
        ({"events": ["message.eaten"]}, "events"),
        ({"events": []}, "events"),
        ({"secret": "whsec_short"}, "secret"),
        ({"headers": {"Host": "x"}}, "headers"),
        ({"headers": {"webhook-id": "x"}}, "headers"),
    ],
)
async def test_a_bad_endpoint_is_refused_by_its_field(
    office: Office, change: dict[str, Any], field: str
) -> None:
    body = {"name": "ERP", "url": "https://example.com/x", "events": ["*"], **change}
    problem = await office.ask("POST", "/integrations/webhooks", 400, json=body)
    assert problem["field"] == field
    assert (await office.get("/integrations/webhooks"))["items"] == []


async def test_an_address_that_is_not_allowed_any_more_is_not_connected_to(
    office: Office, elsewhere: Elsewhere
) -> None:
    await subscribe(office, elsewhere.url)
    await office.happen(received())
    await office.desk.database.write(
        lambda tx: tx.conn.execute("UPDATE webhooks SET url = 'http://10.0.0.1/x'") and None
    )
    await office.deliver()

    assert elsewhere.heard == []
    assert (await deliveries(office))[0]["error"] == "refused: address"


async def test_a_notification_goes_where_its_rule_wants_it(
    office: Office, elsewhere: Elsewhere
) -> None:
    await subscribe(office, elsewhere.url, "notification.*")
    for channels in (["page"], ["page", "webhook"]):
        await office.happen(NotificationResolved("n1", "disk", "info", "Disco", "voltou", channels))
    await office.deliver()
    [heard] = elsewhere.heard
    assert json.loads(heard.body)["data"]["channels"] == ["page", "webhook"]


async def test_old_deliveries_are_forgotten_and_lists_are_paged(
    office: Office, elsewhere: Elsewhere
) -> None:
    await subscribe(office, elsewhere.url)
    await office.happen(*(received(f"m-{number}") for number in range(5)))
    await office.deliver()

    first = await office.get("/integrations/deliveries", limit="3")
    second = await office.get("/integrations/deliveries", limit="3", cursor=first["nextCursor"])
    assert len(first["items"] + second["items"]) == 5
    assert second["nextCursor"] is None
    office.clock.advance(31 * DAY)
    await office.desk.database.write(lambda tx: office.desk.queue.add(tx, NewJob(TIDY)) and None)
    await office.work()
    assert await deliveries(office) == []


async def a_message(office: Office, text: str) -> str:
    def commit(tx: Connection) -> str:
        now = office.clock.now()
        contact = contacts.resolve(tx, "local", ["pn:5511987654321"], "Ana", now)
        chat = threads.ensure(
            tx,
            "local",
            agent_id="a1",
            session_id="s1",
            contact_id=contact.id,
            chat="5511987654321@s.whatsapp.net",
            at=now,
        )
        message = Message(
            id=new_id(),
            conversation_id=chat.id,
            session_id="s1",
            agent_id="a1",
            wa_id=wa_message_id(),
            chat=chat.chat,
            at=now,
            received_at=now,
            from_me=False,
            author=Author.CONTACT,
            kind="text",
            text=text,
            state=State.RECEIVED,
        )
        messages.add(tx, "local", message)
        return message.id

    return await office.desk.database.write(commit)
