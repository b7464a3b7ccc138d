import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from daemon.domains.conversations.domain import Passage
from daemon.domains.conversations.ownership import TURN
from daemon.infra.database import Connection
from daemon.kernel.jobs import MAX_ATTEMPTS
from models.doubles import ScriptedLanguageModel
from models.errors import EngineError

from .conftest import LID, PHONE, Box


async def test_a_question_is_answered_once_with_its_source(box: Box) -> None:
    await box.hear("Quanto custa a limpeza de pele?")
    await box.run_due()

    said = await box.said()
    assert len(said) == 1
    assert "R$ 120,00" in said[0]
    assert "R$ 150,00" not in said[0]
    assert "_Fonte: precos.pdf, p. 2_" in said[0]
    assert await box.jobs() == 1
    assert [kind for kind, _ in box.usage] == ["turn.answered"]
    assert await box.jobs(TURN) == 0


async def test_the_reply_has_its_whatsapp_id_before_it_is_sent_and_a_trace(box: Box) -> None:
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    reply = (await box.thread())[-1]
    assert reply.wa_id.startswith("3EB0")
    assert len(reply.wa_id) == 22
    assert reply.trace_id is not None
    trace = await box.conversations.trace(reply.trace_id)
    assert trace["mode"] == trace["model"] == "extractive"
    assert len(trace["prompt_version"]) == 12
    assert trace["passages"][0]["chunk_id"] == "c1"
    assert {step["name"] for step in trace["steps"]} >= {"search", "extract", "total"}


async def test_the_same_message_again_changes_nothing(box: Box) -> None:
    message = box.incoming("Quanto custa a drenagem?")
    first = await box.db.write(lambda tx: box.intake.receive(tx, message))
    again = await box.db.write(lambda tx: box.intake.receive(tx, message))
    await box.run_due()
    after = await box.db.write(lambda tx: box.intake.receive(tx, message))
    await box.run_due()

    assert first is not None
    assert (again, after) == (None, None)
    assert len(await box.said()) == 1


async def test_a_crash_before_the_commit_leaves_the_question_and_after_it_one_answer(
    box: Box,
) -> None:
    await box.hear("Quanto custa a drenagem?")
    jobs = await box.db.write(lambda tx: box.queue.lease(tx, 1, (TURN,)))
    assert len(jobs) == 1  # leased, then the power goes
    assert await box.said() == []
    await box.db.write(lambda tx: box.queue.recover(tx, all_leases=True))

    await box.run_due()
    await box.turns.run(jobs[0])  # the same job once more

    assert len(await box.said()) == 1


async def test_a_burst_is_one_question_and_no_part_is_dropped(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"debounce": {"min_seconds": 1, "max_seconds": 8}})
    await box.hear("oi, tudo bem?")
    await box.run_due()
    await box.hear("quanto custa")
    await box.run_due()
    await box.hear("a drenagem")
    await box.run_due()
    assert await box.said() == []

    await box.pass_time(seconds=8)

    said = await box.said()
    assert len(said) == 1
    assert "R$ 150,00" in said[0]


async def test_typing_makes_the_answer_wait_but_not_for_ever(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"debounce": {"min_seconds": 1, "max_seconds": 8}})
    await box.hear("Quanto custa a drenagem?")
    await box.db.write(lambda tx: box.intake.typing(tx, "s1", LID))
    await box.pass_time(seconds=2)
    assert await box.said() == []
    await box.db.write(lambda tx: box.intake.typing(tx, "s1", PHONE))
    await box.pass_time(seconds=5)
    assert await box.said() == []

    await box.pass_time(seconds=1.5)

    assert len(await box.said()) == 1


