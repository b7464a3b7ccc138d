from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.domains.finance.domain.dunning import SAYINGS, Reminder, due_rung
from daemon.domains.finance.domain.terms import RUNGS
from daemon.domains.finance.service.reminding import Reminders
from tests.daemon.finance.conftest import Office
from tests.daemon.finance.examples import Chat


@pytest.fixture
def reminders(office: Office) -> Reminders:
    return office.finance.reminders


async def an_invoice(office: Office, phone: str = "5511987654321") -> dict[str, Any]:
    await office.subscribe(await office.customer("Bela", phone=phone))
    await office.until("2026-02-01T10:00")
    found: dict[str, Any] = (await office.get("/billing/invoices"))["items"][0]
    assert found["dueOn"] == "2026-02-11"
    return found


async def test_the_ladder_is_climbed_one_rung_at_a_time_with_the_pix_code_apart(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    invoice = await an_invoice(office)
    days = []
    for day in range(1, 29):
        await office.until(f"2026-02-{day:02d}T10:01")
        await reminders.remind()
        await reminders.remind()
        days += [(day, said) for _, said in chat.new()]
    mine = [(day, said) for day, said in days if "F-000001" in said[0]]
    assert [day for day, _ in mine] == [1, 9, 12, 16, 23]
    assert mine[0][1] == [
        (
            "Olá, Bela! Sua fatura F-000001, de R$ 99,00, já está disponível e vence em "
            "11/02/2026.\n"
            "Para pagar por Pix, copie o código da próxima mensagem."
        ),
        invoice["pix"],
    ]


async def test_the_ladder_stops_when_it_is_paid_and_the_receipt_is_sent(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    invoice = await an_invoice(office)
    await reminders.remind()
    assert len(chat.new()) == 1
    await office.finance.payments.receive(invoice["id"], None, "pix", at=None, note=None)
    assert chat.new() == [
        (
            "5511987654321",
            ["Recebemos o pagamento de R$ 99,00 da fatura F-000001. Obrigado, Bela!"],
        )
    ]
    await office.until("2026-02-20T10:00")
    await reminders.remind()
    assert chat.new() == []


async def test_the_ladder_stops_for_good_when_the_client_answers(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await an_invoice(office)
    chat.wrote["5511987654321"] = datetime.fromisoformat("2026-01-20T00:00:00+00:00")
    await reminders.remind()  # what was written before the first reminder is no answer to it
    assert len(chat.new()) == 1
    chat.wrote["5511987654321"] = office.clock.now()
    for day in (9, 12, 16, 23):
        await office.until(f"2026-02-{day:02d}T10:01")
        await reminders.remind()
    assert chat.new() == []


async def test_a_number_that_is_down_is_tried_again_and_two_invoices_are_two_days(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await an_invoice(office)
    chat.up = False
    assert await reminders.remind() == 0
    chat.up = True
    await office.until("2026-03-01T10:00")  # a second invoice of the same client
    assert await reminders.remind() == 1
    assert await reminders.remind() == 0
    await office.until("2026-03-02T10:00")
    assert await reminders.remind() == 1
    assert await reminders.remind() == 0
    assert [said[0].split("fatura ")[1][:8] for _, said in chat.new()] == ["F-000001", "F-000002"]


async def test_a_client_without_a_phone_is_left_alone(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await office.subscribe(await office.customer())
    await office.until("2026-02-01T10:00")
    assert await reminders.remind() == 0
    assert chat.new() == []


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(-40, 60))
def test_each_rung_is_said_at_most_once_and_never_after_the_stop(due: date, offset: int) -> None:
    today = date.fromordinal(due.toordinal() + offset)
    first = due_rung(due.isoformat(), today, Reminder(None, stopped=False))
    assert first is not None
    assert first == sum(one.days is None or offset >= one.days for one in RUNGS) - 1
    assert due_rung(due.isoformat(), today, Reminder(first, stopped=False)) is None
    assert due_rung(due.isoformat(), today, Reminder(None, stopped=True)) is None


def test_every_rung_has_its_words_in_both_languages() -> None:
    assert {len(said) for said in SAYINGS.values()} == {len(RUNGS)}
