"""Whatever happens, in whatever order: the owner table and the debounce hold."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.domains.conversations.debounce import (
    TYPING_LASTS,
    Burst,
    Debounce,
    quiet_at,
    wait_s,
)
from daemon.domains.conversations.owners import Happening, Owner, after, answers_itself
from daemon.domains.conversations.ownership import TURN
from daemon.infra import outbox, queue
from daemon.infra.bus import Bus
from daemon.infra.database import Database
from daemon.infra.outbox import Outbox
from daemon.kernel.clock import FakeClock

from .conftest import Box

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
PERSON = {Happening.TYPED_ON_PHONE, Happening.OPERATOR_WROTE, Happening.TAKEN}


@given(st.sampled_from(Owner), st.lists(st.sampled_from(Happening), max_size=20))
def test_after_a_person_only_return_silence_or_closing_end_the_persons_part(
    owner: Owner, happenings: list[Happening]
) -> None:
    held = False
    for happening in happenings:
        owner = after(owner, happening)
        if happening in PERSON:
            held = True
        elif happening in {Happening.RETURNED, Happening.SILENCE, Happening.CLOSED}:
            held = False
        if held:
            assert owner is Owner.HUMAN
            assert not answers_itself(owner)


@given(st.sampled_from(Owner))
def test_no_owner_is_a_dead_end(owner: Owner) -> None:
    assert after(owner, Happening.RETURNED) is Owner.BOT
    assert after(owner, Happening.TYPED_ON_PHONE) is Owner.HUMAN


def test_a_customer_opens_a_closed_chat_and_changes_no_other() -> None:
    assert after(Owner.CLOSED, Happening.CUSTOMER_WROTE) is Owner.BOT
    for owner in (Owner.BOT, Owner.WAITING, Owner.HUMAN):
        assert after(owner, Happening.CUSTOMER_WROTE) is owner


seconds = st.floats(0, 60, allow_nan=False)


@given(
    text=st.text(max_size=80),
    gap=seconds,
    typing=st.none() | seconds,
    low=st.floats(0, 10),
    high=st.floats(0, 10),
)
def test_the_wait_stays_within_its_bounds(
    text: str, gap: float, typing: float | None, low: float, high: float
) -> None:
    bounds = Debounce(min(low, high), max(low, high))
    last = START + timedelta(seconds=gap)
    heard = None if typing is None else START + timedelta(seconds=typing)
    due = quiet_at(Burst(START, last, text, heard), bounds)

    assert due <= START + timedelta(seconds=bounds.max_s)
    assert bounds.min_s <= wait_s(text, bounds) <= bounds.max_s
    if heard is not None and heard >= last and bounds.max_s > 0:
        limit = START + timedelta(seconds=bounds.max_s)
        assert due >= min(heard + TYPING_LASTS, limit)


@given(text=st.text(max_size=80), typing=st.none() | seconds)
def test_nothing_waits_when_it_is_turned_off(text: str, typing: float | None) -> None:
    heard = None if typing is None else START + timedelta(seconds=typing)

    assert quiet_at(Burst(START, START, text, heard), Debounce(0, 0)) <= START


@pytest.mark.parametrize(
    ("finished", "fragment"),
    [
        ("Quanto custa a limpeza de pele?", "Quanto custa a"),
        ("Vocês abrem no sábado?", "oi"),
        ("obrigado", "então,"),
    ],
)
def test_a_fragment_waits_longer_than_a_finished_question(finished: str, fragment: str) -> None:
    assert wait_s(finished, Debounce()) < wait_s(fragment, Debounce())


ACTIONS = st.lists(
    st.sampled_from(["ask", "again", "phone", "turn", "crash", "return", "close", "wait", "yes"]),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=ACTIONS)
def test_no_history_of_a_chat_makes_the_bot_talk_over_a_person_or_repeat_itself(
    actions: list[str],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_live(Path(folder), actions))


async def _live(folder: Path, actions: list[str]) -> None:
    clock, bus = FakeClock(), Bus()
    db = await Database.open(folder / "box.db", [queue.migrations, outbox.migrations])
    try:
        async with Outbox(db, bus, clock, "local") as events:
            box = Box(db, events, bus, clock, folder)
            await box.open()
            for action in actions:
                await _act(box, action)
                await _check(box)
            await box.run_due()
            await _check(box)
            waiting = await box.rows("SELECT 1 FROM messages WHERE pending = 1")
            chats = await box.rows("SELECT owner FROM conversations")
            if chats and chats[0]["owner"] == "bot":
                assert waiting == []  # nobody is left without an answer
    finally:
        await db.close()


async def _act(box: Box, action: str) -> None:
    if action == "ask":
        await box.hear(f"Quanto custa a drenagem? {await _count(box)}")
    elif action == "again":
        messages = await box.thread()
        if messages:
            last = messages[-1]
            await box.hear(last.text, wa_id=last.wa_id, from_me=last.from_me)
    elif action == "phone":
        await box.hear("aqui é a Ana", from_me=True)
    elif action == "turn":
        await box.run_due()
    elif action == "crash":
        await box.db.write(lambda tx: box.queue.lease(tx, 8, (TURN,)))
        await box.db.write(lambda tx: box.queue.recover(tx, all_leases=True))
    elif action == "wait":
        await box.pass_time(minutes=31)
    elif action == "yes":
        await box.hear("quero falar com um atendente")
    elif await _count(box):
        chat = await box.chat()
        owner = Owner.BOT if action == "return" else Owner.CLOSED
        await box.conversations.hand_to(chat.id, owner)


async def _count(box: Box) -> int:
    return len(await box.thread())


async def _check(box: Box) -> None:
    queued = await box.rows(
        "SELECT m.id FROM messages AS m JOIN conversations AS c ON c.id = m.conversation_id "
        "WHERE m.author = 'bot' AND m.state = 'queued' AND c.owner = 'human'"
    )
    assert queued == []  # nothing of the bot's goes out while a person has the chat
    twice = await box.rows("SELECT wa_id FROM messages GROUP BY wa_id, from_me HAVING count(*) > 1")
    assert twice == []
    asked = await box.rows("SELECT count(*) AS n FROM messages WHERE author = 'contact'")
    answered = await box.rows("SELECT count(*) AS n FROM messages WHERE author = 'bot'")
    assert answered[0]["n"] <= asked[0]["n"]
