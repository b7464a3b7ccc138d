"""Pix charges of flows: by the provider, once, whatever is lost on the way; else by hand."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from aiohttp.test_utils import TestServer

from daemon.domains.conversations.owners import Happening
from daemon.domains.conversations.store import threads
from daemon.domains.finance.domain.provider import Notice
from daemon.domains.finance.domain.records import PaymentState
from daemon.domains.flows.service.moving import EFFECT
from daemon.infra.database import Connection
from tests.daemon.finance.stand_in import CODE, StandIn

from .conftest import Rig
from .drawings import SIGNAL


@pytest.fixture
async def asaas(rig: Rig) -> AsyncIterator[StandIn]:
    made = StandIn()
    async with TestServer(made.app()) as server:
        url = str(server.make_url("/")).rstrip("/")
        terms = {"provider": "asaas", "provider_url": url, "provider_key": "k",
                 "webhook_token": "w" * 32}  # fmt: skip
        await rig.finance.change_terms(terms)
        yield made


async def begin(rig: Rig, draft: dict[str, Any] = SIGNAL) -> list[str]:
    await rig.draw(draft)
    await rig.say("pix")
    await rig.sent()
    await rig.say("529.982.247-25")
    return await rig.sent()


async def told(rig: Rig, number: str, charge: str, state: PaymentState = "received") -> bool:
    """Let the provider's webhook say something of a charge."""
    notice = Notice(number, state, charge, "of no invoice", 5000, "pix", None)
    first = await rig.finance.payments.notice("asaas", notice)
    await rig.work()
    return first


async def test_a_charge_of_the_provider_is_paid_by_its_webhook_once(
    rig: Rig, asaas: StandIn
) -> None:
    before, head, code, picture = await begin(rig)
    assert (before, code) == ("Vamos ao sinal.", CODE)
    assert "R$ 50,00 (Sinal)" in head
    assert not picture
    [charge] = asaas.rows["payments"]
    assert (str(charge["value"]), charge["description"]) == ("50.00", "Sinal")
    [customer] = asaas.rows["customers"]
    assert (customer["cpfCnpj"], customer["name"]) == ("52998224725", "Ana")
    assert (await rig.run())["state"] == "charging"

    assert await told(rig, "e1", charge["id"])
    assert not await told(rig, "e1", charge["id"])
    assert await told(rig, "e2", charge["id"], "overdue")
    assert await rig.sent() == ["Pago!"]
    [payment] = await rig.rows("SELECT state, amount, provider, note FROM finance_payments")
    assert payment == {"state": "received", "amount": 5000, "provider": "asaas", "note": "Sinal"}


async def test_an_answer_that_was_lost_makes_no_second_charge(rig: Rig, asaas: StandIn) -> None:
    asaas.lose_answer_of_next = True
    said = await begin(rig)
    assert said[2] == CODE
    assert len(asaas.rows["payments"]) == 1
    assert len(await rig.rows("SELECT id FROM finance_payments")) == 1


async def test_a_payment_that_comes_before_the_code_was_sent_goes_on_at_once(
    rig: Rig, asaas: StandIn
) -> None:
    work = rig.handlers[EFFECT]
    asaas.status = 503  # the first try makes nothing: the box waits and asks again

    async def paid_meanwhile(job: Any) -> None:
        asaas.status = 200
        if not asaas.rows["payments"]:
            performer = cast("Any", work).__self__
            [row] = await rig.rows("SELECT id FROM flow_runs")
            run = await rig.built.parts.runs.get(row["id"])
            await performer.perform(run)  # as if the box fell before it could write this down
            assert await told(rig, "e1", asaas.rows["payments"][0]["id"])
        await work(job)

    rig.handlers[EFFECT] = paid_meanwhile
    said = await begin(rig)
    assert said[-1] == "Pago!"
    assert len(asaas.rows["payments"]) == 1
    assert len(await rig.rows("SELECT id FROM finance_payments")) == 1


@pytest.mark.usefixtures("asaas")
async def test_a_payment_while_nobody_listened_goes_on_at_the_next_start(rig: Rig) -> None:
    await begin(rig)
    [row] = await rig.rows("SELECT id FROM finance_payments")

    def unheard(tx: Connection) -> None:
        tx.conn.execute("UPDATE finance_payments SET state = 'received'")

    await rig.base.database.write(unheard)
    tasks = cast("Any", rig.handlers["flows.tick"]).__self__
    await tasks.catch_up()
    await rig.work()
    assert (await rig.sent())[-1] == "Pago!"
    await tasks.paid(row["id"])
    assert await rig.sent() == []


@pytest.mark.parametrize(("status", "reason"), [(400, "refused"), (503, "unreachable")])
async def test_a_static_code_takes_the_place_of_a_provider_that_does_not_charge(
    rig: Rig, asaas: StandIn, status: int, reason: str
) -> None:
    asaas.status = status
    said = await begin(rig)
    assert said[2].startswith("000201")
    assert said[2] != CODE
    [line] = await rig.rows("SELECT data FROM flow_steps WHERE what = 'charged'")
    assert f'"reason":"{reason}"' in line["data"]


async def test_static_codes_differ_and_booking_the_payment_goes_on(rig: Rig) -> None:
    codes = []
    for _ in range(2):
        codes.append((await begin(rig))[2])
        run = await rig.run()
        await rig.finance.payments.book(run["payment_id"])
        await rig.work()
        assert await rig.sent() == ["Pago!"]
    assert codes[0] != codes[1]


async def test_a_charge_that_was_held_by_a_person_has_its_time_anew_or_its_payment(
    rig: Rig, asaas: StandIn
) -> None:
    await begin(rig)

    async def own(happening: Happening) -> None:
        number = await rig.chat_id()

        def commit(tx: Connection) -> None:
            rig.talking.ownership.happened(tx, threads.get(tx, number), happening)

        await rig.base.database.write(commit)
        await rig.heard()
        await rig.work()

    await own(Happening.TAKEN)
    await own(Happening.RETURNED)
    assert (await rig.run())["state"] == "charging"
    await own(Happening.TAKEN)
    await told(rig, "e1", asaas.rows["payments"][0]["id"])
    assert (await rig.run())["state"] == "paused"
    await own(Happening.RETURNED)
    [last] = await rig.rows("SELECT text FROM messages ORDER BY id DESC LIMIT 1")
    assert last["text"] == "Pago!"


async def test_a_charge_that_nobody_pays_takes_its_time_out(rig: Rig, asaas: StandIn) -> None:
    await begin(rig)
    await rig.pass_time(minutes=61)
    assert (await rig.sent())[-1] == "Sem pagamento."
    await told(rig, "e1", asaas.rows["payments"][0]["id"])
    assert await rig.sent() == []
    [payment] = await rig.rows("SELECT state FROM finance_payments")
    assert payment["state"] == "received"
