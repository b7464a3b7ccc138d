import itertools
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


async def test_a_number_that_is_down_is_tried_again_and_two_invoices_are_one_message(
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
    assert await reminders.remind() == 0
    ((_, (text, code)),) = chat.new()
    assert text.splitlines() == [
        "Olá, Bela! Você tem 2 faturas em aberto, no total de R$ 198,00:",
        "• F-000001 (01/2026): R$ 99,00, venceu em 11/02/2026",
        "• F-000002 (02/2026): R$ 99,00, vence em 11/03/2026",
        "Se já pagou ou quiser combinar outra forma, é só responder por aqui.",
        "Para pagar por Pix, copie o código da próxima mensagem.",
    ]
    assert "5406198.00" in code


async def test_a_client_without_a_phone_is_left_alone(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await office.subscribe(await office.customer())
    await office.until("2026-02-01T10:00")
    assert await reminders.remind() == 0
    assert chat.new() == []


async def test_a_client_who_wants_no_messages_is_left_alone(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await office.subscribe(await office.customer(phone="5511987654321"))
    await office.until("2026-02-01T10:00")
    chat.refused.add("5511987654321")
    assert await reminders.remind() == 0
    chat.refused.clear()
    assert await reminders.remind() == 1


async def months_off(office: Office, clients: int) -> None:
    """Clients subscribe and are told of January; then the box is off until June."""
    for number in range(clients):
        await office.subscribe(
            await office.customer(f"Cliente {number}", phone=f"55119{number:08d}")
        )
    await office.until("2026-02-01T10:00")
    await office.finance.reminders.remind(clients)
    await office.until("2026-06-20T23:30")


async def test_after_months_off_every_month_is_invoiced_and_each_client_told_once_in_one_message(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await months_off(office, 5)
    assert len(chat.new()) == 5
    found = (await office.get("/billing/invoices", limit="100"))["items"]
    assert sorted(one["number"] for one in found) == list(range(1, 26))
    assert {one["period"] for one in found} == {f"2026-0{month}" for month in range(1, 6)}

    assert await reminders.remind() == 0  # nobody is reminded of a debt at night
    goes = []
    for minute in (0, 10, 20, 30):
        await office.until(f"2026-06-21T10:{minute:02d}")
        goes.append(await reminders.remind(most=2))
    assert goes == [2, 2, 1, 0]
    said = chat.new()
    assert len({phone for phone, _ in said}) == len(said) == 5
    for _, (text, code) in said:
        assert "5 faturas em aberto, no total de R$ 495,00:" in text
        assert text.count("•") == 5
        assert "último" not in text
        assert "5406495.00" in code


async def test_after_months_off_no_client_hears_more_than_once_a_day_and_soon_nothing_more(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await months_off(office, 1)
    chat.new()
    days = []
    for day in range(21, 31):
        await office.until(f"2026-06-{day}T10:00")
        await reminders.remind()
        days += [(day, len(said[0].split("•")) - 1) for _, said in chat.new()]
    # All five; the old one by the days of its ladder; all before the last day of the other four.
    assert days == [(21, 5), (25, 0), (28, 5)]


async def test_a_debt_that_is_years_of_months_is_summed_up_in_a_message_of_some_lines(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await office.subscribe(await office.customer("Bela", phone="5511987654321"))
    await office.until("2028-01-10T10:00")
    await reminders.remind()
    ((_, (text, _)),) = chat.new()
    assert "24 faturas em aberto, no total de R$ 2376,00:" in text
    assert text.count("•") == 13
    assert "• e mais 12, no total de R$ 1188,00" in text


async def test_who_answered_about_the_old_is_told_of_the_new_only(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    await an_invoice(office)
    await reminders.remind()
    chat.new()
    chat.wrote["5511987654321"] = office.clock.now()
    await office.until("2026-03-01T10:00")
    assert await reminders.remind() == 1
    ((_, (text, _)),) = chat.new()
    assert "F-000002" in text
    assert "F-000001" not in text


async def test_nobody_is_cancelled_for_days_on_which_the_box_was_off(
    office: Office, reminders: Reminders, chat: Chat
) -> None:
    cancel = {"cancel": {"enabled": True, "afterDays": 3}}
    await office.ask("PATCH", "/billing/settings", json={"reminders": cancel})
    await months_off(office, 1)
    chat.new()
    statuses = {}
    for day in (21, 24, 25, 29, 30):
        await office.until(f"2026-06-{day}T10:00")
        await reminders.remind()
        statuses[day] = (await office.get("/billing/subscriptions"))["items"][0]["status"]
    assert set(statuses.values()) == {"active"}
    await office.until("2026-07-02T10:00")  # the last rung, eleven days after the first late one
    await reminders.remind()
    assert "Este é o último lembrete de F-000001." in chat.new()[-1][1][0]
    await office.until("2026-07-05T10:01")
    await reminders.remind()
    gone = (await office.get("/billing/subscriptions"))["items"][0]
    assert (gone["status"], gone["cancelReason"]) == ("cancelled", "payment_failure")


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.lists(st.integers(-40, 60), unique=True).map(sorted),
)
def test_rungs_are_said_once_each_in_order_and_never_closer_than_the_ladder_has_them(
    due: date, offsets: list[int]
) -> None:
    before, said = Reminder(None, stopped=False), list[tuple[int, int]]()
    for offset in offsets:
        today = date.fromordinal(due.toordinal() + offset)
        assert due_rung(due.isoformat(), today, Reminder(None, stopped=True)) is None
        rung = due_rung(due.isoformat(), today, before)
        if rung is not None:
            said.append((rung, offset))
            before = Reminder(rung, stopped=False, said_on=today)
            assert due_rung(due.isoformat(), today, before) is None
    rungs = [rung for rung, _ in said]
    assert rungs == sorted(set(rungs))
    for rung, offset in said:
        assert offset >= (RUNGS[rung].days or -40)
    late = [(rung, offset) for rung, offset in said if (RUNGS[rung].days or 0) > 0]
    for (one, early), (other, later) in itertools.pairwise(late):
        assert other == one + 1
        assert later - early >= (RUNGS[other].days or 0) - (RUNGS[one].days or 0)
    assert not late or late[0][0] == 2


def test_every_rung_has_its_words_in_both_languages() -> None:
    assert {len(said) for said in SAYINGS.values()} == {len(RUNGS)}
