"""What a step would do is what it then does, to the centavo, and looking changes nothing."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.infra.database import Connection
from tests.daemon.finance.conftest import Office

STEPS = st.one_of(
    st.fixed_dictionaries(
        {"action": st.just("change")},
        optional={
            "planId": st.sampled_from(["basico", "pro", "white-label"]),
            "period": st.sampled_from(["monthly", "quarterly", "yearly"]),
            "priceCentavos": st.integers(0, 1_000_000),
        },
    ),
    st.fixed_dictionaries(
        {
            "action": st.just("cancel"),
            "when": st.sampled_from(["now", "period_end"]),
            "giveBack": st.booleans(),
        }
    ),
    st.sampled_from([{"action": name} for name in ("pause", "resume", "reactivate")]),
)
LIVES = st.lists(st.tuples(st.integers(0, 45 * 86_400), STEPS), max_size=6)
ANSWERED = ("status", "planId", "period", "priceCentavos", "mrrCentavos", "cancelAt", "periodEnd")
TABLES = ("subscriptions", "changes", "lines", "sales", "invoices")


async def stored(office: Office) -> list[list[tuple[Any, ...]]]:
    """Everything that a step could write."""

    def query(tx: Connection) -> list[list[tuple[Any, ...]]]:
        return [
            [tuple(row) for row in tx.conn.execute(f"SELECT * FROM finance_{name} ORDER BY id")]
            for name in TABLES
        ]

    return await office.finance.desk.database.read(query)


async def waiting(office: Office, client: str) -> list[tuple[Any, ...]]:
    """The lines that wait for the client's next invoice, in the order of their writing."""

    def query(tx: Connection) -> list[tuple[Any, ...]]:
        rows = tx.conn.execute(
            "SELECT kind, code, total, from_at, until_at FROM finance_lines "
            "WHERE client_id = ? AND invoice_id IS NULL ORDER BY id",
            (client,),
        )
        return [tuple(row) for row in rows]

    return await office.finance.desk.database.read(query)


async def live(office: Office, trial: int, life: list[tuple[int, dict[str, Any]]]) -> None:
    """Look at each step of a life before it is taken, and compare."""
    client = await office.customer()
    path = f"/billing/subscriptions/{(await office.subscribe(client, trialDays=trial))['id']}"
    for seconds, step in life:
        office.clock.advance(seconds)
        body = {**step}
        if "planId" in body:
            body["planId"] = await office.plan(body["planId"])
        before = await stored(office)
        async with office.client.post(f"{path}/preview", json=body) as response:
            seen = await response.json()
        assert await stored(office) == before
        action = body.pop("action")
        async with office.client.post(f"{path}/{action}", json=body) as response:
            done, status = await response.json(), response.status
        if status != 200:
            assert (seen["status"], seen["code"]) == (status, done["code"])
            continue
        assert [seen["subscription"][name] for name in ANSWERED] == [done[one] for one in ANSWERED]
        written = await waiting(office, client)
        lines = seen["lines"]
        assert [(one["kind"], one["code"], one["totalCentavos"]) for one in lines] == [
            row[:3] for row in written[len(written) - len(lines) :]
        ]
        total = sum(row[2] for row in written)
        assert seen["waitingCentavos"] + seen["netCentavos"] == total
        assert seen["dueNowCentavos"] - seen["creditCentavos"] == total
        if seen["dueNowCentavos"]:
            invoice = await office.post("/billing/invoices", 201, clientId=client)
            assert invoice["totalCentavos"] == seen["dueNowCentavos"]


async def test_any_step_does_what_its_preview_said_and_looking_writes_nothing(
    office: Office,
) -> None:
    loop = asyncio.get_running_loop()

    def wait_for(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(st.sampled_from([0, 14]), LIVES)
    def any_life(trial: int, life: list[tuple[int, dict[str, Any]]]) -> None:
        wait_for(live(office, trial, life))

    await asyncio.to_thread(any_life)


async def test_an_upgrade_in_the_middle_of_a_month_is_explained(office: Office) -> None:
    client = await office.customer()
    made = await office.subscribe(client)  # 9,900 a month since 5 January, 9 o'clock
    await office.post("/billing/invoices", 201, clientId=client)
    office.clock.advance(62 * 3600 * 6)  # half of the period of 31 days
    pro = await office.plan("pro")
    path = f"/billing/subscriptions/{made['id']}/preview"
    seen = await office.post(path, action="change", planId=pro)
    assert [(one["totalCentavos"], one["description"]) for one in seen["lines"]] == [
        (-4_950, "Básico"),
        (12_450, "Pro"),
    ]
    assert (seen["waitingCentavos"], seen["netCentavos"], seen["dueNowCentavos"]) == (0, 7500, 7500)
    assert (seen["mrrChangeCentavos"], seen["subscription"]["priceCentavos"]) == (15_000, 24_900)
    assert seen["holdsFrom"] == office.clock.now().isoformat().replace("+00:00", "Z")
    assert seen["nextChargeAt"] == made["periodEnd"]
    assert seen["invoicedAt"] == "2026-02-01T03:00:00Z"


@pytest.mark.parametrize(
    ("body", "credit"),
    [
        ({"when": "now", "giveBack": True}, 4_950),
        ({"when": "now"}, 0),
        ({"when": "period_end"}, 0),
    ],
)
async def test_the_end_says_what_is_given_back(
    office: Office, body: dict[str, Any], credit: int
) -> None:
    client = await office.customer()
    made = await office.subscribe(client)
    await office.post("/billing/invoices", 201, clientId=client)
    office.clock.advance(62 * 3600 * 6)
    path = f"/billing/subscriptions/{made['id']}/preview"
    seen = await office.post(path, action="cancel", **body)
    assert (seen["creditCentavos"], seen["dueNowCentavos"]) == (credit, 0)
    assert seen["nextChargeAt"] is None
    later = body["when"] == "period_end"
    assert seen["subscription"]["cancelAt"] == (
        made["periodEnd"] if later else seen["subscription"]["updatedAt"]
    )


async def test_what_cannot_be_done_is_refused_by_its_field_as_it_would_be(office: Office) -> None:
    made = await office.subscribe(await office.customer())
    path = f"/billing/subscriptions/{made['id']}/preview"
    assert (await office.post(path, 400, action="change", planId="x"))["field"] == "planId"
    assert (await office.post(path, 409, action="resume"))["code"] == "subscription_state"
    assert (await office.post("/billing/subscriptions/x/preview", 404))["status"] == 404
