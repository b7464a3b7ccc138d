"""The roll-ups: kept from events, derived from the raw rows, always the same."""

import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.domains.conversations.store import contacts
from daemon.domains.metrics.domain import QUIET, hour_of, start_of
from daemon.domains.metrics.periods import Period
from daemon.domains.metrics.store import figures
from daemon.infra.database import Connection
from daemon.kernel.clock import FakeClock
from tests.daemon.metrics.conftest import Chats


async def sums(chats: Chats) -> dict[str, int]:
    """Return all roll-ups by hour, added up."""
    await chats.keeper.catch_up()
    rows = await chats.db.read(
        lambda tx: [dict(row) for row in tx.conn.execute("SELECT * FROM metrics_hours")]
    )
    names = [name for name in (rows[0] if rows else {}) if name not in {"tenant_id", "agent_id"}]
    return {name: sum(row[name] for row in rows) for name in names}


async def test_what_is_written_counts_by_its_author_and_hour(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    await chats.answer(chat)
    chats.wait(hours=2)
    await chats.write(chat)
    await chats.write(chat, "human")
    await chats.write(chat, "operator")
    await chats.keeper.catch_up()

    rows = (await chats.tables())["metrics_hours"]
    noon = hour_of(chats.clock.now()) - 2
    assert [row[1] for row in rows] == [noon, noon + 2]
    assert rows[0][2:7] == ("a1", 1, 1, 0, 0)
    assert rows[1][2:7] == ("a1", 1, 0, 1, 1)


async def test_reactions_and_dropped_replies_do_not_count_and_failed_ones_apart(
    chats: Chats,
) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    await chats.write(chat, kind="reaction")
    dropped, failed = await chats.answer(chat), await chats.answer(chat)
    await chats.keeper.catch_up()
    await chats.mark(dropped, "cancelled")
    await chats.mark(failed, "failed")

    found = await sums(chats)
    assert (found["received"], found["bot"], found["failed"], found["replied"]) == (1, 0, 1, 0)


async def test_a_new_matter_after_a_quiet_night_is_a_case_of_its_own(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    chats.wait(hours=QUIET / timedelta(hours=1) - 0.1)
    await chats.write(chat)
    assert (await sums(chats))["cases"] == 1
    chats.wait(hours=QUIET / timedelta(hours=1))
    await chats.write(chat)
    assert (await sums(chats))["cases"] == 2


async def test_a_persons_late_reply_belongs_to_the_case_it_is_about(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    chats.wait(hours=15)
    await chats.write(chat, "human")

    found = await sums(chats)
    assert (found["cases"], found["replied"], found["handed_over"]) == (1, 1, 1)


async def test_a_campaign_and_a_group_are_no_cases(chats: Chats) -> None:
    await chats.write(await chats.chat(), "operator")
    group = await chats.chat(name="grupo", chat="1203@g.us")
    await chats.write(group)

    found = await sums(chats)
    assert (found["cases"], found["operator"], found["received"]) == (0, 1, 1)


async def test_contained_deflected_and_handed_over_are_told_apart(chats: Chats) -> None:
    deflected, refused, handed, smalltalk = [
        await chats.chat(name=name) for name in ("ana", "bia", "caio", "dora")
    ]
    for chat in (deflected, refused, handed, smalltalk):
        await chats.write(chat)
    await chats.answer(deflected)
    await chats.answer(refused)
    await chats.answer(refused, "refusal")
    await chats.answer(handed, "handover", closing=True)
    await chats.answer(smalltalk, "smalltalk")

    found = await sums(chats)
    assert (found["cases"], found["contained"], found["deflected"]) == (4, 3, 1)
    assert found["handed_over"] == 1


async def test_questions_of_the_api_cost_tokens_but_are_no_case(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    await chats.answer(chat, tokens=(100, 20))
    await chats.answer(chat, tokens=(7, 3), channel="api")

    found = await sums(chats)
    assert (found["tokens_in"], found["tokens_out"], found["chat_tokens"]) == (107, 23, 120)
    assert (found["answers"], found["asked"], found["cases"]) == (2, 1, 1)


async def test_a_box_that_had_messages_before_it_had_figures_derives_them(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    await chats.answer(chat)
    kept = await sums(chats)
    await chats.forget_figures()
    await chats.db.write(lambda tx: tx.conn.execute("DELETE FROM events") and None)

    assert await sums(chats) == kept
    assert kept["received"] == kept["deflected"] == 1


async def test_events_that_were_forgotten_unread_are_no_loss(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    await chats.keeper.catch_up()
    await chats.write(chat)
    await chats.db.write(lambda tx: tx.conn.execute("DELETE FROM events") and None)
    await chats.write(chat)

    assert (await sums(chats))["received"] == 3


async def test_figures_outlive_the_traces_they_were_made_from(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    await chats.answer(chat)
    kept = await sums(chats)
    await chats.db.write(lambda tx: tx.conn.execute("DELETE FROM traces") and None)
    await chats.keeper.rebuild()

    assert await sums(chats) == kept


async def test_two_contacts_made_one_are_one_chat_after_the_nightly_refresh(chats: Chats) -> None:
    one, two = await chats.chat(name="ana"), await chats.chat(name="lid")
    await chats.write(one)
    await chats.write(two)
    assert (await sums(chats))["cases"] == 2
    now = chats.clock.now()
    await chats.db.write(
        lambda tx: contacts.resolve(tx, "local", ["pn:ana", "pn:lid"], None, now) and None
    )
    await chats.keeper.refresh()

    assert (await sums(chats))["cases"] == 1


async def test_a_message_that_comes_late_moves_the_beginning_of_its_case(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    assert (await sums(chats))["cases"] == 1
    await chats.write(chat, at=chats.clock.now() - timedelta(hours=3))

    found = await sums(chats)
    assert (found["cases"], found["received"]) == (1, 2)


async def test_a_message_that_comes_late_may_join_two_cases(chats: Chats) -> None:
    chat = await chats.chat()
    await chats.write(chat)
    chats.wait(hours=20)
    await chats.write(chat)
    assert (await sums(chats))["cases"] == 2
    await chats.write(chat, at=chats.clock.now() - timedelta(hours=10))

    assert (await sums(chats))["cases"] == 1


async def test_days_and_the_hours_around_them_add_up_to_what_the_hours_say(chats: Chats) -> None:
    chat = await chats.chat()
    for _ in range(60):
        await chats.write(chat)
        chats.wait(hours=3.5)
    await chats.keeper.catch_up()
    last = hour_of(chats.clock.now())

    def read(tx: Connection, span: Period) -> tuple[int, int]:
        sql = "SELECT coalesce(sum(received), 0) FROM metrics_hours WHERE hour >= ? AND hour < ?"
        plain = tx.conn.execute(sql, (span.low, span.high)).fetchone()[0]
        return int(plain), figures.totals(tx, "local", span, None)["received"]

    for low in range(last - 215, last, 7):
        for high in (low + 1, low + 23, low + 24, low + 25, low + 99):
            plain, summed = await chats.db.read(partial(read, span=Period(low, high)))
            assert plain == summed, (low, high)


async def test_the_week_is_the_same_from_blocks_as_from_hours(chats: Chats) -> None:
    chat = await chats.chat()
    for _ in range(120):
        await chats.write(chat)
        chats.wait(hours=53)
    await chats.keeper.catch_up()
    last = hour_of(chats.clock.now())

    def read(tx: Connection, low: int, high: int) -> tuple[list[int], list[int]]:
        plain = [0] * 168
        sql = "SELECT hour, received FROM metrics_hours WHERE hour >= ? AND hour < ?"
        for row in tx.conn.execute(sql, (low, high)):
            local = start_of(row["hour"] - 3)
            plain[local.weekday() * 24 + local.hour] += row["received"]
        return plain, [slot[0] for slot in figures.week(tx, "local", [(low, high, -3)], None)]

    for low in range(last - 6400, last - 4000, 501):
        plain, summed = await chats.db.read(partial(read, low=low, high=last))
        assert sum(plain) > 70
        assert plain == summed


async def test_of_very_many_cases_a_fixed_share_is_read(chats: Chats) -> None:
    for number in range(200):
        chat = await chats.chat(name=f"n{number}")
        await chats.write(chat)
        chats.wait(seconds=number)
        await chats.answer(chat)
    await chats.keeper.catch_up()
    span = Period(hour_of(chats.clock.now()) - 48, hour_of(chats.clock.now()) + 1)

    def read(tx: Connection, replied: int) -> list[float]:
        return figures.times(tx, "local", span, None, replied)[0]

    everything = await chats.db.read(partial(read, replied=200))
    share = await chats.db.read(partial(read, replied=figures.MAX_TIMES * 4))
    assert everything == [float(number) for number in range(200)]
    assert 20 <= len(share) <= 80
    assert set(share) < set(everything)
    assert share == await chats.db.read(partial(read, replied=figures.MAX_TIMES * 4))


ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 2), st.sampled_from(["contact", "human"])),
    st.tuples(st.just("late"), st.integers(0, 2), st.sampled_from([1, 5, 11, 13, 30])),
    st.tuples(
        st.just("answer"),
        st.integers(0, 2),
        st.sampled_from(["extractive", "refusal", "smalltalk", "handover"]),
    ),
    st.tuples(st.just("mark"), st.integers(0, 9), st.sampled_from(["failed", "cancelled", "read"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 40, 700, 1500]), st.just("")),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=st.lists(ACTIONS, min_size=3, max_size=20), often=st.booleans())
async def test_whatever_happens_in_whatever_order_both_ways_agree(
    actions: list[tuple[str, int, str | int]],
    often: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        chats = await Chats.open(Path(folder) / "box.db", FakeClock())
        await chats.keeper.catch_up()
        await play(chats, actions, often=often)
        await chats.keeper.catch_up()
        kept = await chats.tables()
        await chats.forget_figures()
        await chats.keeper.rebuild()
        derived = await chats.tables()
        await chats.db.close()
    assert kept == derived


async def play(chats: Chats, actions: list[tuple[str, int, str | int]], *, often: bool) -> None:
    """Let it happen; `often`: the roll-ups follow each step, otherwise all at once."""
    three = [await chats.chat(agent, name) for agent, name in zip("aab", "xyz", strict=True)]
    sent: list[str] = []
    for action, number, detail in actions:
        if action == "write":
            sent.append(await chats.write(three[number], str(detail)))
        elif action == "late":
            at = chats.clock.now() - timedelta(hours=int(detail))
            sent.append(await chats.write(three[number], at=at))
        elif action == "answer":
            closing = detail == "handover"
            sent.append(await chats.answer(three[number], str(detail), closing=closing))  # type: ignore[arg-type]
        elif action == "mark" and number < len(sent):
            await chats.mark(sent[number], str(detail))
        elif action == "wait":
            chats.wait(minutes=number)
        if often:
            await chats.keeper.catch_up()