async def test_a_message_that_comes_while_the_answer_is_made_is_answered_with_it(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    gate, started = asyncio.Event(), asyncio.Event()
    asked: list[str] = []

    class SlowModel(ScriptedLanguageModel):
        async def chat(self, request: Any, *, timeout_s: float) -> Any:
            asked.append(request.messages[-1].content)
            started.set()
            if len(asked) == 1:
                await gate.wait()
            return await super().chat(request, timeout_s=timeout_s)

    box.answers._writer._model = SlowModel(reply=lambda _: "Custa R$ 150,00.")  # noqa: SLF001 - swapped in
    await box.hear("Quanto custa a drenagem?")
    running = asyncio.create_task(box.run_due())
    await asyncio.wait_for(started.wait(), 30)
    await box.hear("e a limpeza de pele?")
    await asyncio.wait_for(running, 30)

    assert len(asked) == 2
    assert "drenagem" in asked[1]
    assert "limpeza" in asked[1]
    assert len(await box.said()) == 1


async def test_a_person_on_the_phone_stops_an_answer_in_the_making(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    started = asyncio.Event()
    cancelled = asyncio.Event()

    class EndlessModel(ScriptedLanguageModel):
        async def chat(self, request: Any, *, timeout_s: float) -> Any:
            del request, timeout_s
            started.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.set()
                raise

    box.answers._writer._model = EndlessModel()  # noqa: SLF001 - swapped in
    await box.hear("Quanto custa a drenagem?")
    running = asyncio.create_task(box.run_due())
    await asyncio.wait_for(started.wait(), 30)
    await box.hear("Oi, aqui é a Ana!", from_me=True)
    await asyncio.wait_for(running, 30)

    assert cancelled.is_set()
    assert await box.said() == []
    assert (await box.chat()).owner == "human"


async def test_what_cannot_be_answered_is_refused_and_a_person_offered_once(box: Box) -> None:
    await box.hear("Vocês fazem tatuagem?")
    await box.run_due()
    await box.hear("E vocês vendem sapatos?")
    await box.run_due()

    first, second = await box.said()
    assert "Não encontrei" in first
    assert "pessoa da equipe" in first
    assert "Não encontrei" in second
    assert "pessoa" not in second


@pytest.mark.parametrize("yes", ["sim", "Sim, por favor", "quero", "pode ser", "👍", "ok"])
async def test_a_yes_to_the_offer_hands_the_chat_over_with_one_message(box: Box, yes: str) -> None:
    await box.hear("Vocês fazem tatuagem?")
    await box.run_due()
    await box.hear(yes)
    await box.run_due()
    await box.hear("alô?")
    await box.run_due()

    assert (await box.chat()).owner == "waiting"
    said = await box.said()
    assert len(said) == 2
    assert "já chamei uma pessoa" in said[1]


async def test_a_yes_out_of_nowhere_hands_nothing_over(box: Box) -> None:
    await box.hear("sim")
    await box.run_due()

    assert (await box.chat()).owner == "bot"


async def test_the_hand_over_message_may_go_out_although_the_chat_is_waiting(box: Box) -> None:
    await box.hear("quero falar com um atendente")
    await box.run_due()
    closing = (await box.thread())[-1]

    claimed = await box.db.write(lambda tx: box.outgoing.claim(tx, closing.id))

    assert claimed is not None
    assert claimed.wa_id == closing.wa_id


async def test_a_greeting_gets_a_greeting_without_a_search(box: Box) -> None:
    await box.hear("Oi, boa tarde!")
    await box.run_due()
    await box.hear("hello")
    await box.run_due()

    pt, en = await box.said()
    assert pt.startswith("Olá! Sou Bella")
    assert en.startswith("Hello! I'm Bella")
    assert box.search.queries == []


async def test_an_ok_is_not_answered(box: Box) -> None:
    await box.hear("ok, entendi")
    await box.run_due()

    assert await box.said() == []
    assert await box.jobs() == 0


async def test_audio_gets_one_notice_not_one_each(box: Box) -> None:
    await box.hear(kind="audio")
    await box.run_due()
    await box.hear(kind="audio")
    await box.run_due()

    said = await box.said()
    assert len(said) == 1
    assert "áudio" in said[0]


async def test_old_and_historic_messages_are_kept_and_never_answered(box: Box) -> None:
    old = box.incoming("Quanto custa a drenagem?")
    box.clock.advance(11 * 60)
    await box.db.write(lambda tx: box.intake.receive(tx, old))
    await box.hear("Quanto custa a limpeza?", history=True)
    await box.run_due()

    assert await box.said() == []
    assert [message.late for message in await box.thread()] == [True, True]


async def test_a_message_just_young_enough_is_answered(box: Box) -> None:
    young = box.incoming("Quanto custa a drenagem?")
    box.clock.advance(9 * 60)
    await box.db.write(lambda tx: box.intake.receive(tx, young))
    await box.run_due()

    assert len(await box.said()) == 1


async def test_a_failing_model_falls_back_to_the_documents_words(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    box.answers._writer._model = ScriptedLanguageModel(EngineError(reason="boom"))  # noqa: SLF001 - swapped in
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    assert "R$ 150,00" in (await box.said())[0]
    errors = await box.rows("SELECT * FROM logs WHERE kind = 'error'")
    assert [row["event"] for row in errors] == ["model_failed"]
    assert "drenagem" not in str(errors)


async def test_a_figure_that_is_in_no_passage_is_never_said(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "generative"})
    box.answers._writer._model = ScriptedLanguageModel("Custa apenas R$ 99,00!")  # noqa: SLF001 - swapped in
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    said = (await box.said())[0]
    assert "99,00" not in said
    assert "R$ 150,00" in said


async def test_auto_mode_writes_with_a_capable_model_and_quotes_with_a_weak_one(box: Box) -> None:
    await box.agents.configure(box.agent_id, {"answer_mode": "auto"})
    box.answers._writer._model = ScriptedLanguageModel("A drenagem custa R$ 150,00.")  # noqa: SLF001 - swapped in
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    box.model.available = False
    box.answers._writer._model = box.model  # noqa: SLF001 - swapped in
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    first, second = await box.said()
    assert first.startswith("A drenagem custa R$ 150,00.")
    assert second.startswith("Drenagem linfática")


async def test_a_handler_that_fails_leaves_the_question_for_the_next_try(box: Box) -> None:
    def broken(_tx: Connection, kind: str, _data: dict[str, Any]) -> None:
        raise RuntimeError(kind)

    box.turns._record_usage = broken  # noqa: SLF001 - breaks the last step
    await box.hear("Quanto custa a drenagem?")
    with pytest.raises(RuntimeError):
        await box.run_due()
    assert await box.said() == []
    assert await box.jobs() == 0

    box.turns._record_usage = box.count  # noqa: SLF001 - and mends it
    await box.db.write(lambda tx: box.queue.recover(tx, all_leases=True))
    await box.run_due()

    assert len(await box.said()) == 1


async def test_a_message_that_fails_every_time_parks_and_holds_up_no_later_one(box: Box) -> None:
    poison = "Quanto custa a limpeza de pele?"
    search = box.search.search

    async def breaks(agent_id: str, query: str, limit: int) -> Sequence[Passage]:
        if "limpeza" in query:
            raise RuntimeError
        return await search(agent_id, query, limit)

    box.search.search = breaks  # type: ignore[method-assign]
    await box.hear(poison)
    (job,) = await box.db.write(lambda tx: box.queue.lease(tx, 1, (TURN,)))
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with pytest.raises(RuntimeError):
            await box.turns.run(replace(job, attempts=attempt))
    await box.db.write(lambda tx: box.queue.park(tx, job, "RuntimeError"))
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()
    (said,) = await box.said()
    assert "R$ 150,00" in said

    box.search.search = search  # type: ignore[method-assign]  # mended
    await box.db.write(lambda tx: box.queue.replay(tx, job.id))
    await box.run_due()

    assert "R$ 120,00" in (await box.said())[-1]
    assert len(await box.said()) == 2


async def test_a_paused_agent_stores_and_stays_silent(box: Box) -> None:
    await box.agents.change(box.agent_id, {"status": "paused"})
    await box.hear("Quanto custa a drenagem?")
    await box.run_due()

    assert await box.said() == []
    assert len(await box.thread()) == 1


async def test_a_tap_on_an_option_is_answered_like_its_words(box: Box) -> None:
    vote = {"vote": {"options": ["Quanto custa a drenagem?"], "at": 1}}
    await box.hear("Quanto custa a drenagem?", kind="vote", extra=vote)
    await box.run_due()

    assert len(await box.said()) == 1


async def test_a_vote_that_was_taken_back_asks_nothing(box: Box) -> None:
    message = await box.hear("", kind="vote", extra={"vote": {"options": [], "at": 1}})
    await box.run_due()

    assert message is not None
    assert not message.pending
    assert await box.said() == []


async def test_a_place_is_not_taken_for_a_question(box: Box) -> None:
    await box.hear("📍 Rua da drenagem (-23.5, -46.6)", kind="location")
    await box.run_due()

    (said,) = await box.said()
    assert "R$" not in said
