import sqlite3
from typing import Any

import pytest

from daemon.infra.database import Database
from tests.daemon.finance.conftest import Office


async def test_the_three_plans_are_there_once_with_three_prices_each(office: Office) -> None:
    await office.finance.plans.seed()
    plans = (await office.get("/billing/plans"))["items"]
    assert {plan["name"] for plan in plans} == {"Básico", "Pro", "White-label"}
    for plan in plans:
        assert set(plan["prices"]) == {"monthly", "quarterly", "yearly"}
        assert set(plan["entitlements"]) == {
            "sessions",
            "agents",
            "messages",
            "documents",
            "voice_minutes",
        }


async def test_a_plan_is_made_changed_and_removed_or_archived_once_used(office: Office) -> None:
    body = {"code": "start", "name": "Start", "prices": {"monthly": 4900}}
    made = await office.post("/billing/plans", 201, **body)
    path = f"/billing/plans/{made['id']}"
    assert made["entitlements"] == {}
    assert (await office.post("/billing/plans", 409, **body))["code"] == "plan_code_taken"
    change = {"prices": {"monthly": 5900}, "entitlements": {"messages": None}}
    changed = await office.ask("PATCH", path, json=change)
    assert (changed["prices"], changed["entitlements"]) == ({"monthly": 5900}, {"messages": None})
    client = await office.customer()
    await office.subscribe(client, "start")
    await office.ask("DELETE", path, 204)
    assert (await office.get(path))["status"] == "archived"
    refused = await office.post("/billing/subscriptions", 409, clientId=client, planId=made["id"])
    assert refused["code"] == "plan_archived"
    unused = await office.post("/billing/plans", 201, **{**body, "code": "other"})
    await office.ask("DELETE", f"/billing/plans/{unused['id']}", 204)
    await office.ask("GET", f"/billing/plans/{unused['id']}", 404)


async def test_a_client_is_made_changed_and_stays_while_it_subscribes(office: Office) -> None:
    number = await office.customer(phone="+5511987654321", document="12.345.678/0001-90")
    path = f"/billing/clients/{number}"
    assert (await office.get(path))["phone"] == "5511987654321"
    changed = await office.ask("PATCH", path, json={"phone": None, "name": None})
    assert (changed["phone"], changed["name"]) == (None, "Bela")
    subscription = await office.subscribe(number)
    assert (await office.ask("DELETE", path, 409))["code"] == "client_busy"
    await office.post(f"/billing/subscriptions/{subscription['id']}/cancel", when="now")
    await office.ask("DELETE", path, 204)
    assert (await office.get(path))["status"] == "archived"
    other = await office.customer("Outra")
    await office.ask("DELETE", f"/billing/clients/{other}", 204)
    await office.ask("GET", f"/billing/clients/{other}", 404)


async def test_lists_are_paged_newest_first_and_filtered(office: Office) -> None:
    numbers = [await office.customer(f"C{count}") for count in range(5)]
    first = await office.get("/billing/clients", limit="2")
    assert [one["id"] for one in first["items"]] == [numbers[4], numbers[3]]
    second = await office.get("/billing/clients", limit="3", cursor=first["nextCursor"])
    assert [one["id"] for one in second["items"]] == numbers[2::-1]
    assert second["nextCursor"] is None
    await office.subscribe(numbers[0])
    await office.subscribe(numbers[1], "pro")
    found = await office.get("/billing/subscriptions", clientId=numbers[1], status="active")
    assert [one["clientId"] for one in found["items"]] == [numbers[1]]


