"""Flows in real chats: started, repaired, held by people, paid, waited for, continued."""

from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.domains.conversations.owners import Happening
from daemon.domains.conversations.store import threads
from daemon.domains.flows.domain.errors import ChatHeldError, RunActiveError
from daemon.domains.flows.service.running import Start
from daemon.infra.database import Connection

from .conftest import ANA, Rig
from .drawings import BOOKING, ask, drawing, end, say


async def own(rig: Rig, happening: Happening) -> None:
    number = await rig.chat_id()

    def commit(tx: Connection) -> None:
        rig.talking.ownership.happened(tx, threads.get(tx, number), happening)

    await rig.base.database.write(commit)
    await rig.heard()
    await rig.work()


async def test_a_keyword_starts_a_flow_that_talks_to_its_end(rig: Rig) -> None:
    await rig.draw(BOOKING)
    await rig.say("Quero saber de vocês")
    await rig.sent()
    await rig.say("Marcar!")
    assert await rig.sent() == ["Olá! Vamos marcar.", "Qual é o seu nome?"]
    await rig.say("Ana")
    await rig.say("ana@exemplo.com.br")
    [_, question] = await rig.sent()
    assert question == "Ana, qual turno?\n- Manhã\n- Tarde"
    [poll] = await rig.rows("SELECT kind, extra FROM messages WHERE kind = 'poll'")
    assert '"options":["Manhã","Tarde"]' in poll["extra"]
    await rig.say("2")
    assert await rig.sent() == ["Anotado: Ana, ana@exemplo.com.br, Tarde."]
    run = await rig.run()
    assert (run["state"], run["outcome"]) == ("ended", "completed")
    assert run["variables"]["turno"] == "Tarde"


async def test_a_question_in_the_middle_is_answered_from_the_documents(rig: Rig) -> None:
    await rig.draw(BOOKING)
    await rig.say("marcar")
    await rig.say("Ana")
    await rig.sent()
    await rig.say("Vocês abrem no sábado?")
    answer, again = await rig.sent()
    assert "9h às 13h" in answer
    assert again == "Qual é o seu e-mail?"
    await rig.say("ana@exemplo.com.br")
    assert (await rig.sent())[0].startswith("Ana, qual turno?")


async def test_a_first_message_starts_a_flow_once(rig: Rig) -> None:
    await rig.draw(drawing(end(text="Bem-vindo!"), triggers=[{"kind": "first_message"}]))
    await rig.say("oi")
    assert await rig.sent() == ["Bem-vindo!"]
    await rig.say("oi")
    assert "Bem-vindo!" not in await rig.sent()


async def test_the_agent_chooses_a_flow_whose_phrases_mean_the_same(rig: Rig) -> None:
    rig.embedder.near = {"quero uma consulta": [1.0, 0.0], "preciso de um horário": [0.95, 0.3]}
    await rig.draw({**BOOKING, "triggers": [{"kind": "agent", "phrases": ["quero uma consulta"]}]})
    await rig.say("tem estacionamento?")
    assert await rig.rows("SELECT id FROM flow_runs") == []
    await rig.say("preciso de um horário")
    assert (await rig.sent())[-1] == "Qual é o seu nome?"


async def test_asking_for_a_person_leaves_the_chat_waiting_with_one_message(rig: Rig) -> None:
    await rig.draw(BOOKING)
    await rig.say("marcar")
    await rig.sent()
    await rig.say("quero falar com um atendente")
    assert len(await rig.sent()) == 1
    [chat] = await rig.rows("SELECT owner FROM conversations")
    assert chat["owner"] == "waiting"
    assert (await rig.run())["outcome"] == "handover"
    [last] = await rig.rows("SELECT extra FROM messages ORDER BY id DESC LIMIT 1")
    assert last["extra"] == '{"closing":true}'


async def test_a_person_who_takes_the_chat_holds_the_run_until_it_is_given_back(rig: Rig) -> None:
    await rig.draw(BOOKING)
    await rig.say("marcar")
    await own(rig, Happening.TAKEN)
    run = await rig.run()
    assert (run["state"], run["paused_by"]) == ("paused", "person")
    await rig.sent()
    await rig.pass_time(minutes=20)
    assert (await rig.run())["state"] == "paused"
    await own(rig, Happening.RETURNED)
    assert await rig.sent() == ["Vamos continuar de onde paramos.", "Qual é o seu nome?"]
    await rig.say("Ana")
    assert await rig.sent() == ["Qual é o seu e-mail?"]


async def test_a_flow_may_end_when_a_person_had_the_chat(rig: Rig) -> None:
    await rig.draw({**BOOKING, "afterPerson": "close"})
    await rig.say("marcar")
    await own(rig, Happening.TAKEN)
    await own(rig, Happening.RETURNED)
    assert (await rig.run())["outcome"] == "closed"


async def test_a_wait_outlives_the_process_and_goes_on_at_its_time(rig: Rig) -> None:
    wait = {"id": "w", "kind": "wait", "seconds": 3600}
    trigger = [{"kind": "keyword", "words": ["oi"]}]
    await rig.draw(drawing(say("a", "Já volto."), wait, end(text="Voltei!"), triggers=trigger))
    await rig.say("oi")
    assert await rig.sent() == ["Já volto."]
    await rig.pass_time(minutes=59)
    assert await rig.sent() == []
    await rig.pass_time(minutes=2)
    assert await rig.sent() == ["Voltei!"]
    await rig.pass_time(hours=5)
    assert await rig.sent() == []


