from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from daemon.domains.metrics.domain import Refusal
from daemon.domains.metrics.meaning import LEARN, Meanings
from daemon.domains.metrics.topics import topics
from daemon.wiring.figures import ConversationRows, topic_stems
from tests.daemon.metrics.conftest import Chats

MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


def refused(*questions: str) -> list[Refusal]:
    return [
        Refusal(f"t{number}", f"c{number}", "a1", text, MORNING + timedelta(minutes=number))
        for number, text in enumerate(questions)
    ]


def test_wordings_of_one_question_are_one_topic_and_others_stay_apart() -> None:
    found = topics(
        refused(
            "Vocês têm estacionamento?",
            "qual o valor do clareamento dental?",
            "tem estacionamento no local?",
            "vocês fazem clareamento dental",
            "O estacionamento é pago?",
            "aceitam cachorro?",
        ),
        topic_stems,
    )
    assert [len(topic.questions) for topic in found] == [3, 2, 1]
    assert "estacion" in found[0].label()[0]


def test_one_common_word_does_not_join_two_subjects() -> None:
    found = topics(
        refused("preço da limpeza de pele", "preço do aluguel do salão de festas"), topic_stems
    )
    assert len(found) == 2


def test_examples_are_different_wordings_the_newest_first() -> None:
    (found,) = topics(
        refused("tem wifi?", "Tem  WIFI?", "wifi", "senha do wifi?", "o wifi é livre?"),
        topic_stems,
    )
    assert [question.question for question in found.examples()] == [
        "o wifi é livre?",
        "senha do wifi?",
        "wifi",
    ]


def test_questions_without_a_telling_word_are_grouped_only_when_they_are_the_same() -> None:
    found = topics(refused("???", "e aí", "???"), topic_stems)
    assert sum(len(topic.questions) for topic in found) == 3
    assert len(found[0].questions) == 2


def vector(*values: float) -> bytes:
    return np.array(values, "<f4").tobytes()


MEANINGS = {"parar": vector(1, 0), "estacionamento": vector(0.95, 0.3122), "cachorro": vector(0, 1)}


async def embed(texts: Sequence[str]) -> list[bytes] | None:
    return [next(row for word, row in MEANINGS.items() if word in text) for text in texts]


async def nobody(_: Sequence[str]) -> list[bytes] | None:
    return None


async def test_topics_of_one_meaning_are_joined_by_the_job_and_stay_so(chats: Chats) -> None:
    learning = Meanings(chats.db, chats.clock, "local", raw=ConversationRows(), stems=topic_stems)
    chat = await chats.chat()
    for question in ("onde posso parar o carro?", "tem estacionamento?", "aceitam cachorro?"):
        await chats.write(chat)
        await chats.answer(chat, "refusal", question=question)
        chats.clock.advance(60)
    asked = chats.figures.asked("2026-01-01", None, None)

    async def sizes() -> list[int]:
        return [len(topic.questions) for topic in (await chats.figures.unanswered(asked))[1]]

    assert await sizes() == [1, 1, 1]
    jobs = await chats.db.read(
        lambda tx: tx.conn.execute("SELECT kind FROM jobs WHERE kind = ?", (LEARN,)).fetchall()
    )
    assert len(jobs) == 1  # asking is what sets it off
    assert await learning.learn(nobody) == 0
    assert await sizes() == [1, 1, 1]
    assert await learning.learn(embed) == 3
    assert await sizes() == [2, 1]
    assert await learning.learn(embed) == 0
    await chats.answer(chat, "refusal", question="posso parar a moto?")
    chats.clock.advance(60)
    assert await learning.learn(embed) == 1
    assert await sizes() == [3, 1]
    _, found = await chats.figures.unanswered(asked)
    assert [one.question for one in found[0].examples()] == [
        "posso parar a moto?",
        "tem estacionamento?",
        "onde posso parar o carro?",
    ]


async def test_what_all_questions_share_makes_no_topic(chats: Chats) -> None:
    learning = Meanings(chats.db, chats.clock, "local", raw=ConversationRows(), stems=topic_stems)
    words = "abacate bicicleta cortina dentadura escada farol girafa harpa igreja jarra lua martelo"
    names = [*words.split(), "malhete"]  # the last one is a hammer, too
    chat = await chats.chat()
    for name in names:
        await chats.answer(chat, "refusal", question=f"{name}?")
        chats.clock.advance(60)

    async def alike(texts: Sequence[str]) -> list[bytes]:
        rows = []
        for text in texts:
            row = np.zeros(13, "<f4")
            row[0], row[min(names.index(text[:-1]), 11) + 1] = 5, 1
            rows.append((row / np.linalg.norm(row)).astype("<f4").tobytes())
        return rows

    assert await learning.learn(alike) == 13
    asked = chats.figures.asked("2026-01-01", None, None)
    _, found = await chats.figures.unanswered(asked)
    assert [len(topic.questions) for topic in found] == [2, *[1] * 11]
    assert {one.question for one in found[0].questions} == {"martelo?", "malhete?"}