async def test_an_idempotency_key_subscribes_once(office: Office) -> None:
    wish = {"clientId": await office.customer(), "planId": await office.plan("pro")}
    headers = {"Idempotency-Key": "k1"}
    made = [
        await office.ask("POST", "/billing/subscriptions", 201, json=wish, headers=headers)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len((await office.get("/billing/subscriptions"))["items"]) == 1


async def test_a_life_in_actions_is_kept_as_history(office: Office) -> None:
    made = await office.subscribe(await office.customer(), trialDays=7)
    assert (made["status"], made["mrrCentavos"]) == ("trialing", 0)
    path = f"/billing/subscriptions/{made['id']}"
    await office.until("2026-01-12T09:05")
    assert (await office.get(path))["mrrCentavos"] == 9900
    await office.until("2026-01-20")
    upgraded = await office.post(f"{path}/change", planId=await office.plan("pro"))
    assert upgraded["mrrCentavos"] == 24900
    await office.post(f"{path}/pause")
    await office.post(f"{path}/resume")
    await office.post(f"{path}/cancel")
    await office.post(f"{path}/reactivate")
    await office.post(f"{path}/cancel", when="now", reason="payment_failure", giveBack=True)
    ended = await office.post(f"{path}/reactivate")
    assert ended["status"] == "active"
    history = (await office.get(f"{path}/history"))["items"]
    assert [entry["kind"] for entry in reversed(history)] == [
        "started",
        "activated",
        "plan_changed",
        "paused",
        "resumed",
        "cancel_scheduled",
        "cancel_withdrawn",
        "cancelled",
        "reactivated",
    ]
    assert history[1]["reason"] == "payment_failure"
    sales = (await office.get("/billing/upsells"))["items"]
    assert [(sale["kind"], sale["amountCentavos"]) for sale in sales] == [("plan_upgrade", 15000)]


@pytest.mark.parametrize("table", ["finance_changes", "finance_invoices", "finance_kpis"])
async def test_what_happened_can_neither_be_edited_nor_removed(
    office: Office, db: Database, table: str
) -> None:
    await office.subscribe(await office.customer())
    await office.until("2026-02-01T00:05")
    column = {"finance_changes": "mrr", "finance_invoices": "total"}.get(table, "figures")
    for statement in (f"UPDATE {table} SET {column} = 1", f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            await db.write(lambda tx, text=statement: tx.conn.execute(text) and None)  # type: ignore[misc]  # mypy cannot infer a lambda's default


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("plans", {"code": "X Y", "name": "x", "prices": {"monthly": 1}}, "code"),
        ("plans", {"code": "x", "name": "x", "prices": {}}, "prices"),
        ("plans", {"code": "x", "name": "x", "prices": {"monthly": 1.5}}, "prices.monthly"),
        ("plans", {"code": "x", "name": "x", "prices": {"monthly": -1}}, "prices.monthly"),
        ("clients", {"name": " "}, "name"),
        ("clients", {"name": "a", "phone": "abc"}, "phone"),
        ("clients", {"name": "a", "email": "abc"}, "email"),
        ("subscriptions", {"clientId": "nobody", "planId": "none"}, "clientId"),
        ("subscriptions", {"clientId": "{client}", "planId": "none"}, "planId"),
        ("subscriptions", {"clientId": "{client}", "planId": "x", "period": "weekly"}, "period"),
        ("payments", {"invoiceId": "x", "amountCentavos": 0}, "amountCentavos"),
        ("upsells", {"clientId": "{client}", "description": "x", "amountCentavos": 0.5}, None),
    ],
)
async def test_bad_input_names_its_field(
    office: Office, path: str, body: dict[str, Any], field: str | None
) -> None:
    client = await office.customer()
    given = {name: client if value == "{client}" else value for name, value in body.items()}
    problem = await office.post(f"/billing/{path}", 400, **given)
    named = problem.get("field") or problem["errors"][0]["field"]
    assert named.startswith(field or "amountCentavos")


async def test_a_subscription_may_have_begun_earlier_but_not_in_a_closed_month(
    office: Office,
) -> None:
    client = await office.customer()
    old = await office.subscribe(client, startedAt="2025-06-15T12:00:00-03:00")
    assert old["periodEnd"].startswith("2026-01-15")
    await office.until("2026-02-01T00:05")
    invoice = (await office.get("/billing/invoices"))["items"][0]
    assert invoice["totalCentavos"] == 9900  # January's own; 2025 was charged elsewhere
    wish = {"clientId": client, "planId": await office.plan("pro")}
    early = {**wish, "startedAt": "2026-01-31T12:00:00-03:00"}
    assert (await office.post("/billing/subscriptions", 409, **early))["code"] == "period_closed"
    # Once a month is closed, so are the ones that were brought in from before.
    kpis = (await office.get("/financeiro/kpis", start="2025-05-01"))["items"]
    closed = [one["period"] for one in kpis if one["closed"]]
    assert (closed[0], closed[-1], len(closed)) == ("2025-06", "2026-01", 8)
    assert [one["mrrCentavos"] for one in kpis] == [0, *[9_900] * 9]
    future = {**wish, "startedAt": "2026-07-01T12:00:00-03:00"}
    assert (await office.post("/billing/subscriptions", 400, **future))["field"] == "startedAt"


async def test_entitlements_follow_subscriptions_use_and_payment(office: Office) -> None:
    client = await office.customer()
    path = f"/billing/clients/{client}/entitlements"
    assert (await office.get(path))["active"] is False
    made = await office.subscribe(client)
    await office.subscribe(client, "pro")
    await office.post(
        f"/billing/subscriptions/{made['id']}/usage", 201, meter="messages", quantity=30
    )
    found = await office.get(path)
    assert (found["active"], found["pastDueCentavos"]) == (True, 0)
    assert found["meters"]["messages"] == {"included": 12_000, "used": 30, "billed": True}
    await office.until("2026-02-01T09:00")
    await office.until("2026-02-12T09:00")
    assert (await office.get(path))["pastDueCentavos"] == 34_800
    invoice = (await office.get("/billing/invoices"))["items"][0]
    await office.post("/billing/payments", 201, invoiceId=invoice["id"])
    assert (await office.get(path))["pastDueCentavos"] == 0
    await office.subscribe(client, "white-label")
    assert (await office.get(path))["meters"]["agents"]["included"] is None
    await office.ask("GET", "/billing/clients/nobody/entitlements", 404)