async def test_silence_runs_into_the_time_out(rig: Rig) -> None:
    draft = drawing(ask("a", "Qual?"), end(), repair={"timeoutMinutes": 30, "timeoutText": "Até!"},
                    triggers=[{"kind": "keyword", "words": ["oi"]}])  # fmt: skip
    await rig.draw(draft)
    await rig.say("oi")
    await rig.pass_time(minutes=31)
    assert (await rig.sent())[-1] == "Até!"
    assert (await rig.run())["outcome"] == "expired"


async def test_an_answer_moves_the_time_out(rig: Rig) -> None:
    await rig.draw(
        drawing(ask("a", "A?"), ask("b", "B?"), end(), repair={"timeoutMinutes": 30},
                triggers=[{"kind": "keyword", "words": ["oi"]}])
    )  # fmt: skip
    await rig.say("oi")
    await rig.pass_time(minutes=29)
    await rig.say("resposta")
    await rig.pass_time(minutes=29)
    assert (await rig.run())["state"] == "asking"


PIX = drawing(
    say("c", "", pix={"amountCentavos": 1500}, to={"paid": "fim", "timeout": "nao"}),
    end("nao", "Sem pagamento."),
    end(text="Pago!"),
    triggers=[{"kind": "keyword", "words": ["pix"]}],
)


async def test_a_charge_goes_on_when_it_is_paid(rig: Rig) -> None:
    await rig.draw(PIX)
    await rig.say("pix")
    head, code, picture = await rig.sent()
    assert "R$ 15,00" in head
    assert code.startswith("000201")
    assert not picture
    [image] = await rig.rows("SELECT kind FROM messages ORDER BY id DESC LIMIT 1")
    assert image["kind"] == "image"
    await rig.say("vocês abrem no sábado?")
    assert len(await rig.sent()) == 1  # the agent answers while the flow waits for money
    run = await rig.run()
    assert run["state"] == "charging"
    await rig.built.parts.runs.confirm(run["id"])
    assert await rig.sent() == ["Pago!"]
    [payment] = await rig.rows("SELECT state, amount FROM finance_payments")
    assert payment == {"state": "received", "amount": 1500}


async def test_an_unpaid_charge_takes_its_time_out(rig: Rig) -> None:
    await rig.draw(PIX)
    await rig.say("pix")
    await rig.pass_time(minutes=61)
    assert (await rig.sent())[-1] == "Sem pagamento."


async def test_a_chat_runs_one_flow_and_none_over_a_person(rig: Rig) -> None:
    flow = await rig.draw(BOOKING)
    await rig.say("marcar")
    start = Start(flow, "whatsapp", phone=ANA)
    with pytest.raises(RunActiveError):
        await rig.built.parts.runs.start(start)
    again = Start(flow, "whatsapp", phone=ANA, replace=True)
    assert (await rig.built.parts.runs.start(again)).run.state == "asking"
    outcomes = [row["outcome"] for row in await rig.rows("SELECT outcome FROM flow_runs")]
    assert outcomes == ["closed", None]
    await own(rig, Happening.TAKEN)
    with pytest.raises(ChatHeldError):
        await rig.built.parts.runs.start(again)


async def test_a_schedule_starts_with_contacts_who_agreed_and_leaves_busy_chats_alone(
    rig: Rig,
) -> None:
    trigger = {"kind": "schedule", "cron": "0 9 * * *", "contacts": [ANA, "5521912345678"],
               "optIn": True}  # fmt: skip
    busy = await rig.draw(drawing(ask("x", "Ocupado?"), end()), "Ocupado")
    await rig.built.start_flow(rig.agent_id, busy, ANA, {})
    await rig.draw({**BOOKING, "triggers": [trigger]})
    await rig.sent()
    await rig.base.database.write(lambda tx: rig.base.queue.add(tx, _tick()))
    await rig.work()
    assert await rig.sent() == []
    rig.clock.advance((datetime(2026, 3, 11, 12, 0, 30, tzinfo=UTC) - rig.clock.now()).seconds)
    await rig.base.database.write(lambda tx: rig.base.queue.add(tx, _tick()))
    await rig.work()
    assert await rig.sent() == ["Olá! Vamos marcar.", "Qual é o seu nome?"]
    phones = await rig.rows("SELECT contact_phone, state FROM flow_runs ORDER BY id")
    assert [row["contact_phone"] for row in phones] == [ANA, "5521912345678"]


def _tick() -> Any:
    from daemon.domains.flows.tasks import TICK  # noqa: PLC0415 - beside its use
    from daemon.kernel.jobs import NewJob  # noqa: PLC0415 - beside its use

    return NewJob(TICK)


async def test_the_end_of_an_agent_ends_its_runs(rig: Rig) -> None:
    flow = await rig.draw(BOOKING)
    await rig.say("marcar")
    await rig.base.database.write(lambda tx: rig.built.parts.flows.forget_agent(tx, rig.agent_id))
    assert (await rig.run())["outcome"] == "closed"
    assert await rig.rows("SELECT id FROM flows WHERE id = ?", flow) == []


async def test_runs_of_a_contact_can_be_forgotten(rig: Rig) -> None:
    from daemon.domains.flows.store import runs  # noqa: PLC0415 - beside its use

    await rig.draw(BOOKING)
    await rig.say("marcar")
    await rig.say("Ana Segredo")
    chat = await rig.chat_id()
    assert await rig.base.database.write(lambda tx: runs.forget(tx, [chat])) == 1
    assert await rig.rows("SELECT * FROM flow_steps") == []
