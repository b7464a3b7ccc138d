"""Who is told, when, and how often: real queue, real SMTP dialogue, killed at bad moments."""

from datetime import timedelta

from daemon.domains.notifications.domain import Reading

from .conftest import Desk

DOWN = Reading("s1", 200, {"name": "Recepção", "phone": "55119", "step": "Conecte."})


async def states(desk: Desk) -> list[tuple[str, str, str]]:
    rows = await desk.rows("SELECT channel, change, state FROM notification_deliveries ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_critical_matter_reaches_page_phone_and_mailbox_with_the_fix(
    reached: Desk,
) -> None:
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    (text,) = await reached.said()
    assert text.startswith("‼️ WhatsApp desconectado: Recepção")
    assert "O que fazer: Conecte." in text
    assert reached.smtp.letters[0].recipients == ["dona@example.com"]
    (event,) = await reached.events("notification.created")
    assert '"channels":["page","webhook"]' in event


async def test_the_end_of_it_is_told_with_its_span(reached: Desk) -> None:
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    await reached.look()
    reached.clock.advance(61)
    await reached.look()
    await reached.work_all()
    said = await reached.said()
    assert said[1].startswith("Resolvido: WhatsApp desconectado: Recepção\n05/01 09:00 - ")
    assert len(reached.smtp.letters) == 2
    assert len(await reached.events("notification.resolved")) == 1


async def test_small_matters_do_not_leave_the_page(reached: Desk) -> None:
    await reached.look(payment_overdue=[Reading("c1", 3, {"name": "Ana"})])
    await reached.work_all()
    assert await states(reached) == []
    assert len(await reached.all()) == 1


async def test_a_kill_after_any_job_loses_nothing_and_tells_nobody_twice(reached: Desk) -> None:
    await reached.look(session_down=[DOWN])
    await reached.work(kill=True)
    await reached.work(kill=True)
    await reached.work_all()
    assert len(await reached.said()) == 1
    assert len(reached.smtp.letters) == 1


async def test_a_letter_sent_right_before_a_kill_is_the_same_letter_again(reached: Desk) -> None:
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    await reached.db.write(  # the mark that it was sent never reached the disk
        lambda tx: tx.conn.execute("UPDATE notification_deliveries SET state = 'waiting'") and None
    )
    job = await reached.rows("SELECT id FROM notification_deliveries WHERE channel = 'email'")
    from daemon.kernel.jobs import Job  # noqa: PLC0415 - only this test makes a job by hand

    await reached.deliveries.deliver(
        Job("j", "notifications.deliver", {"delivery_id": job[0]["id"]}, None, 1)
    )
    first, second = (letter.message["Message-ID"] for letter in reached.smtp.letters)
    assert first == second


async def test_without_a_number_that_works_it_waits_and_then_says_only_that_it_is_over(
    reached: Desk,
) -> None:
    reached.number_works = False
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    assert await reached.said() == []
    await reached.look()
    reached.clock.advance(61)
    await reached.look()
    reached.number_works = True
    await reached.work_all()
    (text,) = await reached.said()
    assert text.startswith("Resolvido")
    assert ("whatsapp", "opened", "skipped") in await states(reached)


async def test_a_mail_server_that_is_busy_is_tried_again_later(reached: Desk) -> None:
    reached.smtp.answer = "451 busy"
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    assert ("email", "opened", "waiting") in await states(reached)
    reached.smtp.answer = "250 ok"
    reached.clock.advance(61)
    await reached.work_all()
    assert len(reached.smtp.letters) == 1
    assert ("email", "opened", "sent") in await states(reached)


async def test_what_a_mail_server_refuses_for_good_is_shown_as_failed(reached: Desk) -> None:
    reached.smtp.refuse = frozenset({"dona@example.com"})
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    assert ("email", "opened", "failed") in await states(reached)
    _, deliveries = await reached.service.get((await reached.all())[0].id)
    reason = next(one.reason for one in deliveries if one.channel == "email")
    assert reason is not None
    assert "destinatário" in reason


async def test_a_storm_becomes_a_few_messages_and_one_summary(reached: Desk) -> None:
    await reached.service.prefer({"hourly_limit": 3})
    await reached.look(job_parked=[Reading(f"kind{n}", 1, {"kind": f"k{n}"}) for n in range(40)])
    for _ in range(60):
        reached.clock.advance(1)
        await reached.work_all()
    assert len(await reached.said()) == 3
    assert len(reached.smtp.letters) == 3
    reached.clock.advance(timedelta(hours=1).total_seconds())
    await reached.work_all()
    *_, summary = await reached.said()
    assert summary.startswith("37 notificações\n•")
    assert len(await reached.said()) == 4
    assert reached.smtp.letters[3].message["Subject"] == "37 notificações"
    assert {state for *_, state in await states(reached)} == {"sent"}


async def test_at_night_only_what_is_critical_gets_through_and_the_rest_comes_at_seven(
    reached: Desk,
) -> None:
    reached.clock.advance(timedelta(hours=14).total_seconds())  # 23:00 in São Paulo
    await reached.look(session_down=[DOWN], job_parked=[Reading("x", 1, {"kind": "x"})])
    await reached.work_all()
    assert len(await reached.said()) == 1
    reached.clock.advance(timedelta(hours=7, minutes=59).total_seconds())
    await reached.work_all()
    assert len(await reached.said()) == 1
    reached.clock.advance(120)
    await reached.work_all()
    assert (await reached.said())[1].startswith("1 notificações\n• Tarefas aguardando")


async def test_quiet_hours_may_hold_back_even_what_is_critical(reached: Desk) -> None:
    await reached.service.prefer({"critical_passes": False})
    reached.clock.advance(timedelta(hours=14).total_seconds())
    await reached.look(session_down=[DOWN])
    await reached.work_all()
    assert await reached.said() == []
    reached.clock.advance(timedelta(hours=8, minutes=1).total_seconds())
    await reached.work_all()
    assert len(await reached.said()) == 1
    assert len(reached.smtp.letters) == 1


async def test_a_look_that_fails_is_only_a_look(desk: Desk) -> None:
    desk.seen = {"no_such_rule": [Reading("x")]}  # type: ignore[dict-item] # a fault on purpose
    assert await desk.watch.look() == 0
    assert await desk.look(session_down=[DOWN]) == 1
